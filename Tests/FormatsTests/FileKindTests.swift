import Formats
import Numerics
import Testing
import Values

@Suite struct `Files of unknown kind` {
  static func kind(_ text: String, _ path: String) throws -> FileKind? {
    try FileKind.of(MemorySource(Array(text.utf8)), path: path)?.kind
  }

  @Test(arguments: [
    ("commas", "a,b\n1,2\n3,4\n", "x", FileKind.table), ("semicolons", "a;b\n1,5;2\n3;4\n", "x.txt", .table),
    ("numbers", "1.5\n2.5\n3.5\n", "x.txt", .table), ("an ending", "a\n1\n", "x.csv", .table),
    ("objects", "{\"a\": 1}\n{\"a\": 2}\n", "x", .json), ("a list", "[\n {\"a\": 1}\n]", "x.json", .json),
    ("no JSON under its name", "// a\n{'a': 1, 'b': 2}\n", "x.json", .json),
    ("edges under their name", "1 2\n2 3 {}\n", "x.edgelist", .graph),
    ("cells that are aligned", "# made\n  1.0   2.0\n 10.0  -2.0\n  3.0   4.0\n", "x.dat", .table),
    ("bits", "P1\n2 1\n1 0\n", "x", .image),
    ("PLY", "ply\nformat ascii 1.0\n", "x", .cloud), ("PCD", "# .PCD v0.7\n", "x", .cloud),
    ("XES", "<?xml version=\"1.0\"?>\n<log>\n", "x", .events), ("GraphML", "<graphml>\n", "x", .graph),
    ("triples", "<a> <b> <c> .\n<a> <b> \"d\" .\n", "x", .graph),
    ("syslog", "Jun 14 15:16:01 host sshd[1]: hello\nJun 14 15:16:02 host cron: bye\n", "x", .log),
    ("stamped lines", "2026-03-01T08:00:00Z INFO on\n2026-03-01T08:00:01Z WARN off\n", "x.txt", .log),
    ("prose", "Once upon a time\nthere was, a pump.\nIt ran\n", "x.txt", .text),
    ("a WFDB header", "100 1 360 10\n100.dat 212 200 11 1024 995 -22131 0 MLII\n", "x", .record),
    ("Netpbm", "P5 2 2 255\nabcd", "x", .image), ("WAV", "RIFF1234WAVEfmt ", "x", .audio),
    ("WAV with the high byte first", "RIFX1234WAVEfmt ", "x", .audio),
    ("WAV beyond 4 GB", "RF64\u{7F}\u{7F}\u{7F}\u{7F}WAVEds64", "x", .audio),
    ("old MATLAB on HDF5", "MATLAB 7.0 MAT-file, Platform: GLNX86", "x", .hdf5),
  ]) func `are known by their bytes`(_ name: String, _ text: String, _ path: String, _ kind: FileKind) throws
  {
    #expect(try Self.kind(text, path) == kind, "\(name)")
  }

