import Agent
import Console
import Foundation
import Language
import Live
import Notation
import Numerics
import TestKit
import Testing
import Workbench

/// Programs beside the tests that offer tools over real pipes: Sonde itself, and a small one in Python.
@Suite struct `Tools of separate programs` {
  /// The program that was built beside the tests.
  static var sonde: String {
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: program ?? CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("sonde").path
  }
  static var hasSonde: Bool { FileManager.default.isExecutableFile(atPath: sonde) }
  static var hasPython: Bool {
    ["/usr/bin/python3", "/usr/local/bin/python3"].contains {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  /// Adds numbers, and dies if it is asked to.
  private static let adder = """
    import json, sys
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        method, result = message["method"], {}
        if method == "initialize":
            result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}
        elif method == "tools/list":
            numbers = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}
            result = {"tools": [{"name": n, "description": d, "inputSchema": numbers}
                                for n, d in [("add", "Adds."), ("die", "Ends.")]]}
        elif message["params"]["name"] == "die":
            sys.exit(3)
        else:
            given = message["params"]["arguments"]
            result = {"content": [{"type": "text", "text": f"the sum is {given['a'] + given['b']}"}]}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
    """

  private static func session(_ files: MemoryFiles) -> Session {
    var world = World.memory(files)
    world.programs = ToolProcesses()
    return Session(world: world, seed: 1)
  }

  private static func results(_ model: ScriptedModel) -> [String] {
    model.requests.map { $0["messages"]?.array?.last?["content"]?.string ?? "" }
  }

  @Test(.enabled(if: hasSonde)) func `may be another Sonde, whose part a recording plays later`() throws {
    let files = MemoryFiles()
    let session = Self.session(files)
    let model = ScriptedModel(
      .call("a", "mcp_other_generate", #"{"method":"pump-station","minutes":5,"seed":7,"as":"pump"}"#),
      .call("b", "mcp_other_describe", #"{"value":"pump"}"#), .text("It has a column Flow."))
    let assistant = `Recorded exchanges`.assistant(session, model)
    let said = session.type("/mcp connect other \(Word.quoted(Self.sonde)) mcp").texts.joined()
    #expect(said.contains("describe") && said.contains("untrusted"), "\(said)")
    let screen = RecordedScreen()
    let end = assistant.ask(
      "what is there?", role: nil, screen: screen, lines: TypedLines("y", "y"), work: Work())
    #expect(end == .answered, "\(screen.text)")
    let results = Self.results(model)
    #expect(results.count == 3, "\(results)")
    #expect(results[1].contains("series") && results[2].contains("Accelerometer1"), "\(results)")
    session.type("/mcp disconnect other")
    session.type("/save night")
    // No program is there any more.
    let (status, shown, _) = try `Recorded exchanges`.replay(files)
    #expect(status == .ok && shown.contains("It has a column Flow."), "\(shown)")
  }

  @Test(.enabled(if: hasPython)) func `may die in the middle of a call`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "adder-\(UUID().uuidString).py").path
    try Self.adder.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let session = Self.session(MemoryFiles())
    let model = ScriptedModel(
      .call("a", "mcp_sums_add", #"{"a":2,"b":40}"#), .text("42."),
      .call("b", "mcp_sums_die", "{}"), .call("c", "mcp_sums_add", #"{"a":1,"b":1}"#), .text("It is gone."),
      .text("Still here."))
    let assistant = `Recorded exchanges`.assistant(session, model)
    #expect(session.type("/mcp connect sums python3 \(Word.quoted(path))").diagnostics.isEmpty)
    for (question, lines) in [("2 + 40?", ["y"]), ("and then?", ["y", "y"]), ("are you there?", [])] {
      let end = assistant.ask(
        question, role: nil, screen: RecordedScreen(), lines: TypedLines(lines), work: Work())
      #expect(end == .answered)
    }
    let results = Self.results(model)
    #expect(results.count == 6 && results[1].contains("the sum is 42"), "\(results)")
    #expect(results[3].contains("A0142") && results[4].contains("A0142"), "\(results)")
  }
}
