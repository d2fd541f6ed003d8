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
    let saw = try Self.encode((0..<64).map { Double($0 % 8) }, .catch22)
    let names = saw.features.map { String($0.dropFirst(2)) }
    func value(_ name: String) -> Double { saw.matrix[63, names.firstIndex(of: name) ?? 0] }
    #expect(value("stretch_decreasing") == 1 && value("stretch_high") == 4 && value("high_fluctuation") == 1)
    #expect(value("acf_first_min") == 4)
    #expect(value("trev") < 0)
    // 0 … 7 standardised is symmetric, so that the fullest bins lie around 0.
    #expect(abs(value("mode_10")) < 1.5)
    let constant = try Self.encode([Double](repeating: 5, count: 40), .catch22)
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
    let model = try MiniRocket(windows: [window], features: 252, seed: 1, work: Work())
    #expect(model.dilations == [1, 2, 4] && model.biases.count == 252)
    let vector = model.vector(of: window)
    let above = MiniRocket.convolved(window, MiniRocket.kernels[2], 1).count { $0 > model.biases[2] }
    #expect(vector[2] == Double(above) / 40 && vector.allSatisfy { (0...1).contains($0) })
  }

  /// The signal of the reference numbers below.
  static func signal(_ count: Int) -> [Double] {
    (0..<count).map { place in
      let i = Double(place)
      return sine(0.37 * i) + 0.5 * sine(1.7 * i + 0.01 * i * i) + 0.3 * cosine(0.05 * i)
        * Double(place * 7 % 5)
    }
  }

  /// What pycatch22 0.6.0 gives for the same numbers, as the paper's authors first defined them.
  @Test(arguments: [
    (
      64,
      [
        -0.1159192494, 0.3549316921, -0.421875, 0.46875, 3.351589144, 9, 0.7391918955, 0.3926990817,
        0.7192328623, 0.1666666667, 0.9523809524, 9, 3, 1.981813675, 0.2509255424, -0.06062711568, 5,
        0.01333333333, 16, 0.2109081366, 0.5555555556, 0.2222222222,
      ]
    ),
    (
      200,
      [
        -0.05148722103, -0.2849792506, 0.08, -0.04, 3.214216619, 9, 0.7378161721, 0.3681553891, 0.7915247108,
        0.1666666667, 0.9698492462, 11, 4, 2.054167522, 0.2044862607, -0.04880831301, 5, 0.004591368228, 17,
        0.2332545847, 0.3571428571, 0.2142857143,
      ]
    ),
  ])
  func `by the 22 characteristics of the reference`(_ count: Int, _ expected: [Double]) throws {
    let encoded = try Self.encode(Self.signal(count), .catch22, seconds: Double(count))
    let found = Array(encoded.matrix.row(count - 1))
    for (name, (one, other)) in zip(encoded.features, zip(found, expected)) {
      #expect(abs(one - other) < 1e-7, "\(name): \(one), not \(other)")
    }
  }

  /// What sktime 1.2.0 gives for the same window, in single precision.
  @Test func `by the biases and shares of MiniRocket's reference`() throws {
    let window = Self.signal(50)
    let model = try MiniRocket(windows: [window], features: 600, seed: 1, work: Work(threads: 2))
    #expect(model.dilations == [1, 2, 3, 4, 6] && model.biasesPerKernel == [3, 1, 1, 1, 1])
    #expect(model.biases.count == 588)
    let vector = model.vector(of: window)
    let places = [0, 1, 100, 250, 333, 400, 500, 587]
    let biases = [
      3.1330848, -4.7881269, -0.20668598, -7.7117443, -2.1715369, 5.7183189, -0.17004248, -2.4215708,
    ]
    let shares = [0.38, 0.76, 0.59523809, 0.83333331, 0.58, 0.18, 0.27777779, 0.5]
    for (place, (bias, share)) in zip(places, zip(biases, shares)) {
      #expect(abs(model.biases[place] - bias) < 2e-5, "\(place)")
      #expect(abs(vector[place] - share) < 1e-6, "\(place)")
    }
    #expect(abs(model.biases.reduce(0, +) + 21.75136947631836) < 2e-3)
    #expect(abs(vector.reduce(0, +) - 295.4859619140625) < 1e-3)
    #expect(try MiniRocket(windows: [window], seed: 1, work: Work()).biases.count == 9996)
  }

  @Test func `by the correlation with themselves`() throws {
    let encoded = try Self.encode((0..<64).map { $0 % 2 == 0 ? 1 : -1 }, .autocorrelation(lags: 2))
    let row = Array(encoded.matrix.row(63))
    #expect(abs(row[0] + 31.0 / 32) < 1e-12 && abs(row[1] - 30.0 / 32) < 1e-12)
  }

  @Test func `by the middle of their spectrum, in hertz`() throws {
    let tone = try Self.encode((0..<64).map { sine(2 * .pi * Double($0) / 8) }, .spectral)
    let row = Array(tone.matrix.row(63))
    #expect(row[0] == 0.125 && abs(row[1] - 0.125) < 1e-9 && row[2] < 0.04 && row[4] < 1e-6)
    var random = SeededGenerator(seed: 2)
    let noise = try Self.encode((0..<64).map { _ in random.normal() }, .spectral)
    #expect(noise.matrix[63, 4] > 0.1 && noise.matrix[63, 5] > row[5])
  }

  @Test func `tell a change of shape apart`() throws {
    var random = SeededGenerator(seed: 8)
    var values: [Double] = []
    for place in 0..<300 {
      let wave: Double = sine(2 * Double.pi * Double(place) / 10)
      let level: Double = place < 200 ? wave : (wave > 0 ? 1 : -1)
      values.append(level + 0.05 * random.normal())
    }
    for features in [WindowEncoder.Features.rocket(features: 420), .catch22, .wavelets(levels: 4)] {
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
    let encoded = try WindowEncoder(.catch22, width: TimeSpan(seconds: 8)).encode(
      Self.frame(values, segments: segments), work: Work())
    let present = (0..<40).filter { encoded.presence[$0] }
    #expect(present == Array(13..<20) + Array(27..<40))
    #expect(throws: EncodingError.self) { try Self.encode(values, .catch22, seconds: 2) }
  }

  @Test(arguments: [
    WindowEncoder.Features.rocket(features: 420), .catch22, .autocorrelation(lags: 3), .spectral,
    .wavelets(levels: 5),
  ])
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
