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
    transform = FourierTransform(length: length / 2)
    var angles = (0...length / 2).map { -2 * Double.pi * Double($0) / Double(length) }
    // sin t = cos(t − π/2)
    var turned = angles.map { $0 - Double.pi / 2 }
    var first = angles.mutableSpan
    Elementary.takeCosines(&first)
    var second = turned.mutableSpan
    Elementary.takeCosines(&second)
    (cosines, sines) = (angles, turned)
  }

  /// X[k] for k in 0...n/2: the rest mirrors them.
  package func forward(_ signal: [Double]) -> (real: [Double], imaginary: [Double]) {
    precondition(signal.count == length, "the signal does not fit the transform")
    let half = length / 2
    if cosines.isEmpty {
      let all = transform.forward(real: signal, imaginary: [Double](repeating: 0, count: length))
      return (Array(all.real[...half]), Array(all.imaginary[...half]))
    }
    let packed = transform.forward(
      real: (0..<half).map { signal[2 * $0] }, imaginary: (0..<half).map { signal[2 * $0 + 1] })
    var real = [Double](repeating: 0, count: half + 1)
    var imaginary = real
    for k in 0...half {
      let (own, other) = (k == half ? 0 : k, k == 0 ? 0 : half - k)
      // The transforms of the even and of the odd places.
      let even = (packed.real[own] + packed.real[other], packed.imaginary[own] - packed.imaginary[other])
      let odd = (packed.imaginary[own] + packed.imaginary[other], packed.real[other] - packed.real[own])
      real[k] = (even.0 + odd.0 * cosines[k] - odd.1 * sines[k]) / 2
      imaginary[k] = (even.1 + odd.0 * sines[k] + odd.1 * cosines[k]) / 2
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
