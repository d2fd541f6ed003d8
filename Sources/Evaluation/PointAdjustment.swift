/// F1 after whole anomalies were granted for a part that was alarmed.
///
/// Granting an anomaly for a single alarmed row makes random alarms look good, the more the longer anomalies are. The
/// area over all shares that may be asked for tells how much of the F1 is owed to that.
///
/// - Input: one decision a row, in order.
/// - Output: F1 with a share of 0 (point adjustment) and the mean over shares of 0 to 100 %; nil without anomalies.
/// - Complexity: O(*n* + 101 *e*) for *e* anomalies.
/// - Source: Xu et al., *Unsupervised anomaly detection via variational auto-encoder for seasonal KPIs in web
///   applications*, WWW 2018, section 4.2 (PA); Kim et al., *Towards a rigorous evaluation of time-series anomaly
///   detection*, AAAI 2022, section 5 (PA%K): an anomaly is granted if more than K % of it is alarmed.
package struct PointAdjustment: Sendable, Equatable {
  package let adjustedF1: Double
  package let area: Double

  package init?(flags: [Bool], judged: LabelledScores) {
    let confusion = Confusion(flags: flags, labels: judged.labels)
    let events = judged.events.map { rows in (rows: rows.count, hits: rows.count { flags[$0] }) }
    if events.isEmpty { return nil }
    func f1(percent: Int) -> Double {
      let granted = events.reduce(0) { sum, event in
        sum + (100 * event.hits > percent * event.rows ? event.rows : event.hits)
      }
      let total = confusion.truePositives + confusion.falseNegatives
      return 2 * Double(granted) / Double(granted + confusion.falsePositives + total)
    }
    let curve = (0...100).map { f1(percent: $0) }
    adjustedF1 = curve[0]
    let ends = (curve[0] + curve[100]) / 2
    area = (curve.reduce(0, +) - ends) / 100
  }
}
