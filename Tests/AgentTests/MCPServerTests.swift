import Agent
import Notation
import TestKit
import Testing
import Workbench

@Suite struct `MCP server` {
  static func server(allowsWriting: Bool = false, files: MemoryFiles = MemoryFiles()) -> MCPServer {
    MCPServer(session: Session(world: .memory(files), seed: 1), version: "0", allowsWriting: allowsWriting)
  }

  static func send(_ server: MCPServer, _ method: String, _ parameters: JSON = .object([])) throws -> JSON {
    let request: JSON = ["jsonrpc": "2.0", "id": 7, "method": .string(method), "params": parameters]
    let reply = try #require(server.reply(to: request.description))
    #expect(!reply.contains("\n"))
    let parsed = try JSON(parsing: reply)
    #expect(parsed["id"] == 7)
    return parsed
  }

  static func call(_ server: MCPServer, _ name: String, _ arguments: JSON) throws -> (
    text: String, isError: Bool
  ) {
    let result = try send(server, "tools/call", ["name": .string(name), "arguments": arguments])["result"]
    return (result?["content"]?[0]?["text"]?.string ?? "", result?["isError"]?.bool ?? true)
  }

  @Test func `shakes hands in the revision that is asked for`() throws {
    let result = try Self.send(Self.server(), "initialize", ["protocolVersion": "2025-06-18"])["result"]
    #expect(result?["protocolVersion"] == "2025-06-18")
    #expect(result?["resultType"] == nil)
    let newest = try Self.send(Self.server(), "initialize", ["protocolVersion": "1999-01-01"])["result"]
    #expect(newest?["protocolVersion"] == "2025-11-25")
  }

  @Test func `does without a handshake where the client names its revision`() throws {
    let server = Self.server()
    let discovered = try Self.send(server, "server/discover")["result"]
    #expect(discovered?["supportedVersions"]?[0] == "2026-07-28")
    #expect(discovered?["resultType"] == "complete")
    let meta: JSON = ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]]
    let list = try Self.send(server, "tools/list", meta)["result"]
    #expect(list?["resultType"] == "complete")
    #expect(list?["cacheScope"] == "public")
    let future: JSON = ["_meta": ["io.modelcontextprotocol/protocolVersion": "2099-01-01"]]
    #expect(try Self.send(server, "tools/list", future)["error"]?["code"] == -32022)
  }

  @Test func `lists tools with names and schemas that every client takes`() throws {
    let tools = try Self.send(Self.server(), "tools/list")["result"]?["tools"]?.array ?? []
    #expect(tools.count > 15)
    for tool in tools {
      let name = try #require(tool["name"]?.string)
      #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" || $0 == "-" })
      #expect(tool["inputSchema"]?["type"] == "object")
      #expect(tool["annotations"]?["readOnlyHint"] == true)
    }
    #expect(!tools.contains { $0["name"] == "export" })
    let writing =
      try Self.send(Self.server(allowsWriting: true), "tools/list")["result"]?["tools"]?.array ?? []
    #expect(writing.contains { $0["name"] == "export" && $0["annotations"]?["readOnlyHint"] == false })
  }

  @Test func `works on one session, and errors teach`() throws {
    let server = Self.server()
    let made = try Self.call(server, "generate", ["method": "pump-station", "minutes": 5, "as": "pump"])
    #expect(!made.isError)
    let scored = try Self.call(server, "detect", ["method": "mad", "value": "pump"])
    #expect(scored.text.contains("\"kind\":\"scores\"") && scored.text.contains("data_is_untrusted"))
    let wrong = try Self.call(server, "detect", ["method": "mad", "value": "pmup"])
    #expect(wrong.isError && wrong.text.contains("pump"))
  }

  @Test func `shows drawings as pictures, and writes none to a file`() throws {
    let files = MemoryFiles()
    let server = Self.server(files: files)
    _ = try Self.call(server, "generate", ["method": "pump-station", "minutes": 5, "as": "pump"])
    let drawn: JSON = ["name": "plot", "arguments": ["values": "pump.Flow"]]
    let content = try Self.send(server, "tools/call", drawn)["result"]?["content"]
    #expect(content?[1]?["type"] == "image" && content?[1]?["mimeType"] == "image/png")
    #expect(content?[1]?["data"]?.string?.hasPrefix("iVBORw0KGgo") == true)
    let written = try Self.call(server, "plot", ["values": "pump.Flow", "to": "x.png"])
    #expect(written.isError && files.paths.isEmpty)
    let tools = try Self.send(server, "tools/list")["result"]?["tools"]?.array ?? []
    let plot = tools.first { $0["name"] == "plot" }
    #expect(plot?["inputSchema"]?["properties"]?["to"] == nil)
  }

  @Test func `writes only what was allowed, only below its folder, and replaces nothing`() throws {
    let files = MemoryFiles(["old.csv": "a"])
    let closed = Self.server(files: files)
    _ = try Self.call(closed, "generate", ["method": "pump-station", "minutes": 5, "as": "pump"])
    #expect(try Self.send(closed, "tools/call", ["name": "export"])["error"]?["code"] == -32602)
    let open = Self.server(allowsWriting: true, files: files)
    _ = try Self.call(open, "generate", ["method": "pump-station", "minutes": 5, "as": "pump"])
    for path in ["old.csv", "../x.csv", "/tmp/x.csv", "a/../../x.csv"] {
      #expect(
        try Self.call(open, "export", ["value": "pump", "to": .string(path), "overwrite": true]).isError)
    }
    #expect(files.paths == ["old.csv"])
    #expect(try !Self.call(open, "export", ["value": "pump", "to": "new.csv"]).isError)
    #expect(files.paths == ["new.csv", "old.csv"])
  }

  @Test(arguments: [
    ("no JSON", "{", -32700), ("a list", "[]", -32700), ("no method", #"{"id":1}"#, -32600),
    ("an unknown method", #"{"id":1,"method":"roots/list"}"#, -32601),
    ("an unknown tool", #"{"id":1,"method":"tools/call","params":{"name":"rm"}}"#, -32602),
  ]) func `answers nonsense with an error`(_ name: String, _ line: String, _ code: Double) throws {
    let reply = try #require(Self.server().reply(to: line))
    #expect(try JSON(parsing: reply)["error"]?["code"] == .number(code), "\(name)")
  }

  @Test func `says nothing to notifications`() {
    #expect(Self.server().reply(to: #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
    #expect(Self.server().reply(to: "") == nil)
  }
}
