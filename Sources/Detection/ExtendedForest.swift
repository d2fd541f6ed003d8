package import Numerics
import Values

/// Scores rows by how few random oblique cuts isolate them.
///
/// Cuts across all columns at once have no preferred direction, so that no bands of low scores lie along the axes.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: 2^(−mean path / c) in 0...1; about 0.5 is ordinary.
/// - Complexity: fit O(*t s d* log *s*), score O(*n t d* log *s*), memory O(*t s d*); *t* trees of *s* rows.
/// - Randomness: each tree draws its rows and its cuts; the same seed gives the same trees everywhere.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Hariri, Carrasco Kind and Brunner, *Extended isolation forest*, IEEE TKDE 2021, algorithms 2 and 3; cuts
///   by columns that vary in the node, their number one more than the extension level.
package struct ExtendedForest: Detector, Equatable {
  package static let name = "eif"
  package let trees: Int
  /// Rows that each tree is grown from; fewer if there are fewer.
  package let sampleSize: Int
  /// Columns beyond the first that a cut goes across; nil means all.
  package let level: Int?

  package init(trees: Int = 100, sampleSize: Int = 256, level: Int? = nil) {
    self.trees = trees
    self.sampleSize = sampleSize
    self.level = level
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if trees < 1 { throw .parameter(name: "trees", reason: "must be at least 1") }
    if sampleSize < 2 { throw .parameter(name: "sample", reason: "must be at least 2") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let size = min(sampleSize, training.rowCount)
    let grower = ObliqueGrower(
      matrix: rows.matrix, breadth: min(training.matrix.columns, (level ?? training.matrix.columns) + 1))
    let grown = try grower.forest(trees, size: size, using: &random, work: work)
    return Model(rows: rows.keeping([]), trees: grown, sampleSize: size)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ExtendedForest.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let trees: [ObliqueTree]
    let sampleSize: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try trees.scores(
        of: rows, scaledAs: self.rows, sampleSize: sampleSize, stepCost: 20 * rows.matrix.columns, work: work)
    }
  }
}

private struct ObliqueGrower: TreeGrower {
  let matrix: Matrix
  /// Columns that a cut goes across.
  let breadth: Int

  /// A random direction through a random point of the box around the rows; nil if they are all equal.
  func cut(_ rows: [Int], using random: inout SeededGenerator) -> ObliqueTree.Node? {
    var lows = Array(matrix.row(rows[0]))
    var highs = lows
    for row in rows {
      for (column, value) in matrix.row(row).enumerated() {
        lows[column] = min(lows[column], value)
        highs[column] = max(highs[column], value)
      }
    }
    let varying = lows.indices.filter { highs[$0] > lows[$0] }
    if varying.isEmpty { return nil }
    var node = ObliqueTree.Node()
    let chosen = random.sample(min(breadth, varying.count), of: varying.count).sorted()
    for column in chosen.map({ varying[$0] }) {
      let weight = random.normal()
      node.columns.append(Int32(column))
      node.weights.append(weight)
      node.offset += weight * (lows[column] + random.unit() * (highs[column] - lows[column]))
    }
    return node
  }
}
