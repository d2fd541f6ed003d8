import Numerics

/// What two cells of numbers, times or lengths of time can give.
package enum Arithmetic: Sendable {
  case add, subtract, multiply, divide, remainder, power
}

/// A number as it is, or NaN if it is infinite.
@inline(__always)
private func finite(_ number: Double) -> Double { number - number == 0 ? number : .nan }

@inline(__always)
private func sum(_ a: Int64, _ b: Int64) -> Int64 {
  if a == Vector.missing || b == Vector.missing { return Vector.missing }
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? Vector.missing : sum
}

@inline(__always)
private func difference(_ a: Int64, _ b: Int64) -> Int64 {
  if a == Vector.missing || b == Vector.missing { return Vector.missing }
  let (difference, overflow) = a.subtractingReportingOverflow(b)
  return overflow ? Vector.missing : difference
}

/// Nanoseconds of a computed length.
@inline(__always)
private func nanoseconds(_ length: Double) -> Int64 {
  abs(length) < 9.2e18 ? Int64(length.rounded()) : Vector.missing
}

@inline(__always)
private func length(_ span: Int64) -> Double { span == Vector.missing ? .nan : Double(span) }

/// The rest of a division, with the sign of the divisor.
@inline(__always)
private func rest(_ a: Double, _ b: Double) -> Double {
  let rest = a.truncatingRemainder(dividingBy: b)
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
}

@inline(__always)
private func rest(_ a: Int64, _ b: Int64) -> Int64 {
  if a == Vector.missing || b == Vector.missing || b == 0 { return Vector.missing }
  // -1 divides everything, and the processor traps on the smallest number.
  let rest = b == -1 ? 0 : a % b
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
}

extension Vector {
  /// nil where the checker would have refused.
  package static func combine(_ operation: Arithmetic, _ left: Vector, _ right: Vector) -> Vector? {
    switch (operation, left, right) {
    case (_, .numbers(let a), .numbers(let b)): .numbers(numbers(operation, a, b))
    case (.add, .times(let a), .spans(let b)), (.add, .spans(let a), .times(let b)):
      .times(a.zip(b, 0) { sum($0, $1) })
    case (.subtract, .times(let a), .spans(let b)): .times(a.zip(b, 0) { difference($0, $1) })
    case (.subtract, .times(let a), .times(let b)), (.subtract, .spans(let a), .spans(let b)):
      .spans(a.zip(b, 0) { difference($0, $1) })
    case (.add, .spans(let a), .spans(let b)): .spans(a.zip(b, 0) { sum($0, $1) })
    case (.multiply, .spans(let a), .numbers(let b)), (.multiply, .numbers(let b), .spans(let a)):
      .spans(a.zip(b, 0) { nanoseconds(length($0) * $1) })
    case (.divide, .spans(let a), .numbers(let b)): .spans(a.zip(b, 0) { nanoseconds(length($0) / $1) })
    case (.divide, .spans(let a), .spans(let b)): .numbers(a.zip(b, 0) { finite(length($0) / length($1)) })
    case (.remainder, .spans(let a), .spans(let b)): .spans(a.zip(b, 0) { rest($0, $1) })
    default: nil
    }
  }

  private static func numbers(
    _ operation: Arithmetic, _ a: Lane<Double>, _ b: Lane<Double>
  ) -> Lane<Double> {
    switch operation {
    case .add: a.zip(b, 0) { finite($0 + $1) }
    case .subtract: a.zip(b, 0) { finite($0 - $1) }
    case .multiply: a.zip(b, 0) { finite($0 * $1) }
    case .divide: a.zip(b, 0) { finite($0 / $1) }
    case .remainder: a.zip(b, 0) { finite(rest($0, $1)) }
    case .power:
      // Zero as an exponent and one as a base would swallow a missing side.
      if case .all(2) = b {
        a.map(0) { finite($0 * $0) }
      } else {
        a.zip(b, 0) { $0.isNaN || $1.isNaN ? .nan : finite(power($0, $1)) }
      }
    }
  }

  package var negated: Vector? {
    switch self {
    case .numbers(let lane): .numbers(lane.map(0) { -$0 })
    case .spans(let lane): .spans(lane.map(0) { difference(0, $0) })
    case .times, .truths, .texts: nil
    }
  }
}

