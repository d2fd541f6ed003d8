import Chronology
import Language
import Values

/// Rows of time, name and value, as a column a name: sensors of several rates share one axis.
struct LongTable {
  let names: String
  let values: String

  private static let mostNames = 4096

  /// - Parameter frame: addressed by time.
  func wide(_ frame: Frame, _ call: Invocation) throws(Failure) -> Frame {
    guard let axis = frame.index.time, let key = frame.column(names) else {
      throw missing(names, frame, LoadTable.key.base, call)
    }
    guard let column = frame.column(values) else { throw missing(values, frame, LoadTable.value.base, call) }
    guard let numbers = column.numbers else {
      throw call.blame(
        LoadTable.value.base, "E0525", "`\(values)` holds \(column.type.rawValue) cells, not numbers",
        label: "not numbers", remedy: "Choose the column with what was measured.")
    }
    var places: [String: Int] = [:]
    var order: [String] = []
    var (times, segments, twice, nameless) = ([Int64](), [Segment](), 0, 0)
    var cells: [[Int: Double]] = []
    for run in frame.index.runs {
      let moments = Set(run.rows.map { axis[$0].nanoseconds }).sorted()
      let start = times.count
      let rows = Dictionary(uniqueKeysWithValues: moments.enumerated().map { ($1, start + $0) })
      times += moments
      segments.append(Segment(name: run.name, rows: start..<times.count))
      for row in run.rows {
        guard let name = key.plainText(row), let target = rows[axis[row].nanoseconds] else {
          nameless += 1
          continue
        }
        if places[name] == nil {
          places[name] = order.count
          order.append(name)
          cells.append([:])
        }
        guard order.count <= Self.mostNames, let place = places[name] else {
          throw call.blame(
            LoadTable.key.base, "E0522", "`\(names)` holds more than \(Self.mostNames) names",
            label: "a column for each", remedy: "Choose the column that names the sensors.")
        }
        if cells[place].updateValue(numbers[row], forKey: target) != nil { twice += 1 }
      }
    }
    if twice > 0 {
      call.note("\(counted(twice, "value")) of a name and time that came before: the last counts")
    }
    if nameless > 0 { call.note("\(counted(nameless, "row")) without a name left out") }
    let others = frame.columns.map(\.name).filter { $0 != names && $0 != values }
    if !others.isEmpty { call.note("left out beside names and values: \(others.joined(separator: ", "))") }
    return Frame(
      index: Index(.time(.listed(times)), segments: segments.count > 1 ? segments : []),
      columns: zip(order, cells).map { name, cells in
        Column(numbers: times.indices.map { cells[$0] ?? .nan }, name: name)
      })
  }

  private func missing(
    _ name: String, _ frame: Frame, _ parameter: AnyParameter, _ call: Invocation
  ) -> Failure {
    let known = frame.columns.map(\.name)
    return call.blame(
      parameter, "E0524", "the file has no column `\(name)`", label: "not in the header",
      remedy: Suggestion.remedy(for: name, among: known, else: "It has \(Suggestion.some(known))."))
  }
}
