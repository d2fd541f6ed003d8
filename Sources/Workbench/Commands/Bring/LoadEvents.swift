import Chronology
import Formats
import Language
import Numerics
import Values

struct LoadEvents: WorldCommand {
  static let path = Parameter<String>.input("path", help: "An XES file, packed or not, or a CSV or TSV file.")
  static let caseColumn = Parameter<String?>.name("case", help: "CSV: the column that names the case.")
  static let activity = Parameter<String?>.name("activity", help: "CSV: the column that names the activity.")
  static let time = Parameter<String?>.name("time", help: "CSV: the column that tells when.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Attributes of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "events", "Reads an event log: what happened in which case, and when.",
    discussion: """
      XES (IEEE 1849) is read with the attributes of traces (`case:` in front) and events, each of the type that the file \
      declares; nested attributes are counted and left out. The events of a case stand together, in the order of time, and each case is a segment, which no window \
      crosses. Without times for all events the order of the file counts. Events without an activity are counted and \
      left out. CSV needs --case and --activity; columns of the names used by process mining tools (`case:concept:name`, \
      `concept:name`, `time:timestamp`) are found by themselves.
      """,
    parameters: [path.base, caseColumn.base, activity.base, time.base, labels.base], output: .events,
    reach: .read,
    examples: [
      Example("generate pump-station --part log --minutes 5 --seed 7 | export --to log.csv --overwrite"),
      Example("steps = load events log.csv --case level --activity template --time time"),
      Example("load events log.csv --case level --activity message"),
      Example("encode steps --use traces(20)"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    var name = file.path.lowercased()
    for packing in [".gz", ".zst"] where name.hasSuffix(packing) {
      name = String(name.dropLast(packing.count))
    }
    let records: EventRecords
    if name.hasSuffix(".xes") || name.hasSuffix(".xml") {
      do throws(FormatError) {
        records = try EventRecords.xes(file.source, work: work)
      } catch {
        throw error.failure(
          file.path, at: Self.path.base, of: call.call, remedy: "Export the log again as XES, or as CSV.")
      }
    } else {
      records = try table(file.path, file.source, call, work: work)
    }
    if records.nameless > 0 {
      call.note("\(counted(records.nameless, "event")) without an activity left out")
    }
    if records.nested > 0 { call.note("\(counted(records.nested, "attribute")) inside of others left out") }
    if records.surplus > 0 {
      call.note("\(counted(records.surplus, "cell")) of attributes beyond the first 200 left out")
    }
    let unknown = records.times.count { $0 == nil }
    if unknown > 0, unknown < records.times.count {
      call.note("\(counted(unknown, "event")) without a time: the order of the file counts")
    }
    var log = records.log()
    guard log.frame.rowCount > 0 else {
      throw call.blame(
        Self.path.base, "E0542", "`\(file.path)` holds no event", label: "empty",
        remedy: "Look at the file; events need a name.")
    }
    let labels = call[Self.labels]
    let known = log.frame.columns.dropFirst(2).map(\.name)
    for label in labels where !known.contains(label) {
      throw call.blame(
        Self.labels.base, "E0524", "the events have no attribute `\(label)`", label: "not there",
        remedy: Suggestion.remedy(
          for: label, among: Array(known),
          else: known.isEmpty ? "They have none." : "They have \(Suggestion.some(Array(known)))."))
    }
    log = log.with(
      frame: log.frame.with(
        columns: log.frame.columns.map { column in
          var column = column
          if labels.contains(column.name) { column.role = .label }
          return column
        }))
    return .events(log)
  }

  private static let usual: [String: [String]] = [
    "case": ["case:concept:name", "case_id", "caseid", "case id", "case", "trace"],
    "activity": ["concept:name", "activity", "event", "task"],
    "time": ["time:timestamp", "timestamp", "time", "datetime", "date"],
  ]

  private func table(
    _ path: String, _ source: any ByteSource, _ call: Invocation, work: Work
  ) throws(Failure) -> EventRecords {
    let table: DelimitedTable
    do throws(TableFailure) {
      let reader = try DelimitedReader([source])
      table = try reader.read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw problem.failure(
        path, at: Self.path.base, of: call.call, remedy: "Give an XES file, or CSV with one event a line.")
    }
    let cases = try column(Self.caseColumn, "case", table.columns, call)
    let activities = try column(Self.activity, "activity", table.columns, call)
    let times = try timeColumn(table.columns, call)
    var records = EventRecords()
    var rest: [(String, Column)] = []
    for column in table.columns where ![cases.name, activities.name, times?.name].contains(column.name) {
      rest.append((column.name, column))
    }
    records.attributes = rest.map { EventRecords.Attribute($0.0, Self.kind($0.1)) }
    for row in 0..<table.rowCount {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      guard let activity = activities.plainText(row), let name = cases.plainText(row) else {
        records.nameless += 1
        continue
      }
      let place = records.activities.count
      records.cases.append(name)
      records.activities.append(activity)
      if let times, case .time(let moments) = times.cells, !times.isNull(row) {
        records.times.append(moments[row])
      } else {
        records.times.append(nil)
      }
      for (number, column) in rest.enumerated() {
        if let cell = column.1.plainText(row) { records.attributes[number].cells[place] = cell }
      }
    }
    return records
  }

  private static func kind(_ column: Column) -> EventRecords.Attribute.Kind {
    switch column.type {
    case .number: .number
    case .time: .time
    case .bool: .bool
    default: .text
    }
  }

  private func column(
    _ parameter: Parameter<String?>, _ part: String, _ columns: [Column], _ call: Invocation
  ) throws(Failure) -> Column {
    let names = columns.map(\.name)
    if let name = call[parameter] {
      if let column = columns.first(where: { $0.name == name }) { return column }
      throw call.blame(
        parameter.base, "E0524", "the file has no column `\(name)`", label: "not in the header",
        remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
    }
    for usual in Self.usual[part] ?? [] {
      if let column = columns.first(where: { $0.name.lowercased() == usual }) { return column }
    }
    throw call.blame(
      Self.path.base, "E0543", "no column is known to name the \(part)", label: "which column?",
      remedy: "Add `--\(part) COLUMN`; there are \(Suggestion.some(names)).")
  }

  private func timeColumn(_ columns: [Column], _ call: Invocation) throws(Failure) -> Column? {
    if call[Self.time] == nil {
      return Self.usual["time"]?.lazy.compactMap { usual in
        columns.first { $0.name.lowercased() == usual && $0.type == .time }
      }.first
    }
    let column = try column(Self.time, "time", columns, call)
    guard column.type == .time else {
      throw call.blame(
        Self.time.base, "E0525", "`\(column.name)` holds \(column.type.rawValue) cells, not times",
        label: "not times",
        remedy: "Choose another column, or load the file with `load table --dates dmy` and export it.")
    }
    return column
  }
}

extension Column {
  /// A cell as a name; nil if it is missing.
  func plainText(_ row: Int) -> String? {
    if isNull(row) { return nil }
    switch cells {
    case .text(let texts): return texts[row]
    case .category(let codes, let levels): return levels[Int(codes[row])]
    case .number(let numbers):
      let number = numbers[row]
      return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
    case .bool(let bits): return bits[row] ? "true" : "false"
    case .time(let times): return Instant(nanoseconds: times[row]).description
    }
  }
}
