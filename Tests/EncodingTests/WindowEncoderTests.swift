import Chronology
import Encoding
import Numerics
import Testing
import Values

@Suite struct `Shapes of windows` {
  static func frame(_ values: [Double], segments: [Segment] = []) -> Frame {
    let axis = TimeAxis.regular(
      start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 1), count: values.count)
    return Frame(index: Index(.time(axis), segments: segments), columns: [Column(numbers: values, name: "a")])
  }

  static func encode(_ values: [Double], _ features: WindowEncoder.Features, seconds: Double = 32) throws
    -> Encoded
  {
    try WindowEncoder(features, width: TimeSpan(seconds: seconds)).encode(
      frame(values), work: Work(threads: 2))
  }

  @Test func `in octaves: a wave that alternates is in the finest, a slow one in a coarse one`() throws {
    let fast = try Self.encode((0..<64).map { $0 % 2 == 0 ? 1 : -1 }, .wavelets(levels: 4))
    let slow = try Self.encode((0..<64).map { sine(2 * .pi * Double($0) / 16) }, .wavelets(levels: 4))
    let (first, second) = (Array(fast.matrix.row(63)), Array(slow.matrix.row(63)))
    #expect(first.indices.max { first[$0] < first[$1] } == 0)
    #expect(second.indices.max { second[$0] < second[$1] } ?? 0 >= 2)
    #expect(!fast.presence[10] && fast.presence[31])
  }

  /// Orthonormal filters keep the sum of squares.
  @Test func `keep the energy of the window over all octaves`() throws {
    var random = SeededGenerator(seed: 4)
    let values = (0..<32).map { _ in random.normal() }
    let encoded = try Self.encode(values, .wavelets(levels: 3))
    // 16, 8 and 4 coefficients.
    let details = zip([16.0, 8, 4], encoded.matrix.row(31)).reduce(0) { $0 + $1.0 * exponential($1.1) }
    let total = values.reduce(0) { $0 + $1 * $1 }
    #expect(details < total && details > 0.5 * total)
  }

  @Test func `by characteristics that a person can count`() throws {
    // A sawtooth of eight steps: seven rises, one fall.
    let saw = try Self.encode((0..<64).map { Double($0 % 8) }, .shape)
    let names = saw.features.map { String($0.dropFirst(2)) }
    func value(_ name: String) -> Double { saw.matrix[63, names.firstIndex(of: name) ?? 0] }
    #expect(value("falling") == 1 && value("above") == 4 && value("jumps") == 1)
    #expect(value("acf-minimum") == 4)
    #expect(value("reversal") < 0)
    // 0 … 7 standardised is symmetric, so that the fullest bins lie around 0.
    #expect(abs(value("mode10")) < 1.5)
    let constant = try Self.encode([Double](repeating: 5, count: 40), .shape)
    #expect(constant.matrix.row(39).allSatisfy { $0 == 0 })
  }

  @Test func `by convolutions that are those of the plain definition`() throws {
    var random = SeededGenerator(seed: 6)
    let window = (0..<40).map { _ in random.normal() }
    #expect(MiniRocket.kernels.count == 84)
    for (kernel, dilation) in [
      (MiniRocket.kernels[0], 1), (MiniRocket.kernels[50], 2), (MiniRocket.kernels[83], 4),
    ] {
      let found = MiniRocket.convolved(window, kernel, dilation)
      for place in window.indices {
        var sum = 0.0
        for tap in 0..<9 {
          let at = place + (tap - 4) * dilation
          if window.indices.contains(at) { sum += (kernel.contains(tap) ? 2 : -1) * window[at] }
        }
        #expect(abs(found[place] - sum) < 1e-12)
      }
    }
    let model = try MiniRocket(windows: [window], seed: 1, work: Work())
    #expect(model.dilations == [1, 2, 4] && model.biases.count == 252)
    let vector = model.vector(of: window)
    let above = MiniRocket.convolved(window, MiniRocket.kernels[2], 1).count { $0 > model.biases[2] }
    #expect(vector[2] == Double(above) / 40 && vector.allSatisfy { (0...1).contains($0) })
  }

  @Test func `tell a change of shape apart`() throws {
    var random = SeededGenerator(seed: 8)
    var values: [Double] = []
    for place in 0..<300 {
      let wave: Double = sine(2 * Double.pi * Double(place) / 10)
      let level: Double = place < 200 ? wave : (wave > 0 ? 1 : -1)
      values.append(level + 0.05 * random.normal())
    }
    for features in [WindowEncoder.Features.rocket, .shape, .wavelets(levels: 4)] {
      let encoded = try Self.encode(values, features)
      func distance(_ a: Int, _ b: Int) -> Double {
        zip(encoded.matrix.row(a), encoded.matrix.row(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      #expect(distance(100, 150) < distance(100, 290), "\(features)")
    }
  }

  @Test func `never cross a segment, and are absent where a value is missing`() throws {
    var values = (0..<40).map(Double.init)
    values[5] = .nan
    let segments = [Segment(name: "a", rows: 0..<20), Segment(name: "b", rows: 20..<40)]
    let encoded = try WindowEncoder(.shape, width: TimeSpan(seconds: 8)).encode(
      Self.frame(values, segments: segments), work: Work())
    let present = (0..<40).filter { encoded.presence[$0] }
    #expect(present == Array(13..<20) + Array(27..<40))
    #expect(throws: EncodingError.self) { try Self.encode(values, .shape, seconds: 2) }
  }

  @Test(arguments: [WindowEncoder.Features.rocket, .shape, .wavelets(levels: 5)])
  func `are finite whatever comes`(_ features: WindowEncoder.Features) throws {
    let even = [Double](repeating: 1e150, count: 40)
    let wild = (0..<40).map { (place: Int) -> Double in place % 2 == 0 ? 1e150 : -1e150 }
    let tiny = (0..<40).map { (place: Int) -> Double in 1e-300 * Double(place) }
    for values in [even, wild, tiny] {
      let encoded = try Self.encode(values, features, seconds: 16)
      #expect(encoded.presence[39] && encoded.matrix.row(39).allSatisfy(\.isFinite), "\(values[1])")
    }
  }
}
