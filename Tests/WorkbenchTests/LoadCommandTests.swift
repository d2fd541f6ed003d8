import Chronology
import Formats
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Loading a table` {
  static let pump = """
    datetime;Temperature;cause;anomaly
    2026-03-01 08:00:00;79,5;;0
    2026-03-01 08:00:01;79,6;valve;1
    ;80,1;valve;1
    2026-03-01 08:00:03;;leak;0

    """

  static func session(_ files: [String: String] = ["data/pump.csv": pump]) -> Session {
    Session(world: .memory(MemoryFiles(files)))
  }

  private func frame(_ session: Session, _ line: String) throws -> Frame {
    let events = session.type(line)
    let result = try #require(events.results.first, "\(events.diagnostics)")
    switch result.value {
    case .table(let frame), .series(let frame): return frame
    default: throw Diagnostic("", "not a frame", remedy: "")
    }
  }

  @Test func `keeps every column a feature unless something is said`() throws {
    let frame = try frame(Self.session(), "pump = load table data/pump.csv")
    #expect(frame.index == .rows(4))
    #expect(frame.columns.map(\.name) == ["datetime", "Temperature", "cause", "anomaly"])
    #expect(frame.columns.map(\.type) == [.time, .number, .category, .number])
    #expect(frame.columns.allSatisfy { $0.role == .feature })
    #expect(frame.columns[1].nullCount == 1)
  }

  @Test func `gives a series by time, without rows that have none, and with labels apart`() throws {
    let session = Self.session()
    let events = session.type("pump = load table data/pump.csv --time datetime --labels anomaly,cause")
    let result = try #require(events.results.first)
    guard case .series(let frame) = result.value else {
      Issue.record("not a series")
      return
    }
    let start = try #require(Instant("2026-03-01T08:00")).nanoseconds
    #expect(frame.index.address == .time(.listed([start, start + 1_000_000_000, start + 3_000_000_000])))
    #expect(frame.features.map(\.name) == ["Temperature"])
    #expect(frame.labels.map(\.name) == ["cause", "anomaly"])
    #expect(result.remarks == ["1 row has no time and is left out"])
  }

  @Test func `makes a segment of each file, named without the common folder`() throws {
    let session = Self.session([
      "in/a/1.csv": "v\n1\n2\n", "in/a/2.csv": "v\n", "in/b/1.csv": "v\n3\n",
    ])
    let frame = try frame(session, "x = load table in/*/1.csv in/a/2.csv")
    #expect(
      frame.index.segments == [Segment(name: "a/1.csv", rows: 0..<2), Segment(name: "b/1.csv", rows: 2..<3)])
    #expect(frame.columns[0].numbers == [1, 2, 3])
  }

  @Test func `addresses rows by an identifier that stays text`() throws {
    let frame = try frame(
      Self.session(["a.csv": "part,width\n007,1.5\n008,1.6\n"]), "x = load table a.csv --id part")
    #expect(frame.index.address == .sample(TextColumn(["007", "008"])))
    #expect(frame.columns[0].role == .identifier)
  }

  @Test func `knows the columns before anything runs`() throws {
    let session = Self.session()
    let checked = try session.checker().check("load table data/pump.csv --time datetime --labels anomaly")
    guard case .pipeline(let pipeline) = checked else { return }
    #expect(pipeline.shape.kind == .series)
    #expect(pipeline.shape.columns?.map(\.name) == ["Temperature", "cause", "anomaly"])
    #expect(pipeline.shape.columns?.map(\.type) == ["number", "category", "number"])
  }

  @Test func `reads times without a zone in the zone that is said`() throws {
    let session = Self.session(["a.csv": "t,v\n2026-03-01T08:00,1\n2026-03-01T08:00Z,2\n"])
    let frame = try frame(session, "x = load table a.csv --time t --zone +02:00")
    let utc = try #require(Instant("2026-03-01T08:00")).nanoseconds
    #expect(frame.index.address == .time(.listed([utc - 7_200_000_000_000, utc])))
  }

  @Test(arguments: [
    (
      "an unknown time column", "load table data/pump.csv --time datetme", "E0524", "did you mean `datetime`?"
    ),
    ("an unknown label", "load table data/pump.csv --labels anomalie", "E0524", "did you mean `anomaly`?"),
    ("a time column of numbers and words", "load table data/pump.csv --time cause", "E0525", nil),
    ("a missing file", "load table data/pumps.csv", "E0501", nil),
    ("an odd zone", "load table data/pump.csv --zone Berlin", "E0533", nil),
    ("two commas", "load table data/pump.csv --delimiter comma --decimal comma", "E0532", nil),
    ("an empty file", "load table empty.csv", "E0520", nil),
    ("no text", "load table zeros.bin", "E0522", nil),
    ("other columns", "load table data/pump.csv other.csv", "E0523", nil),
    ("an open quote", "load table quote.csv", "E0521", nil),
    (
      "ambiguous dates", "load table dates.csv --time day", "E0525",
      "Say which comes first: `--dates dmy` or `--dates mdy`."
    ),
  ]) func `says before or while it runs what is wrong`(
    _ name: String, _ line: String, _ code: String, _ remedy: String?
  ) throws {
    let session = Self.session([
      "data/pump.csv": Self.pump, "empty.csv": "", "zeros.bin": "a\0b", "other.csv": "a;b\n1;2\n",
      "quote.csv": "a,b\n1,\"2\n", "dates.csv": "day,v\n01/02/2026,1\n",
    ])
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(diagnostic.code == code, "\(name)")
    #expect(diagnostic.range != nil && !diagnostic.remedy.isEmpty, "\(name)")
    if let remedy { #expect(diagnostic.remedy == remedy, "\(name)") }
  }

  @Test func `tells what it repaired, with file and line`() throws {
    let rows = (0..<50).map { $0 == 7 ? "7,bad" : $0 == 9 ? "9" : "\($0),1" }
    let session = Self.session([
      "x/a.csv": "n,v\n1,1\n", "x/b.csv": "n,v\n" + rows.joined(separator: "\n"),
    ])
    let result = try #require(session.type("t = load table x/*.csv").results.first)
    #expect(
      result.remarks == [
        "1 row has too few cells (first: 1 in b.csv, line 11); the rest of them is missing",
        "1 cell of `v` is no number and is missing (first: `bad` in b.csv, line 9)",
      ])
  }
}

@Suite struct `Loading sound` {
  private struct TwoSamples: AudioDecoder {
    func decode(_ source: any ByteSource, name: String) throws(Diagnostic) -> Audio {
      if source.count == 0 { throw Diagnostic("E0530", "`\(name)` is no sound", remedy: "Give another.") }
      return Audio(sampleRate: 8000, channels: [[0, 0.5]])
    }
  }

  @Test func `keeps rate and channels and says when it began`() throws {
    let files = MemoryFiles(["mic.wav": "x", "empty.wav": ""])
    let session = Session(world: World(files: files, audio: TwoSamples(), clock: StoppedClock()))
    let result = try #require(session.type("mic = load audio mic.wav --start 2026-03-01T08:00").results.first)
    guard case .audio(let audio) = result.value else { return }
    #expect(audio.channels == [[0, 0.5]] && audio.sampleRate == 8000)
    #expect(audio.start == Instant("2026-03-01T08:00"))
    let failure = session.type("load audio empty.wav").diagnostics.first
    #expect(failure?.code == "E0530" && failure?.range == 11..<20)
  }
}
