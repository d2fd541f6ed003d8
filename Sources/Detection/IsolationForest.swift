package import Numerics
package import Values

/// Scores rows by how few random splits isolate them.
///
/// A row that a random tree separates early is unlike the others.
///
/// - Input: `n` × `d`, any scale. Shifting or scaling a column does not matter. Missing values follow the branch that
///   more of a tree's rows took, so they never isolate. Categories are split between frequent levels and rarer ones.
/// - Output: 2^(−mean path / c) in 0...1; about 0.5 is ordinary.
/// - Complexity: fit O(*t s* log *s*), score O(*n t* log *s*), memory O(*t s*); *t* trees of *s* rows.
/// - Randomness: each tree draws its rows without replacement; the same seed gives the same trees everywhere.
/// - Throws: `tooFewRows` below two rows.
/// - Source: Liu, Ting and Zhou, *Isolation Forest*, ICDM 2008, equations 1 and 2, algorithms 1 to 3.
/// - Differs: features that do not vary in a node are not drawn there; trees are as deep as is needed for one row
///   a leaf of a balanced tree, as in the paper. If all rows are equal, all score 0.5.
package struct IsolationForest: Detector, Equatable {
  package static let name = "iforest"
  package let trees: Int
  /// Rows that each tree is grown from; fewer if there are fewer.
  package let sampleSize: Int

  package init(trees: Int = 100, sampleSize: Int = 256) {
    self.trees = trees
    self.sampleSize = sampleSize
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    if trees < 1 { throw .parameter(name: "trees", reason: "must be at least 1") }
    if sampleSize < 2 { throw .parameter(name: "sample", reason: "must be at least 2") }
    do throws(Cancelled) {
      return Model(
        trees: try IsolationTrees(
          training.matrix, treeCount: trees, sampleSize: min(sampleSize, training.rowCount), using: &random,
          work: work))
    } catch {
      throw .cancelled
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = IsolationForest.name
    package static let takesCategories = true
    let trees: IsolationTrees

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: trees.columns)
      let typical = IsolationTrees.averagePath(trees.sampleSize)
      let lengths = try cancellable { () throws(Cancelled) in
        try trees.meanPathLengths(of: rows.matrix, work: work)
      }
      return lengths.map { power(2, -$0 / typical) }
    }

    /// Steps by which a feature's splits shorten a row's mean path below the expected one. The signed steps add up to
    /// the expected length minus the row's; lengthening steps are shown as 0.
    ///
    /// In the spirit of Carletti, Terzi and Susto, *Interpretable anomaly detection with DIFFI*, 2023, but with the
    /// expected rest of the path as the measure, which makes the decomposition exact.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try rows.require(features: trees.columns)
      let signed = try cancellable { () throws(Cancelled) in
        try trees.contributions(to: rows.matrix, work: work)
      }
      return rows.contributions(signed.values.map { max($0, 0) }, meaning: "steps saved on the mean path")
    }
  }
}
