import Formats
import Foundation
import Numerics
import Testing
import Values

@Suite struct `Logs` {
  static func read(
    _ text: String, _ pattern: String, _ change: (inout LogReader.Options) -> Void = { _ in }
  ) throws -> LogReader.Result {
    var options = LogReader.Options(pattern: try LogPattern(pattern))
    change(&options)
    let source = MemorySource(Array(text.utf8))
    return try LogReader(options, sample: source).read(source, work: Work())
  }

  private func times(_ result: LogReader.Result) -> [Int64] {
    if case .time(.listed(let times)) = result.log.frame.index.address { times } else { [] }
  }

  private func texts(_ column: Column?) -> [String] {
    switch column?.cells {
    case .text(let texts): (0..<texts.count).map { texts[$0] }
    case .category(let codes, let levels): codes.map { $0 < 0 ? "-" : levels[Int($0)] }
    case .number(let numbers): numbers.map { "\($0)" }
    default: []
    }
  }

  @Test func `become columns, times and templates`() throws {
    let result = try Self.read(
      """
      2026-03-01 08:00:00,250 INFO  pump: pressure 3.1 bar reached
      2026-03-01 08:00:01,000 WARN  pump: pressure 2.7 bar reached

      2026-03-01 08:00:02,000 INFO  valve: closed
      """, "<Date> <Time> <Level> <Component>: <Content>")
    #expect(
      times(result) == [1_772_352_000_250_000_000, 1_772_352_001_000_000_000, 1_772_352_002_000_000_000])
    #expect(result.log.frame.columns.map(\.name) == ["level", "component", "message"])
    #expect(texts(result.log.frame.column("level")) == ["INFO", "WARN", "INFO"])
    #expect(texts(result.log.frame.column("message"))[2] == "closed")
    #expect(result.log.templates == ["pressure <*> bar reached", "closed"])
    #expect(result.log.templateOfRow == [0, 0, 1])
  }

  @Test func `go on over several lines, which are counted`() throws {
    let result = try Self.read(
      "stray\n1700000000 a\n  at f()\n  at g()\n1700000001 b\n1700000002 c\n", "<Time> <Content>")
    #expect(texts(result.log.frame.column("message")) == ["a\n  at f()\n  at g()", "b", "c"])
    #expect(result.continued == 2 && result.firstContinued == 3)
    #expect(result.leftOut == 1 && result.firstLeftOut == 1)
    #expect(result.log.templates == ["a", "b", "c"])
  }

  @Test func `what looks like a line without its time goes on`() throws {
    let result = try Self.read(
      """
      2026-03-01 08:00:00,250 ERROR job 7 failed
      java.lang.NullPointerException: x is null
      \tat acme.Worker.run(Worker.java:42)
      2026-03-01 08:00:01,000 INFO  done
      """, "<Date> <Time> <Level> <Content>")
    #expect(
      texts(result.log.frame.column("message")) == [
        "job 7 failed\njava.lang.NullPointerException: x is null\n\tat acme.Worker.run(Worker.java:42)",
        "done",
      ])
    #expect(result.continued == 2 && result.leftOut == 0)
  }

  @Test(
    arguments: [
      ("HDFS", "081109 203615", "<Date> <Time>", 1_226_262_975_000_000_000),
      ("BGL", "2005-06-03-15.42.50.675872", "<Time>", 1_117_813_370_675_872_000),
      ("Spark", "17/06/09 20:10:40", "<Date> <Time>", 1_497_039_040_000_000_000),
      ("Apache", "Sun Dec 04 04:47:44 2005", "<Time>", 1_133_671_664_000_000_000),
      ("web server", "10/Oct/2000:13:55:36 -0700", "<Time>", 971_211_336_000_000_000),
      ("points", "2005.11.09 12:01:01", "<Date> <Time>", 1_131_537_661_000_000_000),
      ("epoch", "1131524071", "<Timestamp>", 1_131_524_071_000_000_000),
    ] as [(String, String, String, Int64)]) func `tell the time in many ways`(
      _ name: String, _ stamp: String, _ pattern: String, _ expected: Int64
    ) throws
  {
    #expect(times(try Self.read("\(stamp) | text", pattern + " \\| <Content>")) == [expected], "\(name)")
  }

  @Test func `without a year take one, and the next when months begin again`() throws {
    let result = try Self.read("Dec 31 23:59:59 a\nJan  1 00:00:00 b\n", "<Month> <Day> <Time> <Content>") {
      $0.year = 2005
    }
    #expect(times(result) == [1_136_073_599_000_000_000, 1_136_073_600_000_000_000])
    #expect(result.yearIsTaken)
  }

  @Test func `may have parts that are absent`() throws {
    let result = try Self.read(
      "sshd[12]: one\nkernel: two: three\n", "<Component>(\\[<PID>\\])?: <Content>")
    #expect(texts(result.log.frame.column("component")) == ["sshd", "kernel"])
    #expect(texts(result.log.frame.column("pid")) == ["12.0", "nan"])
    #expect(texts(result.log.frame.column("message")) == ["one", "two: three"])
  }

  @Test(arguments: ["no field", "<a", "<a><b>", "(<a>", "(<a>)", "<a> <a>", "<a>\\"])
  func `have patterns that are refused with a place`(_ pattern: String) {
    #expect(throws: LogPattern.Fault.self) { try LogPattern(pattern) }
  }

  @Test func `that do not fit their pattern are refused`() {
    #expect(throws: FormatError.malformedLine("no line fits the pattern `<Time> - <Content>`", line: 1)) {
      try Self.read("a\nb\n", "<Time> - <Content>")
    }
    #expect(throws: FormatError.malformedLine("the time `soon` is in no known form", line: 1)) {
      try Self.read("soon text\n", "<Time> <Content>")
    }
  }

  @Test func `of sequences of numbers are found to be no logs, soon`() {
    // Long lines of few words used to be tried at every place of every form.
    let lines = (0..<60).map { "case-\($0)," + String(repeating: "168 3 265 146 ", count: 400) }
    #expect(LogPattern.guess(Array(lines.joined(separator: "\n").utf8)) == nil)
  }

  @Test func `with hostile lines neither hang nor trap`() throws {
    var random = SeededGenerator(seed: 12)
    let bytes = Array("a <b>[]():\\ \t-2020".utf8)
    for _ in 0..<3000 {
      let pattern = (0..<Int(random.next() % 20)).map { _ in bytes[Int(random.next() % UInt64(bytes.count))] }
      let line = (0..<Int(random.next() % 60)).map { _ in bytes[Int(random.next() % UInt64(bytes.count))] }
      _ = try? Self.read(
        String(decoding: line, as: UTF8.self), String(decoding: pattern, as: UTF8.self) + " <Content>")
    }
    let many = String(repeating: "a ", count: 4000)
    _ = try? Self.read(many, "<a> <b> <c> <d> <e> <f> <g> <h> x <Content>")
  }
}

