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

  /// Numbers in ascending order and where each of them stood, equal ones by place.
  ///
  /// Three passes order the upper 33 bits, beside which the place travels; what they leave in a wrong order is sorted run by
  /// run.
  ///
  /// - Input: finite numbers, fewer than 2³¹.
  package static func sorted(_ numbers: [Double]) -> (values: [Double], places: [Int32]) {
    precondition(numbers.count <= Int(Int32.max), "places are counted in 31 bits")
    var packed = numbers.indices.map { (key(of: numbers[$0]) & ~(1 &<< placeBits - 1)) | UInt64($0) }
    var spare = packed
    var starts = [Int32](repeating: 0, count: 3 * digits)
    for key in packed {
      for pass in 0..<3 {
        starts[pass * digits + Int(truncatingIfNeeded: key &>> shift(pass)) & (digits - 1)] += 1
      }
    }
    for pass in 0..<3 {
      let counts = pass * digits..<(pass + 1) * digits
      if starts[counts].contains(Int32(numbers.count)) { continue }
      var next: Int32 = 0
      for digit in counts { (starts[digit], next) = (next, next + starts[digit]) }
      scatter(packed, &spare, shift: shift(pass), &starts, from: counts.lowerBound)
      swap(&packed, &spare)
    }
    var places = packed.map { Int32(truncatingIfNeeded: $0 & (1 &<< placeBits - 1)) }
    var values = places.map { numbers[Int($0)] }
    var start = 0
    while start < packed.count {
      var end = start + 1
      var isAscending = true
      while end < packed.count, packed[end] &>> placeBits == packed[start] &>> placeBits {
        if values[end] < values[end - 1] { isAscending = false }
        end += 1
      }
      if !isAscending { sort(start..<end, &values, &places) }
      start = end
    }
    return (values, places)
  }

  private static let placeBits: UInt64 = 31

  private static func shift(_ pass: Int) -> UInt64 { placeBits + UInt64(pass) * digitBits }

  private static func scatter(
    _ keys: [UInt64], _ target: inout [UInt64], shift: UInt64, _ starts: inout [Int32], from first: Int
  ) {
    // SAFETY: every key is read; the starts count how many keys each digit has, so that places stay below the count.
    unsafe keys.withUnsafeBufferPointer { keys in
      unsafe target.withUnsafeMutableBufferPointer { target in
        unsafe starts.withUnsafeMutableBufferPointer { starts in
          for place in 0..<keys.count {
            let key = unsafe keys[place]
            let digit = first + Int(truncatingIfNeeded: key &>> shift) & (digits - 1)
            unsafe target[Int(starts[digit])] = key
            unsafe starts[digit] += 1
          }
        }
      }
    }
  }

  /// Sorts a run of numbers that share their upper bits.
  private static func sort(_ run: Range<Int>, _ values: inout [Double], _ places: inout [Int32]) {
    if run.count > 32 {
      let pairs = run.map { (values[$0], places[$0]) }.sorted { $0 < $1 }
      for (place, pair) in zip(run, pairs) { (values[place], places[place]) = pair }
      return
    }
    for place in run.dropFirst() {
      let (value, row) = (values[place], places[place])
      var hole = place
      while hole > run.lowerBound, values[hole - 1] > value {
        (values[hole], places[hole]) = (values[hole - 1], places[hole - 1])
        hole -= 1
      }
      (values[hole], places[hole]) = (value, row)
    }
  }
}