  @Test(
    arguments: [
      ("WebP", Array("RIFF1234WEBPVP8 ".utf8), "x", "WebP"),
      ("AVIF", [0, 0, 0, 32] + Array("ftypavif".utf8), "x.avif", "AVIF"),
      (
        "an old workbook", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1], "x.xls",
        "save it as .xlsx or its sheet as CSV"
      ),
      ("a pickle", [0x80, 4, 0x95, 0, 0], "x.pkl", "run code"),
      ("GEXF", Array("<gexf><graph/></gexf>".utf8), "x.gexf", "GraphML"),
      ("DOT", Array("digraph { a -> b; }".utf8), "x.dot", "edges"),
      ("YAML", Array("a: 1\nb: 2\n".utf8), "x.yaml", "JSON"),
      ("named graphs", Array("<a> <b> <c> <g> .\n".utf8), "x.nq", "N-Triples"),
    ] as [(String, [UInt8], String, String)])
  func `are refused by name, with what to do`(
    _ name: String, _ bytes: [UInt8], _ path: String, _ words: String
  ) {
    #expect {
      try FileKind.of(MemorySource(bytes), path: path)
    } throws: { error in
      guard case FormatError.unsupported(let text)? = error as? FormatError else { return false }
      return text.contains(words)
    }
  }

  @Test(
    arguments: [
      ("MP4", [0, 0, 0, 32] + Array("ftypisom".utf8), "x.mp4", FileKind.video),
      ("MP4 of sound", [0, 0, 0, 32] + Array("ftypM4A ".utf8), "x", .audio),
      ("AVI", Array("RIFF1234AVI LIST".utf8), "x", .video),
      ("GIF", Array("GIF89a\u{1}\u{0}".utf8), "x", .video),
      ("Matroska", [0x1A, 0x45, 0xDF, 0xA3, 1, 0, 0, 0, 0], "x", .video),
      ("ASF of sound", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], "x.wma", .audio),
      ("an MPEG stream", [0, 0, 1, 0xBA, 0x44, 0, 4, 0], "x.mpg", .video),
      ("AAC", [0xFF, 0xF1, 0x50, 0x80, 2, 0x1F, 0xFC, 0, 0], "x", .audio),
    ] as [(String, [UInt8], String, FileKind)])
  func `are films and sound by their container`(
    _ name: String, _ bytes: [UInt8], _ path: String, _ kind: FileKind
  ) throws {
    #expect(try FileKind.of(MemorySource(bytes), path: path)?.kind == kind, "\(name)")
  }

  @Test func `are unknown if they look like nothing`() throws {
    #expect(try FileKind.of(MemorySource([0, 1, 2, 3, 200, 7, 0, 0]), path: "x.bin") == nil)
    #expect(throws: FormatError.self) { try Self.kind("", "x") }
    #expect(throws: FormatError.self) { try Self.kind("%PDF-1.7", "x.db") }
  }

  @Test func `are unpacked if they are alone in an archive`() throws {
    let one = MemorySource(
      `NumPy arrays`.bytes(
        "UEsDBBQAAAAIAAAAIVwAAAAAAgAAAAAAAAAFAAAAZGF0YS8DAFBLAwQUAAAACAAAACFc5enWzg4AAAAMAAAA"
          + "DQAAAGRhdGEvcHVtcC5jc3ZL1EniMtQx4jLWMeECAFBLAwQUAAAACAAAACFcgxbcjAMAAAABAAAAEwAAAF9f"
          + "TUFDT1NYLy5fcHVtcC5jc3arAABQSwECFAMUAAAACAAAACFcAAAAAAIAAAAAAAAABQAAAAAAAAAAAAAAgAEA"
          + "AAAAZGF0YS9QSwECFAMUAAAACAAAACFc5enWzg4AAAAMAAAADQAAAAAAAAAAAAAAgAElAAAAZGF0YS9wdW1w"
          + "LmNzdlBLAQIUAxQAAAAIAAAAIVyDFtyMAwAAAAEAAAATAAAAAAAAAAAAAACAAV4AAABfX01BQ09TWC8uX3B1"
          + "bXAuY3N2UEsFBgAAAAADAAMArwAAAJIAAAAAAA=="))
    #expect(try FileKind.of(one, path: "pump.zip")?.kind == .table)
    #expect(try Packed.unpack(one) == Array("a,b\n1,2\n3,4\n".utf8))
    let several = MemorySource(
      `NumPy arrays`.bytes(
        "UEsDBBQAAAAIAAAAIVwAJMGJBgAAAAQAAAAFAAAAYS5jc3ZL5DLkAgBQSwMEFAAAAAgAAAAhXAAkwYkGAAAA"
          + "BAAAAAUAAABiLmNzdkvkMuQCAFBLAQIUAxQAAAAIAAAAIVwAJMGJBgAAAAQAAAAFAAAAAAAAAAAAAACAAQAA"
          + "AABhLmNzdlBLAQIUAxQAAAAIAAAAIVwAJMGJBgAAAAQAAAAFAAAAAAAAAAAAAACAASkAAABiLmNzdlBLBQYA"
          + "AAAAAgACAGYAAABSAAAAAAA="))
    #expect(throws: FormatError.self) { try FileKind.of(several, path: "pump.zip") }
    let nested = MemorySource(
      `NumPy arrays`.bytes(
        "UEsDBBQAAAAIAAAAIVzwHfDzTAAAAM4AAAAFAAAAYS56aXAL8GZmEWFgYOAAYsUYBpWDnWxAFgsQswJxol5y"
          + "cZn3E6MnTAwBeBUmIStkZBJhxq0UBhoYGWA2EK9FE2ZXgDcrSAUDExCmAekgsAIAUEsBAhQDFAAAAAgAAAAh"
          + "XPAd8PNMAAAAzgAAAAUAAAAAAAAAAAAAAIABAAAAAGEuemlwUEsFBgAAAAABAAEAMwAAAG8AAAAAAA=="))
    #expect(throws: FormatError.unsupported("it holds another archive; unpack it with `unzip`")) {
      try FileKind.of(nested, path: "pump.zip")
    }
  }

  @Test func `of MATLAB 4 are refused by name`() throws {
    let little: [UInt8] =
      [0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 97, 0] + [UInt8](repeating: 1, count: 8)
    #expect(
      throws: FormatError.unsupported("it is a MATLAB file of version 4; save it again with `save FILE -v7`")
    ) {
      try FileKind.of(MemorySource(little), path: "x.mat")
    }
  }

  @Test func `with any bytes never end the program`() {
    var random = SeededGenerator(seed: 6)
    let starts = ["", "{", "[", "<", "RIFF", "PK\u{3}\u{4}", "solid", "1 1 1\n", "P5", "Jun 14 "]
    for round in 0..<3000 {
      let bytes =
        Array(starts[round % starts.count].utf8)
        + (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
      _ = try? FileKind.of(MemorySource(bytes), path: ["a", "a.csv", "a.stl", "a.txt"][round % 4])
    }
  }
}

