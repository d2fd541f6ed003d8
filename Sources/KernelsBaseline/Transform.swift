/// One stage of a self-sorting transform: `left / factor` groups of `stride` butterflies side by side.
///
/// Butterflies of a group share their factors of rotation, so lanes hold those next to each other; the same operations in the same
/// order give the same bits in every build.
///
/// - `re`, `im`, `outRe`, `outIm`: `length` numbers each; `cosines`, `sines`: of −2πk/length.
public func transformStage(
  re: UnsafePointer<Double>, im: UnsafePointer<Double>, outRe: UnsafeMutablePointer<Double>,
  outIm: UnsafeMutablePointer<Double>, cosines: UnsafePointer<Double>, sines: UnsafePointer<Double>,
  length: Int,
  factor: Int, left: Int, stride: Int
) {
  let stage = Stage(
    re: re, im: im, outRe: outRe, outIm: outIm, cosines: cosines, sines: sines, groups: left / factor,
    stride: stride, step: length / left, whole: length)
  switch factor {
  case 2: stage.two()
  case 4: stage.four()
  case 5: stage.five()
  default: stage.any(factor)
  }
}

/// One number or some neighbouring ones.
private protocol Wide {
  static var width: Int { get }
  static func load(_ place: UnsafePointer<Double>) -> Self
  func store(_ place: UnsafeMutablePointer<Double>)
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Double) -> Self
}

extension Double: Wide {
  @inline(__always) static var width: Int { 1 }
  @inline(__always) static func load(_ place: UnsafePointer<Double>) -> Double { place.pointee }
  @inline(__always) func store(_ place: UnsafeMutablePointer<Double>) { place.pointee = self }
}

extension DoubleLanes: Wide {
  @inline(__always) static var width: Int { scalarCount }
  @inline(__always) static func load(_ place: UnsafePointer<Double>) -> DoubleLanes {
    UnsafeRawPointer(place).loadUnaligned(as: DoubleLanes.self)
  }
  @inline(__always) func store(_ place: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(place).storeBytes(of: self, as: DoubleLanes.self)
  }
}

private struct Stage {
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

  typealias Turn = (c: Double, s: Double)

  /// From one leg of a butterfly to the next.
  private var leap: Int { groups * stride }

  @inline(__always) private func turn(_ index: Int) -> Turn { (cosines[index * step], sines[index * step]) }

  @inline(__always) private func put<T: Wide>(_ place: Int, _ x: T, _ y: T, _ turn: Turn) {
    (x * turn.c - y * turn.s).store(outRe + place)
    (x * turn.s + y * turn.c).store(outIm + place)
  }

  /// Whole lanes first, then one by one.
  @inline(__always)
  private func spread(_ wide: (Int) -> Void, _ single: (Int) -> Void) {
    var q = 0
    while q + DoubleLanes.width <= stride {
      wide(q)
      q += DoubleLanes.width
    }
    while q < stride {
      single(q)
      q += 1
    }
  }

  func two() {
    for group in 0..<groups {
      let one = turn(group)
      spread(
        { two(DoubleLanes.self, group, $0, one) }, { two(Double.self, group, $0, one) })
    }
  }

  @inline(__always) private func two<T: Wide>(_ type: T.Type, _ group: Int, _ q: Int, _ one: Turn) {
    let (from, to) = (group * stride + q, 2 * group * stride + q)
    let (a, b) = (T.load(re + from), T.load(re + from + leap))
    let (c, d) = (T.load(im + from), T.load(im + from + leap))
    (a + b).store(outRe + to)
    (c + d).store(outIm + to)
    put(to + stride, a - b, c - d, one)
  }

  func four() {
    for group in 0..<groups {
      let turns = (turn(group), turn(2 * group), turn(3 * group))
      spread(
        { four(DoubleLanes.self, group, $0, turns) }, { four(Double.self, group, $0, turns) })
    }
  }

