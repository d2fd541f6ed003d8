import Chronology
import Numerics
import Values

extension Alignment {
  /// More kinds of events than this share one column, the rarest first.
  private static let mostKinds = 64

  /// How many events of each kind fall into each row: its span, or for rows that are moments, what came since the row before.
  ///
  /// No event is a count of 0 where the log is present, and missing where it is not.
  ///
  /// - Complexity: O(*events* log *events* + *n* · kinds).
  /// - Source: message count vectors as in Xu et al., *Detecting large-scale system problems by mining console logs*, SOSP 2009,
  ///   section 4.2, on a grid of time.
  func counted(_ log: Log, kinds: [String], name: String, onto index: Index) throws(FusionError) -> Slot {
    guard let axis = log.frame.index.time else { throw .noAddress(name: name) }
    let presence = RowSpans(index).presence(of: log.frame.index, silence: silence)
    let timed = TimedRows(0..<log.frame.rowCount, of: axis)
    let columns = Self.columns(of: log, kinds: kinds)
    var counts = [[Double]](
      repeating: [Double](repeating: .nan, count: index.count), count: columns.names.count)
    for (row, events) in events(of: timed, in: index).enumerated() where presence[row] {
      for place in counts.indices { counts[place][row] = 0 }
      for position in events {
        counts[0][row] += 1
        let kind = Int(log.templateOfRow[timed.rows[position]])
        if kind >= 0, kind < columns.places.count { counts[columns.places[kind]][row] += 1 }
      }
    }
    let frame = Frame(
      index: index, columns: zip(columns.names, counts).map { Column(numbers: $1, name: $0) })
    return Slot(name: name, content: .frame(frame), presence: presence)
  }

  /// `total`, then a column for each of the most frequent kinds, then `other` if there are more.
  private static func columns(of log: Log, kinds: [String]) -> (names: [String], places: [Int]) {
    if kinds.count <= mostKinds { return (["total"] + kinds, kinds.indices.map { $0 + 1 }) }
    var sizes = [Int](repeating: 0, count: kinds.count)
    for kind in log.templateOfRow where kind >= 0 && Int(kind) < kinds.count { sizes[Int(kind)] += 1 }
    let kept = kinds.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }.prefix(mostKinds).sorted()
    var places = [Int](repeating: mostKinds + 1, count: kinds.count)
    for (place, kind) in kept.enumerated() { places[kind] = place + 1 }
    return (["total"] + kept.map { kinds[$0] } + ["other"], places)
  }

  /// For each row the positions of its events.
  private func events(of timed: TimedRows, in index: Index) -> [Range<Int>] {
    guard let axis = index.time else { return [] }
    let length = index.extent?.nanoseconds ?? 0
    // Before the first event of a row, and at its last.
    var bounds: [(Int64, Int64)] = []
    for run in index.runs {
      for row in run.rows {
        let moment = axis[row].nanoseconds
        if length > 0 {
          bounds.append((moment - 1, moment + length - 1))
        } else if row == run.rows.lowerBound {
          bounds.append((moment - tolerance.nanoseconds, moment))
        } else {
          bounds.append((axis[row - 1].nanoseconds, moment))
        }
      }
    }
    let firsts = timed.lastPositions(at: bounds.map(\.0)).map { ($0 ?? -1) + 1 }
    let ends = timed.lastPositions(at: bounds.map(\.1)).map { ($0 ?? -1) + 1 }
    return zip(firsts, ends).map { $0..<max($0, $1) }
  }
}
