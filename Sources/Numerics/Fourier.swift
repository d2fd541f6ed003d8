/// The discrete Fourier transform of any length, in double precision.
///
/// - Input: `n` complex numbers.
/// - Output: *X*[k] = Σ *x*[j] e^(−2πi jk/n), not scaled.
/// - Complexity: O(*n* log *n*) for every length.
/// - Source: lengths of small prime factors by Cooley and Tukey, *Mathematics of Computation* 1965; others by Bluestein,
///   *A linear filtering approach to the computation of discrete Fourier transform*, IEEE Transactions on Audio 1970.
package struct FourierTransform: Sendable {
  package let length: Int
  private let method: Method

  private enum Method: Sendable {
    case factors(MixedRadix)
    case chirp(Chirp, MixedRadix)
  }

  package init(length: Int) {
    precondition(length > 0, "a transform needs at least one point")
    self.init(length: length, factors: MixedRadix(length: length))
  }

  /// The transform of half of the points on a circle that is known.
  init(halfOf circle: UnitCircle) {
    self.init(length: circle.length / 2, factors: MixedRadix(halfOf: circle))
  }

  private init(length: Int, factors: MixedRadix?) {
    self.length = length
    if let factors {
      method = .factors(factors)
    } else {
      var padded = 1
      while padded < 2 * length - 1 { padded *= 2 }
      // A power of two always has small factors.
      let powerOfTwo = MixedRadix(powerOfTwo: padded)
      method = .chirp(Chirp(length: length, transform: powerOfTwo), powerOfTwo)
    }
  }

  package func forward(real: [Double], imaginary: [Double]) -> (real: [Double], imaginary: [Double]) {
    precondition(real.count == length && imaginary.count == length, "the signal does not fit the transform")
    switch method {
    case .factors(let factors):
      var (re, im) = (real, imaginary)
      factors.run(&re, &im)
      return (re, im)
    case .chirp(let chirp, let powerOfTwo):
      return chirp.run(real, imaginary, transform: powerOfTwo)
    }
  }

  /// |X[k]|² of a real signal, for k in 0...n/2.
  package func power(_ signal: [Double]) -> [Double] {
    let result = forward(real: signal, imaginary: [Double](repeating: 0, count: signal.count))
    return (0...length / 2).map {
      result.real[$0] * result.real[$0] + result.imaginary[$0] * result.imaginary[$0]
    }
  }
}

/// Bluestein: jk = (j² + k² − (k − j)²) / 2 turns the transform into a convolution with a chirp.
private struct Chirp: Sendable {
  let cosines: [Double]
  let sines: [Double]
  let kernelReal: [Double]
  let kernelImaginary: [Double]

  init(length: Int, transform: MixedRadix) {
    // j² modulo 2n keeps the angle exact for large j.
    let angles = (0..<length).map { Double.pi * Double($0 * $0 % (2 * length)) / Double(length) }
    cosines = angles.map(cosine)
    sines = angles.map(sine)
    var re = [Double](repeating: 0, count: transform.length)
    var im = re
    for j in 0..<length {
      let mirror = (transform.length - j) % transform.length
      (re[j], im[j]) = (cosines[j], sines[j])
      (re[mirror], im[mirror]) = (cosines[j], sines[j])
    }
    transform.run(&re, &im)
    kernelReal = re
    kernelImaginary = im
  }

  func run(_ real: [Double], _ imaginary: [Double], transform: MixedRadix) -> (
    real: [Double], imaginary: [Double]
  ) {
    var re = [Double](repeating: 0, count: transform.length)
    var im = re
    for j in real.indices {
      re[j] = real[j] * cosines[j] + imaginary[j] * sines[j]
      im[j] = imaginary[j] * cosines[j] - real[j] * sines[j]
    }
    transform.run(&re, &im)
    for k in re.indices {
      let product = re[k] * kernelReal[k] - im[k] * kernelImaginary[k]
      // Conjugated, so that the forward transform serves as the inverse one.
      im[k] = -(re[k] * kernelImaginary[k] + im[k] * kernelReal[k])
      re[k] = product
    }
    transform.run(&re, &im)
    let scale = 1 / Double(transform.length)
    var resultReal = real
    var resultImaginary = imaginary
    for k in real.indices {
      let (r, i) = (re[k] * scale, -im[k] * scale)
      resultReal[k] = r * cosines[k] + i * sines[k]
      resultImaginary[k] = i * cosines[k] - r * sines[k]
    }
    return (resultReal, resultImaginary)
  }
}
