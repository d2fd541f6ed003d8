import Language
import Values

/// What columns that were read become: an index by time or by name, truth, features.
struct RowRoles {
  let time: Parameter<String?>
  let id: Parameter<String?>
  /// nil if the columns know their roles.
  let labels: Parameter<[String]>?
  /// Who lacks a name, as in `the table has no column`.
  let owner: String

  func value(_ columns: [Column], count: Int, _ call: Invocation) throws(Failure) -> Value {
    let names = columns.map(\.name)
    let truths = labels.map { call[$0] } ?? []
    for (parameter, wanted) in [
      (time.base, call[time].map { [$0] } ?? []), (id.base, call[id].map { [$0] } ?? []),
      (labels?.base ?? id.base, truths),
    ] {
      for name in wanted where !names.contains(name) {
        throw call.blame(
          parameter, "E0524", "\(owner) `\(name)`", label: "not there",
          remedy: Suggestion.remedy(for: name, among: names, else: "There are \(Suggestion.some(names))."))
      }
    }
    var columns = columns.map { column in
      var column = column
      if truths.contains(column.name) { column.role = .label }
      return column
    }
    if labels != nil, let hint = ColumnHints.truth(columns) { call.note(hint) }
    var index = Index.rows(count)
    if let id = call[id], let place = columns.firstIndex(where: { $0.name == id }) {
      index = Index(.sample(TextColumn((0..<count).map { columns[place].plainText($0) ?? "" })))
      columns[place].role = .identifier
    }
    guard let name = call[time], let place = columns.firstIndex(where: { $0.name == name }) else {
      if let hint = ColumnHints.kind(columns) ?? ColumnHints.time(columns) { call.note(hint) }
      return .table(Frame(index: index, columns: columns))
    }
    let column = columns.remove(at: place)
    guard let moments = column.moments else {
      throw call.blame(
        time.base, "E0525", "`\(name)` holds \(column.type.rawValue) cells, not times", label: "not times",
        remedy: "Choose another one; times are ISO 8601 texts or counts from 1970.")
    }
    let kept = moments.indices.filter { moments[$0] != nil }
    if kept.count < moments.count {
      call.note("\(counted(moments.count - kept.count, "row")) without a time left out")
    }
    return .series(
      Frame(
        index: Index(.time(.listed(kept.compactMap { moments[$0] }))),
        columns: columns.map { $0.selecting(kept) }))
  }
}
