import Agent
import Testing

@Suite struct `Event stream` {
  @Test(arguments: [
    ("line feeds", "data: a\n\ndata: b\n\n", ["a", "b"]),
    ("carriage returns and line feeds", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
    ("carriage returns", "data: a\r\rdata: b\r\r", ["a", "b"]),
    ("comments and other fields", ": ping\n\nevent: x\nid: 1\ndata: a\n\n", ["a"]),
    ("several data lines", "data: {\ndata: }\n\n", ["{\n}"]),
    ("no space behind the colon", "data:a\n\n", ["a"]),
    ("only one space goes", "data:  a\n\n", [" a"]),
    ("an empty data line", "data\n\n", [""]),
    ("a byte order mark", "\u{feff}data: a\n\n", ["a"]),
    ("a last event without its blank line", "data: a\n\ndata: b", ["a", "b"]),
    ("characters of four bytes", "data: größer 東京 🛠\n\n", ["größer 東京 🛠"]),
    ("nothing", "", []),
  ]) func `gives the data of each event, in pieces of any size`(
    _ name: String, _ text: String, _ events: [String]
  ) {
    let bytes = Array(text.utf8)
    for size in 1...max(1, bytes.count) {
      var stream = EventStream()
      var found: [String] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        found += stream.feed(bytes[start..<min(start + size, bytes.count)])
      }
      #expect(found + stream.finish() == events, "\(name), \(size) bytes a piece")
    }
  }
}
