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
    var rest = length
    var factors: [Int] = []
    for factor in [4, 2, 3, 5, 7, 11, Self.largestFactor] {
      while rest % factor == 0 {
        factors.append(factor)
        rest /= factor
      }
    }
    if rest != 1 { return nil }
    self.init(length: length, factors: factors)
  }

  init(powerOfTwo length: Int) {
    let bits = length.trailingZeroBitCount
    self.init(
      length: length, factors: [Int](repeating: 4, count: bits / 2) + [Int](repeating: 2, count: bits % 2))
  }

  private init(length: Int, factors: [Int]) {
    self.length = length
    self.factors = factors
    var cosines = (0..<length).map { -2 * Double.pi * Double($0) / Double(length) }
    let angles = length % 4 == 0 ? [] : cosines
    var target = cosines.mutableSpan
    Elementary.takeCosines(&target)
    // sin(−t) = cos(−t − π/2): a quarter of the circle further on.
    let turned = cosines
    sines = length % 4 == 0 ? (0..<length).map { turned[($0 + length / 4) % length] } : angles.map(sine)
    self.cosines = cosines
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
                let stage = unsafe Stage(
                  re: re, im: im, outRe: outRe, outIm: outIm, cosines: cosines, sines: sines,
                  groups: left / factor, stride: stride, step: length / left, whole: length)
                switch factor {
                case 2: unsafe stage.two()
                case 4: unsafe stage.four()
                case 5: unsafe stage.five()
                default: unsafe stage.any(factor)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// All butterflies of one stage; those of a group share their factors of rotation.
@unsafe private struct Stage {
  let re: UnsafePointer<Double>
  let im: UnsafePointer<Double>
  let outRe: UnsafeMutablePointer<Double>
  let outIm: UnsafeMutablePointer<Double>
  let cosines: UnsafePointer<Double>
  let sines: UnsafePointer<Double>
  let groups: Int
  let stride: Int
  let step: Int
  let whole: Int

  /// From one leg of a butterfly to the next.
  private var leap: Int { unsafe groups * stride }

  @inline(__always) private func turn(_ index: Int) -> (c: Double, s: Double) {
    unsafe (cosines[index * step], sines[index * step])
  }

  @inline(__always)
  private func put(_ place: Int, _ x: Double, _ y: Double, _ turn: (c: Double, s: Double)) {
    unsafe outRe[place] = x * turn.c - y * turn.s
    unsafe outIm[place] = x * turn.s + y * turn.c
  }

  func two() {
    for group in unsafe 0..<groups {
      let one = unsafe turn(group)
      for q in unsafe 0..<stride {
        let (from, to) = unsafe (group * stride + q, 2 * group * stride + q)
        let (a, b) = unsafe (re[from], re[from + leap])
        let (c, d) = unsafe (im[from], im[from + leap])
        unsafe outRe[to] = a + b
        unsafe outIm[to] = c + d
        unsafe put(to + stride, a - b, c - d, one)
      }
    }
  }

  func four() {
    for group in unsafe 0..<groups {
      let (one, two, three) = unsafe (turn(group), turn(2 * group), turn(3 * group))
      for q in unsafe 0..<stride {
        let (from, to) = unsafe (group * stride + q, 4 * group * stride + q)
        let (a, b) = unsafe (re[from], re[from + leap])
        let (c, d) = unsafe (re[from + 2 * leap], re[from + 3 * leap])
        let (e, f) = unsafe (im[from], im[from + leap])
        let (g, h) = unsafe (im[from + 2 * leap], im[from + 3 * leap])
        let (sumRe, sumIm, oddRe, oddIm) = (a + c, e + g, b + d, f + h)
        let (lessRe, lessIm) = (a - c, e - g)
        // −i times the difference of the odd legs.
        let (turnedRe, turnedIm) = (f - h, d - b)
        unsafe outRe[to] = sumRe + oddRe
        unsafe outIm[to] = sumIm + oddIm
        unsafe put(to + stride, lessRe + turnedRe, lessIm + turnedIm, one)
        unsafe put(to + 2 * stride, sumRe - oddRe, sumIm - oddIm, two)
        unsafe put(to + 3 * stride, lessRe - turnedRe, lessIm - turnedIm, three)
      }
    }
  }

  func five() {
    let (c1, s1) = unsafe (cosines[whole / 5], sines[whole / 5])
    let (c2, s2) = unsafe (cosines[2 * whole / 5], sines[2 * whole / 5])
    for group in unsafe 0..<groups {
      let (one, two) = unsafe (turn(group), turn(2 * group))
      let (three, four) = unsafe (turn(3 * group), turn(4 * group))
      for q in unsafe 0..<stride {
        let (from, to) = unsafe (group * stride + q, 5 * group * stride + q)
        let (x, y) = unsafe (re[from], im[from])
        let (a, b) = unsafe (re[from + leap], im[from + leap])
        let (c, d) = unsafe (re[from + 2 * leap], im[from + 2 * leap])
        let (e, f) = unsafe (re[from + 3 * leap], im[from + 3 * leap])
        let (g, h) = unsafe (re[from + 4 * leap], im[from + 4 * leap])
        // Legs 1 and 4, 2 and 3 meet conjugate rotations: their sums keep the cosine, their differences the sine.
        let (sumRe1, sumIm1, lessRe1, lessIm1) = (a + g, b + h, a - g, b - h)
        let (sumRe2, sumIm2, lessRe2, lessIm2) = (c + e, d + f, c - e, d - f)
        let (evenRe1, evenIm1) = (x + c1 * sumRe1 + c2 * sumRe2, y + c1 * sumIm1 + c2 * sumIm2)
        let (evenRe2, evenIm2) = (x + c2 * sumRe1 + c1 * sumRe2, y + c2 * sumIm1 + c1 * sumIm2)
        let (oddRe1, oddIm1) = (s1 * lessRe1 + s2 * lessRe2, s1 * lessIm1 + s2 * lessIm2)
        let (oddRe2, oddIm2) = (s2 * lessRe1 - s1 * lessRe2, s2 * lessIm1 - s1 * lessIm2)
        unsafe outRe[to] = x + sumRe1 + sumRe2
        unsafe outIm[to] = y + sumIm1 + sumIm2
        unsafe put(to + stride, evenRe1 - oddIm1, evenIm1 + oddRe1, one)
        unsafe put(to + 2 * stride, evenRe2 - oddIm2, evenIm2 + oddRe2, two)
        unsafe put(to + 3 * stride, evenRe2 + oddIm2, evenIm2 - oddRe2, three)
        unsafe put(to + 4 * stride, evenRe1 + oddIm1, evenIm1 - oddRe1, four)
      }
    }
  }

  func any(_ factor: Int) {
    for group in unsafe 0..<groups {
      for k in 0..<factor {
        let own = unsafe turn(k * group)
        for q in unsafe 0..<stride {
          let from = unsafe group * stride + q
          var (x, y) = unsafe (re[from], im[from])
          var power = 0
          for leg in 1..<factor {
            power += k
            if power >= factor { power -= factor }
            let root = unsafe (c: cosines[power * (whole / factor)], s: sines[power * (whole / factor)])
            let (a, b) = unsafe (re[from + leg * leap], im[from + leg * leap])
            x += a * root.c - b * root.s
            y += a * root.s + b * root.c
          }
          unsafe put((factor * group + k) * stride + q, x, y, own)
        }
      }
    }
  }
}
