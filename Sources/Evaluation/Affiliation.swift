import Numerics

/// Precision and recall by how near alarms and anomalies are, measured against alarms at random.
///
/// Every anomaly has a zone: the moments that are nearer to it than to another one. Each alarmed moment counts by the
/// chance that a moment drawn at random from its zone is at least as far from the anomaly, and each anomalous moment by
/// the chance that one drawn at random is at least as far from it as the nearest alarm.
///
/// - Input: one decision a row, in order; a row lasts from its number to the next. Zones end at the borders of a run,
///   and a run without anomalies has none: its alarms are not judged.
/// - Output: 0...1 each; random alarms reach about one half. Precision is nil without alarms in any zone.
/// - Complexity: O(*n* + *a* log *a*) for *a* alarms.
/// - Source: Huet, Navarro and Rossi, *Local evaluation of time series anomaly detection algorithms*, KDD 2022,
///   sections 3 and 4, equations 1 to 6.
package struct Affiliation: Sendable, Equatable {
  package let precision: Double?
  package let recall: Double

  package init?(flags: [Bool], judged: LabelledScores) {
    let stretches = Stretches(flags: flags, judged: judged)
    if stretches.anomalies.isEmpty { return nil }
    var precisions: [Double] = []
    var recalls: [Double] = []
    var alarms = stretches.alarms[...]
    for run in judged.runs {
      let events = stretches.anomalies.filter { run.contains($0.lowerBound) }
      for (place, event) in events.enumerated() {
        let start =
          place == 0
          ? Double(run.lowerBound) : Double(events[place - 1].upperBound + event.lowerBound) / 2
        let end =
          place + 1 == events.count
          ? Double(run.upperBound) : Double(event.upperBound + events[place + 1].lowerBound) / 2
        let zone = Zone(start: start, end: end, event: event)
        while let alarm = alarms.first, Double(alarm.upperBound) <= start { alarms = alarms.dropFirst() }
        let inside = alarms.prefix { Double($0.lowerBound) < end }.compactMap { zone.clip($0) }
        if let precision = zone.precision(of: inside) { precisions.append(precision) }
        recalls.append(zone.recall(of: inside))
      }
    }
    precision = precisions.isEmpty ? nil : Statistics.mean(precisions)
    recall = Statistics.mean(recalls)
  }

  package var f1: Double {
    guard let precision, precision + recall > 0 else { return 0 }
    return 2 * precision * recall / (precision + recall)
  }
}

/// The moments that belong to one anomaly.
private struct Zone {
  typealias Interval = (start: Double, end: Double)
  let start: Double
  let end: Double
  let event: Interval

  init(start: Double, end: Double, event: Range<Int>) {
    self.start = start
    self.end = end
    self.event = (Double(event.lowerBound), Double(event.upperBound))
  }

  func clip(_ alarm: Range<Int>) -> Interval? {
    let clipped = (start: max(start, Double(alarm.lowerBound)), end: min(end, Double(alarm.upperBound)))
    return clipped.end > clipped.start ? clipped : nil
  }

  func precision(of alarms: [Interval]) -> Double? {
    if alarms.isEmpty { return nil }
    let (before, after) = (event.start - start, end - event.end)
    // Between these moments the chance is a straight line.
    let bends = [event.start - after, event.start, event.end, event.end + before]
    var sum = 0.0
    var length = 0.0
    for alarm in alarms {
      length += alarm.end - alarm.start
      sum += integral(over: alarm, bends: bends) { moment in
        let distance = max(event.start - moment, moment - event.end, 0)
        if distance == 0 { return 1 }
        return (max(0, before - distance) + max(0, after - distance)) / (end - start)
      }
    }
    return sum / length
  }

  func recall(of alarms: [Interval]) -> Double {
    if alarms.isEmpty { return 0 }
    var bends: [Double] = []
    for (place, alarm) in alarms.enumerated() {
      bends += [alarm.start, alarm.end, (start + alarm.start) / 2, (end + alarm.end) / 2]
      if place > 0 { bends.append((alarms[place - 1].end + alarm.start) / 2) }
    }
    var nearest = 0
    let sum = integral(over: event, bends: bends) { moment in
      // Moments come in order, so that the nearest alarm only moves on.
      while nearest + 1 < alarms.count,
        Self.distance(moment, alarms[nearest + 1]) <= Self.distance(moment, alarms[nearest])
      {
        nearest += 1
      }
      let distance = Self.distance(moment, alarms[nearest])
      if distance == 0 { return 1 }
      return (max(0, moment - distance - start) + max(0, end - moment - distance)) / (end - start)
    }
    return sum / (event.end - event.start)
  }

  private static func distance(_ moment: Double, _ interval: Interval) -> Double {
    max(interval.start - moment, moment - interval.end, 0)
  }

  /// Of a function that is straight between the bends, where it may also jump: exact from the middles.
  private func integral(over range: Interval, bends: [Double], _ value: (Double) -> Double) -> Double {
    var sum = 0.0
    var from = range.start
    for to in bends.filter({ $0 > range.start && $0 < range.end }).sorted() + [range.end] where to > from {
      sum += (to - from) * value((from + to) / 2)
      from = to
    }
    return sum
  }
}
