package import Numerics
package import Values

/// Scores rows by how unlikely they are under a mixture of normal distributions.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: −log density of the standardised row, in nats; at most 1e100.
/// - Complexity: fit O(*n k d*²) a step, at most 100 steps; score O(*n k d*²). `isAutomatic` fits 1 to *k* components.
/// - Randomness: k-means draws the first centers; the same seed gives the same mixture on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Dempster, Laird and Rubin, *Maximum likelihood from incomplete data via the EM algorithm*, 1977; Bishop,
///   *Pattern recognition and machine learning*, 2006, equations 9.23 to 9.26; Schwarz, *Estimating the dimension of a
///   model*, 1978 (`isAutomatic`).
/// - Differs: 1e-6 is added to every variance, as in scikit-learn; variances below 1e-9 of a component's largest are
///   raised to it.
package struct GaussianMixture: Detector, Equatable {
  package static let name = "gmm"

  package enum Covariance: String, Sendable, Codable, CaseIterable { case full, diagonal }

  package let components: Int
  package let covariance: Covariance
  /// Whether the Bayesian information criterion chooses among 1 to `components`.
  package let isAutomatic: Bool

  package init(components: Int = 1, covariance: Covariance = .full, isAutomatic: Bool = false) {
    self.components = components
    self.covariance = covariance
    self.isAutomatic = isAutomatic
  }

  private static let mostSteps = 100
  /// The mean log likelihood gains less in the last step.
  private static let tolerance = 1e-3
  private static let ridge = 1e-6

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if components < 1 { throw .parameter(name: "components", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let most = min(components, training.rowCount)
    var best: (criterion: Double, components: [Component])?
    for count in (isAutomatic ? 1 : most)...most {
      do throws(Cancelled) {
        let found = try maximise(rows.matrix, count, using: &random, work: work)
        let criterion =
          Double(parameters(count, training.matrix.columns)) * logarithm(Double(training.rowCount))
          - 2 * found.logLikelihood * Double(training.rowCount)
        if best.map({ criterion < $0.criterion }) ?? true { best = (criterion, found.components) }
      } catch {
        throw .cancelled
      }
    }
    return Model(rows: rows.standardisation, components: best?.components ?? [])
  }

  private func parameters(_ count: Int, _ d: Int) -> Int {
    count * (d + (covariance == .full ? d * (d + 1) / 2 : d)) + count - 1
  }

  private func maximise(
    _ matrix: Matrix, _ count: Int, using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) -> (components: [Component], logLikelihood: Double) {
    let n = matrix.rows
    let labels =
      count == 1
      ? [Int](repeating: 0, count: n)
      : try Clustering(matrix, clusters: count, using: &random, work: work).labels
    var shares = [Double](repeating: 0, count: n * count)
    for row in 0..<n { shares[row * count + labels[row]] = 1 }
    var components = try update(matrix, shares, count, work: work)
    var last = -Double.infinity
    for _ in 0..<Self.mostSteps {
      let densities = try components.logDensities(of: matrix, work: work)
      let found = try work.fill(n, stride: count + 1, size: 4096, stage: "expectation") { range, target in
        for row in range {
          let terms = densities.map { $0[row] }
          let total = logSumOfExponentials(terms)
          let base = (row - range.lowerBound) * (count + 1)
          for place in 0..<count { target[base + place] = exponential(terms[place] - total) }
          target[base + count] = total
        }
      }
      let mean = (0..<n).reduce(0.0) { $0 + found[$1 * (count + 1) + count] } / Double(n)
      for row in 0..<n {
        for place in 0..<count { shares[row * count + place] = found[row * (count + 1) + place] }
      }
      let isDone = abs(mean - last) < Self.tolerance || count == 1
      last = mean
      if isDone { break }
      components = try update(matrix, shares, count, work: work)
    }
    return (components, last)
  }

  private func update(
    _ matrix: Matrix, _ shares: [Double], _ count: Int, work: Work
  ) throws(Cancelled) -> [Component] {
    var result: [Component] = []
    for place in 0..<count {
      let weights = (0..<matrix.rows).map { shares[$0 * count + place] }
      let total = weights.reduce(0, +)
      // A component that lost all rows is out of the mixture.
      guard total > 1e-9 else {
        result.append(.absent(columns: matrix.columns))
        continue
      }
      var (mean, spread) = try matrix.weightedMoments(weights, work: work)
      for i in 0..<matrix.columns {
        spread[i, i] += Self.ridge
        if covariance == .diagonal { for j in 0..<matrix.columns where i != j { spread[i, j] = 0 } }
      }
      result.append(
        Component(
          logWeight: logarithm(total / Double(matrix.rows)),
          shape: GaussianShape(center: mean, covariance: spread)))
    }
    return result
  }

  struct Component: Sendable, Codable, Equatable {
    let logWeight: Double
    let shape: GaussianShape

    static func absent(columns: Int) -> Component {
      let zero = [Double](repeating: 0, count: columns)
      return Component(
        logWeight: -largestScore,
        shape: GaussianShape(center: zero, covariance: Matrix(rows: columns, columns: columns)))
    }

    func logDensity(_ row: ArraySlice<Double>) -> Double {
      let constant = Double(row.count) * logarithm(2 * Double.pi)
      return logWeight - (constant + shape.logDeterminant + shape.squaredDistance(row)) / 2
    }

    func logDensities(of matrix: Matrix, work: Work) throws(Cancelled) -> [Double] {
      let constant = Double(matrix.columns) * logarithm(2 * Double.pi) + shape.logDeterminant
      return try shape.squaredDistances(of: matrix, work: work).map { logWeight - (constant + $0) / 2 }
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = GaussianMixture.name
    let standardisation: Standardisation
    let components: [Component]

    init(rows: Standardisation, components: [Component]) {
      standardisation = rows
      self.components = components
    }

    /// How many components were fitted.
    package var count: Int { components.count }

    /// Each feature's part of the squared distance to the components, by how likely the row belongs to each.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let d = standardisation.centers.count
      try rows.require(features: d)
      try rows.requireComplete()
      let components = components
      let values = try cancellable { () throws(Cancelled) in
        let scaled = try standardisation.apply(rows.matrix, within: 1e40, work: work)
        return try work.fill(scaled.rows, stride: d, size: 256, stage: "contributions") { range, target in
          for row in range {
            let terms = components.map { $0.logDensity(scaled.row(row)) }
            let total = logSumOfExponentials(terms)
            for (component, term) in zip(components, terms) {
              let share = exponential(term - total)
              if !(share > 0) { continue }
              for (column, part) in component.shape.whitened(scaled.row(row)).enumerated() {
                let cell = (row - range.lowerBound) * d + column
                target[cell] = min(target[cell] + share * part * part, largestScore)
              }
            }
          }
        }
      }
      return rows.contributions(values, meaning: "part of the squared distance to the likely components")
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let d = standardisation.centers.count
      try rows.require(features: d)
      try rows.requireComplete()
      let scaled = try cancellable { () throws(Cancelled) in
        try standardisation.apply(rows.matrix, within: 1e40, work: work)
      }
      return try cancellable { () throws(Cancelled) in
        let densities = try components.logDensities(of: scaled, work: work)
        return try work.fill(scaled.rows, size: 4096, stage: "scoring") { range, target in
          for (place, row) in range.enumerated() {
            target[place] = min(-logSumOfExponentials(densities.map { $0[row] }), largestScore)
          }
        }
      }
    }
  }
}

extension [GaussianMixture.Component] {
  /// For each component the log density of every row.
  fileprivate func logDensities(of matrix: Matrix, work: Work) throws(Cancelled) -> [[Double]] {
    var found: [[Double]] = []
    for component in self { found.append(try component.logDensities(of: matrix, work: work)) }
    return found
  }
}

/// log Σ exp, without overflow.
func logSumOfExponentials(_ terms: [Double]) -> Double {
  guard let largest = terms.max(), largest.isFinite else { return -largestScore }
  return largest + logarithm(terms.reduce(0) { $0 + exponential($1 - largest) })
}
