import Formats
import Language
import Numerics
import Values

struct LoadText: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "Text, JSON, JSON Lines, CSV or TSV files, globs, or a folder with a slash at its end.")
  static let column = Parameter<String?>.name(
    "column", help: "The column or member that holds the text; the one with the longest texts if absent.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")
  static let id = Parameter<String?>.name(
    "id", help: "The column or member that names the documents, by which they join other modalities.")
  static let lines = Parameter<Bool>.flag("lines", help: "Each line of a plain text file is a document.")

  let spec = CommandSpec(
    "load", "text", "Reads documents with what else each of them carries.",
    discussion: """
      A plain text file is one document, or one a line with --lines. JSON Lines and JSON arrays give one an object, CSV \
      and TSV one a record; their other members and columns come along. Gzip is unpacked. Files with `train` and `test` \
      in their names divide the rows; several files are segments. Objects that cannot be read are left out and counted.
      """,
    parameters: [paths.base, column.base, id.base, labels.base, lines.base], output: .text, reach: .read,
    examples: [
      Example("generate pump-station --part log --minutes 5 --seed 7 | export --to log.csv --overwrite"),
      Example("notes = load text log.csv --column message"),
      Example("lines = load text log.csv --column message --labels level"),
      Example("encode notes --use tfidf(100)"),
      Example("named = load text log.csv --column message --id time"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let loading = DocumentLoading(call: call, world: world)
    return .text(try loading.read(work: work))
  }
}

/// One `load text`.
private struct DocumentLoading {
  let call: Invocation
  let world: World

  private static let remedy = "Give text files, JSON Lines, or CSV with `--column NAME`."

  func read(work: Work) throws(Failure) -> Documents {
    let files = try world.files.open(call[LoadText.paths], for: LoadText.paths.base, of: call.call)
    var parts: [(path: String, frame: Frame, column: String)] = []
    for file in files {
      if work.isCancelled() { throw .cancelled }
      parts.append(try read(file.path, file.source, work: work))
    }
    guard let first = parts.first else { throw .cancelled }
    let paths = parts.map(\.path)
    let names = SegmentNames.names(paths)
    // Files of one document each are samples named by their paths.
    let isSingle = parts.allSatisfy { $0.frame.rowCount == 1 } && parts.count > 1
    var index = Index(
      isSingle ? .sample(TextColumn(names)) : .row(count: parts.reduce(0) { $0 + $1.frame.rowCount }))
    if !isSingle, parts.count > 1 {
      var start = 0
      for (name, part) in zip(names, parts) where part.frame.rowCount > 0 {
        index.segments.append(Segment(name: name, rows: start..<start + part.frame.rowCount))
        start += part.frame.rowCount
      }
    }
    index.splits = Self.splits(names, parts.map(\.frame.rowCount))
    let common = first.frame.columns.filter { column in
      parts.allSatisfy { part in
        part.frame.column(column.name)?.type == column.type || part.column == column.name
      }
    }
    let lost = Set(parts.flatMap { $0.frame.columns.map(\.name) }).subtracting(common.map(\.name))
      .subtracting(parts.map(\.column)).sorted()
    if !lost.isEmpty { call.note("not in all files, and so left out: \(lost.joined(separator: ", "))") }
    var columns = [
      Column(
        first.column, .text(TextColumn(parts.lazy.flatMap { part in Self.texts(part.frame, part.column) })))
    ]
    for column in common where column.name != first.column {
      columns.append(Self.joined(column.name, parts.compactMap { $0.frame.column(column.name) }))
    }
    let labels = call[LoadText.labels]
    for name in labels where !columns.contains(where: { $0.name == name }) {
      let known = columns.map(\.name)
      throw call.blame(
        LoadText.labels.base, "E0524", "the documents have no column `\(name)`", label: "not there",
        remedy: Suggestion.remedy(for: name, among: known, else: "They have \(Suggestion.some(known))."))
    }
    for place in columns.indices where labels.contains(columns[place].name) { columns[place].role = .label }
    if let name = call[LoadText.id] {
      guard let place = columns.firstIndex(where: { $0.name == name }), name != first.column else {
        let known = columns.dropFirst().map(\.name)
        throw call.blame(
          LoadText.id.base, "E0524", "the documents have no column `\(name)` besides their text",
          label: "not there",
          remedy: Suggestion.remedy(for: name, among: known, else: "They have \(Suggestion.some(known))."))
      }
      let column = columns[place]
      index = Index(
        .sample(TextColumn((0..<column.count).map { column.plainText($0) ?? "" })), segments: index.segments,
        splits: index.splits)
      columns[place].role = .identifier
    }
    return Documents(frame: Frame(index: index, columns: columns), column: first.column)
  }

  private func read(
    _ path: String, _ source: any ByteSource, work: Work
  ) throws(Failure) -> (path: String, frame: Frame, column: String) {
    var name = path.lowercased()
    for packing in [".gz", ".zst"] where name.hasSuffix(packing) {
      name = String(name.dropLast(packing.count))
    }
    if name.hasSuffix(".csv") || name.hasSuffix(".tsv") { return try table(path, source, work: work) }
    do throws(FormatError) {
      let file: DocumentFile
      var column = "text"
      if name.hasSuffix(".jsonl") || name.hasSuffix(".json") || name.hasSuffix(".ndjson") {
        (file, column) = try DocumentFile.objects(source, field: call[LoadText.column], work: work)
      } else {
        file = try call[LoadText.lines] ? .lines(source) : .plain(source)
      }
      if let refused = file.refused {
        call.note(
          "\(path): \(refused.count) \(refused.count == 1 ? "line" : "lines") left out (\(refused.first.words))"
        )
      }
      let frame = Frame(
        index: .rows(file.texts.count), columns: [Column(column, .text(file.texts))] + file.columns)
      return (path, frame, column)
    } catch {
      throw error.failure(path, at: LoadText.paths.base, of: call.call, remedy: Self.remedy)
    }
  }

  private func table(
    _ path: String, _ source: any ByteSource, work: Work
  ) throws(Failure) -> (path: String, frame: Frame, column: String) {
    let noText: [String]
    do throws(TableFailure) {
      var options = DelimitedOptions()
      if let column = call[LoadText.column] { options.texts = [column] }
      let table = try DelimitedReader([source], options: options).read(work: work)
      let frame = Frame(index: .rows(table.rowCount), columns: table.columns)
      let texts = frame.columns.compactMap { column -> (String, Int)? in
        if case .text(let texts) = column.cells { (column.name, texts.bytes.count) } else { nil }
      }
      if let column = call[LoadText.column] ?? texts.max(by: { $0.1 < $1.1 })?.0 {
        return (path, frame, column)
      }
      noText = frame.columns.map(\.name)
    } catch {
      throw failure(error, path)
    }
    throw call.blame(
      LoadText.paths.base, "E0541", "`\(path)` has no column of texts", label: "no texts",
      remedy: "It has \(Suggestion.some(noText)); name one with `--column NAME`.")
  }

  private func failure(_ error: TableFailure, _ path: String) -> Failure {
    switch error.problem {
    case .format(let problem):
      problem.failure(path, at: LoadText.paths.base, of: call.call, remedy: Self.remedy)
    case .unknownColumn(let name, let known):
      call.blame(
        LoadText.column.base, "E0524", "the file has no column `\(name)`",
        label: "not in the header",
        remedy: Suggestion.remedy(for: name, among: known, else: "It has \(Suggestion.some(known))."))
    case .differentColumns: .cancelled
    }
  }

  private static func texts(_ frame: Frame, _ column: String) -> [String] {
    guard case .text(let texts) = frame.column(column)?.cells else { return [] }
    return (0..<texts.count).map { texts[$0] }
  }

  /// Train and test files say what their rows are for, if every file says it.
  private static func splits(_ names: [String], _ counts: [Int]) -> [Split]? {
    let words: [(String, Split)] = [
      ("train", .fit), ("valid", .calibrate), ("calib", .calibrate), ("test", .test),
    ]
    let found = names.map { name in words.first { name.lowercased().contains($0.0) }?.1 }
    let known = found.compactMap(\.self)
    guard known.count == names.count, Set(known).count > 1 else { return nil }
    return zip(known, counts).flatMap { [Split](repeating: $0, count: $1) }
  }

  private static func joined(_ name: String, _ columns: [Column]) -> Column {
    guard columns.count > 1, let first = columns.first else {
      return columns.first ?? Column(name, .bool([]))
    }
    let nulls = Mask(columns.flatMap { column in (0..<column.count).map { column.isNull($0) } })
    var (numbers, bits, times, names): ([Double], [Bool], [Int64], [String]) = ([], [], [], [])
    for column in columns {
      switch column.cells {
      case .number(let cells): numbers += cells
      case .bool(let cells): bits += cells
      case .time(let cells): times += cells
      case .text, .category: names += (0..<column.count).map { column.plainText($0) ?? "" }
      }
    }
    switch first.cells {
    case .number: return Column(numbers: numbers, name: name)
    case .bool: return Column(name, .bool(bits), nulls: nulls)
    case .time: return Column(name, .time(times), nulls: nulls)
    case .text: return Column(name, .text(TextColumn(names)), nulls: nulls)
    case .category:
      guard case .category(let codes, let levels) = Cells.categories(names) else { return first }
      return Column(
        name, .category(codes: codes.indices.map { nulls[$0] ? -1 : codes[$0] }, levels: levels), nulls: nulls
      )
    }
  }
}
