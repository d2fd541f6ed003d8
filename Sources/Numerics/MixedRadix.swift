import KernelsBaseline
import KernelsV3
import KernelsV4

/// The discrete Fourier transform of a length without large prime factors.
///
/// Source: the self-sorting order of Stockham in Van Loan, *Computational frameworks for the fast Fourier transform*,
/// SIAM 1992, section 1.7, with factors of 2, 3, 4, 5 and other small primes.
struct MixedRadix: Sendable {
  let length: Int
  private let factors: [Int]
  /// cos and sin of −2πk/n.
  private let cosines: [Double]
  private let sines: [Double]

  private static let largestFactor = 13

  /// nil if a prime factor is larger than 13.
  init?(length: Int) {
    guard let factors = Self.factors(of: length) else { return nil }
    self.init(length: length, factors: factors)
  }

  private static func factors(of length: Int) -> [Int]? {
    var rest = length
    var factors: [Int] = []
    for factor in [4, 2, 3, 5, 7, 11, largestFactor] {
      while rest % factor == 0 {
        factors.append(factor)
        rest /= factor
      }
    }
    return rest == 1 ? factors : nil
  }

  init(powerOfTwo length: Int) {
    let bits = length.trailingZeroBitCount
    self.init(
      length: length, factors: [Int](repeating: 4, count: bits / 2) + [Int](repeating: 2, count: bits % 2))
  }

  private init(length: Int, factors: [Int]) {
    let circle = UnitCircle(length: length)
    self.init(length: length, factors: factors, cosines: circle.cosines, sines: circle.sines)
  }

  private init(length: Int, factors: [Int], cosines: [Double], sines: [Double]) {
    self.length = length
    self.factors = factors
    self.cosines = cosines
    self.sines = sines
  }

  /// The transform of half of the points on a circle that is known.
  init?(halfOf circle: UnitCircle) {
    let length = circle.length / 2
    guard let factors = Self.factors(of: length) else { return nil }
    self.init(
      length: length, factors: factors, cosines: (0..<length).map { circle.cosines[2 * $0] },
      sines: (0..<length).map { circle.sines[2 * $0] })
  }

  func run(_ re: inout [Double], _ im: inout [Double]) {
    var otherRe = [Double](repeating: 0, count: length)
    var otherIm = otherRe
    var (left, stride) = (length, 1)
    for factor in factors {
      pass(re, im, &otherRe, &otherIm, factor: factor, left: left, stride: stride)
      swap(&re, &otherRe)
      swap(&im, &otherIm)
      left /= factor
      stride *= factor
    }
  }

  /// One stage: `left / factor` groups of `stride` butterflies side by side.
  private func pass(
    _ re: [Double], _ im: [Double], _ outRe: inout [Double], _ outIm: inout [Double], factor: Int, left: Int,
    stride: Int
  ) {
    // SAFETY: all four arrays have `length` numbers; reads end at stride · left − 1, writes too.
    unsafe re.withUnsafeBufferPointer { re in
      unsafe im.withUnsafeBufferPointer { im in
        unsafe outRe.withUnsafeMutableBufferPointer { outRe in
          unsafe outIm.withUnsafeMutableBufferPointer { outIm in
            unsafe cosines.withUnsafeBufferPointer { cosines in
              unsafe sines.withUnsafeBufferPointer { sines in
                guard let re = re.baseAddress, let im = im.baseAddress, let outRe = outRe.baseAddress,
                  let outIm = outIm.baseAddress, let cosines = cosines.baseAddress,
                  let sines = sines.baseAddress
                else { return }
                switch Kernels.best {
                case .baseline:
                  unsafe KernelsBaseline.transformStage(
                    re: re, im: im, outRe: outRe, outIm: outIm, cosines: cosines, sines: sines,
                    length: length, factor: factor, left: left, stride: stride)
                case .v3:
                  unsafe KernelsV3.transformStage(
                    re: re, im: im, outRe: outRe, outIm: outIm, cosines: cosines, sines: sines,
                    length: length, factor: factor, left: left, stride: stride)
                case .v4:
                  unsafe KernelsV4.transformStage(
                    re: re, im: im, outRe: outRe, outIm: outIm, cosines: cosines, sines: sines,
                    length: length, factor: factor, left: left, stride: stride)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// cos and sin of −2πk/n all around.
struct UnitCircle {
  let cosines: [Double]
  let sines: [Double]
  var length: Int { cosines.count }

  /// A length that four divides needs a quarter of the cosines: the rest mirrors them.
  init(length: Int) {
    let quarter = length / 4
    var angles = (0..<(length % 4 == 0 ? quarter + 1 : length)).map {
      -2 * Double.pi * Double($0) / Double(length)
    }
    // sin t = cos(t − π/2)
    var turned = length % 4 == 0 ? [] : angles.map { $0 - Double.pi / 2 }
    var first = angles.mutableSpan
    Elementary.takeCosines(&first)
    if length % 4 != 0 {
      var second = turned.mutableSpan
      Elementary.takeCosines(&second)
      (cosines, sines) = (angles, turned)
      return
    }
    angles[quarter] = 0
    var (cosines, sines) = ([Double](repeating: 0, count: length), [Double](repeating: 0, count: length))
    for k in 0..<quarter {
      let (c, s) = (angles[k], angles[quarter - k])
      (cosines[k], sines[k]) = (c, -s)
      (cosines[quarter + k], sines[quarter + k]) = (-s, -c)
      (cosines[2 * quarter + k], sines[2 * quarter + k]) = (-c, s)
      (cosines[3 * quarter + k], sines[3 * quarter + k]) = (s, c)
    }
    (self.cosines, self.sines) = (cosines, sines)
  }
}