/// A function of one number.
package enum NumberFunction: String, Sendable, CaseIterable {
  case abs, sqrt, exp, log, log10, sin, cos, tan, atan, tanh, floor, ceil, sign
}

extension Vector {
  package func applying(_ function: NumberFunction) -> Vector? {
    if case .spans(let lane) = self, function == .abs {
      return .spans(lane.map(0) { $0 == Vector.missing ? $0 : Swift.abs($0) })
    }
    guard case .numbers(let lane) = self else { return nil }
    let result: Lane<Double> =
      switch function {
      case .abs: lane.map(0) { Swift.abs($0) }
      case .sqrt: lane.map(0) { finite($0.squareRoot()) }
      case .exp: lane.map(0) { finite(exponential($0)) }
      case .log: lane.map(0) { finite(logarithm($0)) }
      case .log10: lane.map(0) { finite(logarithm10($0)) }
      case .sin: lane.map(0) { finite(sine($0)) }
      case .cos: lane.map(0) { finite(cosine($0)) }
      case .tan: lane.map(0) { finite(tangent($0)) }
      case .atan: lane.map(0) { arcTangent($0) }
      case .tanh: lane.map(0) { hyperbolicTangent($0) }
      case .floor: lane.map(0) { $0.rounded(.down) }
      case .ceil: lane.map(0) { $0.rounded(.up) }
      case .sign: lane.map(0) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0.isNaN ? .nan : 0 }
      }
    return .numbers(result)
  }

  /// Rounds to so many decimal digits; halves go to the even neighbour.
  package func rounded(digits: Vector) -> Vector? {
    guard case .numbers(let lane) = self, case .numbers(let digits) = digits else { return nil }
    if case .all(0) = digits { return .numbers(lane.map(0) { $0.rounded(.toNearestOrEven) }) }
    return .numbers(
      lane.zip(digits, 0) { number, digits in
        let places = min(max(digits.rounded(), -300), 300)
        if places.isNaN { return .nan }
        let scale = power(10, Swift.abs(places))
        let scaled = places < 0 ? number / scale : number * scale
        // From here on a double has no digits behind the point, or the scale overflowed.
        if !(Swift.abs(scaled) < 0x1p52) { return number }
        let whole = scaled.rounded(.toNearestOrEven)
        return places < 0 ? whole * scale : whole / scale
      })
  }

  /// The smaller or larger of two cells; a missing one does not count.
  package func extreme(_ other: Vector, isLargest: Bool) -> Vector? {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)):
      // The minimum and maximum of IEEE 754 pass over NaN.
      .numbers(
        isLargest ? a.zip(b, 0) { Double.maximum($0, $1) } : a.zip(b, 0) { Double.minimum($0, $1) })
    case (.times(let a), .times(let b)): .times(Self.extreme(a, b, isLargest))
    case (.spans(let a), .spans(let b)): .spans(Self.extreme(a, b, isLargest))
    default: nil
    }
  }

  private static func extreme(_ a: Lane<Int64>, _ b: Lane<Int64>, _ isLargest: Bool) -> Lane<Int64> {
    if isLargest { return a.zip(b, 0) { max($0, $1) } }
    return a.zip(b, 0) { $0 == missing ? $1 : $1 == missing ? $0 : min($0, $1) }
  }

  /// The value kept between two limits; missing if one of the three is.
  package func clipped(low: Vector, high: Vector) -> Vector? {
    switch (self, low, high) {
    case (.numbers(let x), .numbers(let low), .numbers(let high)):
      let raised = x.zip(low, 0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
      return .numbers(raised.zip(high, 0) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) })
    case (.times(let x), .times(let low), .times(let high)): return .times(Self.clipped(x, low, high))
    case (.spans(let x), .spans(let low), .spans(let high)): return .spans(Self.clipped(x, low, high))
    default: return nil
    }
  }

  private static func clipped(_ x: Lane<Int64>, _ low: Lane<Int64>, _ high: Lane<Int64>) -> Lane<Int64> {
    let raised = x.zip(low, 0) { $0 == missing || $1 == missing ? missing : max($0, $1) }
    return raised.zip(high, 0) { $0 == missing || $1 == missing ? missing : min($0, $1) }
  }
}
