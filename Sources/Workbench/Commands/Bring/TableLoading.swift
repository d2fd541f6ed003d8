import Chronology
import Formats
import Language
import Numerics
import Values

/// One `load table`: the files, what the call says about them, and the frame that they become.
struct TableLoading {
  private let call: CheckedCall
  private let paths: [String]
  private let reader: DelimitedReader
  /// What is to be told about workbooks.
  private let sheets: [String]

  /// - Parameter most: so many files are enough to see the columns.
  init(_ call: CheckedCall, world: World, most: Int = .max) throws(Failure) {
    self.call = call
    let wanted = most == .max ? call[LoadTable.paths] : Array(call[LoadTable.paths].prefix(1))
    var files = try world.files.open(wanted, for: LoadTable.paths.base, of: call)
    files = Array(files.prefix(most))
    paths = files.map(\.path)
    var sheets: [String] = []
    for place in files.indices {
      guard let found = try Self.sheet(of: files[place], limit: most == 1 ? FileKind.headSize * 2 : nil, call)
      else { continue }
      files[place].source = found.source
      sheets += found.note.map { [$0] } ?? []
    }
    self.sheets = sheets
    let options = try Self.options(call)
    do throws(TableFailure) {
      reader = try DelimitedReader(files.map(\.source), options: options)
    } catch {
      throw Self.failure(error, paths, call)
    }
    for name in call[LoadTable.labels] + (call[LoadTable.id].map { [$0] } ?? []) {
      let known = reader.columns.map(\.name)
      if !known.contains(name) { throw Self.noColumn(name, known, call) }
    }
    if let time = call[LoadTable.time], let column = reader.columns.first(where: { $0.name == time }) {
      guard case .time = column.kind else { throw Self.noTimes(column, call) }
    }
  }

  /// The sheet that is meant, as text; nil for files that are no workbooks.
  ///
  /// - Parameter limit: so many bytes of it are enough.
  private static func sheet(
    of file: (path: String, source: any ByteSource), limit: Int?, _ call: CheckedCall
  ) throws(Failure) -> (source: MemorySource, note: String?)? {
    func read<Result>(_ body: () throws(FormatError) -> Result) throws(Failure) -> Result {
      do throws(FormatError) {
        return try body()
      } catch {
        throw error.failure(file.path, at: LoadTable.paths.base, of: call, remedy: "Save its sheet as CSV.")
      }
    }
    let opened = try read { () throws(FormatError) -> WorkbookFile? in
      guard ZipArchive.isZip(try file.source.read(at: 0, count: 4)) else { return nil }
      let archive = try ZipArchive(file.source)
      return WorkbookFile.isWorkbook(archive) ? try WorkbookFile(archive) : nil
    }
    let wanted = call[LoadTable.sheet]
    guard let book = opened else {
      if wanted == nil { return nil }
      throw .diagnostic(
        Diagnostic(
          "E0524", "`\(file.path)` is no workbook and has no sheets", at: call.ranges["sheet"],
          label: "no sheets",
          remedy: "Leave `--sheet` out."))
    }
    let names = book.sheets.map(\.name)
    guard let sheet = book.sheets.first(where: { wanted == nil || $0.name == wanted }) else {
      throw .diagnostic(
        Diagnostic(
          "E0524", "the workbook has no sheet `\(wanted ?? "")`", at: call.ranges["sheet"],
          label: "no such sheet",
          remedy: Suggestion.remedy(
            for: wanted ?? "", among: names, else: "It has \(Suggestion.some(names)).")))
    }
    let source = try read { () throws(FormatError) in MemorySource(try book.text(of: sheet, limit: limit)) }
    if wanted != nil || names.count < 2 { return (source, nil) }
    let others = Suggestion.some(Array(names.dropFirst()))
    return (source, "the sheet `\(sheet.name)` is read; `--sheet` takes another one: \(others)")
  }

  var columnShapes: [ColumnShape] {
    reader.columns.filter { $0.name != call[LoadTable.time] }
      .map { ColumnShape(name: $0.name, type: $0.isKnown ? $0.kind.name : nil) }
  }

