package import Numerics
import Values

/// Scores rows as a one-class machine does, in time that grows with the number of rows.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: ρ − *w* · *z*(*x*), above 0 outside the region that holds most training rows.
/// - Complexity: fit O(*n* *D* (*d* + *t*)) for *D* random features and *t* passes, score O(*n D d*); memory
///   8 *n D* bytes when scoring.
/// - Randomness: draws the features and the order of rows.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Schölkopf and others, *Estimating the support of a high-dimensional distribution*, 2001, equation 3.1; Rahimi and
///   Recht, *Random features for large-scale kernel machines*, NIPS 2007, algorithm 1; Shalev-Shwartz and others, *Pegasos*,
///   Mathematical Programming 2011 (steps 1 / (λ *t*)).
/// - Differs: the mean of *w* and ρ over the second half of the steps is kept (Polyak and Juditsky 1992).
package struct RandomFeatureMachine: Detector, Equatable {
  package static let name = "ocsvm-sgd"
  package let outside: Double
  /// The kernel is exp(−gamma × squared distance); nil means one over the number of columns.
  package let gamma: Double?
  package let features: Int
  package let passes: Int

  package init(outside: Double = 0.5, gamma: Double? = nil, features: Int = 256, passes: Int = 20) {
    self.outside = outside
    self.gamma = gamma
    self.features = features
    self.passes = passes
  }

  /// So many features are kept from pass to pass; more are computed again.
  private static let mostKept = 1 << 22

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(outside > 0 && outside <= 1) { throw .parameter(name: "nu", reason: "must lie in 0...1, above 0") }
    if let gamma, !(gamma > 0) { throw .parameter(name: "gamma", reason: "must be above 0") }
    if features < 1 { throw .parameter(name: "features", reason: "must be at least 1") }
    if passes < 1 { throw .parameter(name: "passes", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let width = max(1e-100, min(gamma ?? 1 / Double(training.matrix.columns), 1e100))
    let d = training.matrix.columns
    let frequencies = Matrix(
      rows: d, columns: features,
      values: (0..<d * features).map { _ in (2 * width).squareRoot() * random.normal() })
    let phases = (0..<features).map { _ in 2 * Double.pi * random.unit() }
    let map = FeatureCosines(frequencies: frequencies, phases: phases)
    var solver = HingeSteps(features: features, outside: outside)
    let block = 1024
    let count = training.rowCount
    let total = passes * count
    let isKept = count * features <= Self.mostKept
    func mapped(_ matrix: Matrix) throws(DetectionError) -> Matrix {
      try cancellable { () throws(Cancelled) in try map.apply(matrix, work: work) }
    }
    let known = isKept ? try mapped(rows.matrix) : Matrix(rows: 0, columns: features)
    for pass in 0..<passes {
      let order = random.stream(pass).shuffled(count)
      for start in stride(from: 0, to: count, by: block) {
        let chosen = Array(order[start..<min(count, start + block)])
        let current = isKept ? known : try mapped(rows.matrix.selecting(rows: chosen))
        if work.isCancelled() { throw .cancelled }
        for place in chosen.indices {
          let row = isKept ? chosen[place] : place
          solver.step(current.values, at: row * features, keeps: 2 * solver.count >= total)
        }
        work.report(Double(pass * count + start) / Double(total), "descending")
      }
    }
    let (weights, rho) = solver.mean
    return Model(rows: rows.keeping([]), map: map, weights: weights, rho: rho)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = RandomFeatureMachine.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let map: FeatureCosines
    let weights: [Double]
    let rho: Double

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let scaled = try self.rows.scaled(rows, work: work)
      let mapped = try cancellable { () throws(Cancelled) in try map.apply(scaled, work: work) }
      return try mapped.mapRows(cost: mapped.columns, stage: "scoring", work: work) { _, values in
        var sum = 0.0
        for (weight, value) in zip(weights, values) { sum += weight * value }
        return rho - sum
      }
    }
  }
}

extension SeededGenerator {
  /// The numbers below `count` in a random order.
  fileprivate func shuffled(_ count: Int) -> [Int] {
    var random = self
    var order = Array(0..<count)
    for place in order.indices.reversed() where place > 0 { order.swapAt(place, random.below(place + 1)) }
    return order
  }
}

/// √(2 / D) cos(ω · x + b): products of these features come near the normal kernel.
struct FeatureCosines: Sendable, Codable, Equatable {
  /// Columns of the data × features.
  let frequencies: Matrix
  let phases: [Double]

  /// Angles beyond this have no digits left; their cosine stands still.
  private static let farthestAngle = 1e15

  func apply(_ rows: Matrix, work: Work) throws(Cancelled) -> Matrix {
    let count = phases.count
    let inner = rows.columns
    let scale = (2 / Double(count)).squareRoot()
    let product = RowProduct(frequencies)
    let values = try work.fill(rows.rows, stride: count, size: 128, stage: "features") { range, target in
      product.multiply(
        rows.values.span.extracting(range.lowerBound * inner..<range.upperBound * inner), into: &target)
      var far: [Int] = []
      for place in 0..<range.count {
        for feature in 0..<count {
          let cell = place * count + feature
          target[cell] += phases[feature]
          if !(abs(target[cell]) < Self.farthestAngle) { far.append(cell) }
        }
      }
      Elementary.takeCosines(&target)
      for cell in far { target[cell] = 0 }
      for cell in 0..<range.count * count { target[cell] *= scale }
    }
    return Matrix(rows: rows.rows, columns: count, values: values)
  }
}

/// Steps down ν/2 |w|² + mean max(0, ρ − w · z) − ν ρ.
private struct HingeSteps {
  private var steps: DescentSteps
  private var rho = 0.0
  private var sumOfRho = 0.0
  private var kept = 0.0
  private(set) var count = 0
  private let outside: Double

  init(features: Int, outside: Double) {
    steps = DescentSteps(count: features)
    self.outside = outside
  }

  mutating func step(_ values: [Double], at start: Int, keeps: Bool) {
    count += 1
    let rate = 1 / (outside * Double(count))
    let isOutside = steps.product(values, at: start) < rho
    steps.step(
      values, at: start, shrink: 1 - rate * outside, growth: isOutside ? rate : 0, keeps: keeps)
    rho -= rate * ((isOutside ? 1 : 0) - outside)
    guard keeps else { return }
    kept += 1
    sumOfRho += rho
  }

  var mean: (weights: [Double], rho: Double) {
    kept == 0 ? (steps.weights, rho) : (steps.sum.map { $0 / kept }, sumOfRho / kept)
  }
}
