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

@Suite struct `Loading packed tables` {
  /// A frame of Zstandard (RFC 8878) with one block as it is.
  private static func packed(_ text: String) -> [UInt8] {
    let size = text.utf8.count
    let head = size << 3 | 1
    return [0x28, 0xB5, 0x2F, 0xFD, 0x20, UInt8(size)]
      + [UInt8(head & 255), UInt8(head >> 8 & 255), UInt8(head >> 16)] + Array(text.utf8)
  }

  @Test func `takes them by a glob, each as a segment, as if they were not packed`() throws {
    let texts = (1...3).map { "time,a\n2026-01-0\($0) 00:00:00,\($0)\n2026-01-0\($0) 00:00:01,\n" }
    var files: [String: [UInt8]] = [:]
    for (place, text) in texts.enumerated() {
      files["logs/\(place).csv"] = Array(text.utf8)
      files["logs/\(place).csv.zst"] = Self.packed(text)
    }
    let session = Session(world: .memory(MemoryFiles(files)))
    let values = ["logs/*.csv", "'logs/*.csv.zst'"].map { path in
      session.type("load table \(path) --time time").results.first?.value
    }
    guard case .series(let plain)? = values[0], case .series(let unpacked)? = values[1] else {
      Issue.record("no series")
      return
    }
    #expect(plain.rowCount == 6 && plain.index.runs.count == 3)
    #expect(OddFrames.differences(plain, unpacked) == [])
    #expect(unpacked.index.segments.map(\.name) == ["0.csv.zst", "1.csv.zst", "2.csv.zst"])
    #expect(session.type("load logs/*.csv.zst").results.first?.value.index?.count == 6)
  }
}

@Suite struct `Loading sound` {
  private struct TwoSamples: AudioDecoder {
    func decode(_ source: any ByteSource, name: String) throws(Diagnostic) -> DecodedSound {
      if source.count == 0 { throw Diagnostic("E0530", "`\(name)` is no sound", remedy: "Give another.") }
      return DecodedSound(Audio(sampleRate: 8000, channels: [[0, 0.5]]), remarks: ["damaged"])
    }
  }

  @Test func `keeps rate and channels and says when it began`() throws {
    let files = MemoryFiles(["mic.wav": "x", "empty.wav": ""])
    let session = Session(world: World(files: files, audio: TwoSamples(), clock: StoppedClock()))
    let result = try #require(session.type("mic = load audio mic.wav --start 2026-03-01T08:00").results.first)
    guard case .audio(let audio) = result.value else { return }
    #expect(result.remarks == ["damaged"])
    #expect(audio.channels == [[0, 0.5]] && audio.sampleRate == 8000)
    #expect(audio.start == Instant("2026-03-01T08:00"))
    let failure = session.type("load audio empty.wav").diagnostics.first
    #expect(failure?.code == "E0530" && failure?.range == 11..<20)
  }

  @Test func `tells how much of a file that was cut off is there`() throws {
    let whole = try #require(
      WaveFile.bytes(of: Audio(sampleRate: 100, channels: [[Float](repeating: 0.5, count: 200)])))
    for (count, isTold) in [(whole.count, false), (whole.count - 400, true)] {
      let session = Session(world: .memory(MemoryFiles(["a.wav": Array(whole.prefix(count))])))
      let result = try #require(session.type("a = load audio a.wav").results.first)
      let told = result.remarks.contains("the file is cut off: 1 s of the 2 s that its header tells")
      #expect(told == isTold, "\(result.remarks)")
    }
  }
}

@Suite struct `Loading arrays and logs` {
  private static let log = """
    081109 203615 148 INFO dfs.DataNode: Received block blk_38 of size 67108864 from /10.0.0.1
    081109 203616 149 WARN dfs.DataNode: Received block blk_-1 of size 91178 from /10.0.0.2
    081109 203617 150 INFO dfs.Name: Deleted

    """
  private static let format = #"--format "<Date> <Time> <Pid> <Level> <Component>: <Content>""#

  private func session(_ files: [String: [UInt8]] = [:]) -> Session {
    Session(world: .memory(MemoryFiles(files.merging(["hdfs.log": Array(Self.log.utf8)]) { $1 })))
  }

