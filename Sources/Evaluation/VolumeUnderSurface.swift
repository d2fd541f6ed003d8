package import Numerics

/// Judges a series' scores with tolerance around each anomaly, averaged over all buffer widths up to a limit.
///
/// Rows near an anomaly count partly as anomalous, so that a detector that reacts some rows early or late is not
/// punished as if it had missed, and nobody has to choose how many rows are "some".
///
/// - Input: scores and labels of rows in order of time, with both sorts of rows; `window` ≥ 0 rows.
/// - Output: VUS-ROC and VUS-PR; nil unless there are anomalous and normal rows.
/// - Complexity: O(*n* log *n* + *L* (*e* *L* + *T*)) for *n* rows, *e* events, window *L*, *T* = 250 thresholds.
/// - Source: Paparrizos et al., *Volume under the surface: a new accuracy evaluation measure for time-series anomaly
///   detection*, VLDB 2022, sections 4 and 5; details that the paper leaves open (thresholds at 250 ranks, buffer
///   √(1 - d/ℓ) up to distance ℓ/2, recall capped at 1 and times the share of touched stretches) as in TSB-AD.
/// - Differs: where rows come in several runs, buffers and stretches end at the borders of a run.
package struct VolumeUnderSurface: Sendable, Equatable {
  package let roc: Double
  package let precisionRecall: Double

  /// As in TSB-AD.
  package static let thresholdCount = 250

  package init?(_ judged: LabelledScores, window: Int, work: Work) throws(Cancelled) {
    precondition(window >= 0, "a window has no negative length")
    let events = judged.events
    guard judged.anomalies > 0, judged.anomalies < judged.count else { return nil }
    let surface = Surface(judged, events: events)
    let slices = try work.map(window + 1, stage: "vus") { surface.areas(window: $0) }
    roc = slices.reduce(0) { $0 + $1.roc } / Double(window + 1)
    precisionRecall = slices.reduce(0) { $0 + $1.precisionRecall } / Double(window + 1)
  }
}

/// What all buffer widths share.
private struct Surface: Sendable {
  /// For each row, the first of the descending thresholds that flags it.
  let level: [Int]
  let labels: [Bool]
  /// Flagged rows at each threshold.
  let flagged: [Double]
  /// Flagged anomalous rows at each threshold.
  let hits: [Double]
  let positives: Double
  let events: [Event]

  struct Event {
    let rows: Range<Int>
    let run: Range<Int>
    /// The first threshold that flags one of its rows.
    let level: Int
  }

  init(_ judged: LabelledScores, events: [Range<Int>]) {
    let steps = VolumeUnderSurface.thresholdCount
    let descending = judged.scores.sorted(by: >)
    let stride = Double(judged.count - 1) / Double(steps - 1)
    let thresholds = (0..<steps).map { step in
      descending[step == steps - 1 ? judged.count - 1 : Int(Double(step) * stride)]
    }
    let level = judged.scores.map { score in Self.firstLevel(of: score, in: thresholds) }
    var flagged = [Double](repeating: 0, count: steps)
    var hits = flagged
    for (row, level) in level.enumerated() {
      flagged[level] += 1
      if judged.labels[row] { hits[level] += 1 }
    }
    for step in 1..<steps {
      flagged[step] += flagged[step - 1]
      hits[step] += hits[step - 1]
    }
    self.level = level
    self.flagged = flagged
    self.hits = hits
    labels = judged.labels
    positives = Double(judged.anomalies)
    var runs = judged.runs[...]
    self.events = events.map { rows in
      while let run = runs.first, !run.contains(rows.lowerBound) { runs = runs.dropFirst() }
      return Event(
        rows: rows, run: runs.first ?? rows, level: rows.reduce(steps) { min($0, level[$1]) })
    }
  }

  /// The last threshold is the lowest score, so that there always is one.
  private static func firstLevel(of score: Double, in thresholds: [Double]) -> Int {
    var low = 0
    var high = thresholds.count - 1
    while low < high {
      let middle = (low + high) / 2
      if score >= thresholds[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  func areas(window: Int) -> (roc: Double, precisionRecall: Double) {
    let steps = flagged.count
    var buffered = bufferedHits(window: window)
    var touched = touchedStretches(reach: window / 2)
    for step in 1..<steps {
      buffered[step] += buffered[step - 1]
      touched.counts[step] += touched.counts[step - 1]
    }
    var before = (truePositiveRate: 0.0, falsePositiveRate: 0.0)
    var roc = 0.0
    var precisionRecall = 0.0
    for step in 0..<steps {
      let truePositives = hits[step] + buffered[step]
      // Half way between the labels as given and the labels with the touched parts of the buffer.
      let expected = positives + buffered[step] / 2
      let recall = min(truePositives / expected, 1)
      let truePositiveRate = recall * touched.counts[step] / touched.total
      let falsePositiveRate = (flagged[step] - truePositives) / (Double(labels.count) - expected)
      roc +=
        (falsePositiveRate - before.falsePositiveRate) * (truePositiveRate + before.truePositiveRate) / 2
      precisionRecall += (truePositiveRate - before.truePositiveRate) * truePositives / flagged[step]
      before = (truePositiveRate, falsePositiveRate)
    }
    roc += (1 - before.falsePositiveRate) * (1 + before.truePositiveRate) / 2
    return (roc, precisionRecall)
  }

  /// The weights of rows in buffers, at the threshold that first flags them.
  private func bufferedHits(window: Int) -> [Double] {
    var weights: [Int: Double] = [:]
    var order: [Int] = []
    func add(_ row: Int, distance: Int) {
      if labels[row] { return }
      let weight = (1 - Double(distance) / Double(window)).squareRoot()
      if let known = weights[row] {
        weights[row] = min(1, known + weight)
      } else {
        weights[row] = weight
        order.append(row)
      }
    }
    for event in events {
      for distance in stride(from: 1, through: window / 2, by: 1) {
        let after = event.rows.upperBound - 1 + distance
        let before = event.rows.lowerBound - distance
        if after < event.run.upperBound { add(after, distance: distance) }
        if before >= event.run.lowerBound { add(before, distance: distance) }
      }
    }
    var sums = [Double](repeating: 0, count: flagged.count)
    for row in order { sums[level[row]] += weights[row] ?? 0 }
    return sums
  }

  /// Stretches (events whose buffers meet are one) by the threshold that first flags a row of theirs.
  private func touchedStretches(reach: Int) -> (counts: [Double], total: Double) {
    var counts = [Double](repeating: 0, count: flagged.count)
    var total = 0.0
    var position = 0
    while position < events.count {
      var first = flagged.count - 1
      var last = position
      while true {
        first = min(first, firstLevel(of: events[last], reach: reach))
        guard last + 1 < events.count, events[last + 1].run == events[last].run,
          events[last].rows.upperBound - 1 + reach >= events[last + 1].rows.lowerBound - reach
        else { break }
        last += 1
      }
      counts[first] += 1
      total += 1
      position = last + 1
    }
    return (counts, total)
  }

  private func firstLevel(of event: Event, reach: Int) -> Int {
    var first = event.level
    let start = max(event.run.lowerBound, event.rows.lowerBound - reach)
    let end = min(event.run.upperBound, event.rows.upperBound + reach)
    for row in start..<event.rows.lowerBound { first = min(first, level[row]) }
    for row in event.rows.upperBound..<end { first = min(first, level[row]) }
    return first
  }
}
