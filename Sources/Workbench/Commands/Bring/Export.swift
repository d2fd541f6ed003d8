import Chronology
import Detection
import Encoding
import Formats
import Language
import Notation
import Numerics
import Values

struct Export: WorldCommand {
  static let input = Parameter<Reference>.value("value", [], help: "What to write.")
  static let to = Parameter<String>.required(
    "to", .output, placement: .option,
    help:
      "The file; its ending says how: .csv, .tsv, .jsonl, .npy, .npz, .mat, .arff, .sqlite, .parquet, .arrow, .h5, .json, .png, .wav, .ply, .hea or .model."
  ) { if case .path(let path) = $0 { path } else { "" } }
  static let overwrite = Parameter<Bool>.flag("overwrite", help: "Replace a file that is there and differs.")

  let spec = CommandSpec(
    "export", nil, "Writes a value to a file that other programs read.",
    discussion: """
      CSV and TSV hold the address of each row (`time` or `id`) and all columns, numbers with the shortest digits that \
      read back to the same bits, times in ISO 8601 and UTC, missing cells empty; units, roles, segments and splits \
      are left out. NPY holds the columns of numbers as doubles, missing cells as NaN. JSON holds everything that the \
      value is made of, always in the same order. JSON Lines holds an object a row, without members for missing cells. MAT holds a column of numbers a variable (version 5). ARFF, SQLite, Parquet, Arrow and HDF5 hold what CSV holds, with its types; the last three need what `scripts/formats` installs. NPZ holds an \
      array a column, times as nanoseconds since 1970. PLY holds the points of a cloud in binary, as doubles. HEA writes a WFDB header and beside it the \
      numbers of a series at equal steps, rounded to one part in two thousand million of their range. PNG holds one picture as it is, or a sheet of the first hundred. WAV holds sound as 32-bit floating point. MODEL \
      holds the rows that a model of `fit` learned from and how, for `load model`.

      The file is written in one step: after a crash the old or the new one is there. A file that already holds the \
      same bytes is left alone, so that replaying a script does no harm; one that differs is replaced only with \
      --overwrite.
      """,
    parameters: [input.base, to.base, overwrite.base], output: .answer, reach: .write,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("export pump --to pump.csv"),
      Example("pump | detect mad | export --to scores.json --overwrite"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let path = call[Self.to]
    if path.lowercased().hasSuffix(".hea") { return try record(call, world: world) }
    let (bytes, summary) = try content(call, work: work, world: world)
    return try write(bytes, summary, to: path, call, world: world)
  }

  /// A header, and the samples beside it.
  private func record(_ call: Invocation, world: World) throws(Failure) -> Value {
    let path = call[Self.to]
    let name = String((path.split(separator: "/").last ?? "").dropLast(4))
    guard case .series(let frame) = call[Self.input].value, let axis = frame.index.time,
      case .regular(let start, let step, _) = axis, step > .zero, !frame.features.isEmpty, !name.isEmpty
    else { throw unfit(call, "as a record: it needs rows at equal steps, such as `resample` makes") }
    let columns = frame.features.map { ($0.name, $0.unit ?? "NU", $0.numbers ?? []) }
    let (header, samples) = RecordWriter.bytes(
      name: name, rate: 1 / step.seconds, start: start.nanoseconds, columns: columns)
    _ = try write(samples, "", to: String(path.dropLast(4)) + ".dat", call, world: world)
    let summary = "\(frame.rowCount) samples of \(columns.count) signals"
    return try write(header, summary, to: path, call, world: world)
  }

  private func write(
    _ bytes: [UInt8], _ summary: String, to path: String, _ call: Invocation, world: World
  ) throws(Failure) -> Value {
    if !world.files.files(matching: path).isEmpty, !call[Self.overwrite] {
      guard Self.holds(world.files, path, bytes) else {
        throw call.blame(
          Self.to.base, "E0528", "`\(path)` is there and holds something else", label: "already there",
          remedy: "Add `--overwrite`, or choose another name.")
      }
      return .answer(Answer("\(summary) in \(path), as before"))
    }
    try world.files.write(bytes, to: path, for: Self.to.base, of: call.call)
    return .answer(Answer("\(summary) in \(path)"))
  }

  private static func holds(_ files: any FileStore, _ path: String, _ bytes: [UInt8]) -> Bool {
    guard let source = try? files.open(path), source.count == bytes.count else { return false }
    return (try? source.read(at: 0, count: bytes.count)) == bytes
  }

  private func content(
    _ call: Invocation, work: Work, world: World
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    let value = call[Self.input].value
    let path = call[Self.to]
    switch path.lowercased().split(separator: ".").last {
    case "csv": return try rows(value, delimiter: UInt8(ascii: ","), call, work: work)
    case "tsv": return try rows(value, delimiter: UInt8(ascii: "\t"), call, work: work)
    case "npy": return try array(value, call)
    case "mat":
      guard let frame = value.exportedFrame else { throw unfit(call, "as matrices") }
      let columns = frame.columns.compactMap { column in column.numbers.map { (column.name, $0) } }
      if columns.isEmpty { throw unfit(call, "as matrices of numbers") }
      let others = frame.columns.count - columns.count
      if others > 0 { call.note("\(counted(others, "column")) without numbers left out") }
      return (MatlabWriter.bytes(of: columns), Self.summary(frame.rowCount, columns.count))
    case "arff":
      guard let frame = value.exportedFrame else { throw unfit(call, "as rows and columns") }
      let bytes = AttributeWriter.bytes(of: frame.withAddress, relation: Self.name(of: path))
      return (bytes, Self.summary(frame.rowCount, frame.columns.count))
    case "parquet": return try columns(value, "parquet", call, work: work, world: world)
    case "arrow", "feather": return try columns(value, "arrow", call, work: work, world: world)
    case "h5", "hdf5": return try columns(value, "hdf5", call, work: work, world: world)
    case "sqlite", "db": return try database(value, call, work: work)
    case "npz": return try arrays(value, call)
    case "jsonl", "ndjson": return try objects(value, call, work: work)
    case "ply":
      guard case .cloud(let cloud) = value else { throw unfit(call, "as a cloud of points") }
      let columns = cloud.points.columns.compactMap { column in column.numbers.map { (column.name, $0) } }
      return (PolygonFile.bytes(of: columns), "\(cloud.points.rowCount) points")
    case "json":
      let bytes = Array((value.json.description + "\n").utf8)
      return (bytes, "\(bytes.count) bytes")
    case "png":
      switch value {
      case .images(let images), .video(let images): return try picture(images, call)
      default: throw unfit(call, "as a picture")
      }
    case "model":
      guard case .model(let stored) = value, let model = stored as? FittedModel,
        let bytes = ModelFile.bytes(of: model)
      else { throw unfit(call, "as a fitted model, which `fit` makes") }
      return (bytes, "\(model.method) with its \(counted(model.fittedRows, "row"))")
    case "wav":
      guard case .audio(let audio) = value, let bytes = WaveFile.bytes(of: audio) else {
        throw unfit(call, "as sound")
      }
      return (bytes, "\(audio.length) of sound")
    default:
      throw call.blame(
        Self.to.base, "E0536", "the ending of `\(path)` says no format that is known", label: "which format?",
        remedy:
          "End it in .csv, .tsv, .jsonl, .npy, .npz, .mat, .arff, .sqlite, .parquet, .arrow, .h5, .json, .png, .wav, .ply, .hea or .model."
      )
    }
  }

  /// One picture as it is, several as a sheet.
  private func picture(
    _ images: Images, _ call: Invocation
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    let count = min(images.count, ContactSheet.most)
    var pictures: [Picture] = []
    do throws(PictureError) {
      if images.count == 1, let bytes = PictureWriter.png(try images.picture(0)) {
        return (bytes, "1 picture")
      }
      for row in 0..<count { pictures.append(try images.picture(row)) }
    } catch {
      throw call.failure(EncodingError.picture(error), at: Self.input.base)
    }
    guard let bytes = PictureWriter.png(ContactSheet.picture(of: pictures)) else {
      throw unfit(call, "as a picture")
    }
    if count < images.count { call.note("only the first \(count) pictures are on the sheet") }
    return (bytes, "a sheet of \(count) pictures")
  }

  private func rows(
    _ value: Value, delimiter: UInt8, _ call: Invocation, work: Work
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as rows and columns") }
    do throws(Cancelled) {
      return (
        try DelimitedWriter(delimiter: delimiter).bytes(of: frame, work: work),
        Self.summary(frame.rowCount, frame.columns.count)
      )
    } catch {
      throw .cancelled
    }
  }

  private func array(_ value: Value, _ call: Invocation) throws(Failure) -> (bytes: [UInt8], summary: String)
  {
    if case .scores(let scores) = value {
      return (
        ArrayWriter.bytes(shape: [scores.values.count], values: scores.values),
        "\(scores.values.count) scores"
      )
    }
    if case .embedding(let embedding) = value {
      let matrix = embedding.matrix
      return (
        ArrayWriter.bytes(shape: [matrix.rows, matrix.columns], values: matrix.values),
        Self.summary(matrix.rows, matrix.columns)
      )
    }
    guard let frame = value.exportedFrame else { throw unfit(call, "as an array") }
    let columns = frame.columns.compactMap { column in column.numbers.map { (column.name, $0) } }
    let others = frame.columns.map(\.name).filter { name in !columns.contains { $0.0 == name } }
    if columns.isEmpty { throw unfit(call, "as an array of numbers") }
    if !others.isEmpty { call.note("no numbers, and so left out: \(others.joined(separator: ", "))") }
    var values: [Double] = []
    values.reserveCapacity(frame.rowCount * columns.count)
    for row in 0..<frame.rowCount {
      for column in columns { values.append(column.1[row]) }
    }
    return (
      ArrayWriter.bytes(shape: [frame.rowCount, columns.count], values: values),
      Self.summary(frame.rowCount, columns.count)
    )
  }

  /// An object a row, without members for what is missing.
  private func objects(
    _ value: Value, _ call: Invocation, work: Work
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as objects") }
    var bytes: [UInt8] = []
    for row in 0..<frame.rowCount {
      if row % 1024 == 0, work.isCancelled() { throw .cancelled }
      var members: [(key: String, value: JSON)] = []
      switch frame.index.address {
      case .row: break
      case .time(let axis): members.append(("time", .string(axis[row].description)))
      case .sample(let ids): members.append(("id", .string(ids[row])))
      }
      for column in frame.columns where !column.isNull(row) {
        let cell: JSON =
          switch column.cells {
          case .number(let numbers): .number(numbers[row])
          case .bool(let bits): .bool(bits[row])
          default: .string(column.plainText(row) ?? "")
          }
        members.append((column.name, cell))
      }
      bytes += Array(JSON.object(members).description.utf8) + [10]
    }
    return (bytes, Self.summary(frame.rowCount, frame.columns.count))
  }

  /// An array a column.
  private func arrays(_ value: Value, _ call: Invocation) throws(Failure) -> (bytes: [UInt8], summary: String)
  {
    guard let frame = value.exportedFrame else { throw unfit(call, "as arrays") }
    var arrays: [(String, [UInt8])] = []
    func texts(_ cells: [String]) -> [UInt8] { ArrayWriter.bytes(texts: cells) }
    switch frame.index.address {
    case .row: break
    case .time(let axis):
      arrays.append(("time", ArrayWriter.bytes(integers: (0..<axis.count).map { axis[$0].nanoseconds })))
    case .sample(let ids): arrays.append(("id", texts((0..<ids.count).map { ids[$0] })))
    }
    for column in frame.columns {
      let array =
        switch column.cells {
        case .number(let numbers): ArrayWriter.bytes(shape: [numbers.count], values: numbers)
        case .bool(let bits) where column.nulls == nil: ArrayWriter.bytes(bools: bits)
        case .bool: ArrayWriter.bytes(shape: [column.count], values: column.numbers ?? [])
        case .time(let times) where column.nulls == nil: ArrayWriter.bytes(integers: times)
        default: texts((0..<column.count).map { column.plainText($0) ?? "" })
        }
      arrays.append((column.name, array))
    }
    guard let bytes = ZipArchive.storing(arrays.map { ($0.0 + ".npy", $0.1) }) else {
      throw unfit(call, "as an archive below 4 GB")
    }
    return (bytes, Self.summary(frame.rowCount, frame.columns.count))
  }

  /// By the libraries of the format, which run beside Sonde.
  private func columns(
    _ value: Value, _ form: String, _ call: Invocation, work: Work, world: World
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as rows and columns") }
    let bytes = try ColumnBridge(form: form, world: world).write(
      frame.withAddress, at: Self.to.base, call, work: work)
    return (bytes, Self.summary(frame.rowCount, frame.columns.count))
  }

  private func database(
    _ value: Value, _ call: Invocation, work: Work
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as a table of a database") }
    do throws(FormatError) {
      let bytes = try DatabaseWriter.bytes(
        of: frame.withAddress, table: Self.name(of: call[Self.to]), work: work)
      return (bytes, Self.summary(frame.rowCount, frame.columns.count))
    } catch {
      throw error.failure(
        call[Self.to], at: Self.to.base, of: call.call, remedy: "Write it as .csv.")
    }
  }

  /// The name of a file without folders and ending.
  private static func name(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  private static func summary(_ rows: Int, _ columns: Int) -> String {
    "\(rows) \(rows == 1 ? "row" : "rows") of \(columns) \(columns == 1 ? "column" : "columns")"
  }

  private func unfit(_ call: Invocation, _ form: String) -> Failure {
    call.blame(
      Self.to.base, "E0529", "this value cannot be written \(form)", label: "not for this kind of value",
      remedy: "Write it as .json, or choose a part of it.")
  }
}

extension Frame {
  /// The rows with their times or names as the first column.
  fileprivate var withAddress: [Column] {
    switch index.address {
    case .row: columns
    case .time(let axis): [Column("time", .time((0..<axis.count).map { axis[$0].nanoseconds }))] + columns
    case .sample(let ids): [Column("id", .text(ids))] + columns
    }
  }
}

extension Value {
  /// The value as rows and columns, where it has them.
  fileprivate var exportedFrame: Frame? {
    switch self {
    case .table(let frame), .series(let frame): return frame
    case .log(let log):
      let template = Column("template", .category(codes: log.templateOfRow, levels: log.templates))
      return log.frame.with(columns: log.frame.columns + [template])
    case .embedding(let embedding):
      return Frame(
        index: embedding.index,
        columns: embedding.features.enumerated().map { place, name in
          Column(numbers: embedding.matrix.column(place), name: name)
        })
    case .scores(let scores): return Frame(index: scores.index, columns: Self.columns(of: scores))
    case .alarms(let alarms):
      let flags = (0..<alarms.flags.count).map { alarms.flags[$0] }
      return Frame(
        index: alarms.scores.index, columns: Self.columns(of: alarms.scores) + [Column("alarm", .bool(flags))]
      )
    case .report(let report):
      if let table = report.table { return table }
      let metrics = report.metrics
      return Frame(
        index: .rows(metrics.count),
        columns: [
          Column("metric", .text(TextColumn(metrics.map(\.name)))),
          Column(numbers: metrics.map(\.value), name: "value"),
          Column("note", .text(TextColumn(metrics.map(\.note)))),
        ])
    case .audio(let audio):
      guard let index else { return nil }
      return Frame(
        index: index,
        columns: audio.channels.enumerated().map { place, samples in
          Column(numbers: samples.map(Double.init), name: "channel\(place + 1)")
        })
    case .graph(let graph): return graph.edgeTable
    case .images, .video, .cloud, .text, .events: return cellFrame
    case .scalar, .bundle, .tokens, .map, .model, .figure, .answer: return nil
    }
  }

  /// Rows that were not scored have no score.
  private static func columns(of scores: Scores) -> [Column] {
    let values = scores.values.indices.map { scores.isScored($0) ? scores.values[$0] : .nan }
    var columns = [Column(numbers: values, name: "score")]
    if let probability = scores.probability {
      columns.append(Column(numbers: probability, name: "probability"))
    }
    return columns + scores.voiceColumns
  }
}
