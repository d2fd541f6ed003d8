import Chronology
import Formats
import Foundation
import Language
import Live
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// Parquet, Arrow and HDF5, where the libraries that `scripts/formats` installs are there.
private struct ColumnFiles {
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let script = package.appending(path: "scripts/columns.py").path

  /// Whether the helper answers as one does that has its libraries.
  static let arePresent: Bool = {
    guard let probe = try? ColumnFiles() else { return false }
    return probe.type("x = generate pump-station --minutes 5 --seed 1", "export x --to x.h5")
      .diagnostics.isEmpty
  }()

  let folder: URL
  let session: Session

  init(_ value: Value? = nil, kind: ValueKind = .table) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "sonde-columns-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let given = value.map { [Give("give", $0, kind: kind) as any Command] } ?? []
    var world = World(
      files: FileSystem(), audio: SoundFileDecoder(), clock: StoppedClock(), commands: builtins + given)
    world.home = Self.package.path
    world.helpers = HelperProcesses()
    session = Session(world: world)
  }

  /// Types lines in which `x.h5` and the like mean files of the folder.
  func type(_ lines: String...) -> [SessionEvent] {
    lines.flatMap { line in
      session.type(line.replacing(/\bx\.(parquet|arrow|h5|jsonl)/) { "\(folder.path)/\($0.output.0)" })
    }
  }

  func file(_ name: String) -> URL { folder.appending(path: name) }

  func frame(_ name: String) throws -> Frame {
    switch session.bindings.last(where: { $0.name == name })?.value {
    case .table(let frame)?, .series(let frame)?: return frame
    default: throw Diagnostic("", "no frame", remedy: "")
    }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}

@Suite(.enabled(if: ColumnFiles.arePresent, "needs scripts/formats"))
struct `Files of Arrow and HDF5` {
  private static let forms = [("parquet", "parquet"), ("arrow", "arrow"), ("hdf5", "h5")]
  private static let cases = forms.flatMap { form in
    (0..<4).map { (form.0, form.1, UInt64($0), [0, 1, 17, 400][$0]) }
  }

  private func address(_ frame: Frame) -> String {
    switch frame.index.address {
    case .row: ""
    case .time: " --time time"
    case .sample: " --id id"
    }
  }

  @Test(arguments: cases) func `give back what was written, whatever the cells hold`(
    _ form: String, _ ending: String, _ seed: UInt64, _ rows: Int
  ) throws {
    let odd = OddFrames.frame(seed: seed &+ UInt64(rows), rows: rows)
    let value: Value = odd.index.time == nil ? .table(odd) : .series(odd)
    let files = try ColumnFiles(value, kind: value.kind)
    defer { files.remove() }
    let events = files.type(
      "x = give", "export x --to x.\(ending)", "back = load \(form) x.\(ending)\(address(odd))")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    let back = try files.frame("back")
    #expect(OddFrames.differences(odd, back) == [])
    #expect(odd.columns.map(\.type) == back.columns.filter { $0.role != .identifier }.map(\.type))
  }

  @Test(arguments: forms) func `hold every kind that has rows`(_ form: String, _ ending: String) throws {
    let files = try ColumnFiles()
    defer { files.remove() }
    let made = [
      "pump = generate pump-station --minutes 5 --seed 1", "risk = pump | detect mad",
      "alarms = risk | threshold quantile", "log = generate pump-station --part log --minutes 5 --seed 1",
      "tiles = generate tiles --count 4 --seed 1", "vectors = encode tiles --use colour",
      "spans = generate traces --count 20 --seed 1",
    ]
    for line in made { #expect(files.type(line).diagnostics.isEmpty, "\(line)") }
    for name in ["pump", "risk", "alarms", "log", "tiles", "vectors", "spans"] {
      let events = files.type(
        "export \(name) --to x.\(ending) --overwrite", "export \(name) --to x.jsonl --overwrite",
        "back = load \(form) x.\(ending)", "plain = load json x.jsonl")
      #expect(events.diagnostics.isEmpty, "\(name): \(events.diagnostics)")
      let (back, plain) = (try files.frame("back"), try files.frame("plain"))
      let differences = OddFrames.differences(plain, back)
      #expect(differences == [], "\(name)")
    }
  }

  @Test(arguments: forms) func `that are damaged or something else are refused by name`(
    _ form: String, _ ending: String
  ) throws {
    let files = try ColumnFiles()
    defer { files.remove() }
    #expect(
      files.type("x = generate pump-station --minutes 5 --seed 1", "export x --to x.\(ending)").diagnostics
        .isEmpty)
    let whole = try Data(contentsOf: files.file("x.\(ending)"))
    for bytes in [Data(), Data("no table".utf8), whole.prefix(whole.count / 2), whole.prefix(40)] {
      try bytes.write(to: files.file("x.\(ending)"))
      let diagnostic = try #require(
        files.type("load \(form) x.\(ending)").diagnostics.first, "\(bytes.count)")
      #expect(["E0520", "E0522"].contains(diagnostic.code) && diagnostic.range != nil, "\(diagnostic)")
      #expect(diagnostic.summary.contains("x.\(ending)") && !diagnostic.summary.contains("Traceback"))
    }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<6 {
      var changed = whole
      for _ in 0..<8 { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      try changed.write(to: files.file("x.\(ending)"))
      // Either some table or a refusal: never the end of the program.
      let events = files.type("load \(form) x.\(ending)")
      #expect(events.results.count + events.diagnostics.count > 0)
    }
  }