@Suite struct `Logs of unknown form` {
  @Test(
    arguments: [
      ("RFC 5424", "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - failed\n", "content", "- failed"),
      ("RFC 3164", "<34>Oct 11 22:14:15 host su: failed\n", "component", "su"),
      ("syslog", "Oct 11 22:14:15 host su[12]: failed\n", "pid", "12"),
      ("Apache", "[Sun Dec 04 04:47:44 2005] [notice] workers\n", "level", "notice"),
      ("a web server", "1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] \"GET /a\" 200 2326\n", "user", "bob"),
      (
        "the combined form",
        "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET /a b\" 404 - \"-\" \"curl/8 (x)\"\n",
        "status", "404"
      ),
      (
        "the common form", "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 12\n", "bytes",
        "12"
      ),
      ("Java", "2015-10-18 18:01:47,978 INFO [main] org.app: ok then\n", "component", "org.app"),
      ("HDFS", "081109 203615 148 INFO dfs.Data: one two\n", "level", "INFO"),
      ("zones", "2026-03-01T08:00:00+01:00 WARN hot\n", "level", "WARN"),
      ("PostgreSQL", "2026-03-01 08:00:00.123 UTC [12] LOG:  ready [7]: x\n", "pid", "12"),
      ("… with users", "2026-03-01 08:00:00.123 UTC [12] me@shop ERROR:  no table\n", "database", "shop"),
      ("MySQL", "2026-03-01T08:00:00.123456Z 7 [Note] ready\n", "level", "Note"),
      ("Spring", "2026-03-01 08:00:00.123  INFO 12 --- [   main] o.s.Web  : up\n", "thread", "main"),
      ("Python", "2026-03-01 08:00:00,123 - app.work - INFO - up\n", "component", "app.work"),
      ("Rust", "[2026-03-01T08:00:00Z INFO  app::db] up\n", "component", "app::db"),
      ("Android", "03-17 16:13:38.811  1702  2395 D Windows: up\n", "tid", "2395"),
      ("Kubernetes", "I0301 08:00:00.123456       1 main.go:12] up\n", "component", "main.go:12"),
      ("Redis", "12:M 01 Mar 2026 08:00:00.123 * Ready\n", "role", "M"),
      ("nginx", "2026/03/01 08:00:00 [error] 12#3: *1 open() failed\n", "tid", "3"),
      ("gunicorn", "[2026-03-01 08:00:00 +0000] [12] [INFO] Starting\n", "level", "INFO"),
      ("a kernel", "[    1.234567] usb 1-1: new device\n", "content", ""),
      ("a program that names itself first", "dpkg 2026-03-01 08:00:00: link moved\n", "component", "dpkg"),
    ] as [(String, String, String, String)])
  func `are read by the form of their lines`(_ name: String, _ line: String, _ field: String, _ value: String)
    throws
  {
    let pattern = try #require(LogPattern.guess(Array((line + line).utf8)), "\(name)")
    let source = MemorySource(Array((line + line).utf8))
    let log = try LogReader(LogReader.Options(pattern: pattern), sample: source).read(source, work: Work())
      .log
    #expect(log.frame.rowCount == 2, "\(name)")
    if field == "content" { return }
    guard let column = log.frame.column(field) else {
      Issue.record("\(name) has no \(field): \(pattern.text)")
      return
    }
    switch column.cells {
    case .category(let codes, let levels): #expect(levels[Int(codes[0])] == value, "\(name)")
    case .text(let texts): #expect(texts[0] == value, "\(name)")
    case .number(let numbers): #expect("\(Int(numbers[0]))" == value, "\(name)")
    default: Issue.record("\(name)")
    }
  }

