import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

struct LoadJSON: WorldCommand {
  static let path = Parameter<String>.input(
    "path", help: "A JSON or JSON Lines file, also packed with gzip, zstd or zip.")
  static let member = Parameter<String?>.name(
    "member", help: "The member that holds the list of objects, such as data.items; found out if absent.")
  static let time = Parameter<String?>.name(
    "time", help: "The column that tells when a row was; it becomes the index, and the result a series.")
  static let id = Parameter<String?>.name("id", help: "The column that names the rows.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "json", "Reads columns from objects of JSON or JSON Lines.",
    discussion: """
      Each object is a row and each member a column; members of inner objects are named with a point between, as in \
      `request.size`, lists stay as JSON text. The objects may be a list, one a line, or the only list of objects \
      inside one object; if all members of that object are such lists, all are read, and `member` says which. An object of more than \
      1,000 members is read as rows of `key` and `value`. Tables written otherwise are known, too: lists of cells with or \
      without names first, a list a column, `columns` and `data` apart. Columns hold numbers, truth values, times (ISO 8601 with a time of day), categories if few \
      texts differ, else texts; members that an object lacks are missing cells. Lines that are no objects are left \
      out and counted.
      """,
    parameters: [path.base, member.base, time.base, id.base, labels.base], output: .table, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | describe | export --to facts.jsonl"),
      Example("facts = load json facts.jsonl"),
      Example("load json facts.jsonl --id column --labels mode"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: call[Self.time] == nil ? .table : .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    let objects: ObjectFile
    do throws(FormatError) {
      objects = try ObjectFile(file.source, member: call[Self.member], work: work)
    } catch {
      throw error.failure(
        file.path, at: Self.path.base, of: call.call,
        remedy: "Give objects, one a line or in a list, or name the list with `--member NAME`.")
    }
    tell(objects, call)
    return try RowRoles(
      time: Self.time, id: Self.id, labels: Self.labels, owner: "the objects have no member"
    ).value(
      objects.columns, count: objects.rowCount, call)
  }

  private func tell(_ objects: ObjectFile, _ call: Invocation) {
    if let member = objects.member, call[Self.member] == nil {
      call.note("the rows are the objects of `\(member)`")
    }
    if !objects.beside.isEmpty {
      let names = objects.beside.prefix(6).map(\.name).joined(separator: ", ")
      call.note("beside the rows, and so left out: \(names)" + (objects.beside.count > 6 ? ", …" : ""))
    }
    if let message = LoadLog.messageColumn(objects.columns),
      objects.columns.contains(where: { $0.type == .time })
    {
      call.note("`\(message.name)` looks like the messages of a log: `load log` finds their templates")
    }
    if let refused = objects.refused {
      call.note("\(counted(refused.count, "row")) left out (\(refused.first.words))")
    }
  }
}

extension Column {
  /// The cells as moments: times, or numbers that count from 1970 in seconds, milliseconds, microseconds or
  /// nanoseconds, by their size; nil if the cells are neither.
  var moments: [Int64?]? {
    switch cells {
    case .time(let times): return times.indices.map { isNull($0) ? nil : times[$0] }
    case .number(let numbers):
      let largest = numbers.lazy.filter { $0.isFinite }.map(abs).max() ?? 0
      guard largest >= 1e8, largest < 9e18 else { return nil }
      let unit = largest < 1e11 ? 1e9 : largest < 1e14 ? 1e6 : largest < 1e17 ? 1e3 : 1
      return numbers.map { Int64(exactly: ($0 * unit).rounded()) }
    default: return nil
    }
  }
}
