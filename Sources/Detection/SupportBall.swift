package import Numerics
import Values

/// Scores rows by how far they lie outside the smallest ball that holds most training rows.
///
/// - Input: `n` × `d`, complete. Columns are standardised unless they are to be taken as they are.
/// - Output: squared distance from the center of the ball less its squared radius, above 0 outside; with the normal kernel
///   in its space, where every row has length 1, else in squared standard deviations (or units of the data).
/// - Complexity: fit between O(*n² d*) and O(*n³*), score O(*n s d*) for *s* support vectors.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Tax and Duin, *Support vector data description*, Machine Learning 2004, equations 5 to 10 and 14.
/// - Differs: solved two weights at a time over squared distances *D*, since with Σ α = 1 the dual of equation 9 is
///   max ½ αᵀ *D* α; stops at a violation of 1e-3 of the largest distance. Without negative examples.
package struct SupportBall: Detector, Equatable {
  package static let name = "svdd"

  package enum Kernel: String, Sendable, Codable, CaseIterable {
    /// The ball among the rows themselves.
    case linear
    /// The ball in the space of the normal kernel; follows the shape of the rows.
    case normal
  }

  /// At most this share of training rows lies outside.
  package let outside: Double
  package let kernel: Kernel
  /// The kernel is exp(−gamma × squared distance); nil means one over the number of columns.
  package let gamma: Double?
  package let isRaw: Bool

  package init(
    outside: Double = 0.1, kernel: Kernel = .normal, gamma: Double? = nil, isRaw: Bool = false
  ) {
    self.outside = outside
    self.kernel = kernel
    self.gamma = gamma
    self.isRaw = isRaw
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(outside > 0 && outside <= 1) { throw .parameter(name: "nu", reason: "must lie in 0...1, above 0") }
    if let gamma, !(gamma > 0) { throw .parameter(name: "gamma", reason: "must be above 0") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: isRaw ? .common : .standard, work: work)
    let unit = isRaw ? rows.unit : 1
    let width = max(1e-300, min((gamma ?? 1 / Double(training.matrix.columns)) * unit * unit, 1e150))
    let used = kernel == .normal ? width : nil
    let solved = try cancellable { () throws(Cancelled) in
      var solver = BallSolver(rows.matrix, gamma: used, bound: 1 / (outside * Double(rows.matrix.rows)))
      try solver.solve(work: work)
      return solver
    }
    let support = solved.weights.indices.filter { solved.weights[$0] > 0 }
    return Model(
      rows: rows.keeping(support), weights: support.map { solved.weights[$0] }, gamma: used,
      border: solved.border, unit: kernel == .linear ? unit : 1)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = SupportBall.name
    package static let needsCompleteRows = true
    /// The support vectors.
    let rows: ReferenceRows
    let weights: [Double]
    let gamma: Double?
    /// Σ α D(x, xᵢ) on the ball.
    let border: Double
    let unit: Double

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let distances = SquaredDistances(self.rows.matrix)
      return try self.rows.scoreRows(rows, cost: 20 * self.rows.matrix.values.count, work: work) {
        _, values in
        var sum = 0.0
        for (weight, squared) in zip(weights, distances.from(values)) {
          sum += weight * (gamma.map { 2 - 2 * exponential(-$0 * squared) } ?? squared)
        }
        return (sum - border) * unit * unit
      }
    }
  }
}

/// Solves max ½ αᵀ D α with 0 ≤ α ≤ bound and Σ α = 1, two weights at a time.
struct BallSolver {
  private(set) var weights: [Double]
  /// D α of the rows on the ball.
  private(set) var border = 0.0
  private var pull: [Double]
  private var table: KernelRows
  private let isKernel: Bool
  private let bound: Double
  private let count: Int

  private static let tolerance = 1e-3
  private static let fewestSteps = 10_000_000

  init(_ matrix: Matrix, gamma: Double?, bound: Double) {
    count = matrix.rows
    self.bound = max(bound, 1 / Double(matrix.rows))
    table = KernelRows(matrix, gamma: gamma)
    isKernel = gamma != nil
    weights = [Double](repeating: 0, count: matrix.rows)
    pull = weights
    var rest = 1.0
    for row in weights.indices where rest > 0 {
      weights[row] = min(self.bound, rest)
      rest -= weights[row]
    }
  }

  /// Squared distances of a row in the space of the kernel.
  private mutating func distances(_ row: Int) -> [Double] {
    let values = table.row(row)
    return isKernel ? values.map { 2 - 2 * $0 } : values
  }

  mutating func solve(work: Work) throws(Cancelled) {
    for row in 0..<count where weights[row] > 0 {
      if row % 64 == 0 { try work.check() }
      let values = distances(row)
      for other in 0..<count { pull[other] += weights[row] * values[other] }
    }
    let end = Self.tolerance * max(pull.max() ?? 0, .leastNormalMagnitude)
    for step in 0..<max(Self.fewestSteps, 100 * count) {
      if step % 64 == 0 {
        try work.check()
        work.report(0, "solving")
      }
      guard let (up, down) = pair(end) else { break }
      move(up, down)
    }
    border = threshold()
  }

  /// The weight to raise, the farthest row, and the one to lower, by the gain; nil if no pair is worth it.
  private mutating func pair(_ end: Double) -> (up: Int, down: Int)? {
    var up = -1
    for row in 0..<count where weights[row] < bound && (up < 0 || pull[row] > pull[up]) { up = row }
    if up < 0 { return nil }
    let values = distances(up)
    var (down, best, highest) = (-1, 0.0, 0.0)
    for row in 0..<count where weights[row] > 0 {
      let gain = pull[up] - pull[row]
      highest = max(highest, gain)
      if gain <= 0 { continue }
      let value = values[row] > 0 ? gain / values[row] * gain : .infinity
      if value > best { (down, best) = (row, value) }
    }
    return down < 0 || highest < end ? nil : (up, down)
  }

  private mutating func move(_ up: Int, _ down: Int) {
    let rising = distances(up)
    let falling = distances(down)
    let room = min(bound - weights[up], weights[down])
    // The gain of moving t is t (pull up − pull down) − t² D(up, down).
    let wanted = rising[down] > 0 ? (pull[up] - pull[down]) / (2 * rising[down]) : .infinity
    let moved = min(wanted, room)
    if moved < room {
      weights[up] += moved
      weights[down] -= moved
    } else if bound - weights[up] <= weights[down] {
      weights[up] = bound
      weights[down] -= room
    } else {
      weights[up] += room
      weights[down] = 0
    }
    for row in 0..<count { pull[row] += moved * (rising[row] - falling[row]) }
  }

  /// The pull of weights strictly inside their bounds, or else the middle between those on them.
  private func threshold() -> Double {
    var (sum, free) = (0.0, 0)
    var (low, high) = (-Double.infinity, Double.infinity)
    for row in 0..<count {
      if weights[row] == 0 {
        low = max(low, pull[row])
      } else if weights[row] == bound {
        high = min(high, pull[row])
      } else {
        sum += pull[row]
        free += 1
      }
    }
    if free > 0 { return sum / Double(free) }
    if low.isFinite, high.isFinite { return (low + high) / 2 }
    return high.isFinite ? high : low
  }
}