  @Test func `gives events with time, fields and templates, known before it runs`() throws {
    let session = session()
    let checked = try session.checker().check("load log hdfs.log \(Self.format) --labels level")
    guard case .pipeline(let pipeline) = checked else { return }
    #expect(pipeline.shape.kind == .log)
    #expect(pipeline.shape.columns?.map(\.name) == ["pid", "level", "component", "message"])
    let result = try #require(
      session.type("hdfs = load log hdfs.log \(Self.format) --labels level").results.first)
    guard case .log(let log) = result.value else { return }
    #expect(log.frame.columns.map(\.type) == [.number, .category, .category, .text])
    #expect(log.frame.labels.map(\.name) == ["level"])
    #expect(log.frame.index.time?[1] == Instant("2008-11-09T20:36:16"))
    #expect(log.templates == ["Received block <*> of size <*> from /<*>", "Deleted"])
    #expect(result.remarks == ["2 templates in 3 events"])
  }

  @Test func `takes whole lines without a format`() throws {
    let notes = session(["notes.log": Array("pump off\nvalve open\npump on\n".utf8)])
    let result = try #require(notes.type("notes = load log notes.log").results.first)
    guard case .log(let log) = result.value else { return }
    #expect(log.frame.columns.map(\.name) == ["message"] && log.frame.index == .rows(3))
  }

  @Test(arguments: [
    ("a broken format", #"load log hdfs.log --format "<Date""#, "E0537"),
    ("an unknown field", "load log hdfs.log --labels cause", "E0524"),
    ("a format that does not fit", #"load log hdfs.log --format "[<Time>] <Content>""#, "E0521"),
    ("an unknown array", "load array xy.npz --key Z", "E0534"),
    ("no array", "load array hdfs.log", "E0520"),
  ]) func `says what is wrong`(_ name: String, _ line: String, _ code: String) throws {
    let session = session(["xy.npz": Self.archive])
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(diagnostic.code == code && diagnostic.range != nil && !diagnostic.remedy.isEmpty, "\(name)")
  }

  /// `X` of 2 × 2 and `y` of 2, written by NumPy.
  private static let archive: [UInt8] = zip(
    [
      ("X", "(2, 2)", [0.0, 1, 2, 3]), ("y", "(2,)", [0.0, 1]), ("z", "(3,)", [0.0, 1, 2]),
    ])

  private static func zip(_ arrays: [(name: String, shape: String, values: [Double])]) -> [UInt8] {
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, shape, values) in arrays {
      let header = Array("{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
      let numbers = values.flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * $0)) }
      }
      let array = [0x93] + Array("NUMPY".utf8) + [1, 0] + little(header.count, 2) + header + numbers
      let file = Array("\(name).npy".utf8)
      let facts = little(0, 10) + little(0, 4) + little(array.count, 4) + little(array.count, 4)
      let start = bytes.count
      bytes += [0x50, 0x4B, 3, 4] + facts + little(file.count, 2) + little(0, 2) + file + array
      directory += [0x50, 0x4B, 1, 2] + little(0, 2) + facts + little(file.count, 2) + little(0, 12)
      directory += little(start, 4) + file
    }
    let end = [0x50, 0x4B, 5, 6] + little(0, 4) + little(arrays.count, 2) + little(arrays.count, 2)
    return bytes + directory + end + little(directory.count, 4) + little(bytes.count, 4) + little(0, 2)
  }

  @Test func `makes a column of each name of a long table`() throws {
    let text = """
      t,sensor,value,site
      2026-03-01T08:00:02,flow,3,a
      2026-03-01T08:00:00,flow,1,a
      2026-03-01T08:00:00,heat,20.5,a
      2026-03-01T08:00:01,flow,2,a
      2026-03-01T08:00:01,flow,2.5,a
      2026-03-01T08:00:02,,9,a

      """
    let session = Session(world: .memory(MemoryFiles(["long.csv": text])))
    let result = try #require(
      session.type("load table long.csv --time t --key sensor --value value").results.first)
    guard case .series(let frame) = result.value else {
      Issue.record("no series")
      return
    }
    #expect(frame.rowCount == 3 && frame.columns.map(\.name) == ["flow", "heat"])
    #expect(frame.column("flow")?.numbers == [1, 2.5, 3] && frame.column("heat")?.nullCount == 2)
    #expect(
      result.remarks.suffix(3) == [
        "1 value of a name and time that came before: the last counts", "1 row without a name left out",
        "left out beside names and values: site",
      ])
  }

  @Test(arguments: [
    ("no value", "load table long.csv --time t --key sensor", "E0524"),
    ("no time", "load table long.csv --key sensor --value x", "E0524"),
    ("another column", "load table long.csv --time t --key who --value x", "E0524"),
    ("words", "load table long.csv --time t --key sensor --value word", "E0525"),
  ]) func `needs a time, a name and a number for a long table`(
    _ name: String, _ line: String, _ code: String
  ) throws {
    let text = "t,sensor,x,word\n2026-03-01T08:00,a,1,on\n2026-03-01T09:00,b,1,off\n"
    let session = Session(world: .memory(MemoryFiles(["long.csv": text])))
    #expect(session.type(line).diagnostics.first?.code == code, "\(name)")
  }

  @Test func `takes times and names from arrays`() throws {
    let moments: [Int64?] = [5, nil, 7_000_000_000]
    let archive = ZipArchive.storing([
      ("when.npy", ArrayWriter.bytes(times: moments)),
      ("who.npy", ArrayWriter.bytes(texts: ["a", "", "größe"])),
      ("x.npy", ArrayWriter.bytes(shape: [3], values: [1, 2, 3])),
    ])
    let session = Session(world: .memory(MemoryFiles(["a.npz": archive ?? []])))
    let events = session.type(
      "load array a.npz --time when", "load array a.npz --id who", "load array a.npz --time x")
    guard case .series(let series)? = events.results.first?.value,
      case .table(let table)? = events.results.last?.value
    else {
      Issue.record("\(events.diagnostics)")
      return
    }
    #expect(series.index.time?[1] == Instant(nanoseconds: 7_000_000_000) && series.rowCount == 2)
    #expect(table.index.label(of: 2) == "größe" && table.column("when")?.nullCount == 1)
    #expect(events.diagnostics.map(\.code) == ["E0525"])
  }

  @Test func `takes arrays of an archive, labels apart`() throws {
    let session = session(["xy.npz": Self.archive])
    let result = try #require(session.type("t = load array xy.npz --key X --labels y").results.first)
    guard case .table(let frame) = result.value else { return }
    #expect(frame.columns.map(\.name) == ["X0", "X1", "y"])
    #expect(frame.features.map(\.name) == ["X0", "X1"] && frame.labels.map(\.name) == ["y"])
    #expect(frame.columns[1].numbers == [1, 3])
    let all = try #require(session.type("load array xy.npz").diagnostics.first)
    #expect(all.code == "E0535" && all.summary.contains("`z` 3"))
  }
}
