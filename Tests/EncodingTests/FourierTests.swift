import Numerics
import Testing

/// The definition, term by term.
private func naiveTransform(_ re: [Double], _ im: [Double]) -> (re: [Double], im: [Double]) {
  let n = re.count
  var real = [Double](repeating: 0, count: n)
  var imaginary = real
  for k in 0..<n {
    for j in 0..<n {
      let angle = -2 * Double.pi * Double(j * k % n) / Double(n)
      real[k] += re[j] * cosine(angle) - im[j] * sine(angle)
      imaginary[k] += re[j] * sine(angle) + im[j] * cosine(angle)
    }
  }
  return (real, imaginary)
}

private func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
  var random = SeededGenerator(seed: seed)
  return (0..<count).map { _ in random.normal() }
}

@Suite struct `Fourier transforms` {
  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 12, 16, 30, 31, 64, 97, 100, 128, 210, 251])
  func
    `equal the definition at every length`(_ n: Int)
  {
    let (re, im) = (noise(n), noise(n, seed: 2))
    let fast = FourierTransform(length: n).forward(real: re, imaginary: im)
    let slow = naiveTransform(re, im)
    for k in 0..<n {
      #expect(abs(fast.real[k] - slow.re[k]) < 1e-11 * Double(n + 10))
      #expect(abs(fast.imaginary[k] - slow.im[k]) < 1e-11 * Double(n + 10))
    }
  }

  @Test func `keep the energy (Parseval)`() {
    let signal = noise(1000)
    let result = FourierTransform(length: 1000).forward(
      real: signal, imaginary: [Double](repeating: 0, count: 1000))
    let energy = signal.reduce(0) { $0 + $1 * $1 }
    let spectral = zip(result.real, result.imaginary).reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 } / 1000
    #expect(abs(energy - spectral) < 1e-9 * energy)
  }
}

@Suite struct `Short-time bands` {
  /// Frame by frame from the definition, in double precision.
  private func naive(
    _ signal: [Float], first: Int, frames: Int, length: Int, hop: Int, bands: Int, rate: Double
  ) -> [Double] {
    // Corners and triangles of the Slaney scale, written out once more.
    func mel(_ hertz: Double) -> Double {
      hertz < 1000 ? hertz * 3 / 200 : 15 + 27 * logarithm(hertz / 1000) / logarithm(6.4)
    }
    func hertz(_ mel: Double) -> Double {
      mel < 15 ? mel * 200 / 3 : 1000 * exponential(logarithm(6.4) / 27 * (mel - 15))
    }
    let corners = (0..<bands + 2).map { hertz(mel(rate / 2) * Double($0) / Double(bands + 1)) }
    var result: [Double] = []
    for frame in 0..<frames {
      let samples = (0..<length).map { i -> Double in
        let at = first + frame * hop + i
        let window = 0.5 - 0.5 * cosine(2 * .pi * Double(i) / Double(length))
        return signal.indices.contains(at) ? Double(signal[at]) * window : 0
      }
      let spectrum = naiveTransform(samples, [Double](repeating: 0, count: length))
      for band in 0..<bands {
        var sum = 0.0
        for bin in 0...length / 2 {
          let f = Double(bin) * rate / Double(length)
          let rising = (f - corners[band]) / (corners[band + 1] - corners[band])
          let falling = (corners[band + 2] - f) / (corners[band + 2] - corners[band + 1])
          let weight = max(0, min(rising, falling)) * 2 / (corners[band + 2] - corners[band])
          sum += weight * (spectrum.re[bin] * spectrum.re[bin] + spectrum.im[bin] * spectrum.im[bin])
        }
        result.append(sum)
      }
    }
    return result
  }

  @Test(arguments: [8, 16, 32, 64, 128, 256]) func `equal the definition at every frame length`(
    _ length: Int
  ) throws {
    let signal = noise(700).map { Float(0.1 * $0) }
    let hop = length / 4
    let bank = FilterBank.mel(bands: 6, sampleRate: 8000, length: length)
    let plan = ShortTimeBands(length: length, hop: hop, bank: bank)
    let frames = plan.centeredFrames(of: signal.count)
    let fast = try plan.analyse(signal, first: frames.first, frames: frames.count, work: Work())
    let slow = naive(
      signal, first: frames.first, frames: frames.count, length: length, hop: hop, bands: 6, rate: 8000)
    let largest = slow.max() ?? 0
    // Single precision over at most 256 points.
    for (a, b) in zip(fast, slow) { #expect(abs(Double(a) - b) < 3e-6 * largest) }
    #expect(fast.count == slow.count)
  }

  @Test func `give decibels that a library logarithm confirms`() throws {
    let signal = noise(5000).enumerated().map { Float($1) * Float(power(10, -Double($0 / 500))) }
    let bank = FilterBank.equal(bands: 16, sampleRate: 8000, length: 256)
    let plan = ShortTimeBands(length: 256, hop: 64, bank: bank)
    let powers = try plan.analyse(signal, first: 0, frames: 70, work: Work())
    let decibels = try plan.analyse(signal, first: 0, frames: 70, floor: 1e-10, work: Work())
    for (power, decibel) in zip(powers, decibels) {
      #expect(abs(Double(decibel) - 10 * logarithm10(max(Double(power), 1e-10))) < 2e-5)
    }
    #expect(decibels.contains(-100))
  }

  @Test func `are the same bits at one and two threads`() throws {
    let signal = noise(200_000).map(Float.init)
    let plan = ShortTimeBands(
      length: 512, hop: 128, bank: .mel(bands: 40, sampleRate: 16_000, length: 512))
    let one = try plan.analyse(signal, first: -256, frames: 1500, floor: 1e-10, work: Work(threads: 1))
    let two = try plan.analyse(signal, first: -256, frames: 1500, floor: 1e-10, work: Work(threads: 2))
    #expect(one == two)
  }

  @Test func `stop when asked to`() {
    let plan = ShortTimeBands(
      length: 512, hop: 128, bank: .mel(bands: 40, sampleRate: 16_000, length: 512))
    #expect(throws: Cancelled()) {
      try plan.analyse([1, 2, 3], first: 0, frames: 10, work: Work(isCancelled: { true }))
    }
  }

  @Test func `peak in the band of a pure tone`() throws {
    let signal = (0..<8192).map { Float(sine(2 * .pi * 1000 * Double($0) / 8000)) }
    let bank = FilterBank.equal(bands: 8, sampleRate: 8000, length: 1024)
    let powers = try ShortTimeBands(length: 1024, hop: 512, bank: bank).analyse(
      signal, first: 0, frames: 4, work: Work())
    // 1000 Hz lies in the second of eight 500 Hz bands.
    #expect(powers[..<8].enumerated().max { $0.element < $1.element }?.offset == 1)
  }
}

@Suite struct `Cosine transform` {
  @Test func `keeps lengths and puts a constant into the first coefficient`() {
    let transform = CosineTransform(length: 40, coefficients: 40)
    let values = noise(40)
    let result = transform.apply(to: values)
    let before = values.reduce(0) { $0 + $1 * $1 }
    let after = result.reduce(0) { $0 + $1 * $1 }
    #expect(abs(before - after) < 1e-12 * before)
    let constant = transform.apply(to: [Double](repeating: 3, count: 40))
    #expect(abs(constant[0] - 3 * 40.0.squareRoot()) < 1e-12)
    #expect(constant.dropFirst().allSatisfy { abs($0) < 1e-12 })
  }
}