  @inline(__always)
  private func four<T: Wide>(_ type: T.Type, _ group: Int, _ q: Int, _ turns: (Turn, Turn, Turn)) {
    let (from, to) = (group * stride + q, 4 * group * stride + q)
    let (a, b) = (T.load(re + from), T.load(re + from + leap))
    let (c, d) = (T.load(re + from + 2 * leap), T.load(re + from + 3 * leap))
    let (e, f) = (T.load(im + from), T.load(im + from + leap))
    let (g, h) = (T.load(im + from + 2 * leap), T.load(im + from + 3 * leap))
    let (sumRe, sumIm, oddRe, oddIm) = (a + c, e + g, b + d, f + h)
    let (lessRe, lessIm) = (a - c, e - g)
    // −i times the difference of the odd legs.
    let (turnedRe, turnedIm) = (f - h, d - b)
    (sumRe + oddRe).store(outRe + to)
    (sumIm + oddIm).store(outIm + to)
    put(to + stride, lessRe + turnedRe, lessIm + turnedIm, turns.0)
    put(to + 2 * stride, sumRe - oddRe, sumIm - oddIm, turns.1)
    put(to + 3 * stride, lessRe - turnedRe, lessIm - turnedIm, turns.2)
  }

  func five() {
    let roots = (
      (c: cosines[whole / 5], s: sines[whole / 5]), (c: cosines[2 * whole / 5], s: sines[2 * whole / 5])
    )
    for group in 0..<groups {
      let turns = (turn(group), turn(2 * group), turn(3 * group), turn(4 * group))
      spread(
        { five(DoubleLanes.self, group, $0, turns, roots) }, { five(Double.self, group, $0, turns, roots) })
    }
  }

  @inline(__always)
  private func five<T: Wide>(
    _ type: T.Type, _ group: Int, _ q: Int, _ turns: (Turn, Turn, Turn, Turn), _ roots: (Turn, Turn)
  ) {
    let (from, to) = (group * stride + q, 5 * group * stride + q)
    let (x, y) = (T.load(re + from), T.load(im + from))
    let (a, b) = (T.load(re + from + leap), T.load(im + from + leap))
    let (c, d) = (T.load(re + from + 2 * leap), T.load(im + from + 2 * leap))
    let (e, f) = (T.load(re + from + 3 * leap), T.load(im + from + 3 * leap))
    let (g, h) = (T.load(re + from + 4 * leap), T.load(im + from + 4 * leap))
    let ((c1, s1), (c2, s2)) = roots
    // Legs 1 and 4, 2 and 3 meet conjugate rotations: their sums keep the cosine, their differences the sine.
    let (sumRe1, sumIm1, lessRe1, lessIm1) = (a + g, b + h, a - g, b - h)
    let (sumRe2, sumIm2, lessRe2, lessIm2) = (c + e, d + f, c - e, d - f)
    let (evenRe1, evenIm1) = (x + sumRe1 * c1 + sumRe2 * c2, y + sumIm1 * c1 + sumIm2 * c2)
    let (evenRe2, evenIm2) = (x + sumRe1 * c2 + sumRe2 * c1, y + sumIm1 * c2 + sumIm2 * c1)
    let (oddRe1, oddIm1) = (lessRe1 * s1 + lessRe2 * s2, lessIm1 * s1 + lessIm2 * s2)
    let (oddRe2, oddIm2) = (lessRe1 * s2 - lessRe2 * s1, lessIm1 * s2 - lessIm2 * s1)
    (x + sumRe1 + sumRe2).store(outRe + to)
    (y + sumIm1 + sumIm2).store(outIm + to)
    put(to + stride, evenRe1 - oddIm1, evenIm1 + oddRe1, turns.0)
    put(to + 2 * stride, evenRe2 - oddIm2, evenIm2 + oddRe2, turns.1)
    put(to + 3 * stride, evenRe2 + oddIm2, evenIm2 - oddRe2, turns.2)
    put(to + 4 * stride, evenRe1 + oddIm1, evenIm1 - oddRe1, turns.3)
  }

  func any(_ factor: Int) {
    for group in 0..<groups {
      for k in 0..<factor {
        let own = turn(k * group)
        spread(
          { any(DoubleLanes.self, factor, group, k, $0, own) },
          { any(Double.self, factor, group, k, $0, own) })
      }
    }
  }

  @inline(__always)
  private func any<T: Wide>(_ type: T.Type, _ factor: Int, _ group: Int, _ k: Int, _ q: Int, _ own: Turn) {
    let from = group * stride + q
    var (x, y) = (T.load(re + from), T.load(im + from))
    var power = 0
    for leg in 1..<factor {
      power += k
      if power >= factor { power -= factor }
      let (c, s) = (cosines[power * (whole / factor)], sines[power * (whole / factor)])
      let (a, b) = (T.load(re + from + leg * leap), T.load(im + from + leg * leap))
      x = x + (a * c - b * s)
      y = y + (a * s + b * c)
    }
    put((factor * group + k) * stride + q, x, y, own)
  }
}
