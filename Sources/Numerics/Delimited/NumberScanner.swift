/// Reads decimal numbers out of bytes, correctly rounded, without making strings.
package struct NumberScanner: Sendable {
  private let powers = PowersOfFive()
  /// 10 ^ 0 to 10 ^ 22, which doubles hold exactly.
  private let tens: [Double]
  let decimal: UInt8

  /// `decimal` is the byte between whole part and fraction: a point or a comma.
  package init(decimal: UInt8 = 46) {
    self.decimal = decimal
    var tens: [Double] = [1]
    for _ in 1...22 { tens.append(tens[tens.count - 1] * 10) }
    self.tens = tens
  }

  /// The number that is the whole of `bytes`, or nil. Reads `nan`, `inf` and `infinity` in any case, too.
  package func number(_ bytes: some Collection<UInt8>) -> Double? {
    var padded = Array(bytes)
    let count = padded.count
    padded.append(contentsOf: [UInt8](repeating: 0, count: 16))
    // SAFETY: sixteen bytes that are no digits stand behind the text.
    return unsafe padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let quick = withTables { tables -> Double? in
        var at = 0
        let value = unsafe tables.scan(base, &at)
        return at == count ? value : nil
      }
      return unsafe (quick ?? nil) ?? slow(base, 0..<count)
    }
  }

  /// A number whose digits stand in groups of three with the same mark between them: a comma or point, whichever is not
  /// the decimal mark, an apostrophe or a blank of any width; nil for everything else, also for what begins with 0.
  package func grouped(_ bytes: some Collection<UInt8>) -> Double? {
    var text = Array(bytes)
    while let last = text.last, last == 32 || last == 9 { text.removeLast() }
    var rest = text.drop { $0 == 32 || $0 == 9 }
    guard rest.count <= 60 else { return nil }
    let isNegative = rest.first == 45
    if isNegative || rest.first == 43 { rest.removeFirst() }
    guard rest.first != 48 else { return nil }
    func isDigit(_ byte: UInt8) -> Bool { byte &- 48 <= 9 }
    var digits = Array(rest.prefix(while: isDigit))
    rest = rest.dropFirst(digits.count)
    guard (1...3).contains(digits.count),
      let mark = Self.marks.first(where: { $0 != [decimal] && rest.starts(with: $0) })
    else { return nil }
    while rest.starts(with: mark) {
      let group = rest.dropFirst(mark.count).prefix(while: isDigit)
      guard group.count == 3 else { return nil }
      digits += group
      rest = rest.dropFirst(mark.count + 3)
    }
    if !rest.isEmpty {
      guard rest.first == decimal, rest.count > 1, rest.dropFirst().allSatisfy(isDigit) else { return nil }
      digits.append(46)
      digits += rest.dropFirst()
    }
    return Double((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self))
  }

  /// A no-break space, a narrow one and a typographic apostrophe take several bytes.
  private static let marks: [[UInt8]] = [
    [44], [46], [39], [32], [0xC2, 0xA0], [0xE2, 0x80, 0xAF], [0xE2, 0x80, 0x89], [0xE2, 0x80, 0x99],
  ]

  /// The tables as pointers, which loops can use without counting references.
  func withTables<Result>(_ body: (NumberTables) -> Result) -> Result? {
    unsafe tens.withUnsafeBufferPointer { tens in
      unsafe powers.halves.withUnsafeBufferPointer { halves in
        guard let tens = tens.baseAddress, let halves = halves.baseAddress else { return nil }
        return unsafe body(NumberTables(tens: tens, halves: halves, decimal: decimal))
      }
    }
  }

  /// What the quick way leaves: blanks around the number, many digits, far exponents, `inf`, `nan`.
  func slow(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Double? {
    var text = unsafe Array(UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count))
    while let last = text.last, last == 32 || last == 9 { text.removeLast() }
    let trimmed = text.drop { $0 == 32 || $0 == 9 }
    guard let first = trimmed.first, trimmed.count <= 400 else { return nil }
    let lower = trimmed.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
    let bare = lower.first == 45 || lower.first == 43 ? lower.dropFirst() : lower[...]
    if bare.elementsEqual("nan".utf8) { return .nan }
    if bare.elementsEqual("inf".utf8) || bare.elementsEqual("infinity".utf8) {
      return first == 45 ? -.infinity : .infinity
    }
    var seen = (digit: false, point: false, exponent: false)
    for (index, byte) in bare.enumerated() {
      switch byte {
      case 48...57: seen.digit = true
      case decimal where !seen.point && !seen.exponent: seen.point = true
      case 101 where seen.digit && !seen.exponent: seen.exponent = true
      case 43, 45:
        if index == 0 || bare[bare.startIndex + index - 1] != 101 { return nil }
      default: return nil
      }
    }
    guard seen.digit else { return nil }
    let plain = lower.map { $0 == decimal ? 46 : $0 }
    return Double(String(decoding: plain.first == 43 ? plain.dropFirst() : plain[...], as: UTF8.self))
  }
}

