/// How honest probabilities are.
package enum Probabilities {
  /// The mean distance between probability and frequency over ten equally wide bins, by their rows.
  ///
  /// - Output: 0...1, 0 for perfectly calibrated ones; nil without rows.
  /// - Source: Naeini, Cooper and Hauskrecht, *Obtaining well calibrated probabilities using Bayesian binning*, AAAI 2015
  ///   (ECE).
  package static func calibrationError(_ probabilities: [Double], _ labels: [Bool], bins: Int = 10) -> Double?
  {
    guard !labels.isEmpty else { return nil }
    var sums = [Double](repeating: 0, count: bins)
    for (probability, label) in zip(probabilities, labels) {
      sums[max(0, min(Int(probability * Double(bins)), bins - 1))] += probability - (label ? 1 : 0)
    }
    return sums.reduce(0) { $0 + abs($1) } / Double(labels.count)
  }

  /// The mean squared distance of probabilities from what came true.
  ///
  /// - Source: Brier, *Verification of forecasts expressed in terms of probability*, Monthly Weather Review 1950.
  package static func brierScore(_ probabilities: [Double], _ labels: [Bool]) -> Double? {
    guard !labels.isEmpty else { return nil }
    let sum = zip(probabilities, labels).reduce(0) { sum, pair in
      let miss = pair.0 - (pair.1 ? 1 : 0)
      return sum + miss * miss
    }
    return sum / Double(labels.count)
  }
}

extension RankingCurve {
  /// The largest distance between the shares of anomalous and of normal rows above a score (Kolmogorov and Smirnov).
  ///
  /// - Output: 0...1, also Youden's index of the best threshold; nil without rows of both sorts.
  package var separation: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    return points.reduce(0) { largest, point in
      max(
        largest,
        abs(
          Double(point.truePositives) / Double(positives) - Double(point.falsePositives) / Double(negatives)))
    }
  }
}
