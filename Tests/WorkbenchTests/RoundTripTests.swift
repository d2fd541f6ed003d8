import Chronology
import Encoding
import Formats
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// What is exported loads back equal, whatever its cells hold.
@Suite struct `What is exported` {
  private struct Back {
    let value: Value
    let hint: String?
  }

  /// Exports a value to `name` and loads it again with `options`.
  private func back(
    _ value: Value, _ kind: ValueKind, as name: String, load: String, _ options: [String] = []
  ) throws -> Back {
    let files = MemoryFiles([String: [UInt8]]())
    let world = World(
      files: files, audio: NoDecoder(), clock: StoppedClock(),
      commands: builtins + [Give("give", value, kind: kind)])
    let session = Session(world: world)
    let events = session.type(
      "x = give", "export x --to \(name)", "back = load \(load) \(name) " + options.joined(separator: " "))
    if let diagnostic = events.diagnostics.first { throw diagnostic }
    let back = try #require(session.bindings.last { $0.name == "back" }?.value)
    return Back(
      value: back, hint: events.results.dropFirst().first?.remarks.first { $0.hasPrefix("load it") })
  }

  private func frame(_ value: Value) throws -> Frame {
    switch value {
    case .table(let frame), .series(let frame): return frame
    default: throw Diagnostic("", "no frame", remedy: "")
    }
  }

  private func address(_ frame: Frame) -> [String] {
    switch frame.index.address {
    case .row: []
    case .time: ["--time time"]
    case .sample: ["--id id"]
    }
  }

  private func value(_ frame: Frame) -> (Value, ValueKind) {
    frame.index.time == nil ? (.table(frame), .table) : (.series(frame), .series)
  }

  private static let cases = (0..<40).map { (seed: UInt64($0), rows: [1, 2, 3, 17, 400][$0 % 5]) }

  @Test(arguments: cases) func `is the same from CSV and TSV, told what is text`(
    _ seed: UInt64, _ rows: Int
  ) throws {
    let odd = OddFrames.frame(seed: seed, rows: rows)
    let (value, kind) = value(odd)
    let texts = odd.columns.filter { $0.type == .text }.map { Word.written($0.name) }.joined(separator: ",")
    for (ending, delimiter) in [("csv", "comma"), ("tsv", "tab")] {
      let options = ["--header", "--decimal point", "--delimiter \(delimiter)", "--text \(texts)"]
      let back = try back(value, kind, as: "x.\(ending)", load: "table", options + address(odd))
      #expect(OddFrames.differences(odd, try frame(back.value)) == [], "\(ending)")
    }
  }

  @Test(arguments: cases) func `is the same from JSON Lines`(_ seed: UInt64, _ rows: Int) throws {
    let odd = OddFrames.frame(seed: seed, rows: rows)
    let (value, kind) = value(odd)
    let back = try back(value, kind, as: "x.jsonl", load: "json", address(odd))
    #expect(OddFrames.differences(odd, try frame(back.value)) == [])
  }

  @Test(arguments: cases) func `is the same from NPZ, where empty texts are missing`(
    _ seed: UInt64, _ rows: Int
  ) throws {
    let odd = OddFrames.frame(seed: seed, rows: rows)
    let (value, kind) = value(odd)
    let back = try back(value, kind, as: "x.npz", load: "array", address(odd))
    #expect(OddFrames.differences(odd, try frame(back.value), emptyIsMissing: true) == [])
  }

  @Test(arguments: cases) func `is the same from SQLite, but for the sign of zero`(
    _ seed: UInt64, _ rows: Int
  ) throws {
    let odd = OddFrames.frame(seed: seed, rows: rows)
    let plain = odd.with(
      columns: odd.columns.map { column in
        guard case .number(let numbers) = column.cells else { return column }
        return Column(numbers: numbers.map { $0 == 0 ? 0 : $0 }, name: column.name)
      })
    let (value, kind) = value(plain)
    let back = try back(value, kind, as: "x.sqlite", load: "sqlite", address(odd))
    #expect(OddFrames.differences(plain, try frame(back.value)) == [])
  }

