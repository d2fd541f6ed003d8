package import Numerics
import Values

/// Scores rows by how far they lie outside the smallest region that holds most training rows, drawn with a normal kernel.
///
/// - Input: `n` × `d`, complete. Columns are standardised unless they are to be taken as they are.
/// - Output: ρ − Σ αᵢ K(xᵢ, x): above 0 outside the region; in units of the dual with Σ α = ν *n*.
/// - Complexity: fit between O(*n² d*) and O(*n³*), score O(*n s d*) for *s* support vectors, about ν *n* of them; memory
///   at most 256 MB for kernel rows and 8 *s d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Schölkopf, Platt, Shawe-Taylor, Smola and Williamson, *Estimating the support of a high-dimensional
///   distribution*, Neural Computation 2001, equations 3.10 and 3.14; Fan, Chen and Lin, *Working set selection using second
///   order information for training support vector machines*, JMLR 2005, algorithm 2 (the choice of pairs).
/// - Differs: no shrinking; stops at a violation of 1e-3 as LIBSVM does, or after 100 *n* pairs and at least 10⁷.
package struct OneClassMachine: Detector, Equatable {
  package static let name = "ocsvm"
  /// At most this share of training rows lies outside, and at least this share are support vectors.
  package let outside: Double
  /// The kernel is exp(−gamma × squared distance); nil means one over the number of columns.
  package let gamma: Double?
  /// Whether distances are taken between the columns as they are.
  package let isRaw: Bool

  package init(outside: Double = 0.5, gamma: Double? = nil, isRaw: Bool = false) {
    self.outside = outside
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
    // Beyond these bounds every kernel is 0 or 1 already.
    let gamma = max(1e-300, min((gamma ?? 1 / Double(training.matrix.columns)) * unit * unit, 1e150))
    let solved = try cancellable { () throws(Cancelled) in
      var solver = PairSolver(rows.matrix, gamma: gamma, total: outside * Double(rows.matrix.rows))
      try solver.solve(work: work)
      return solver
    }
    let support = solved.weights.indices.filter { solved.weights[$0] > 0 }
    return Model(
      rows: rows.keeping(support), weights: support.map { solved.weights[$0] }, gamma: gamma, rho: solved.rho)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = OneClassMachine.name
    package static let needsCompleteRows = true
    /// The support vectors.
    let rows: ReferenceRows
    let weights: [Double]
    let gamma: Double
    let rho: Double

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let packed = PackedRows(self.rows.matrix)
      return try self.rows.scoreDistances(of: rows, to: packed, work: work) { _, squared in
        var terms = squared.map { -gamma * $0 }
        Elementary.exponentiate(&terms)
        var sum = 0.0
        for place in 0..<terms.count { sum += weights[place] * terms[place] }
        return rho - sum
      }
    }
  }
}

/// Solves min ½ αᵀ K α with 0 ≤ α ≤ 1 and a given sum of α, two weights at a time.
struct PairSolver {
  private(set) var weights: [Double]
  private(set) var rho = 0.0
  private var gradient: [Double]
  private var kernel: KernelRows
  private let count: Int

  /// As LIBSVM's default.
  private static let tolerance = 1e-3
  /// Stands in for a curvature that vanishes: equal rows.
  private static let smallestCurvature = 1e-12
  private static let fewestSteps = 10_000_000

  init(_ matrix: Matrix, gamma: Double, total: Double) {
    count = matrix.rows
    kernel = KernelRows(matrix, gamma: gamma)
    weights = (0..<matrix.rows).map { max(0, min(1, total - Double($0))) }
    gradient = [Double](repeating: 0, count: matrix.rows)
  }

  mutating func solve(work: Work) throws(Cancelled) {
    for row in 0..<count where weights[row] > 0 {
      if row % 64 == 0 { try work.check() }
      let values = kernel.row(row)
      for other in 0..<count { gradient[other] += weights[row] * values[other] }
    }
    for step in 0..<max(Self.fewestSteps, 100 * count) {
      if step % 64 == 0 {
        try work.check()
        work.report(0, "solving")
      }
      guard let (up, down) = pair() else { break }
      move(up, down)
    }
    rho = threshold()
  }

  /// The weight to raise and the one to lower; nil if no pair is worth it.
  private mutating func pair() -> (up: Int, down: Int)? {
    var up = -1
    for row in 0..<count where weights[row] < 1 && (up < 0 || gradient[row] < gradient[up]) { up = row }
    if up < 0 { return nil }
    let values = kernel.row(up)
    var (down, best, highest) = (-1, 0.0, -Double.infinity)
    for row in 0..<count where weights[row] > 0 {
      let gain = gradient[row] - gradient[up]
      highest = max(highest, gain)
      if gain <= 0 { continue }
      let value = gain * gain / max(2 - 2 * values[row], Self.smallestCurvature)
      if value > best { (down, best) = (row, value) }
    }
    return down < 0 || highest < Self.tolerance ? nil : (up, down)
  }

  private mutating func move(_ up: Int, _ down: Int) {
    let rising = kernel.row(up)
    let falling = kernel.row(down)
    let curvature = max(2 - 2 * rising[down], Self.smallestCurvature)
    let room = min(1 - weights[up], weights[down])
    let wanted = (gradient[down] - gradient[up]) / curvature
    if wanted < room {
      weights[up] += wanted
      weights[down] -= wanted
    } else if 1 - weights[up] <= weights[down] {
      // Bounds are reached exactly, so that a weight on one is known by equality.
      weights[up] = 1
      weights[down] -= room
    } else {
      weights[up] += room
      weights[down] = 0
    }
    let moved = min(wanted, room)
    for row in 0..<count { gradient[row] += moved * (rising[row] - falling[row]) }
  }

  /// The gradient of weights strictly inside their bounds, or else the middle between those on them.
  private func threshold() -> Double {
    var (sum, free) = (0.0, 0)
    var (low, high) = (-Double.infinity, Double.infinity)
    for row in 0..<count {
      if weights[row] == 0 {
        high = min(high, gradient[row])
      } else if weights[row] == 1 {
        low = max(low, gradient[row])
      } else {
        sum += gradient[row]
        free += 1
      }
    }
    if free > 0 { return sum / Double(free) }
    if low.isFinite, high.isFinite { return (low + high) / 2 }
    return low.isFinite ? low : high
  }
}

/// Rows of a table of squared distances, or of a normal kernel on them, of which the latest are kept.
struct KernelRows {
  private let matrix: Matrix
  /// nil for the squared distances themselves.
  private let gamma: Double?
  private let distances: SquaredDistances
  private var kept: [Int: [Double]] = [:]
  private var order: [Int] = []
  private var oldest = 0
  private let capacity: Int

  /// Memory for kept rows, in numbers.
  private static let budget = 1 << 24

  init(_ matrix: Matrix, gamma: Double?) {
    self.matrix = matrix
    self.gamma = gamma
    distances = SquaredDistances(matrix)
    capacity = max(2, Self.budget / max(matrix.rows, 1))
  }

  mutating func row(_ row: Int) -> [Double] {
    if let known = kept[row] { return known }
    var values = distances.from(matrix.row(row))
    if let gamma {
      for place in values.indices { values[place] *= -gamma }
      Elementary.exponentiate(&values)
    }
    if order.count < capacity {
      order.append(row)
    } else {
      kept[order[oldest]] = nil
      order[oldest] = row
      oldest = (oldest + 1) % capacity
    }
    kept[row] = values
    return values
  }
}