/// The quick way from bytes to a number.
@safe struct NumberTables {
  let tens: UnsafePointer<Double>
  let halves: UnsafePointer<UInt64>
  let decimal: UInt8

  /// Reads a plain number from `at` on and moves `at` behind it; nil for what only `slow` may know.
  ///
  /// Sixteen bytes behind the number must be readable.
  @inline(__always)
  func scan(_ bytes: UnsafePointer<UInt8>, _ at: inout Int) -> Double? {
    var place = at
    let isNegative = unsafe bytes[place] == 45
    if unsafe isNegative || bytes[place] == 43 { place += 1 }
    var digits: UInt64 = 0
    let whole = place
    unsafe Self.digits(bytes, &place, &digits)
    var count = place - whole
    var exponent = 0
    if unsafe bytes[place] == decimal {
      place += 1
      let fraction = place
      unsafe Self.digits(bytes, &place, &digits)
      exponent = fraction - place
      count -= exponent
    }
    if count == 0 || count > 19 { return nil }
    if unsafe bytes[place] | 0x20 == 101 {
      guard let written = unsafe Self.exponent(bytes, &place) else { return nil }
      exponent += written
    }
    if digits <= 1 << 53, exponent >= -22, exponent <= 22 {
      // SAFETY: the exponent's magnitude is at most 22, the last index.
      let size = Double(digits)
      let value = unsafe exponent < 0 ? size / tens[-exponent] : size * tens[exponent]
      at = place
      return isNegative ? -value : value
    }
    guard let value = unsafe PowersOfFive.double(digits, exponent: exponent, halves: halves) else {
      return nil
    }
    at = place
    return isNegative ? -value : value
  }

  /// Moves over digits, eight at a time where there are as many.
  @inline(__always)
  private static func digits(_ bytes: UnsafePointer<UInt8>, _ place: inout Int, _ value: inout UInt64) {
    while true {
      // SAFETY: the caller promises sixteen readable bytes behind the number.
      let word = unsafe UInt64(
        littleEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self))
      let high = word & 0xF0F0_F0F0_F0F0_F0F0
      let carried = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
      guard high | carried >> 4 == 0x3333_3333_3333_3333 else { break }
      var pairs = word & 0x0F0F_0F0F_0F0F_0F0F
      pairs = (pairs &* 2561) >> 8
      pairs = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
      pairs = ((pairs & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
      value = value &* 100_000_000 &+ pairs
      place += 8
    }
    while true {
      let digit = unsafe bytes[place] &- 48
      if digit > 9 { return }
      value = value &* 10 &+ UInt64(digit)
      place += 1
    }
  }

  private static func exponent(_ bytes: UnsafePointer<UInt8>, _ place: inout Int) -> Int? {
    var next = place + 1
    let isNegative = unsafe bytes[next] == 45
    if unsafe isNegative || bytes[next] == 43 { next += 1 }
    let start = next
    var value = 0
    while next - start < 6 {
      let digit = unsafe bytes[next] &- 48
      if digit > 9 { break }
      value = value * 10 + Int(digit)
      next += 1
    }
    if next == start || next - start == 6 { return nil }
    place = next
    return isNegative ? -value : value
  }
}
