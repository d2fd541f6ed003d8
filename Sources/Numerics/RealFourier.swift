/// The discrete Fourier transform of real numbers, there and back.
///
/// An even length is done by a complex transform of half of it.
///
/// - Complexity: O(*n* log *n*).
/// - Source: Cooley, Lewis and Welch, *The fast Fourier transform algorithm*, Journal of Sound and Vibration 1970, section 3.
package struct RealFourier: Sendable {
  package let length: Int
  private let transform: FourierTransform
  /// cos and sin of −2πk/n, for k in 0...n/2; empty for an odd length.
  private let cosines: [Double]
  private let sines: [Double]

  package init(length: Int) {
    self.length = length
    if length % 2 == 1 {
      transform = FourierTransform(length: length)
      (cosines, sines) = ([], [])
      return
    }
    let circle = UnitCircle(length: length)
    transform = FourierTransform(halfOf: circle)
    (cosines, sines) = (Array(circle.cosines[...(length / 2)]), Array(circle.sines[...(length / 2)]))
  }

  /// X[k] for k in 0...n/2: the rest mirrors them.
  package func forward(_ signal: [Double]) -> (real: [Double], imaginary: [Double]) {
    precondition(signal.count == length, "the signal does not fit the transform")
    let half = length / 2
    if cosines.isEmpty {
      let all = transform.forward(real: signal, imaginary: [Double](repeating: 0, count: length))
      return (Array(all.real[...half]), Array(all.imaginary[...half]))
    }
    var (evens, odds) = ([Double](repeating: 0, count: half), [Double](repeating: 0, count: half))
    for place in 0..<half { (evens[place], odds[place]) = (signal[2 * place], signal[2 * place + 1]) }
    let packed = transform.forward(real: evens, imaginary: odds)
    var real = [Double](repeating: 0, count: half + 1)
    var imaginary = real
    // The first and the last number are real.
    real[0] = packed.real[0] + packed.imaginary[0]
    real[half] = packed.real[0] - packed.imaginary[0]
    for k in 1..<max(1, half) {
      let (r, i) = (packed.real[k], packed.imaginary[k])
      let (otherR, otherI) = (packed.real[half - k], packed.imaginary[half - k])
      // The transforms of the even and of the odd places.
      let (evenR, evenI, oddR, oddI) = (r + otherR, i - otherI, i + otherI, otherR - r)
      real[k] = (evenR + oddR * cosines[k] - oddI * sines[k]) / 2
      imaginary[k] = (evenI + oddR * sines[k] + oddI * cosines[k]) / 2
    }
    return (real, imaginary)
  }

  /// The signal whose transform begins like this, times the length.
  package func backward(real: [Double], imaginary: [Double]) -> [Double] {
    let half = length / 2
    precondition(real.count == half + 1 && imaginary.count == half + 1, "half of the transform and one more")
    if cosines.isEmpty {
      // The conjugate, so that the forward transform serves as the inverse one.
      let mirrored = (half + 1..<length).map { length - $0 }
      return transform.forward(
        real: real + mirrored.map { real[$0] },
        imaginary: imaginary.map { -$0 } + mirrored.map { imaginary[$0] }
      ).real
    }
    var packedReal = [Double](repeating: 0, count: half)
    var packedImaginary = packedReal
    for k in 0..<half {
      let other = half - k
      let even = (real[k] + real[other], imaginary[k] - imaginary[other])
      let difference = (real[k] - real[other], imaginary[k] + imaginary[other])
      // Turned back by the angle that the odd places were turned.
      let odd = (
        difference.0 * cosines[k] + difference.1 * sines[k],
        difference.1 * cosines[k] - difference.0 * sines[k]
      )
      packedReal[k] = even.0 - odd.1
      packedImaginary[k] = -(even.1 + odd.0)
    }
    let found = transform.forward(real: packedReal, imaginary: packedImaginary)
    var signal = [Double](repeating: 0, count: length)
    for place in 0..<half {
      signal[2 * place] = found.real[place]
      signal[2 * place + 1] = -found.imaginary[place]
    }
    return signal
  }
}
