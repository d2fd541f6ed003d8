/// How the decisions of one threshold meet the truth.
package struct Confusion: Sendable, Equatable {
  package let truePositives: Int
  package let falsePositives: Int
  package let falseNegatives: Int
  package let trueNegatives: Int

  package init(flags: [Bool], labels: [Bool]) {
    precondition(flags.count == labels.count, "one decision a label")
    var counts = [0, 0, 0, 0]
    for (flag, label) in zip(flags, labels) { counts[(flag ? 0 : 2) + (label ? 0 : 1)] += 1 }
    truePositives = counts[0]
    falsePositives = counts[1]
    falseNegatives = counts[2]
    trueNegatives = counts[3]
  }

  /// The share of flagged rows that are anomalous; nil if nothing is flagged.
  package var precision: Double? { ratio(truePositives, truePositives + falsePositives) }

  /// The share of anomalous rows that are flagged; nil if none is anomalous.
  package var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }

  /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); nil without flags and anomalies.
  package var f1: Double? {
    ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }

  /// The false-alarm rate: the share of normal rows that are flagged; nil if none is normal.
  package var falseAlarmRate: Double? { ratio(falsePositives, falsePositives + trueNegatives) }

  /// The missing-alarm rate: the share of anomalous rows that are not flagged.
  package var missingAlarmRate: Double? { ratio(falseNegatives, truePositives + falseNegatives) }

  /// The share of flagged rows that are normal: what conformal decisions promise to bound on average.
  ///
  /// - Output: 0 if nothing is flagged.
  /// - Source: Benjamini and Hochberg, *Controlling the false discovery rate*, 1995, section 2.1.
  package var falseDiscoveryRate: Double { ratio(falsePositives, truePositives + falsePositives) ?? 0 }

  /// The mean of recall and specificity; nil without rows of both sorts.
  package var balancedAccuracy: Double? {
    guard let missingAlarmRate, let falseAlarmRate else { return nil }
    return 1 - (missingAlarmRate + falseAlarmRate) / 2
  }

  /// The correlation of decisions and truth, -1...1: 0 for flagging all, none or at random.
  ///
  /// - Output: nil without rows of both sorts.
  /// - Source: Matthews, *Comparison of the predicted and observed secondary structure of T4 phage lysozyme*, 1975.
  /// - Differs: decisions that are all alike count 0, where the formula has no value.
  package var correlation: Double? {
    let (tp, fp) = (Double(truePositives), Double(falsePositives))
    let (fn, tn) = (Double(falseNegatives), Double(trueNegatives))
    if tp + fn == 0 || fp + tn == 0 { return nil }
    if tp + fp == 0 || fn + tn == 0 { return 0 }
    let (left, right) = ((tp + fp) * (tp + fn), (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / (left.squareRoot() * right.squareRoot())
  }

  /// The share of all rows that are flagged.
  package var alarmRate: Double? {
    ratio(truePositives + falsePositives, truePositives + falsePositives + falseNegatives + trueNegatives)
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}

/// When the first alarm of each anomalous stretch came.
package struct DetectionDelays: Sendable, Equatable {
  /// The first anomalous row and the first alarmed row of the stretch; nil if it was missed.
  package struct Event: Sendable, Equatable {
    package let rows: Range<Int>
    package let firstAlarm: Int?
  }

  package let events: [Event]

  package init(flags: [Bool], judged: LabelledScores) {
    precondition(flags.count == judged.count, "one decision a row")
    events = judged.events.map { rows in
      Event(rows: rows, firstAlarm: rows.first { flags[$0] })
    }
  }

  package var foundCount: Int { events.reduce(0) { $0 + ($1.firstAlarm == nil ? 0 : 1) } }

  /// First alarm minus onset for each found event, by a clock that gives each row its moment.
  package func delays(clock: (Int) -> Double) -> [Double] {
    events.compactMap { event in event.firstAlarm.map { clock($0) - clock(event.rows.lowerBound) } }
  }
}
