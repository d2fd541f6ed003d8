/// An ascending column that answers how many of its values lie below or at a value.
package struct SortedColumn: Sendable, Equatable, Codable {
  package let values: [Double]
  /// How many values lie in the cells before each of equally wide cells of the range: where to search.
  private let cells: [Int32]
  private let cellsPerUnit: Double

  private enum CodingKeys: CodingKey { case values }

  package init(from decoder: any Decoder) throws {
    self.init(
      ascending: try decoder.container(keyedBy: CodingKeys.self).decode([Double].self, forKey: .values))
  }

  package init(ascending values: [Double]) {
    self.values = values
    let count = min(32_768, values.count / 4)
    guard count > 1, let low = values.first, let high = values.last, low < high, (high - low).isFinite else {
      cells = []
      cellsPerUnit = 0
      return
    }
    let cellsPerUnit = Double(count) / (high - low)
    guard cellsPerUnit.isFinite else {
      cells = []
      self.cellsPerUnit = 0
      return
    }
    var cells = [Int32](repeating: 0, count: count + 2)
    for value in values { cells[Self.cell(value, low, cellsPerUnit, count) + 1] += 1 }
    for cell in 1..<cells.count { cells[cell] += cells[cell - 1] }
    self.cells = cells
    self.cellsPerUnit = cellsPerUnit
  }

  /// The cell of a value inside the range; cells ascend with values, whatever the rounding.
  private static func cell(_ value: Double, _ low: Double, _ cellsPerUnit: Double, _ count: Int) -> Int {
    min(count, Int((value - low) * cellsPerUnit))
  }

  /// Sorts finite numbers.
  package init(sorting numbers: [Double]) {
    self.init(ascending: numbers.count < 256 ? numbers.sorted() : RadixSort.sorted(numbers).values)
  }

  package var count: Int { values.count }

  /// How many values are at most `value`.
  package func countAtMost(_ value: Double) -> Int {
    guard let first = values.first, value >= first else { return 0 }
    if value >= values[values.count - 1] { return values.count }
    var base = 0
    var end = values.count
    if !cells.isEmpty {
      let cell = Self.cell(value, first, cellsPerUnit, cells.count - 2)
      base = Int(cells[cell])
      end = Int(cells[cell + 1])
    }
    while base < end {
      let middle = (base + end) / 2
      if values[middle] <= value { base = middle + 1 } else { end = middle }
    }
    return base
  }

  /// How many values lie below `value`, of which it is known how many are at most.
  package func countBelow(_ value: Double, atMost count: Int) -> Int {
    if count == 0 || values[count - 1] < value { return count }
    if count == 1 || values[count - 2] < value { return count - 1 }
    var low = 0
    var high = count - 1
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
