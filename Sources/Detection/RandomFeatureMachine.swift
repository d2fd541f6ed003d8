package import Numerics
import Values

/// Scores rows as a one-class machine does, in time that grows with the number of rows.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: ρ − *w* · *z*(*x*), above 0 outside the region that holds most training rows.
/// - Complexity: fit O(*n* *D* (*d* + *t*)) for *D* random features and *t* passes, score O(*n D d*); memory 4 *n D* bytes when
///   fitting, at most 256 MB: beyond that features are computed again in each pass.
/// - Randomness: draws the features and the order of rows.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Schölkopf and others, *Estimating the support of a high-dimensional distribution*, 2001, equation 3.1; Rahimi and
///   Recht, *Random features for large-scale kernel machines*, NIPS 2007, algorithm 1; Shalev-Shwartz and others, *Pegasos*,
///   Mathematical Programming 2011 (steps 1 / (λ *t*)).
/// - Differs: the mean of *w* and ρ over the second half of the steps is kept (Polyak and Juditsky 1992). Rows are shuffled once
///   and each pass takes blocks of 64 in a new order, as they lie in memory. Features have single precision.
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

  /// Rows that lie together and are taken one after the other.
  private static let blockRows = 64
  private static let blocksAtOnce = 16
  /// So many features are kept from pass to pass; more are computed again.
  private static let mostKept = 1 << 26

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
    let count = training.rowCount
    let shuffled = random.stream(passes).shuffled(count)
    let blocks = (count + Self.blockRows - 1) / Self.blockRows
    func rowsOf(_ block: Int) -> ArraySlice<Int> {
      shuffled[block * Self.blockRows..<min(count, (block + 1) * Self.blockRows)]
    }
    let isKept = count * features <= Self.mostKept
    let matrix = rows.matrix
    func mapped(_ order: [Int]) throws(DetectionError) -> [Float] {
      try cancellable { () throws(Cancelled) in try map.apply(matrix, order: order, work: work) }
    }
    let known = isKept ? try mapped(shuffled) : []
    let total = passes * count
    for pass in 0..<passes {
      let order = random.stream(pass).shuffled(blocks)
      for start in stride(from: 0, to: blocks, by: Self.blocksAtOnce) {
        let chosen = order[start..<min(blocks, start + Self.blocksAtOnce)]
        let current = isKept ? known : try mapped(chosen.flatMap { rowsOf($0) })
        if work.isCancelled() { throw .cancelled }
        var place = 0
        for block in chosen {
          if isKept { place = block * Self.blockRows }
          for _ in rowsOf(block) {
            solver.step(current, at: place * features, keeps: 2 * solver.count >= total)
            place += 1
          }
        }
        work.report(
          Double(pass * count + start * Self.blockRows) / Double(total), "descending")
      }
    }
    let (weights, rho) = solver.mean
    var own: [Double]?
    if isKept {
      let inOrder = try Model.scores(of: known, weights: weights, rho: rho, work: work)
      var scores = inOrder
      for (place, row) in shuffled.enumerated() { scores[row] = inOrder[place] }
      own = scores
    }
    return Model(rows: rows.keeping([]), map: map, weights: weights, rho: rho, own: Remembered(own))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = RandomFeatureMachine.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let map: FeatureCosines
    let weights: [Double]
    let rho: Double
    /// Scores of the training rows, if their features were kept.
    var own = Remembered<[Double]>(nil)

    private enum CodingKeys: CodingKey { case rows, map, weights, rho }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try self.rows.require(rows)
      let (cosines, solution) = (CosineBlocks(map), DescentSteps(weights: weights))
      return try cancellable { () throws(Cancelled) in
        try work.fill(rows.rowCount, size: 128, stage: "scoring") { range, target in
          let values = self.rows.scaled(rows, range)
          let mapped = cosines.values(of: values.span)
          for place in 0..<range.count {
            target[place] = rho - solution.product(mapped, at: place * weights.count)
          }
        }
      }
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      guard let own = own.value else { return try scores(of: training, work: work) }
      precondition(training.rowCount == own.count, "these are not the training rows")
      return own
    }

    /// Scores of rows whose features lie one row behind the other.
    static func scores(
      of mapped: [Float], weights: [Double], rho: Double, work: Work
    ) throws(DetectionError) -> [Double] {
      let (count, solution) = (weights.count, DescentSteps(weights: weights))
      return try cancellable { () throws(Cancelled) in
        try work.fill(mapped.count / count, size: 1024, stage: "scoring") { range, target in
          for row in range {
            target[row - range.lowerBound] = rho - solution.product(mapped, at: row * count)
          }
        }
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

  /// The features of the given rows, in the given order.
  func apply(_ rows: Matrix, order: [Int], work: Work) throws(Cancelled) -> [Float] {
    let (count, d) = (phases.count, rows.columns)
    let cosines = CosineBlocks(self)
    return try work.fillSingle(order.count, stride: count, size: 128, stage: "features") { range, target in
      var chosen: [Double] = []
      chosen.reserveCapacity(range.count * d)
      for row in order[range] { chosen.append(contentsOf: rows.row(row)) }
      cosines.put(chosen.span, into: &target)
    }
  }
}

/// Random features, ready for blocks of rows.
private struct CosineBlocks: Sendable {
  private let product: RowProduct
  private let phases: [Double]

  /// Angles beyond this have no digits left; their cosine stands still.
  private static let farthestAngle = 1e15

  init(_ map: FeatureCosines) {
    product = RowProduct(map.frequencies)
    phases = map.phases
  }

  func values(of rows: Span<Double>) -> [Float] {
    var values = [Float](repeating: 0, count: rows.count / product.inner * phases.count)
    var target = values.mutableSpan
    put(rows, into: &target)
    return values
  }

  func put(_ rows: Span<Double>, into target: inout MutableSpan<Float>) {
    var angles = [Double](repeating: 0, count: target.count)
    var whole = angles.mutableSpan
    product.multiply(rows, into: &whole)
    let (count, phases) = (phases.count, phases.span)
    let scale = (2 / Double(count)).squareRoot()
    var isFar = false
    for start in stride(from: 0, to: whole.count, by: count) {
      for feature in 0..<count {
        let angle = whole[start + feature] + phases[feature]
        whole[start + feature] = angle
        isFar = isFar || !(abs(angle) < Self.farthestAngle)
      }
    }
    let far = isFar ? whole.indices.filter { !(abs(whole[$0]) < Self.farthestAngle) } : []
    Elementary.takeCosines(&whole)
    for cell in far { whole[cell] = 0 }
    for cell in whole.indices { target[cell] = Float(whole[cell] * scale) }
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

  mutating func step(_ values: [Float], at start: Int, keeps: Bool) {
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
