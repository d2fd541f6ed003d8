/// For every row the first row of the window that ends in it. Windows never leave their stretch.
package struct WindowStarts: Sendable, Equatable {
  package let starts: [Int]
  /// The stretch of the row is at least as long as the window.
  package let isFull: [Bool]

  /// Windows of so many rows. The stretches cover all rows in order.
  package init(rows count: Int, in stretches: [Range<Int>]) {
    let total = stretches.last?.upperBound ?? 0
    var starts = [Int](repeating: 0, count: total)
    var isFull = [Bool](repeating: false, count: total)
    for stretch in stretches {
      for row in stretch {
        starts[row] = max(stretch.lowerBound, row - count + 1)
        isFull[row] = row - stretch.lowerBound >= count - 1
      }
    }
    (self.starts, self.isFull) = (starts, isFull)
  }

  /// Windows that hold the times in (t - width, t]. Times ascend within a stretch.
  ///
  /// A window counts as full once the stretch is as old as it is wide, with half a `step` of grace for jitter.
  package init(width: Int64, times: [Int64], step: Int64, in stretches: [Range<Int>]) {
    var starts = [Int](repeating: 0, count: times.count)
    var isFull = [Bool](repeating: false, count: times.count)
    for stretch in stretches where !stretch.isEmpty {
      var first = stretch.lowerBound
      let origin = times[first]
      for row in stretch {
        while times[row] &- times[first] >= width { first += 1 }
        starts[row] = first
        isFull[row] = times[row] &- origin &+ step &+ step / 2 >= width
      }
    }
    (self.starts, self.isFull) = (starts, isFull)
  }
}
