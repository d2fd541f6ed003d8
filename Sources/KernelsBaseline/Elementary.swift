/// Replaces numbers by their exponentials, to about one unit in the last place; 0 below −708, at most e^709.
///
/// Source: reduction to |r| ≤ ln 2 / 2 in two parts after Cody and Waite, *Software manual for the elementary functions*,
/// 1980, chapter 6; then the Taylor series of degree 13.
public func exponentiate(_ values: UnsafeMutablePointer<Double>, count: Int) {
  replaceInLanes(Exponential.self, values, count)
}

/// Replaces numbers below a million in size by their cosines, with an error of about 1e-16.
///
/// Source: reduction to |r| ≤ π / 4 in three parts after Cody and Waite, chapter 8; then the Taylor series of sine and
/// cosine.
public func takeCosines(_ values: UnsafeMutablePointer<Double>, count: Int) {
  replaceInLanes(Cosine.self, values, count)
}

private protocol LaneMap {
  static func map(_ x: DoubleLanes) -> DoubleLanes
}

private enum Exponential: LaneMap {
  @inline(__always) static func map(_ x: DoubleLanes) -> DoubleLanes {
    let bounded = x.replacing(with: 709, where: x .> 709)
    let shifted = fused(rounding, bounded, DoubleLanes(repeating: 1.4426950408889634))
    let n = shifted - rounding
    let high = fused(bounded, n, DoubleLanes(repeating: -0x1.62e42fee00000p-1))
    let r = fused(high, n, DoubleLanes(repeating: -0x1.a39ef35793c76p-33))
    var sum = DoubleLanes(repeating: 1.6059043836821613e-10)
    sum = fused(DoubleLanes(repeating: 2.08767569878681e-09), sum, r)
    sum = fused(DoubleLanes(repeating: 2.505210838544172e-08), sum, r)
    sum = fused(DoubleLanes(repeating: 2.755731922398589e-07), sum, r)
    sum = fused(DoubleLanes(repeating: 2.7557319223985893e-06), sum, r)
    sum = fused(DoubleLanes(repeating: 2.48015873015873e-05), sum, r)
    sum = fused(DoubleLanes(repeating: 0.0001984126984126984), sum, r)
    sum = fused(DoubleLanes(repeating: 0.001388888888888889), sum, r)
    sum = fused(DoubleLanes(repeating: 0.008333333333333333), sum, r)
    sum = fused(DoubleLanes(repeating: 0.041666666666666664), sum, r)
    sum = fused(DoubleLanes(repeating: 0.16666666666666666), sum, r)
    sum = fused(DoubleLanes(repeating: 0.5), sum, r)
    sum = fused(DoubleLanes(repeating: 1.0), sum, r)
    sum = fused(DoubleLanes(repeating: 1.0), sum, r)
    let powers = unsafeBitCast(shifted, to: IntegerLanes.self) &<< 52
    let scaled = unsafeBitCast(unsafeBitCast(sum, to: IntegerLanes.self) &+ powers, to: DoubleLanes.self)
    return scaled.replacing(with: 0, where: x .< -708)
  }
}

private enum Cosine: LaneMap {
  @inline(__always) static func map(_ x: DoubleLanes) -> DoubleLanes {
    let shifted = fused(rounding, x, DoubleLanes(repeating: 0.6366197723675814))
    let n = shifted - rounding
    let first = fused(x, n, DoubleLanes(repeating: -0x1.921fb54400000p+0))
    let second = fused(first, n, DoubleLanes(repeating: -0x1.0b4611a600000p-34))
    let r = fused(second, n, DoubleLanes(repeating: -0x1.3198a2e037073p-69))
    let squared = r * r
    var cosine = DoubleLanes(repeating: 4.779477332387385e-14)
    cosine = fused(DoubleLanes(repeating: -1.1470745597729725e-11), cosine, squared)
    cosine = fused(DoubleLanes(repeating: 2.08767569878681e-09), cosine, squared)
    cosine = fused(DoubleLanes(repeating: -2.755731922398589e-07), cosine, squared)
    cosine = fused(DoubleLanes(repeating: 2.48015873015873e-05), cosine, squared)
    cosine = fused(DoubleLanes(repeating: -0.001388888888888889), cosine, squared)
    cosine = fused(DoubleLanes(repeating: 0.041666666666666664), cosine, squared)
    cosine = fused(DoubleLanes(repeating: -0.5), cosine, squared)
    cosine = fused(DoubleLanes(repeating: 1.0), cosine, squared)
    var sine = DoubleLanes(repeating: -7.647163731819816e-13)
    sine = fused(DoubleLanes(repeating: 1.6059043836821613e-10), sine, squared)
    sine = fused(DoubleLanes(repeating: -2.505210838544172e-08), sine, squared)
    sine = fused(DoubleLanes(repeating: 2.7557319223985893e-06), sine, squared)
    sine = fused(DoubleLanes(repeating: -0.0001984126984126984), sine, squared)
    sine = fused(DoubleLanes(repeating: 0.008333333333333333), sine, squared)
    sine = fused(DoubleLanes(repeating: -0.16666666666666666), sine, squared)
    sine = fused(DoubleLanes(repeating: 1.0), sine, squared)
    let quadrant = unsafeBitCast(shifted, to: IntegerLanes.self)
    let value = cosine.replacing(with: sine * r, where: (quadrant & 1) .== 1)
    return value.replacing(with: -value, where: ((quadrant &+ 1) & 2) .== 2)
  }
}

/// Adding it to a number of moderate size rounds the number to a whole one, which stands in the last bits.
@inline(__always) private var rounding: DoubleLanes { DoubleLanes(repeating: 0x1.8p52) }

/// The last few numbers go through the same lanes, so that each gets the same bits wherever it stands.
@inline(__always) private func replaceInLanes<T: LaneMap>(
  _ kind: T.Type, _ values: UnsafeMutablePointer<Double>, _ count: Int
) {
  let width = DoubleLanes.scalarCount
  let raw = UnsafeMutableRawPointer(values)
  for start in stride(from: 0, to: count - count % width, by: width) {
    raw.storeBytes(
      of: T.map(raw.loadUnaligned(fromByteOffset: 8 * start, as: DoubleLanes.self)), toByteOffset: 8 * start,
      as: DoubleLanes.self)
  }
  var last = DoubleLanes.zero
  let rest = count - count % width
  for place in rest..<count { last[place - rest] = values[place] }
  last = T.map(last)
  for place in rest..<count { values[place] = last[place - rest] }
}

#if FUSED
  @inline(__always) private func fused(_ sum: DoubleLanes, _ a: DoubleLanes, _ b: DoubleLanes) -> DoubleLanes
  {
    sum.addingProduct(a, b)
  }
#else
  @inline(__always) private func fused(_ sum: DoubleLanes, _ a: DoubleLanes, _ b: DoubleLanes) -> DoubleLanes
  {
    sum + a * b
  }
#endif
