package import Numerics

/// The rows of two modalities in which both are present, and which of them may teach.
package struct PairedRows: Sendable {
  package let source: Matrix
  package let target: Matrix
  /// Rows to learn from.
  package let fit: [Int]
  /// Rows to choose options on, none of them in `fit`.
  package let choose: [Int]
  /// Rows to learn from where options are not chosen on rows held out: never calibrate rows.
  package let learning: [Int]

  /// `choose` may teach as well unless it was set apart by the analyst.
  package init(source: Matrix, target: Matrix, fit: [Int], choose: [Int], isSetApart: Bool = false) {
    self.source = source
    self.target = target
    self.fit = fit
    self.choose = choose
    learning = isSetApart ? fit : (fit + choose).sorted()
  }
}

/// A way of saying how badly two modalities fit each other, learned from rows in which they do.
///
/// Each modality may be perfectly normal by itself: only their disagreement is scored.
package protocol PairMapping: Sendable {
  /// `ridge`.
  static var name: String { get }
  /// Whether predicting the second from the first differs from the other way round.
  var isDirected: Bool { get }
  /// One number ≥ 0 a row, larger where target and source fit worse; finite.
  ///
  /// Where the method allows, a row to learn from is scored as if it had not taught.
  func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double]
}

extension PairMapping {
  package var isDirected: Bool { true }
}
