package import Numerics

/// Convolves windows with 84 fixed kernels at several dilations and tells how often each is exceeded.
///
/// - Input: windows of one length of at least nine, at equal steps; biases are quantiles over windows to learn from.
/// - Output: shares of values above a bias, for each dilation, kernel and bias: the multiple of 84 that is at most the number asked
///   for, in the order of the reference.
/// - Complexity: O(84 *n* · (9 *dilations* + *features*)) a window.
/// - Randomness: draws the window that the biases of each dilation and kernel come from.
/// - Source: Dempster, Schmidt and Webb, *MiniRocket*, KDD 2021, section 3: kernels of length 9 with three weights of 2 and six of
///   -1, dilations spaced exponentially up to the length, biases from quantiles of a low-discrepancy sequence, alternating padding.
/// - Differs: numbers have double precision.
package struct MiniRocket: Sendable, Equatable {
  package static let kernels: [[Int]] = {
    var kernels: [[Int]] = []
    for a in 0..<9 { for b in a + 1..<9 { for c in b + 1..<9 { kernels.append([a, b, c]) } } }
    return kernels
  }()

  /// Above this, dilations are not more, but biases a dilation.
  private static let mostDilations = 32

  package let length: Int
  package let dilations: [Int]
  /// How many biases each kernel has at a dilation.
  package let biasesPerKernel: [Int]
  /// By dilation, kernel and number.
  package let biases: [Double]

  /// - Parameter windows: to learn from; all of one length, of at least nine.
  package init(windows: [[Double]], features: Int = 9996, seed: UInt64, work: Work) throws(Cancelled) {
    let length = windows.first?.count ?? 0
    precondition(length >= 9 && features >= Self.kernels.count, "a kernel has nine weights and a bias")
    self.length = length
    let (dilations, counts) = Self.dilations(length: length, biases: features / Self.kernels.count)
    self.dilations = dilations
    biasesPerKernel = counts
    // The golden ratio spreads the quantiles evenly, whatever their number.
    let golden = (5.0.squareRoot() + 1) / 2
    let firsts = counts.indices.map { counts[..<$0].reduce(0, +) * Self.kernels.count }
    let learned = try work.map(dilations.count * Self.kernels.count, stage: "biases") { number in
      let (place, kernel) = (number / Self.kernels.count, number % Self.kernels.count)
      var random = SeededGenerator(seed: seed).stream(number)
      let window = windows[random.below(windows.count)]
      let sample = SortedSample(Self.convolved(window, Self.kernels[kernel], dilations[place]))
      return (0..<counts[place]).map { bias in
        let share = Double(firsts[place] + kernel * counts[place] + bias + 1) * golden
        return sample.quantile(share.truncatingRemainder(dividingBy: 1)) ?? 0
      }
    }
    biases = learned.flatMap { $0 }
  }

  /// Powers of two between 1 and what nine taps reach over the window, cut to whole numbers, and how many biases each has.
  static func dilations(length: Int, biases: Int) -> (dilations: [Int], biases: [Int]) {
    let count = min(biases, mostDilations)
    let most = logarithm2(Double(length - 1) / 8)
    var (dilations, counts): ([Int], [Int]) = ([], [])
    for place in 0..<count {
      let exponent = count > 1 ? most * Double(place) / Double(count - 1) : 0
      let dilation = max(1, Int(power(2, exponent)))
      if dilation == dilations.last {
        counts[counts.count - 1] += 1
      } else {
        dilations.append(dilation)
        counts.append(1)
      }
    }
    let multiplier = Double(biases) / Double(count)
    counts = counts.map { Int(Double($0) * multiplier) }
    var place = 0
    while counts.reduce(0, +) < biases {
      counts[place] += 1
      place = (place + 1) % counts.count
    }
    return (dilations, counts)
  }

  /// The convolution, with zeros beyond both ends.
  package static func convolved(_ window: [Double], _ kernel: [Int], _ dilation: Int) -> [Double] {
    convolved(window, all: sums(window, dilation), kernel, dilation)
  }

  /// The sums under nine weights of 1.
  private static func sums(_ window: [Double], _ dilation: Int) -> [Double] {
    var all = [Double](repeating: 0, count: window.count)
    for tap in 0..<9 { add(window, shiftedBy: (tap - 4) * dilation, times: 1, to: &all) }
    return all
  }

  private static func convolved(
    _ window: [Double], all: [Double], _ kernel: [Int], _ dilation: Int
  ) -> [Double] {
    // -1 for all, and 3 more for three of them.
    var result = all.map { -$0 }
    for tap in kernel { add(window, shiftedBy: (tap - 4) * dilation, times: 3, to: &result) }
    return result
  }

  private static func add(
    _ window: [Double], shiftedBy shift: Int, times factor: Double, to sums: inout [Double]
  ) {
    for place in max(0, -shift)..<max(max(0, -shift), min(window.count, window.count - shift)) {
      sums[place] += factor * window[place + shift]
    }
  }

  package var names: [String] { (0..<biases.count).map { "rocket\($0 + 1)" } }

  package func vector(of window: [Double]) -> [Double] {
    var vector: [Double] = []
    vector.reserveCapacity(biases.count)
    for (place, dilation) in dilations.enumerated() {
      let all = Self.sums(window, dilation)
      for (number, kernel) in Self.kernels.enumerated() {
        let values = Self.convolved(window, all: all, kernel, dilation)
        // Every second kernel leaves out where it reaches beyond the ends, each dilation the other half.
        let margin = (place + number) % 2 == 0 ? 0 : 4 * dilation
        let inside = values[min(margin, values.count / 2)..<max(values.count / 2, values.count - margin)]
        for _ in 0..<biasesPerKernel[place] {
          let bias = biases[vector.count]
          vector.append(Double(inside.count { $0 > bias }) / Double(max(1, inside.count)))
        }
      }
    }
    return vector
  }
}