/// The logs of the loghub collection with the templates that people found, where they are at hand.
@Suite struct `Templates of real logs` {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data/loghub")

  static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

  /// Formats and settings of the loghub benchmark; the last number is Drain's published grouping accuracy there.
  @Test(
    .enabled(if: isPresent),
    arguments: [
      ("HDFS", "<Date> <Time> <Pid> <Level> <Component>: <Content>", 0.5, 4, [.block, .address], 0.998),
      ("Hadoop", "<Date> <Time> <Level> \\[<Process>\\] <Component>: <Content>", 0.5, 4, [.address], 0.948),
      ("Spark", "<Date> <Time> <Level> <Component>: <Content>", 0.5, 4, [.address], 0.920),
      (
        "Zookeeper", "<Date> <Time> - <Level>  \\[<Node>:<Component>@<Id>\\] - <Content>", 0.5, 4, [.address],
        0.967
      ),
      (
        "BGL", "<Label> <Timestamp> <Date> <Node> <Time> <NodeRepeat> <Type> <Component> <Level> <Content>",
        0.5, 4, [], 0.963
      ),
      (
        "Linux", "<Month> <Date> <Time> <Level> <Component>(\\[<PID>\\])?: <Content>", 0.39, 6,
        [.address, .clock], 0.690
      ),
      ("Apache", "\\[<Time>\\] \\[<Level>\\] <Content>", 0.5, 4, [.address], 1.0),
      (
        "OpenStack", "<Logrecord> <Date> <Time> <Pid> <Level> <Component> \\[<ADDR>\\] <Content>", 0.5, 5,
        [.address, .path, .number], 0.733
      ),
      (
        "OpenSSH", "<Month> <Day> <Time> <Component> sshd\\[<Pid>\\]: <Content>", 0.6, 5, [.address, .host],
        0.788
      ),
      (
        "Thunderbird",
        "<Label> <Timestamp> <Date> <User> <Month> <Day> <Time> <Location> <Component>(\\[<PID>\\])?: <Content>",
        0.5, 4, [.address], 0.955
      ),
    ] as [(String, String, Double, Int, Set<TemplateMiner.Mask>, Double)]
  ) func `group messages as people do`(
    _ system: String, _ pattern: String, _ similarity: Double, _ depth: Int, _ masks: Set<TemplateMiner.Mask>,
    _ published: Double
  ) throws {
    let folder = Self.folder.appending(path: system)
    let path = folder.appending(path: "\(system)_2k.log")
    guard FileManager.default.fileExists(atPath: path.path) else { return }
    var options = LogReader.Options(pattern: try LogPattern(pattern))
    options.mining.similarity = similarity
    options.mining.depth = depth
    options.year = 2005
    options.mining.masks = masks
    let source = MemorySource(Array(try Data(contentsOf: path)))
    let log = try LogReader(options, sample: source).read(source, work: Work()).log
    let truth = try DelimitedReader([
      MemorySource(Array(try Data(contentsOf: folder.appending(path: "\(system)_2k.log_structured.csv"))))
    ]).read(work: Work())
    let events = try #require(truth.columns.first { $0.name == "EventId" })
    guard case .category(let codes, _) = events.cells else { return }
    #expect(codes.count == log.frame.rowCount, "\(system)")
    guard codes.count == log.templateOfRow.count else { return }
    // A message counts if those that share its template are exactly those that share its event.
    var groups: [Int32: [Int]] = [:]
    var events2: [Int32: [Int]] = [:]
    for row in codes.indices {
      groups[log.templateOfRow[row], default: []].append(row)
      events2[codes[row], default: []].append(row)
    }
    let right = groups.values.reduce(0) { $0 + (events2[codes[$1[0]]] == $1 ? $1.count : 0) }
    let accuracy = Double(right) / Double(codes.count)
    #expect(abs(accuracy - published) < 0.02, "\(system): \(accuracy)")
  }
}
