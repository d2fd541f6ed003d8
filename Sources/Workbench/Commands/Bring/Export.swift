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
      "The file; its ending says how: .csv, .tsv, .jsonl, .npy, .npz, .mat, .arff, .sqlite, .parquet, .arrow, .h5, .json, .png, .wav, .ply, .hea, .safetensors or .model."
  ) { if case .path(let path) = $0 { path } else { "" } }

  let spec = CommandSpec(
    "export", nil, "Writes a value to a file that other programs read.",
    discussion: """
      CSV and TSV hold the address of each row (`time` or `id`) and all columns, numbers with the shortest digits that \
      read back to the same bits, times in ISO 8601 and UTC, missing cells empty; units, roles, segments and splits \
      are left out. NPY holds the columns of numbers as doubles, missing cells as NaN. JSON holds everything that the \
      value is made of, always in the same order. JSON Lines holds an object a row, without members for missing cells but in the first row; infinity is 1e999. MAT holds a column of numbers a variable (version 5). ARFF, SQLite, Parquet, Arrow and HDF5 hold what CSV holds, with its types; the last three need what `scripts/formats` installs (HDF5 keeps times as nanoseconds since 1970 and missing cells as the CF conventions do). NPZ holds an \
      array a column, times as `datetime64[ns]`, missing texts as empty ones. PLY holds the points of a cloud in binary, as doubles. HEA writes a WFDB header and beside it the \
      numbers of a series at equal steps, rounded to one part in two thousand million of their range. PNG holds one picture as it is, or a sheet of the first hundred. WAV holds sound as 32-bit floating point. MODEL \
      holds the rows that a model of `fit` learned from and how, for `load model`. SAFETENSORS holds the columns of numbers as \
      doubles, or the weights of a fitted network (autoencoder, vae, deepsvdd, deepsad) by the names and in the layout of \
      PyTorch's linear layers, which `load model` reads back to the same scores without fitting.

      The file is written in one step: after a crash the old or the new one is there. A file that already holds the \
      same bytes is left alone, so that replaying a script does no harm; one that differs is replaced only with \
      --overwrite.
      """,
    parameters: [input.base, to.base, OutputFile.overwrite.base], output: .answer, reach: .write,
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
    let isNew = try OutputFile.write(bytes, to: path, at: Self.to.base, call, world: world)
    return .answer(Answer("\(summary) in \(path)\(isNew ? "" : ", as before")"))
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
      let bytes = AttributeWriter.bytes(of: frame.addressedColumns, relation: Self.name(of: path))
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
    case "safetensors": return try tensors(value, call)
    case "wav":
      guard case .audio(let audio) = value, let bytes = WaveFile.bytes(of: audio) else {
        throw unfit(call, "as sound")
      }
      return (bytes, "\(audio.length) of sound")
    default:
      throw call.blame(
        Self.to.base, "E0536", "the ending of `\(path)` says no format that is known", label: "which format?",
        remedy:
          "End it in .csv, .tsv, .jsonl, .npy, .npz, .mat, .arff, .sqlite, .parquet, .arrow, .h5, .json, .png, .wav, .ply, .hea, .safetensors or .model."
      )
    }
  }

  /// The weights of a network, or a matrix a value.
  private func tensors(_ value: Value, _ call: Invocation) throws(Failure) -> (
    bytes: [UInt8], summary: String
  ) {
    if case .model(let stored) = value {
      guard let model = stored as? FittedModel, let bytes = NetworkFile.bytes(of: model) else {
        throw call.blame(
          Self.to.base, "E0529", "this model cannot be written as tensors", label: "no network",
          remedy:
            "Networks fitted without --per segment can: \(Suggestion.some(NetworkFile.methods)); write it as .model."
        )
      }
      return (bytes, "the weights of \(model.method)")
    }
    if case .embedding(let embedding) = value {
      let matrix = embedding.matrix
      let tensor = TensorWriter.Tensor("x", shape: [matrix.rows, matrix.columns], values: matrix.values)
      return (TensorWriter.bytes(of: [tensor]), Self.summary(matrix.rows, matrix.columns))
    }
    guard let frame = value.exportedFrame else { throw unfit(call, "as tensors") }
    let columns = frame.columns.compactMap { column in
      column.numbers.map { TensorWriter.Tensor(column.name, shape: [$0.count], values: $0) }
    }
    if columns.isEmpty { throw unfit(call, "as tensors of numbers") }
    let others = frame.columns.count - columns.count
    if others > 0 { call.note("\(counted(others, "column")) without numbers left out") }
    return (TensorWriter.bytes(of: columns), Self.summary(frame.rowCount, columns.count))
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
    return (bytes, count == 1 ? "1 picture in the colours of the screen" : "a sheet of \(count) pictures")
  }

  private func rows(
    _ value: Value, delimiter: UInt8, _ call: Invocation, work: Work
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as rows and columns") }
    do throws(Cancelled) {
      let bytes = try DelimitedWriter(delimiter: delimiter).bytes(of: frame, work: work)
      if let hint = Self.hint(bytes, frame) { call.note(hint) }
      return (bytes, Self.summary(frame.rowCount, frame.columns.count))
    } catch {
      throw .cancelled
    }
  }

  /// What must be said when the text is loaded, since cells of text do not say what they are.
  private static func hint(_ bytes: [UInt8], _ frame: Frame) -> String? {
    let columns = frame.addressedColumns
    guard let found = try? DelimitedOutline(sniffing: MemorySource(bytes), options: DelimitedOptions()) else {
      return nil
    }
    var options: [String] = []
    if !found.hasHeader { options.append("--header") }
    let mistaken = columns.indices.filter { place in
      let isText = columns[place].type == .text || columns[place].type == .category
      return isText && found.columns.indices.contains(place)
        && ![.text, .category].contains(found.columns[place].kind)
    }
    if !mistaken.isEmpty {
      let names = mistaken.map { Word.written(columns[$0].name) }.joined(separator: ",")
      options.append("--text " + names)
    }
    return options.isEmpty ? nil : "load it with `\(options.joined(separator: " "))` to get the same back"
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

  private func objects(
    _ value: Value, _ call: Invocation, work: Work
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as objects") }
    do throws(Cancelled) {
      let bytes = try ObjectWriter.bytes(of: frame.addressedColumns, work: work)
      return (bytes, Self.summary(frame.rowCount, frame.columns.count))
    } catch {
      throw .cancelled
    }
  }

  /// An array a column.
  private func arrays(_ value: Value, _ call: Invocation) throws(Failure) -> (bytes: [UInt8], summary: String)
  {
    guard let frame = value.exportedFrame else { throw unfit(call, "as arrays") }
    let arrays = frame.addressedColumns.map { column in
      let rows = 0..<column.count
      let array =
        switch column.cells {
        case .number(let numbers): ArrayWriter.bytes(shape: [numbers.count], values: numbers)
        case .bool(let bits) where column.nulls == nil: ArrayWriter.bytes(bools: bits)
        case .bool: ArrayWriter.bytes(shape: [column.count], values: column.numbers ?? [])
        case .time(let times): ArrayWriter.bytes(times: rows.map { column.isNull($0) ? nil : times[$0] })
        default: ArrayWriter.bytes(texts: rows.map { column.plainText($0) ?? "" })
        }
      return (column.name, array)
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
      frame.addressedColumns, at: Self.to.base, call, work: work)
    return (bytes, Self.summary(frame.rowCount, frame.columns.count))
  }

  private func database(
    _ value: Value, _ call: Invocation, work: Work
  ) throws(Failure) -> (bytes: [UInt8], summary: String) {
    guard let frame = value.exportedFrame else { throw unfit(call, "as a table of a database") }
    do throws(FormatError) {
      let bytes = try DatabaseWriter.bytes(
        of: frame.addressedColumns, table: Self.name(of: call[Self.to]), work: work)
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
