import Numerics

/// How many anomalous and normal rows lie at or above each distinct score: ROC and precision-recall in one.
///
/// - Input: finite scores and labels of the same rows; equal scores form one point, so that their order does not
///   matter.
/// - Complexity: O(*n* log *n*) time, O(*n*) memory.
package struct RankingCurve: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    /// Rows with at least this score count as flagged.
    package let threshold: Double
    package let truePositives: Int
    package let falsePositives: Int
  }

  /// From the highest threshold to the lowest.
  package let points: [Point]
  package let positives: Int
  package let negatives: Int

  package init(_ judged: LabelledScores) {
    let (ascending, places) = RadixSort.sorted(judged.scores)
    var points: [Point] = []
    points.reserveCapacity(ascending.count)
    var truePositives = 0
    var falsePositives = 0
    for position in ascending.indices.reversed() {
      if judged.labels[Int(places[position])] { truePositives += 1 } else { falsePositives += 1 }
      if position == 0 || ascending[position - 1] != ascending[position] {
        points.append(
          Point(
            threshold: ascending[position], truePositives: truePositives, falsePositives: falsePositives))
      }
    }
    self.points = points
    positives = truePositives
    negatives = falsePositives
  }

  /// The chance that an anomalous row scores above a normal one, where a tie counts one half.
  ///
  /// - Output: 0...1, one half for scores that say nothing; nil without rows of both sorts.
  /// - Source: Mann and Whitney, *On a test of whether one of two random variables is stochastically larger than the
  ///   other*, Annals of Mathematical Statistics 1947; equal to the trapezoidal area under the ROC curve.
  package var areaUnderROC: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    // Twice the number of won pairs is whole, so that no digit is lost.
    var doubledWins = 0
    var before = (trues: 0, falses: 0)
    for point in points {
      doubledWins += (point.falsePositives - before.falses) * (point.truePositives + before.trues)
      before = (point.truePositives, point.falsePositives)
    }
    return Double(doubledWins) / 2 / Double(positives) / Double(negatives)
  }

  /// The precision at each step of recall, weighted by the step; no interpolation.
  ///
  /// - Output: 0...1; the prevalence for constant scores; nil without anomalous rows.
  /// - Source: Σ (Rᵢ - Rᵢ₋₁) Pᵢ over distinct scores, as `average_precision_score` of scikit-learn defines it.
  package var averagePrecision: Double? {
    guard positives > 0 else { return nil }
    var sum = 0.0
    var before = 0
    for point in points where point.truePositives > before {
      let flagged = Double(point.truePositives + point.falsePositives)
      sum += Double(point.truePositives - before) * Double(point.truePositives) / flagged
      before = point.truePositives
    }
    return sum / Double(positives)
  }

  /// The largest F1 over all thresholds, chosen with the labels in view: an upper bound, not a result.
  ///
  /// - Output: the value and the highest threshold that reaches it; nil without anomalous rows.
  /// - Source: van Rijsbergen, *Information Retrieval*, 1979, chapter 7.
  package var bestF1: (value: Double, threshold: Double)? {
    guard positives > 0 else { return nil }
    var best: (value: Double, threshold: Double)?
    for point in points {
      let value =
        2 * Double(point.truePositives)
        / Double(point.truePositives + point.falsePositives + positives)
      if value > best?.value ?? -1 { best = (value, point.threshold) }
    }
    return best
  }
}
