import Chronology
package import Language
package import Notation
package import Workbench

/// Speaks the Model Context Protocol with another program, which is believed nothing: what it says is data.
package final class MCPClient {
  /// A tool as the program describes it.
  package struct Tool: Sendable, Equatable {
    package let name: String
    package let description: String
    package let schema: JSON
  }

  package enum Reply: Sendable, Equatable {
    case text(String)
    /// The tool says that it failed.
    case failure(String)
  }

  private static let withHandshake = "2025-11-25"
  private static let withoutHandshake = "2026-07-28"
  private static let metaKey = "io.modelcontextprotocol/"
  /// A program that shakes no hands within this time offers nothing.
  private static let patience = TimeSpan(seconds: 15)
  private static let longestCall = TimeSpan(seconds: 120)
  private static let mostPages = 20
  private static let mostTools = 200
  /// Lines that belong to nothing that was asked; a program that only chatters is no help.
  private static let mostStrayLines = 1000

  private let program: any ToolProgram
  private let version: String
  private var number = 0
  /// The program speaks the revision in which each request says who asks.
  private var isStateless = false

  /// Shakes hands in the revision that the program knows.
  package init(_ program: any ToolProgram, version: String, isCancelled: () -> Bool) throws(Diagnostic) {
    self.program = program
    self.version = version
    do {
      _ = try ask(
        "initialize",
        [
          "protocolVersion": .string(Self.withHandshake), "capabilities": .object([]),
          "clientInfo": information,
        ], within: Self.patience, isCancelled: isCancelled)
      try program.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    } catch Trouble.refused {
      isStateless = true
      do {
        _ = try ask("server/discover", [:], within: Self.patience, isCancelled: isCancelled)
      } catch { throw Self.diagnostic(error) }
    } catch { throw Self.diagnostic(error) }
  }

  package func end() { program.end() }

  /// All tools that it offers, in its order.
  package func tools(isCancelled: () -> Bool) throws(Diagnostic) -> [Tool] {
    var tools: [Tool] = []
    var cursor: String?
    for _ in 0..<Self.mostPages {
      let page: JSON
      do {
        page = try ask(
          "tools/list", cursor.map { ["cursor": .string($0)] } ?? [:], within: Self.patience,
          isCancelled: isCancelled)
      } catch { throw Self.diagnostic(error) }
      tools += (page["tools"]?.array ?? []).compactMap(Self.tool)
      cursor = page["nextCursor"]?.string
      if cursor == nil || tools.count >= Self.mostTools { break }
    }
    return Array(tools.prefix(Self.mostTools))
  }

  private static func tool(_ json: JSON) -> Tool? {
    guard let name = json["name"]?.string, (1...128).contains(name.utf8.count),
      name.utf8.allSatisfy({ isNamed($0) })
    else { return nil }
    return Tool(
      name: name, description: json["description"]?.string ?? json["title"]?.string ?? "",
      schema: json["inputSchema"] ?? ["type": "object"])
  }

  private static func isNamed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Calls a tool and waits for what it gives; pictures and sounds are named, not shown.
  package func call(_ name: String, _ arguments: JSON, isCancelled: () -> Bool) throws(Diagnostic) -> Reply {
    let result: JSON
    do {
      result = try ask(
        "tools/call", ["name": .string(name), "arguments": arguments], within: Self.longestCall,
        isCancelled: isCancelled)
    } catch { throw Self.diagnostic(error) }
    if result["resultType"] == "input_required" {
      return .failure("the program asks for more than it was given")
    }
    var parts = (result["content"]?.array ?? []).map { part -> String in
      part["text"]?.string ?? part["resource"]?["text"]?.string
        ?? "[\(SafeText.oneLine(part["type"]?.string ?? "something", limit: 20))]"
    }
    if parts.isEmpty, let structured = result["structuredContent"] { parts = [structured.description] }
    let text = parts.joined(separator: "\n")
    return result["isError"]?.bool == true ? .failure(text) : .text(text)
  }
}

// MARK: - Messages

extension MCPClient {
  private enum Trouble: Error {
    case program(ToolProgramError)
    case refused(String)
  }

  private var information: JSON { ["name": "sonde", "version": .string(version)] }

  private func ask(
    _ method: String, _ parameters: JSON, within limit: TimeSpan, isCancelled: () -> Bool
  ) throws -> JSON {
    number += 1
    let id = JSON.number(Double(number))
    var members = parameters.members ?? []
    if isStateless {
      members.append(
        (
          "_meta",
          .object([
            (Self.metaKey + "protocolVersion", .string(Self.withoutHandshake)),
            (Self.metaKey + "clientInfo", information), (Self.metaKey + "clientCapabilities", .object([])),
          ])
        ))
    }
    let request: JSON = [
      "jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(members),
    ]
    try send(request)
    for _ in 0..<Self.mostStrayLines {
      let line: String
      do throws(ToolProgramError) {
        line = try program.receive(within: limit, isCancelled: isCancelled)
      } catch {
        if error == .cancelled || error == .silent, method != "initialize" {
          try? send(
            ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": id]])
        }
        throw Trouble.program(error)
      }
      // Whatever is no message is passed over, as a greeting or a log line.
      guard let message = try? JSON(parsing: line), message.members != nil else { continue }
      if let asked = message["method"]?.string {
        try answer(asked, message["id"])
      } else if message["id"] == id {
        if let error = message["error"], error != .null {
          throw Trouble.refused(error["message"]?.string ?? "it refused")
        }
        return message["result"] ?? .object([])
      }
    }
    throw Trouble.program(.silent)
  }

  /// The program may ask whether we live; it gets nothing else: no files, no model.
  private func answer(_ method: String, _ id: JSON?) throws {
    guard let id, id != .null else { return }
    let reply: JSON =
      method == "ping"
      ? ["jsonrpc": "2.0", "id": id, "result": .object([])]
      : ["jsonrpc": "2.0", "id": id, "error": ["code": -32601, "message": "not offered"]]
    try send(reply)
  }

  private func send(_ message: JSON) throws {
    do throws(ToolProgramError) { try program.send(message.description) } catch {
      throw Trouble.program(error)
    }
  }

  private static func diagnostic(_ error: any Error) -> Diagnostic {
    switch error as? Trouble {
    case .program(.absent):
      Diagnostic("A0141", "the program cannot be started", remedy: "write its path, or install it")
    case .program(.gone(let words)):
      Diagnostic(
        "A0142", "the program ended" + (words.isEmpty ? "" : ": \(SafeText.oneLine(words, limit: 200))"),
        remedy: "try it by hand, and `/mcp connect` it again")
    case .program(.silent), nil:
      Diagnostic("A0143", "the program does not answer", remedy: "look whether it speaks MCP over stdio")
    case .program(.cancelled):
      Diagnostic("A0144", "interrupted", remedy: "ask again")
    case .program(.tooLong):
      Diagnostic("A0145", "the program wrote a line that is too long to take", remedy: "ask it for less")
    case .refused(let words):
      Diagnostic(
        "A0146", "the program refused: \(SafeText.oneLine(words, limit: 200))",
        remedy: "look at its own documentation")
    }
  }
}
