/// The powers of five that correctly rounded decimal numbers need, with 128 significant bits each.
///
/// - Source: Lemire, *Number Parsing at a Gigabyte per Second*, Software: Practice and Experience 2021, section 5.
struct PowersOfFive: Sendable {
  /// Powers outside are left to the slow way; they have no place in 127-bit division.
  static let range = -54...55

  /// Upper and lower half of 5 ^ (index - 54), the highest bit set.
  let halves: [UInt64]

  init() {
    var halves: [UInt64] = []
    var powers: [UInt128] = [1]
    for _ in 1...55 { powers.append(powers[powers.count - 1] &* 5) }
    for exponent in Self.range {
      let bits =
        exponent >= 0
        ? powers[exponent] << UInt128(powers[exponent].leadingZeroBitCount)
        : Self.reciprocal(of: powers[-exponent], roundedUp: exponent >= -27)
      halves.append(UInt64(truncatingIfNeeded: bits >> 64))
      halves.append(UInt64(truncatingIfNeeded: bits))
    }
    self.halves = halves
  }

  /// The first 128 significant bits of 1 / divisor.
  private static func reciprocal(of divisor: UInt128, roundedUp: Bool) -> UInt128 {
    var quotient: UInt128 = 0
    var remainder: UInt128 = 1
    while quotient >> 127 == 0 {
      remainder <<= 1
      quotient <<= 1
      if remainder >= divisor {
        remainder -= divisor
        quotient |= 1
      }
    }
    return roundedUp ? quotient + 1 : quotient
  }

  /// `digits` × 10 ^ `exponent`, rounded to nearest, ties to even; nil outside of the table.
  ///
  /// Algorithm 1 of the source for normal results; others do not occur in the table's range.
  @inline(__always)
  static func double(_ digits: UInt64, exponent: Int, halves: UnsafePointer<UInt64>) -> Double? {
    if digits == 0 { return 0 }
    guard range.contains(exponent) else { return nil }
    let leading = digits.leadingZeroBitCount
    let normal = digits << UInt64(leading)
    // SAFETY: the exponent is in the range of the table.
    let place = (exponent - range.lowerBound) * 2
    var product = normal.multipliedFullWidth(by: unsafe halves[place])
    // 55 bits decide; only if those below are all ones can the lower half of the power matter.
    if product.high & 0x1FF == 0x1FF {
      let below = normal.multipliedFullWidth(by: unsafe halves[place + 1])
      let (low, carry) = product.low.addingReportingOverflow(below.high)
      product = (product.high &+ (carry ? 1 : 0), low)
    }
    let upper = product.high >> 63
    let shift = upper + 9
    var mantissa = product.high >> shift
    var power = ((217_706 * exponent) >> 16) + 63 + Int(upper) - leading + 1023
    if product.low <= 1, exponent >= -4, exponent <= 23, mantissa & 3 == 1,
      mantissa << shift == product.high
    {
      mantissa &= ~1
    }
    mantissa += mantissa & 1
    mantissa >>= 1
    if mantissa >= 1 << 53 {
      mantissa = 1 << 52
      power += 1
    }
    guard power > 0, power < 2047 else { return nil }
    return Double(bitPattern: mantissa & ~(1 << 52) | UInt64(power) << 52)
  }
}