  private static func options(_ call: CheckedCall) throws(Failure) -> DelimitedOptions {
    var options = DelimitedOptions()
    let delimiters: [String: UInt8] = ["comma": 44, "semicolon": 59, "tab": 9, "bar": 124, "blank": 32]
    options.delimiter = call[LoadTable.delimiter].flatMap { delimiters[$0] }
    options.decimal = call[LoadTable.decimal].map { $0 == "comma" ? 44 : 46 }
    if let decimal = options.decimal, decimal == options.delimiter {
      throw .diagnostic(
        Diagnostic(
          "E0532", "a comma cannot stand between cells and in numbers", at: call.ranges["decimal"],
          label: "also the delimiter", remedy: "Leave one of the two options out."))
    }
    options.hasHeader = call[LoadTable.header]
    options.skippedLines = call[LoadTable.skip]
    let orders: [String: DateOrder] = [
      "ymd": .yearFirst, "dmy": .dayFirst, "mdy": .monthFirst, "named": .named,
    ]
    options.dates = call[LoadTable.dates].flatMap { orders[$0] }
    options.zone = try call.zone(call[LoadTable.zone])
    options.nulls = call[LoadTable.nulls]
    options.texts = call[LoadTable.text] + (call[LoadTable.id].map { [$0] } ?? [])
    options.categories = call[LoadTable.category]
    options.time = call[LoadTable.time]
    return options
  }

  /// The frame, and what is to be told about it.
  func read(work: Work) throws(Failure) -> (frame: Frame, notes: [String]) {
    let table: DelimitedTable
    do throws(TableFailure) {
      table = try reader.read(work: work)
    } catch {
      throw Self.failure(error, paths, call)
    }
    var notes = sheets + table.notes.map(text)
    var segments: [Segment] = []
    if paths.count > 1 {
      var start = 0
      for (name, count) in zip(SegmentNames.names(paths), table.rows) where count > 0 {
        segments.append(Segment(name: name, rows: start..<start + count))
        start += count
      }
    }
    let labels = Set(call[LoadTable.labels])
    var columns = table.columns.map { column in
      var column = column
      if labels.contains(column.name) { column.role = .label }
      if column.name == call[LoadTable.id] { column.role = .identifier }
      return column
    }
    if let hint = ColumnHints.truth(columns) { notes.append(hint) }
    if let hint = ColumnHints.rounded(columns) { notes.append("\(hint); `--text` keeps every digit") }
    if let time = call[LoadTable.time], let place = columns.firstIndex(where: { $0.name == time }) {
      let column = columns.remove(at: place)
      let (frame, more) = try timed(column, columns, segments)
      return (frame, notes + more)
    }
    var address = Address.row(count: table.rowCount)
    if let id = columns.first(where: { $0.role == .identifier }), case .text(let texts) = id.cells {
      address = .sample(texts)
    }
    if let hint = ColumnHints.kind(columns) ?? ColumnHints.time(columns) { notes.append(hint) }
    return (Frame(index: Index(address, segments: segments), columns: columns), notes)
  }

  /// The rows that have a time, addressed by it.
  private func timed(
    _ column: Column, _ columns: [Column], _ segments: [Segment]
  ) throws(Failure) -> (Frame, [String]) {
    guard case .time(let times) = column.cells else {
      throw .diagnostic(
        Diagnostic(
          "E0525", "`\(column.name)` holds \(column.type.rawValue) cells, not times",
          at: call.ranges["time"], label: "not times",
          remedy: "Choose another column, or say how dates are written with `--dates`."))
    }
    var notes: [String] = []
    var frame = Frame(index: Index(.time(.listed(times)), segments: segments), columns: columns)
    if let nulls = column.nulls {
      let kept = (0..<column.count).filter { !nulls[$0] }
      let count = nulls.setCount
      notes.append("\(count) \(count == 1 ? "row has no time and is" : "rows have no time and are") left out")
      frame = frame.selecting(rows: kept)
    }
    if case .time(.listed(let kept)) = frame.index.address {
      if let key = Self.key(of: frame, kept) {
        notes.append(
          "times repeat, and `\(key)` tells rows of the same time apart: `segment … \(key)` brings each one's rows together"
        )
        return (frame, notes)
      }
      for run in frame.index.runs {
        guard let row = run.rows.dropFirst().first(where: { kept[$0] < kept[$0 - 1] }) else { continue }
        let place = run.name.isEmpty ? "" : " in \(run.name)"
        notes.append(
          "times go back\(place), first to \(Instant(nanoseconds: kept[row])); `sort` puts them in order")
        break
      }
    }
    return (frame, notes)
  }

  /// The column that says whose row it is, if times repeat: never twice the same at one time, and seldom new.
  private static func key(of frame: Frame, _ times: [Int64]) -> String? {
    guard times.count > 2, Set(times).count <= times.count / 2 else { return nil }
    struct Moment: Hashable {
      let time: Int64, group: Int
    }
    let column = frame.columns.first { column in
      switch column.cells {
      case .category, .text: break
      case .number(let numbers): guard numbers.allSatisfy({ $0 == $0.rounded() }) else { return false }
      case .bool, .time: return false
      }
      let groups = column.groups
      guard column.nulls == nil, groups.count > 1, groups.count <= times.count / 3 else { return false }
      var seen: Set<Moment> = []
      return zip(times, groups.ofRow).allSatisfy { seen.insert(Moment(time: $0, group: $1 ?? -1)).inserted }
    }
    return column?.name
  }

