import Notation
import Numerics
import TestKit
import Testing

@testable import Formats

@Suite struct `Logs that name the parts of their lines` {
  private static func objects(_ text: String) throws -> [JSON] {
    let source = try KeyedLines.objects(MemorySource(Array(text.utf8)))
    return try source.bytes.split(separator: 10).map {
      try JSON(parsing: String(decoding: $0, as: UTF8.self))
    }
  }

  @Test func `are read as the objects that they tell`() throws {
    let text =
      #"time=2026-03-01T08:00:00Z level=info msg="a \"b\" = c\n" port=8080 id=007 part=-1.5 empty= v=1.2.3"#
    let found = try #require(try Self.objects(text).first)
    #expect(found["msg"] == .string("a \"b\" = c\n"))
    #expect(found["port"] == .number(8080) && found["part"] == .number(-1.5))
    #expect(found["id"] == .string("007") && found["v"] == .string("1.2.3") && found["empty"] == .string(""))
    #expect(found.members?.map(\.key) == ["time", "level", "msg", "port", "id", "part", "empty", "v"])
    #expect(try Self.objects("a=1 b=2 a=3").first?["a"] == .number(3))
  }

  @Test func `are read by the line of their fields`() throws {
    let text =
      "#Version: 1.0\r\n#Fields: date time cs-method cs-uri-stem sc-status cs-username\r\n"
      + "2026-03-01 08:00:00 GET /a.html 404 -\r\n"
    let found = try #require(try Self.objects(text).first)
    #expect(found["time"] == .string("2026-03-01 08:00:00Z") && found["date"] == nil)
    #expect(found["message"] == .string("GET /a.html"))
    #expect(found["sc-status"] == .number(404) && found["cs-username"] == .null)
  }

  @Test(arguments: [
    ("level=info msg=up\nlevel=warn msg=down\n", true),
    ("#Fields: a b\n1 2\n", true),
    ("level=info msg=up\n", false),
    ("x=1 y=2\nx=3 y=4\n", false),
    ("level=info msg=up and running\nlevel=info msg=up and running\n", false),
    ("the sum a=b is msg=c\n", false),
  ])
  func `are known by most of their lines`(_ text: String, _ isKeyed: Bool) {
    #expect(
      KeyedLines.isKeyed(Array((text + (isKeyed && !text.hasPrefix("#") ? text : "")).utf8)) == isKeyed,
      "\(text)")
  }

  @Test func `keep lines of another form as they are`() throws {
    let source = try KeyedLines.objects(MemorySource(Array("a=1 msg=b\nTraceback: x\n".utf8)))
    #expect(String(decoding: source.bytes, as: UTF8.self) == "{\"a\":1,\"msg\":\"b\"}\nTraceback: x\n")
  }

  @Test func `with any bytes become lines of objects or stay`() throws {
    var random = SeededGenerator(seed: 9)
    let pieces = [
      "a=", "\"", "\\", "=", " ", "\n", "#Fields: x y\n", "\u{0}", "é", "-", "0", "1e999", "msg=", "\r",
    ]
    for _ in 0..<5000 {
      let text = (0..<random.below(40)).map { _ in pieces[random.below(pieces.count)] }.joined()
      _ = KeyedLines.isKeyed(Array(text.utf8))
      guard !text.isEmpty, let source = try? KeyedLines.objects(MemorySource(Array(text.utf8))) else {
        continue
      }
      for line in source.bytes.split(separator: 10) where line.first == UInt8(ascii: "{") {
        #expect((try? JSON(parsing: String(decoding: line, as: UTF8.self))) != nil, "\(text)")
      }
    }
  }
}
