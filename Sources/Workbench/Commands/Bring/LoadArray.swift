import Chronology
import Formats
import Language
import Numerics
import Values

struct LoadArray: WorldCommand {
  static let path = Parameter<String>.input(
    "path", help: "A NumPy file: .npy, or .npz with several arrays; or .safetensors.")
  static let key = Parameter<[String]>.names(
    "key", help: "The arrays of a file of several to take; all if absent, as far as they have the same rows.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Arrays of ground truth; no detector, encoder or threshold sees them.")
  static let time = Parameter<String?>.name(
    "time", help: "The array that tells when a row was; it becomes the index, and the result a series.")
  static let id = Parameter<String?>.name("id", help: "The array that names the rows.")
  static let every = Parameter<TimeSpan?>.optional(
    "every", .span(TimeSpan(nanoseconds: 1)...TimeSpan(seconds: 366 * 86_400)),
    help: "The time from row to row; it makes the result a series."
  ) { if case .span(let span) = $0 { span } else { nil } }
  static let start = Parameter<Instant?>.optional(
    "start", .instant, help: "The time of the first row, with --every; 1970 if absent."
  ) { if case .instant(let instant) = $0 { instant } else { nil } }

  let spec = CommandSpec(
    "load", "array", "Reads columns from NumPy arrays, stored or packed.",
    discussion: """
      The first index counts rows; everything behind it becomes columns, numbered from 0 behind the name of the \
      array (`X0`, `X1`…). Numbers of all sizes, truth values and texts are read, in either byte order and either \
      order of indices; whole numbers beyond 2 to the 53rd are rounded. Each field of records is a column. Arrays of Python objects are refused, since \
      reading them would run code. Times are `datetime64`, empty texts missing cells. The format is that of NumPy \
      enhancement proposal 1, versions 1 to 3, or safetensors.
      """,
    parameters: [path.base, key.base, time.base, id.base, labels.base, every.base, start.base],
    output: .table, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to station.npy --overwrite"),
      Example("pump = load array station.npy"),
      Example("pump = load array station.npy --every 1s --start 2026-03-01T08:00"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    let kind: ValueKind = call[Self.every] == nil && call[Self.time] == nil ? .table : .series
    if world.files.files(matching: call[Self.path]).isEmpty { return ValueShape(kind: kind) }
    do throws(Failure) {
      let loading = try ArrayLoading(call, world: world)
      return ValueShape(kind: kind, columns: loading.columnShapes, rowCount: loading.rows)
    } catch {
      throw error.diagnostic
    }
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let loading = try ArrayLoading(call.call, world: world)
    let columns = try loading.columns(work: work)
    if let note = loading.leftOut { call.note(note) }
    if let hint = ColumnHints.truth(columns) { call.note(hint) }
    guard let every = call[Self.every], call[Self.time] == nil else {
      return try RowRoles(time: Self.time, id: Self.id, labels: nil, owner: "the file has no array").value(
        columns, count: loading.rows, call)
    }
    let axis = TimeAxis.regular(
      start: call[Self.start] ?? Instant(nanoseconds: 0), step: every, count: loading.rows)
    return .series(Frame(index: Index(.time(axis)), columns: columns))
  }
}

/// One `load array`: the arrays that are taken, proved to fit together.
private struct ArrayLoading {
  private let call: CheckedCall
  private let path: String
  private let file: ArrayFile
  private let items: [ArrayFile.Item]
  let rows: Int
  let leftOut: String?

  private static let remedy =
    "Save plain numbers, texts or times with `numpy.save` or `numpy.savez`: one array for each field, real and imaginary part."

  init(_ call: CheckedCall, world: World) throws(Failure) {
    self.call = call
    let files = try world.files.open([call[LoadArray.path]], for: LoadArray.path.base, of: call)
    guard let first = files.first else { throw .cancelled }
    path = first.path
    do throws(FormatError) {
      file = try ArrayFile(first.source)
    } catch {
      throw error.failure(first.path, at: LoadArray.path.base, of: call, remedy: Self.remedy)
    }
    let known = file.items.map(\.name)
    let keys = call[LoadArray.key]
    for (names, parameter) in [(keys, LoadArray.key.base), (call[LoadArray.labels], LoadArray.labels.base)] {
      for name in names where !known.contains(name) {
        throw .diagnostic(
          Diagnostic(
            "E0534", "the file has no array `\(name)`", at: call.ranges[parameter.name], label: "not in it",
            remedy: Suggestion.remedy(
              for: name, among: known,
              else: known == [""]
                ? "It holds one array without a name: leave the option out."
                : "It has \(Suggestion.some(known)).")))
      }
    }
    let wanted = Set(
      keys + call[LoadArray.labels] + [call[LoadArray.time], call[LoadArray.id]].compactMap(\.self))
    let chosen = keys.isEmpty ? file.items : file.items.filter { wanted.contains($0.name) }
    let candidates = chosen.filter { !$0.header.shape.isEmpty }
    let counts = Set(candidates.map(\.header.rows))
    guard !candidates.isEmpty else {
      throw .diagnostic(
        Diagnostic(
          "E0535", "`\(path)` holds no array with rows, only single values",
          at: call.ranges[LoadArray.path.base.name], label: "not one table",
          remedy: "Save an array of one index or more."))
    }
    guard let count = counts.first, counts.count == 1 else {
      let list = chosen.map { "`\($0.name)` \($0.header.shape.map(String.init).joined(separator: " × "))" }
      throw .diagnostic(
        Diagnostic(
          "E0535", "the arrays do not have the same rows: \(list.prefix(6).joined(separator: ", "))",
          at: call.ranges[LoadArray.path.base.name], label: "not one table",
          remedy: Set(["train", "test", "test_label"]).isSubset(of: known)
            ? "Read them as one series with its split and labels: `load dataset smd \(path)`."
            : "Choose those that belong together, as in `--key \(chosen.first?.name ?? "X")`."))
    }
    rows = count
    items = candidates
    let single = chosen.filter { $0.header.shape.isEmpty }.map(\.name)
    leftOut = single.isEmpty ? nil : "single numbers are left out: \(single.joined(separator: ", "))"
  }

  private func name(_ item: ArrayFile.Item) -> String { item.name.isEmpty ? "x" : item.name }

  var columnShapes: [ColumnShape] {
    items.flatMap { item in
      let header = item.header
      let type =
        header.element.isText
        ? "text" : header.element == .bool ? "bool" : header.element.isTime ? "time" : "number"
      let names = header.shape.count < 2 ? [name(item)] : (0..<header.width).map { "\(name(item))\($0)" }
      return names.filter { $0 != call[LoadArray.time] }.map { ColumnShape(name: $0, type: type) }
    }
  }

  func columns(work: Work) throws(Failure) -> [Column] {
    var columns: [Column] = []
    for item in items {
      do throws(FormatError) {
        let isLabel = call[LoadArray.labels].contains(item.name)
        columns += try file.columns(of: item, name: name(item), work: work).map { column in
          var column = column
          if isLabel { column.role = .label }
          return column
        }
      } catch {
        throw error.failure(path, at: LoadArray.path.base, of: call, remedy: Self.remedy)
      }
    }
    return columns
  }
}