  @Test(arguments: cases) func `is the same from ARFF, but for line breaks`(_ seed: UInt64, _ rows: Int)
    throws
  {
    let texts = OddFrames.texts.filter { !$0.contains(where: \.isNewline) && !$0.contains("\t") }
    let odd = OddFrames.frame(seed: seed, rows: rows, texts: texts)
    let (value, kind) = value(odd)
    let back = try back(value, kind, as: "x.arff", load: "arff", address(odd))
    #expect(OddFrames.differences(odd, try frame(back.value)) == [])
  }

  @Test(arguments: cases) func `has the same bits from NPY and MAT`(_ seed: UInt64, _ rows: Int) throws {
    let odd = OddFrames.frame(seed: seed, rows: rows)
    let numbers = odd.columns.compactMap(\.numbers)
    for (name, load) in [("x.npy", "array"), ("x.mat", "matlab")] {
      let back = try frame(try back(.table(odd), .table, as: name, load: load).value)
      #expect(
        back.columns.compactMap { $0.numbers?.map(\.bitPattern) } == numbers.map { $0.map(\.bitPattern) })
    }
  }

  @Test func `says how text must be loaded that looks like something else`() throws {
    let frame = Frame(
      index: .rows(30),
      columns: [
        Column("code", .text(TextColumn((0..<30).map { "\($0 + 100)" }))),
        Column("2026", .text(TextColumn((0..<30).map { "w\($0)" }))),
      ])
    let back = try back(.table(frame), .table, as: "x.csv", load: "table", ["--header", "--text code"])
    #expect(back.hint == "load it with `--header --text code` to get the same back")
    #expect(OddFrames.differences(frame, try self.frame(back.value)) == [])
  }

  @Test(arguments: [(1, 8), (1, 16), (2, 8), (2, 16), (3, 8), (3, 16), (4, 8), (4, 16)])
  func `has the same pixels from PNG`(_ channels: Int, _ bits: Int) throws {
    var random = SeededGenerator(seed: UInt64(channels * bits))
    let count = 13 * 7 * channels
    let samples: PictureSamples =
      bits == 8
      ? .unsigned8((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      : .unsigned16((0..<count).map { _ in UInt16(truncatingIfNeeded: random.next()) })
    let picture = Picture(width: 13, height: 7, channels: channels, samples: samples)
    let images = Images(
      frame: Frame(index: .rows(1), columns: []), shapes: [picture.shape], digests: [1],
      pictures: PicturesInMemory([picture]))
    guard case .images(let found) = try back(.images(images), .images, as: "x.png", load: "image").value
    else {
      Issue.record("no picture")
      return
    }
    #expect(try found.picture(0) == picture)
  }

  @Test(arguments: [1, 2, 5]) func `has the same samples from WAV`(_ channels: Int) throws {
    let odd: [Float] = [0, -0.0, 1, -1, 1.5, 1e-30, -.leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3]
    var random = SeededGenerator(seed: 3)
    for length in [1, 2, 1001] {
      let audio = Audio(
        sampleRate: 22_050,
        channels: (0..<channels).map { _ in (0..<length).map { _ in odd[Int(random.next() % 9)] } })
      guard case .audio(let back) = try back(.audio(audio), .audio, as: "x.wav", load: "audio").value else {
        Issue.record("no sound")
        return
      }
      #expect(back.sampleRate == audio.sampleRate)
      #expect(back.channels.map { $0.map(\.bitPattern) } == audio.channels.map { $0.map(\.bitPattern) })
    }
  }

  @Test func `has the same points from PLY`() throws {
    let columns = ["x", "y", "z", "intensity"].map { name in
      Column(numbers: [0, -0.0, 1 / 3, 1e-300, name == "intensity" ? .nan : -1, 7], name: name)
    }
    let cloud = Cloud(points: Frame(index: .rows(6), columns: columns))
    guard case .cloud(let back) = try back(.cloud(cloud), .cloud, as: "x.ply", load: "cloud").value else {
      Issue.record("no cloud")
      return
    }
    #expect(OddFrames.differences(cloud.points, back.points) == [])
  }
}