  private func text(_ note: DelimitedNote) -> String {
    func place(_ file: Int, _ line: Int) -> String {
      paths.count > 1 ? "\(SegmentNames.names(paths)[file]), line \(line)" : "line \(line)"
    }
    switch note {
    case .shortRecords(let count, let file, let line, let cells):
      return "\(count) \(count == 1 ? "row has" : "rows have") too few cells (first: \(cells) in "
        + "\(place(file, line))); the rest of them is missing"
    case .longRecords(let count, let file, let line, let cells):
      return "\(count) \(count == 1 ? "row has" : "rows have") too many cells (first: \(cells) in "
        + "\(place(file, line))); all their cells are missing"
    case .misfits(let column, let type, let count, let file, let line, let text):
      return "\(count) \(count == 1 ? "cell" : "cells") of `\(column)` "
        + "\(count == 1 ? "is no \(type) and is" : "are no \(type) and are") missing "
        + "(first: \(Self.quoted(text)) in \(place(file, line)))"
    case .grouped(let column, let count, let text, let number):
      return
        "\(counted(count, "number")) of `\(column)` \(count == 1 ? "has" : "have") marks between digits: "
        + "\(Self.quoted(text)) is read as \(Column("", .number([number])).plainText(0) ?? "")"
    case .retyped(let column, let type, let text, let file, let line):
      return "`\(column)` began as \(type) and is none (\(Self.quoted(text)) in \(place(file, line)))"
    case .renamed(let names): return "columns without a name of their own: \(names.joined(separator: ", "))"
    case .headers(let lines): return "\(lines) lines of names were joined by points"
    case .spaced: return "runs of spaces separate the cells"
    case .remarks(let lines): return "\(counted(lines, "line")) in front of the table left out"
    case .emptyColumn(let name): return "\(name) is empty and left out"
    case .encoding(let encoding, let file):
      let name = paths.count > 1 ? SegmentNames.names(paths)[file] + " is" : "The text is"
      return "\(name) in \(encoding.rawValue)"
    case .ambiguousDates(let column):
      return "dates in `\(column)` may have the day or the month first; say `--dates dmy` or `--dates mdy`"
    }
  }

  private static func quoted(_ text: String) -> String {
    "`" + text.map { $0.isNewline ? " " : String($0) }.joined() + "`"
  }

  private static func failure(_ error: TableFailure, _ paths: [String], _ call: CheckedCall) -> Failure {
    switch error.problem {
    case .format(let problem):
      return problem.failure(
        paths[error.file], at: LoadTable.paths.base, of: call,
        remedy: "Look at the file in an editor; `load table` reads text with one record a line.")
    case .unknownColumn(let name, let known): return noColumn(name, known, call)
    case .differentColumns(let missing, let added):
      let facts = [
        missing.isEmpty ? nil : "lacks `\(missing.prefix(3).joined(separator: "`, `"))`",
        added.isEmpty ? nil : "has `\(added.prefix(3).joined(separator: "`, `"))` besides",
      ].compactMap(\.self)
      return .diagnostic(
        Diagnostic(
          "E0523",
          "`\(paths[error.file])` has other columns than `\(paths[0])`: it \(facts.joined(separator: " and "))",
          at: call.ranges[LoadTable.paths.base.name], label: "not one table",
          remedy: "Load files with the same columns together, the others by themselves."))
    }
  }

  private static func noColumn(_ name: String, _ known: [String], _ call: CheckedCall) -> Failure {
    let parameter = ["time", "id", "labels", "text", "category"].first { parameter in
      switch call.arguments[parameter] {
      case .text(let text): text == name
      case .list(let items): items.contains(.text(name))
      default: false
      }
    }
    let list = known.prefix(8).map { "`\($0)`" }.joined(separator: ", ") + (known.count > 8 ? ", …" : "")
    return .diagnostic(
      Diagnostic(
        "E0524", "the file has no column `\(name)`", at: parameter.flatMap { call.ranges[$0] },
        label: "not in the header",
        remedy: Suggestion.remedy(for: name, among: known, else: "It has \(list).")))
  }

  private static func noTimes(_ column: DelimitedColumn, _ call: CheckedCall) -> Failure {
    .diagnostic(
      Diagnostic(
        "E0525", "`\(column.name)` holds \(column.kind.name) cells, not times", at: call.ranges["time"],
        label: "not times",
        remedy: column.isAmbiguous
          ? "Say which comes first: `--dates dmy` or `--dates mdy`."
          : "Choose another column, or say how dates are written with `--dates`."))
  }
}
