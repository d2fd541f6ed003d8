import Numerics

/// What a rule wants scores to be turned into before it combines them.
package enum ScoreScale: Sendable, Equatable {
  /// Robust standard deviations above the median of the reference scores.
  case deviation
  /// The chance of a reference score at least as high: a p-value.
  case tail
}

/// What a rule made of one row.
package struct Combined: Sendable, Equatable {
  /// Higher is more anomalous.
  package let value: Double
  /// How much each present modality adds, in the order in which they came.
  package let shares: [Double]
  /// How much the modalities contradict each other, where the rule has a notion of its own.
  package let conflict: Double?

  package init(_ value: Double, shares: [Double], conflict: Double? = nil) {
    self.value = value
    self.shares = shares
    self.conflict = conflict
  }
}

/// A way of making one number of the scores of the modalities present in a row.
package protocol CombinationRule: Sendable {
  /// `cauchy`.
  static var name: String { get }
  var scale: ScoreScale { get }
  /// What the shares are, for the reader.
  var meaning: String { get }
  /// Learns from reference rows what it needs to know about the modalities; one row a row, NaN where absent.
  ///
  /// `unlabelled` are all rows that will be scored: what a rule may look at without labels.
  func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination
}

/// A rule that knows the modalities.
package protocol FittedCombination: Sendable {
  /// Combines the values of the modalities present in a row; `parts` are their numbers.
  ///
  /// Values come in ascending order, so that sums do not depend on the order of the modalities.
  func combine(_ values: [Double], parts: [Int]) -> Combined
}

/// A rule that has nothing to learn.
package protocol PlainCombination: CombinationRule, FittedCombination {
  func combine(_ values: [Double]) -> Combined
}

extension PlainCombination {
  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination { self }
  package func combine(_ values: [Double], parts: [Int]) -> Combined { combine(values) }
}

/// The smallest p-value that rules compute with, so that logarithms stay finite.
let smallestTail = 1e-300

/// -log10 of a p-value, so that higher is more anomalous; at most 300.
func surprise(_ p: Double) -> Double { -logarithm10(min(max(p, smallestTail), 1)) }
