/// An ascending column that answers how many of its values lie below or at a value.
package struct SortedColumn: Sendable, Equatable, Codable {
  package let values: [Double]

  /// Sorts finite numbers by their bits, one byte a pass.
  package init(sorting numbers: [Double]) {
    if numbers.count < 256 {
      values = numbers.sorted()
      return
    }
    // Flipping the sign bit of positive and all bits of negative numbers makes their bits ascend with them.
    var keys = numbers.map { number -> UInt64 in
      let bits = (number + 0).bitPattern
      return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
    var spare = keys
    var shift: UInt64 = 0
    while shift < 64 {
      var starts = [Int](repeating: 0, count: 2048)
      for key in keys { starts[Int(key >> shift & 2047)] += 1 }
      if !starts.contains(keys.count) {
        var next = 0
        for digit in 0..<2048 { (starts[digit], next) = (next, next + starts[digit]) }
        for key in keys {
          let digit = Int(key >> shift & 2047)
          spare[starts[digit]] = key
          starts[digit] += 1
        }
        swap(&keys, &spare)
      }
      shift += 11
    }
    values = keys.map { Double(bitPattern: $0 >> 63 == 1 ? $0 & ~(1 << 63) : ~$0) }
  }

  package var count: Int { values.count }

  /// How many values are at most `value`.
  package func countAtMost(_ value: Double) -> Int {
    var base = 0
    var rest = values.count
    while rest > 1 {
      let half = rest / 2
      base = values[base + half - 1] <= value ? base + half : base
      rest -= half
    }
    return rest == 1 && values[base] <= value ? base + 1 : base
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
