/// Alarms and anomalies as stretches of neighbouring rows.
///
/// - Input: one decision a row, in order; stretches end at the borders of a run.
package struct Stretches: Sendable, Equatable {
  package let alarms: [Range<Int>]
  package let anomalies: [Range<Int>]
  /// Anomalies with an alarm inside.
  package let found: Int
  /// Alarms without an anomalous row.
  package let falseAlarms: Int

  package init(flags: [Bool], judged: LabelledScores) {
    precondition(flags.count == judged.count, "one decision a row")
    alarms = LabelledScores(scores: judged.scores, labels: flags, runs: judged.runs).events
    anomalies = judged.events
    found = anomalies.count { $0.contains { flags[$0] } }
    falseAlarms = alarms.count { !$0.contains { judged.labels[$0] } }
  }

  /// F1 over events: an anomaly counts once however long it is, and so does a false alarm.
  ///
  /// - Output: 2 TP / (2 TP + FP + FN) with found anomalies, false alarms and missed anomalies; nil without anomalies.
  /// - Source: Hundman et al., *Detecting spacecraft anomalies using LSTMs and nonparametric dynamic thresholding*,
  ///   KDD 2018, section 4.2.
  package var eventF1: Double? {
    if anomalies.isEmpty { return nil }
    return 2 * Double(found) / Double(found + falseAlarms + anomalies.count)
  }

  /// The mean share of each anomaly that is alarmed; nil without anomalies.
  ///
  /// - Source: Tatbul et al., *Precision and recall for time series*, NeurIPS 2018, equations 4 to 7, with
  ///   α = 0, flat bias and cardinality 1.
  package var rangeRecall: Double? { meanCover(of: anomalies, by: alarms) }

  /// The mean share of each alarm that is anomalous; nil without alarms.
  ///
  /// - Source: as `rangeRecall`, equations 8 and 9.
  package var rangePrecision: Double? { meanCover(of: alarms, by: anomalies) }

  package var rangeF1: Double? {
    guard let recall = rangeRecall else { return nil }
    guard let precision = rangePrecision, precision + recall > 0 else { return 0 }
    return 2 * precision * recall / (precision + recall)
  }

  private func meanCover(of ranges: [Range<Int>], by others: [Range<Int>]) -> Double? {
    if ranges.isEmpty { return nil }
    var sum = 0.0
    var first = 0
    for range in ranges {
      while first < others.count, others[first].upperBound <= range.lowerBound { first += 1 }
      var place = first
      var covered = 0
      while place < others.count, others[place].lowerBound < range.upperBound {
        covered += others[place].clamped(to: range).count
        place += 1
      }
      sum += Double(covered) / Double(range.count)
    }
    return sum / Double(ranges.count)
  }
}
