/// A small, fast generator whose whole state is two numbers, so that a seed means the same on every machine.
///
/// Source: Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014 (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64
  private let gamma: UInt64
  private var spareNormal: Double?

  package init(seed: UInt64) {
    state = Self.mix(seed &+ 0x9e37_79b9_7f4a_7c15)
    gamma = 0x9e37_79b9_7f4a_7c15
  }

  private init(state: UInt64, gamma: UInt64) {
    self.state = state
    self.gamma = gamma | 1
  }

  /// An independent generator for part `index` of a computation; does not change this one.
  package func stream(_ index: Int) -> SeededGenerator {
    let key = Self.mix(state &+ UInt64(bitPattern: Int64(index)) &* 0xd1b5_4a32_d192_ed03)
    return SeededGenerator(state: key, gamma: Self.mix(key ^ 0x2545_f491_4f6c_dd1d))
  }

  package mutating func next() -> UInt64 {
    state &+= gamma
    return Self.mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<1 with 53 random bits.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in `0..<bound`, without bias that could be seen below 2^32 values.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "an empty range has no element")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A standard normal value (polar method of Marsaglia).
  package mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let u = 2 * unit() - 1
      let v = 2 * unit() - 1
      let s = u * u + v * v
      if s >= 1 || s == 0 { continue }
      let scale = (-2 * logarithm(s) / s).squareRoot()
      spareNormal = v * scale
      return u * scale
    }
  }

  /// `count` different numbers out of `0..<population`, in random order.
  package mutating func sample(_ count: Int, of population: Int) -> [Int] {
    precondition(count <= population, "cannot draw more than there are")
    var moved: [Int: Int] = [:]
    var drawn: [Int] = []
    drawn.reserveCapacity(count)
    for i in 0..<count {
      let j = i + below(population - i)
      drawn.append(moved[j] ?? j)
      moved[j] = moved[i] ?? i
    }
    return drawn
  }
}
