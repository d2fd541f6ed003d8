import Chronology
import Formats
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// `describe file` and `window file` say of a file what `describe` says of the loaded value.
@Suite struct `Files read part by part` {
  private let files = MemoryFiles([String: [UInt8]]())
  private let session: Session

  init() { session = Session(world: .memory(files)) }

  private func frame(_ name: String) throws -> Frame {
    switch try #require(session.bindings.last { $0.name == name }?.value) {
    case .table(let frame), .series(let frame): return frame
    default: throw Diagnostic("", "no frame", remedy: "")
    }
  }

  @Test func `have the same summary as the loaded table`() throws {
    session.type(
      "pump = generate pump-station --minutes 30 --seed 7", "export pump --to pump.csv",
      "whole = load table pump.csv --time time | describe", "parts = describe file pump.csv --time time")
    let (whole, parts) = (try frame("whole"), try frame("parts"))
    let rows = (0..<parts.rowCount).filter { parts.columns[0].plainCell($0) != "time" }
    #expect(rows.count == whole.rowCount)
    for (column, other) in zip(whole.columns, parts.columns) where column.name != "role" {
      for (row, place) in rows.enumerated() {
        if let numbers = column.numbers, let found = other.numbers {
          let isClose = abs(numbers[row] - found[place]) <= 1e-12 * max(1, abs(numbers[row]))
          #expect(isClose || numbers[row].isNaN && found[place].isNaN, "\(column.name) \(row)")
        } else {
          #expect(column.plainCell(row) == other.plainCell(place), "\(column.name) \(row)")
        }
      }
    }
  }

  /// Rows that lie in many small parts.
  private func stream(_ text: String) throws -> RowStream {
    var options = DelimitedOptions()
    options.time = "t"
    return try RowStream(
      delimited: MemorySource(Array(text.utf8)), options: options, work: Work(), partSize: 64)
  }

  @Test(arguments: [1, 2]) func `give every row once, in order, on any number of threads`(_ threads: Int)
    throws
  {
    let lines = (0..<500).map { "\($0),\"a\nb\($0 % 7)\",\($0 % 3 == 0 ? "" : "true")\n" }
    let stream = try stream("n,text,flag\n" + lines.joined())
    #expect(stream.rowCount == 500 && stream.fields.map(\.type) == [.number, .category, .bool])
    var numbers: [Double] = []
    var texts: [String] = []
    var firsts: [Int] = []
    try stream.reduce(work: Work(threads: threads), { $0 }) { part in
      firsts.append(part.first)
      numbers += part.columns[0].numbers ?? []
      texts += (0..<part.columns[1].count).map { part.columns[1].plainCell($0) }
    }
    #expect(numbers == (0..<500).map(Double.init) && firsts.count > 10 && firsts == firsts.sorted())
    #expect(texts == (0..<500).map { "a\nb\($0 % 7)" })
  }

  @Test func `are cut into windows of time with mean, spread and ends`() throws {
    var text = "t,x,gap,state,fault\n"
    for second in [0, 1, 2, 3, 4, 5, 6, 7, 60, 61, -1] {
      let stamp = Instant(nanoseconds: Int64(second) * 1_000_000_000)
      text += "\(stamp)Z,\(second),\(second < 10 ? "" : "2"),on,\(second == 60 ? 1 : 0)\n"
    }
    files.text("w.csv", text)
    session.type("w = window file w.csv --time t --every 4s --labels fault")
    let frame = try frame("w")
    #expect((0..<4).map { frame.index.time?[$0].nanoseconds } == [-4, 0, 4, 60].map { $0 * 1_000_000_000 })
    #expect(frame.column("x.mean")?.numbers == [-1, 1.5, 5.5, 60.5])
    #expect(
      frame.column("x.max")?.numbers == [-1, 3, 7, 61] && frame.column("x.min")?.numbers == [-1, 0, 4, 60])
    let spread = frame.column("x.sd")?.numbers ?? []
    #expect(spread[0].isNaN && abs(spread[1] - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(frame.column("gap.mean")?.nullCount == 3)
    #expect(frame.column("fault")?.numbers == [0, 0, 0, 1] && frame.column("fault")?.role == .label)
    #expect(frame.column("state.mean") == nil)
  }

  @Test func `of sound have the windows of its samples`() throws {
    var random = SeededGenerator(seed: 5)
    let samples = (0..<200_000).map { _ in Float(random.unit() - 0.5) }
    let audio = Audio(sampleRate: 8000, channels: [samples, samples.map { -$0 / 2 }])
    files.bytes("s.wav", WaveFile.bytes(of: audio) ?? [])
    let events = session.type("d = describe file s.wav", "w = window file s.wav --every 10s")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    let (facts, windows) = (try frame("d"), try frame("w"))
    let whole = Moments(samples.map(Double.init))
    #expect(abs((facts.column("mean")?.numbers?[0] ?? 9) - whole.mean) < 1e-12)
    #expect(abs((facts.column("sd")?.numbers?[0] ?? 9) - whole.standardDeviation()) < 1e-12)
    #expect(facts.column("max")?.numbers?[1] == samples.map { -Double($0) / 2 }.max())
    #expect(windows.rowCount == 3 && windows.index.time?[2] == Instant(nanoseconds: 20_000_000_000))
    let last = Moments(samples[160_000...].map(Double.init))
    #expect(abs((windows.column("channel1.mean")?.numbers?[2] ?? 9) - last.mean) < 1e-12)
  }

  @Test(arguments: [
    ("windows of time without times", "window file a.csv --every 1s", "D0402"),
    ("an unknown column", "window file a.csv --time when", "E0524"),
    ("an unknown label", "window file a.csv --labels no", "E0524"),
    ("a column without times", "describe file a.csv --time x", "E0525"),
    ("a file that is not there", "describe file b.csv", "E0501"),
    ("coded sound", "describe file coded.wav", "E0522"),
  ]) func `are refused for a reason`(_ name: String, _ line: String, _ code: String) throws {
    files.text("a.csv", "x,state\n" + (0..<40).map { "w\($0),on\n" }.joined())
    var coded = WaveFile.bytes(of: Audio(sampleRate: 8000, channels: [[0, 1]])) ?? []
    coded[20] = 2
    files.bytes("coded.wav", coded)
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(diagnostic.code == code, "\(name): \(diagnostic)")
  }
}

extension MemoryFiles {
  fileprivate func text(_ path: String, _ text: String) { bytes(path, Array(text.utf8)) }
  fileprivate func bytes(_ path: String, _ bytes: [UInt8]) { try? write(bytes, to: path) }
}

extension Column {
  fileprivate func plainCell(_ row: Int) -> String {
    if isNull(row) { return "missing" }
    return switch cells {
    case .text(let texts): texts[row]
    case .category(let codes, let levels): levels[Int(codes[row])]
    default: ""
    }
  }
}