  @Test func `are not made up for prose`() {
    #expect(LogPattern.guess(Array("Once upon a time\nthere was a pump\n".utf8)) == nil)
  }
}

@Suite struct `JSON as rows` {
  static func read(_ text: String, _ member: String? = nil) throws -> ObjectFile {
    try ObjectFile(MemorySource(Array(text.utf8)), member: member, work: Work())
  }

  @Test func `has a column a member, those of inner objects by path`() throws {
    let file = try Self.read(
      """
      {"t": "2026-03-01T08:00:00Z", "a": {"b": 1, "c": true}, "l": [1, 2]}
      {"t": "2026-03-01T08:00:01+01:00", "a": {"b": null, "c": false}, "x": "y"}
      no object
      """)
    #expect(file.columns.map(\.name) == ["t", "a.b", "a.c", "l", "x"] && file.rowCount == 2)
    #expect(file.columns.map(\.type.rawValue) == ["time", "number", "bool", "category", "category"])
    #expect(file.columns[1].isNull(1) && file.columns[4].isNull(0) && file.refused?.count == 1)
  }

  @Test func `is found inside one object, or by its name`() throws {
    let file = try Self.read("{\"n\": 2, \"items\": [{\"a\": 1}, {\"a\": 2}]}")
    #expect(file.member == "items" && file.rowCount == 2 && file.beside.map(\.name) == ["n"])
    let both = try Self.read("{\"08\": [{\"a\": 1}], \"09\": [{\"a\": 2}, {\"a\": 3}]}")
    #expect(both.columns.map(\.name) == ["member", "a"] && both.columns[1].numbers == [1, 2, 3])
    let inner = try Self.read("{\"d\": {\"x\": [{\"a\": 1}], \"y\": [{\"b\": 1}]}}", "d.y")
    #expect(inner.columns.map(\.name) == ["b"])
  }

  @Test(arguments: [
    ("a list a column", "{\"a\": [1, 2], \"b\": [\"x\", null]}", nil),
    ("names first", "[[\"a\", \"b\"], [1, \"x\"], [2, null]]", nil),
    (
      "names apart", "{\"columns\": [\"a\", \"b\"], \"index\": [0, 1], \"data\": [[1, \"x\"], [2, null]]}",
      nil
    ),
    ("lists of cells inside", "{\"n\": 1, \"rows\": [[\"a\", \"b\"], [1, \"x\"], [2, null]]}", "rows"),
  ]) func `may be written by columns or without names`(_ name: String, _ text: String, _ member: String?)
    throws
  {
    let file = try Self.read(text, member)
    #expect(file.columns.map(\.name) == ["a", "b"] && file.columns[0].numbers == [1, 2], "\(name)")
    #expect(file.rowCount == 2 && file.columns[1].isNull(1) && !file.columns[1].isNull(0), "\(name)")
  }

  @Test func `without any names gets numbered ones`() throws {
    #expect(try Self.read("[[1, 2], [3, 4]]").columns.map(\.name) == ["column1", "column2"])
    #expect(try Self.read("[1, 2, 5]").columns.first?.numbers == [1, 2, 5])
  }

  @Test func `may hold what Python writes for numbers that are none`() throws {
    let file = try Self.read("[{\"a\": NaN}, {\"a\": -Infinity}, {\"a\": 2}]")
    #expect(file.columns[0].isNull(0) && file.columns[0].numbers?.dropFirst() == [-.infinity, 2])
    #expect(throws: FormatError.self) { try Self.read("[{\"a\": Nan}]") }
  }

  @Test(arguments: [
    ("nothing", "", nil), ("two lists", "{\"n\": 1, \"a\": [{\"x\": 1}], \"b\": [{\"x\": 1}]}", nil),
    ("no such member", "{\"a\": 1}", "b"), ("a broken document", "[\n{\"a\": 1},\n", nil),
    ("a number", "7", nil),
  ]) func `that is none is refused`(_ name: String, _ text: String, _ member: String?) {
    #expect(throws: FormatError.self, "\(name)") { try Self.read(text, member) }
  }

  @Test func `with changed bytes never ends the program`() {
    var random = SeededGenerator(seed: 2)
    let text = Array(
      "{\"n\": 2, \"items\": [{\"a\": {\"b\": [1, \"x\"]}}, {\"a\": -2e5}]}\n{\"q\": null}\n".utf8)
    for _ in 0..<3000 {
      var changed = text
      for _ in 0...random.below(5) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      _ = try? ObjectFile(MemorySource(Array(changed.prefix(random.below(changed.count) + 1))), work: Work())
    }
  }
}
