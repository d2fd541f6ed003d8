/// Sorts rows by unsigned keys, eleven bits a pass, keeping the order of equal keys.
package enum RadixSort {
  private static let digitBits: UInt64 = 11
  private static let digits = 1 << 11

  /// A key that ascends with the number; both zeros are one.
  @inline(__always)
  package static func key(of number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }

  /// The rows in ascending order of their keys; equal ones in the order of `before`, or by number.
  package static func order(
    of keys: [UInt64], after before: [Int32]? = nil, work: Work
  ) throws(Cancelled) -> [Int32] {
    precondition(keys.count <= Int(Int32.max), "rows are counted in 32 bits")
    let count = keys.count
    var rows = before ?? (0..<Int32(count)).map { $0 }
    var keys = before.map { order in order.map { keys[Int($0)] } } ?? keys
    var spareRows = rows
    var spareKeys = keys
    let used = keys.reduce(UInt64(0)) { $0 | ($1 ^ keys[0]) }
    var shift: UInt64 = 0
    while shift < 64 {
      try work.check()
      defer { shift += digitBits }
      if used >> shift & UInt64(digits - 1) == 0 { continue }
      pass(keys.span, rows.span, shift, &spareKeys, &spareRows)
      swap(&keys, &spareKeys)
      swap(&rows, &spareRows)
    }
    return rows
  }

  private static func pass(
    _ keys: Span<UInt64>, _ rows: Span<Int32>, _ shift: UInt64, _ newKeys: inout [UInt64],
    _ newRows: inout [Int32]
  ) {
    var starts = [Int](repeating: 0, count: digits)
    for i in 0..<keys.count { starts[Int(keys[i] >> shift & UInt64(digits - 1))] += 1 }
    var next = 0
    for digit in 0..<digits { (starts[digit], next) = (next, next + starts[digit]) }
    var targetKeys = newKeys.mutableSpan
    var targetRows = newRows.mutableSpan
    for i in 0..<keys.count {
      let digit = Int(keys[i] >> shift & UInt64(digits - 1))
      let place = starts[digit]
      starts[digit] += 1
      targetKeys[place] = keys[i]
      targetRows[place] = rows[i]
    }
  }
}
