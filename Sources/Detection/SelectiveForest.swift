package import Numerics
import Values

/// Scores rows by how few chosen oblique cuts isolate them: clusters of anomalies are cut off, too.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: 2^(−mean path / c) in 0...1.
/// - Complexity: fit O(*t s* (τ (*q* + log *s*)) log *s*), score O(*n t q* log *s*); *t* trees of *s* rows.
/// - Randomness: each tree draws its rows and the cuts to choose from.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Liu, Ting and Zhou, *On detecting clustered anomalies using SCiForest*, ECML PKDD 2010, algorithms 1 to 3 and
///   equations 1 to 3: of τ random planes across *q* columns the one with the largest gain in deviation; a row farther
///   from the cut than the node's range counts no step.
package struct SelectiveForest: Detector, Equatable {
  package static let name = "sciforest"
  package let trees: Int
  package let sampleSize: Int
  /// Planes to choose from at each node: τ.
  package let planes: Int
  /// Columns that a plane goes across: q.
  package let breadth: Int

  package init(trees: Int = 100, sampleSize: Int = 256, planes: Int = 10, breadth: Int = 2) {
    self.trees = trees
    self.sampleSize = sampleSize
    self.planes = planes
    self.breadth = breadth
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if trees < 1 { throw .parameter(name: "trees", reason: "must be at least 1") }
    if sampleSize < 2 { throw .parameter(name: "sample", reason: "must be at least 2") }
    if planes < 1 { throw .parameter(name: "planes", reason: "must be at least 1") }
    if breadth < 1 { throw .parameter(name: "breadth", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let size = min(sampleSize, training.rowCount)
    let grower = SelectiveGrower(
      matrix: rows.matrix, planes: planes, breadth: min(breadth, training.matrix.columns))
    let grown = try grower.forest(trees, size: size, using: &random, work: work)
    return Model(rows: rows.keeping([]), trees: grown, sampleSize: size)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = SelectiveForest.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let trees: [ObliqueTree]
    let sampleSize: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try trees.scores(of: rows, scaledAs: self.rows, sampleSize: sampleSize, stepCost: 60, work: work)
    }
  }
}

private struct SelectiveGrower: TreeGrower {
  let matrix: Matrix
  let planes: Int
  let breadth: Int

  /// The plane with the largest gain; nil if the rows are all equal.
  func cut(_ rows: [Int], using random: inout SeededGenerator) -> ObliqueTree.Node? {
    let deviations = (0..<matrix.columns).map { column in
      moments(of: rows.map { matrix[$0, column] }).deviation
    }
    let varying = deviations.indices.filter { deviations[$0] > 0 }
    if varying.isEmpty { return nil }
    var best: (gain: Double, node: ObliqueTree.Node)?
    for _ in 0..<planes {
      var node = ObliqueTree.Node()
      for place in random.sample(min(breadth, varying.count), of: varying.count).sorted() {
        let column = varying[place]
        node.columns.append(Int32(column))
        node.weights.append((2 * random.unit() - 1) / deviations[column])
      }
      let projected = rows.map { ObliqueTree.side(of: matrix.row($0), node) }.sorted()
      guard let (gain, offset) = SelectiveSplit.best(projected), gain > best?.gain ?? -.infinity
      else { continue }
      node.offset = offset
      node.reach = (projected.last ?? 0) - (projected.first ?? 0)
      best = (gain, node)
    }
    return best?.node
  }
}

/// Where to cut ordered numbers.
package enum SelectiveSplit {
  /// The largest (σ − mean of the sides' σ) / σ, and the number below or at which the left side ends; nil if all are equal.
  package static func best(_ sorted: [Double]) -> (gain: Double, offset: Double)? {
    guard let first = sorted.first, let last = sorted.last, first < last else { return nil }
    let left = deviations(sorted)
    let right = Array(deviations(sorted.reversed()).reversed())
    let whole = left[sorted.count - 1]
    var best: (gain: Double, offset: Double)?
    for place in 0..<sorted.count - 1 where sorted[place] < sorted[place + 1] {
      let gain = whole > 0 ? (whole - (left[place] + right[place + 1]) / 2) / whole : 0
      if gain > best?.gain ?? -.infinity { best = (gain, sorted[place]) }
    }
    return best
  }

  /// The standard deviation of the first one, two… numbers.
  private static func deviations(_ values: [Double]) -> [Double] {
    var moments = Moments()
    return values.map { value in
      moments.take(value)
      return moments.standardDeviation(degreesLost: 0)
    }
  }
}