  @Test(arguments: forms) func `may have hundreds of columns and thousands of categories`(
    _ form: String, _ ending: String
  ) throws {
    let levels = (0..<3000).map { "level \($0)" }
    let wide = Frame(
      index: Index(.row(count: 3000)),
      columns: (0..<300).map {
        Column(numbers: [Double](repeating: Double($0), count: 3000), name: "column \($0)")
      }
        + [Column("kind", .categories(levels))])
    let files = try ColumnFiles(.table(wide))
    defer { files.remove() }
    let events = files.type("x = give", "export x --to x.\(ending)", "back = load \(form) x.\(ending)")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    #expect(OddFrames.differences(wide, try files.frame("back")) == [])
  }

  @Test func `of AURSAD, a frame of pandas, load as they are published`() throws {
    let files = try ColumnFiles()
    defer { files.remove() }
    let maker = """
      import h5py, numpy, sys
      with h5py.File(sys.argv[1], "w") as file:
          group = file.create_group("complete_data")
          group.attrs["pandas_type"], group.attrs["nblocks"] = "frame", 2
          names = ["timestamp", "actual_q_0", "output_int_register_25", "sample_nr", "label"]
          group["axis0"] = numpy.array(names, dtype="S22")
          group["axis1"] = numpy.arange(6)
          group["axis1"].attrs["kind"] = "integer"
          group["block0_items"] = numpy.array(["timestamp", "actual_q_0"], dtype="S10")
          group["block0_values"] = numpy.array([[0, .5], [1, .6], [2, .7], [3, .8], [4, .9], [5, numpy.nan]])
          group["block1_items"] = numpy.array(["output_int_register_25", "sample_nr", "label"], dtype="S22")
          group["block1_values"] = numpy.array([[7, 1, 0], [7, 1, 0], [7, 2, 2], [7, 3, 0], [7, 2, 2], [7, 4, 5]])
      """
    let words = try HelperProcesses().run(
      .python, ["-c", maker, files.file("x.h5").path], input: [], most: 1000, isCancelled: { false })
    #expect(words.bytes.count == 0)
    let events = files.type("x = load dataset aursad x.h5", "y = load hdf5 x.h5 --key label,actual_q_0")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    let screws = try files.frame("x")
    #expect(screws.index.segments.map(\.rows) == [0..<2, 2..<4, 4..<5, 5..<6])
    #expect(screws.features.map(\.name) == ["actual_q_0"])
    #expect(screws.column("actual_q_0")?.numbers?.prefix(5) == [0.5, 0.6, 0.7, 0.9, 0.8])
    #expect(try files.frame("y").columns.map(\.name) == ["actual_q_0", "label"])
  }

  @Test func `of other programs keep times, missing cells and the names of numbers`() throws {
    let files = try ColumnFiles()
    defer { files.remove() }
    let maker = """
      import h5py, numpy, sys
      with h5py.File(sys.argv[1], "w") as file:
          file["t"] = numpy.array([0, 90, -9999], dtype="i4")
          file["t"].attrs["units"], file["t"].attrs["_FillValue"] = "seconds since 2026-01-01 00:00:00", numpy.int32(-9999)
          file["x"] = numpy.array([1.5, -9999, 2.5], dtype="f4")
          file["x"].attrs["_FillValue"] = numpy.array([-9999], dtype="f4")
          file.create_dataset("state", data=[1, 0, 1], dtype=h5py.enum_dtype({"off": 0, "on": 1}, basetype="i1"))
          file["away"] = h5py.ExternalLink("other.h5", "x")
      """
    _ = try HelperProcesses().run(
      .python, ["-c", maker, files.file("x.h5").path], input: [], most: 1000, isCancelled: { false })
    #expect(files.type("x = load hdf5 x.h5").diagnostics.isEmpty)
    let frame = try files.frame("x")
    #expect(frame.columns.map(\.name) == ["state", "t", "x"])
    let start = try #require(Instant("2026-01-01T00:00")).nanoseconds
    guard case .time(let times)? = frame.column("t")?.cells,
      case .category(let codes, let levels)? = frame.column("state")?.cells
    else {
      Issue.record("\(frame.columns.map(\.type))")
      return
    }
    #expect(times.prefix(2) == [start, start + 90_000_000_000] && frame.column("t")?.isNull(2) == true)
    #expect(frame.column("x")?.isNull(1) == true && frame.column("x")?.numbers?[2] == 2.5)
    #expect(codes.map { levels[Int($0)] } == ["on", "off", "on"])
  }
}
