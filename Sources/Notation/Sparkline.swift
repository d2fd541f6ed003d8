/// Numbers as a line of blocks of eight heights.
package enum Sparkline {
  private static let levels = Array("▁▂▃▄▅▆▇█")

  /// The course of numbers over equal stretches, each as high as its highest value; blank where none is known.
  ///
  /// - Parameter range: what the lowest and the highest block stand for, if the numbers do not tell.
  package static func course(
    of values: [Double], cells: Int, range: ClosedRange<Double>? = nil
  ) -> String {
    let cells = min(cells, values.count)
    let tops = (0..<cells).map { cell in
      values[values.count * cell / cells..<values.count * (cell + 1) / cells].lazy.filter(\.isFinite).max()
    }
    let finite = values.lazy.filter(\.isFinite)
    guard let low = range?.lowerBound ?? finite.min(), let high = range?.upperBound ?? finite.max() else {
      return ""
    }
    return String(
      tops.map { top -> Character in
        guard let top else { return " " }
        return levels[high > low ? Swift.min(7, height(of: top, from: low, to: high, steps: 8)) : 0]
      })
  }

  /// How many numbers lie in each of equal stretches from the lowest to the highest; blank where none does.
  package static func histogram(of values: [Double], cells: Int) -> String {
    let finite = values.lazy.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    guard high > low else { return "█" }
    var counts = [Int](repeating: 0, count: cells)
    for value in finite {
      counts[Swift.min(cells - 1, height(of: value, from: low, to: high, steps: cells))] += 1
    }
    return bars(counts)
  }

  /// Halved first, so that the widest range there is does not become infinite.
  private static func height(of value: Double, from low: Double, to high: Double, steps: Int) -> Int {
    let share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return Int(share * Double(steps))
  }

  /// Counts beside one another, the highest at full height.
  package static func bars(_ counts: [Int]) -> String {
    let most = counts.max() ?? 0
    let blocks = counts.map { count -> Character in
      count == 0 ? " " : levels[Swift.min(7, count * 8 / most)]
    }
    return String(blocks)
  }
}
