package import Numerics
package import Values

/// Why a detector cannot work on what it was given.
package enum DetectionError: Error, Sendable, Equatable {
  case tooFewRows(needed: Int, got: Int)
  case noFeatures
  /// The features differ from those that the model was fitted on.
  case wrongFeatures(expected: Int, got: Int)
  /// The method needs complete rows; the first incomplete row and feature.
  case missing(row: Int, feature: String)
  /// Larger than the method can compute with (about 1e150).
  case tooLarge(row: Int, feature: String)
  /// A series method got something that is not one channel.
  case notOneChannel(count: Int)
  case parameter(name: String, reason: String)
  /// The value to score lacks a feature of the model.
  case unknownFeature(String)
  /// The model was fitted one segment at a time and not on this one.
  case unknownSegment(String)
  /// Nothing to fit on: no row is both chosen for fitting and present.
  case noFitRows(segment: String)
  case cancelled
}

/// Rows to fit on or to score: complete or not, but never infinite.
package struct Observations: Sendable, Equatable {
  /// NaN where a value is missing.
  package let matrix: Matrix
  package let features: [String]
  package let blocks: [Block]
  /// What an analyst knows of rows to fit on: anomalous or not, nil where unknown. Empty if nothing is known; never of
  /// rows to score.
  package let labels: [Bool?]
  /// Known levels of each feature that is a category, nil for numbers; a cell holds the place of its level, the most
  /// frequent first, and that behind the last if the level is new. Empty if all features are numbers.
  package let levels: [Int?]
  /// The first cell without a value.
  let firstMissing: Int?

  package init(
    matrix: Matrix, features: [String], blocks: [Block] = [], labels: [Bool?] = [],
    levels: [Int?] = []
  ) throws(DetectionError) {
    precondition(labels.isEmpty || labels.count == matrix.rows, "one label a row")
    precondition(levels.isEmpty || levels.count == features.count, "levels or not for each feature")
    if features.isEmpty { throw .noFeatures }
    if let cell = matrix.firstOutside(largest: 1e150) {
      throw .tooLarge(row: cell / matrix.columns, feature: features[cell % matrix.columns])
    }
    firstMissing = matrix.firstMissing()
    self.matrix = matrix
    self.features = features
    self.labels = labels
    self.levels = levels
    self.blocks =
      blocks.isEmpty ? features.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) } : blocks
  }
}

/// A way of learning what is normal. Fitting gives a model; only a model scores.
package protocol Detector: Sendable {
  associatedtype Model: FittedDetector
  /// `iforest`.
  static var name: String { get }
  func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model
}

/// What a detector has learned. Higher scores are more anomalous, all finite.
package protocol FittedDetector: Sendable, Codable {
  static var method: String { get }
  /// Whether rows are moments of one series, to be scored in order and whole, rather than one by one.
  static var readsSeries: Bool { get }
  /// Whether rows with a missing value cannot be fitted on or scored.
  static var needsCompleteRows: Bool { get }
  /// Whether categories are looked at, as places of levels, and not only numbers.
  static var takesCategories: Bool { get }
  /// One score a row. A row scores the same alone and among others.
  func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double]
  /// Which features drove each row's score, if the method can say exactly; rows × features, ≥ 0.
  func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions?
  /// What a row was compared with, where there is such: neighbours, the most similar window.
  ///
  /// - Parameter place: which training row it is, if it is one.
  func evidence(
    for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
  ) throws(DetectionError) -> Evidence?
  /// How many of the first rows it cannot judge yet: a stream that is learning. Their scores mean nothing.
  func unscoredRows(of rows: Observations) -> Int
  /// Scores of the very rows that it was fitted on, where they differ from `scores`: neighbours without oneself.
  func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double]
}

extension FittedDetector {
  package static var readsSeries: Bool { false }
  package static var needsCompleteRows: Bool { false }
  package static var takesCategories: Bool { false }
  package func unscoredRows(of rows: Observations) -> Int { 0 }
  package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
    nil
  }
  package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
    try scores(of: training, work: work)
  }
  package func evidence(
    for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
  ) throws(DetectionError) -> Evidence? { nil }
}
