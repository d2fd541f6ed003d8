package import Chronology
package import Values

/// For every row, the rows of the same run that lie in the stretch of time that ends with it.
///
/// A row at *t* sees the rows with times in (*t* − width, *t*]: nothing of the future, nothing of another run.
/// Its window is full once the run is as old as the window is wide.
package struct TrailingWindows: Sendable, Equatable {
  /// Rows in the window, as positions in `order`; the last one is the row itself.
  package let ranges: [Range<Int>]
  /// Row numbers in the order of time, run by run.
  package let order: [Int]
  /// The place of every row in `order`.
  package let places: [Int]
  package let isFull: Mask
  /// The usual distance of neighbouring rows.
  package let step: TimeSpan

  package init(width: TimeSpan, over index: Index) throws(EncodingError) {
    guard let axis = index.time else { throw .noTime }
    if index.count == 0 { throw .noRows }
    var order: [Int] = []
    order.reserveCapacity(index.count)
    var gaps: [Int64] = []
    for run in index.runs {
      let rows =
        axis.isSorted
        ? Array(run.rows)
        : run.rows.sorted { (axis[$0].nanoseconds, $0) < (axis[$1].nanoseconds, $1) }
      gaps += zip(rows, rows.dropFirst()).map { axis[$1].nanoseconds - axis[$0].nanoseconds }
      order += rows
    }
    gaps.sort()
    let step = index.extent?.nanoseconds ?? (gaps.isEmpty ? 0 : gaps[gaps.count / 2])
    var places = [Int](repeating: 0, count: index.count)
    for (place, row) in order.enumerated() { places[row] = place }
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(index.count)
    var full = Mask(count: index.count)
    for run in index.runs where !run.rows.isEmpty {
      // The runs stand in `order` one after another, where their rows stand in the value.
      let times = run.rows.map { axis[order[$0]].nanoseconds }
      var first = 0
      for place in times.indices {
        while times[place] - times[first] >= width.nanoseconds { first += 1 }
        ranges.append(run.rows.lowerBound + first..<run.rows.lowerBound + place + 1)
        // Half a step of grace, so that jitter does not decide.
        if times[place] - times[0] + step + step / 2 >= width.nanoseconds {
          full[order[run.rows.lowerBound + place]] = true
        }
      }
    }
    self.order = order
    self.places = places
    self.ranges = ranges
    self.isFull = full
    self.step = TimeSpan(nanoseconds: step)
  }

  /// The rows that row `row` sees, in the order of time.
  package func rows(at row: Int) -> ArraySlice<Int> { order[ranges[places[row]]] }
}
