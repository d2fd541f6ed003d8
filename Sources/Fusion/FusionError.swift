package import Chronology

/// Why values cannot be joined.
package enum FusionError: Error, Sendable, Equatable {
  /// A value is addressed neither by time nor by sample.
  case noAddress(name: String)
  /// Sound without a start stands nowhere on the clock.
  case noStart(name: String)
  /// Some values are addressed by time and some by sample.
  case mixedAddresses(String, String)
  /// The values share no time; where each lies.
  case noOverlap(String, ClosedRange<Instant>, String, ClosedRange<Instant>)
  case tooManyRows(Int, limit: Int)
  case noRows(name: String)
  /// Fusion works row by row; these two do not have the same rows.
  case differentRows(String, String)
  /// Maps can be put upon each other only if their grids agree.
  case differentGrids(String, String)
  /// Sound or a log that was not encoded, scores among embeddings.
  case notFusable(name: String, kind: String)
  case nothingToFuse
  /// No row to learn location and scale from.
  case noFitRows(name: String)
  /// Disagreement needs two modalities.
  case onlyOneModality
  /// Too few rows to learn from in which both modalities are present.
  case tooFewPairs(String, String, needed: Int, got: Int)
  /// The result would have more columns than memory allows.
  case tooWide(columns: Int, limit: Int)
  /// An operator for exactly so many modalities.
  case wrongCount(needed: Int, got: Int)
  /// Attention heads share the width evenly.
  case unevenHeads(width: Int, heads: Int)
  /// Labels of stretches teach only if there are anomalous and normal ones.
  case oneSortOfBags(anomalous: Int, normal: Int)
  case cancelled
}
