package import Values

/// Alarms scores that the rows before them make improbable, learning as the stream goes on.
///
/// - Input: scores in order, of which the first ones are mostly normal. Every segment begins anew.
/// - Output: at each row the value that a next normal score exceeds with the chosen risk. Nothing is decided on the rows
///   that the first tail is fitted on.
/// - Complexity: O(1) a row and a fit of at most 1,000 peaks now and then.
/// - Throws: `tooFewRows` where a segment has no row left to decide on.
/// - Source: Siffer, Fouque, Termier and Largouët, *Anomaly detection in streams with extreme value theory*, KDD 2017,
///   algorithms 2 (SPOT) and 3 (DSPOT).
/// - Differs: as `StreamingPeaks`: the fit is made anew when the peaks have grown by a tenth, the last 1,000 are kept, and
///   a tail never ends.
package struct StreamingThreshold: MovingThreshold {
  package let risk: Double
  package let warmup: Int
  package let level: Double
  /// Rows whose mean is taken off first; 0 for none.
  package let drift: Int

  package init(risk: Double, warmup: Int = 200, level: Double = 0.98, drift: Int = 0) {
    self.risk = risk
    self.warmup = warmup
    self.level = level
    self.drift = drift
  }

  package var summary: String {
    drift > 0 ? "dspot, risk \(risk), drift \(drift) rows" : "spot, risk \(risk)"
  }

  package func levels(for scores: Scores) throws(ThresholdError) -> MovingLevels {
    var levels = [Double](repeating: .nan, count: scores.index.count)
    var longest = 0
    for run in scores.index.runs {
      let rows = run.rows.filter { scores.isScored($0) }
      longest = max(longest, rows.count)
      walk(rows, scores.values, into: &levels)
    }
    if longest <= warmup + drift { throw .tooFewRows(needed: warmup + drift + 1, got: longest) }
    let place = scores.index.runs.count > 1 ? " of each segment" : ""
    return MovingLevels(levels: levels, learnedFrom: "the first \(warmup + drift) rows\(place) on")
  }

  private func walk(_ rows: [Int], _ values: [Double], into levels: inout [Double]) {
    if rows.count <= warmup + drift { return }
    var recent = rows.prefix(drift).map { values[$0] }
    var sum = recent.reduce(0, +)
    var next = 0
    var first: [Double] = []
    var tail: PeakTail?
    for row in rows.dropFirst(drift) {
      let mean = drift > 0 ? sum / Double(drift) : 0
      var isUsual = true
      if var own = tail {
        levels[row] = mean + own.level(risk: risk)
        isUsual = values[row] <= levels[row]
        if isUsual {
          own.learn(values[row] - mean)
          tail = own
        }
      } else {
        first.append(values[row] - mean)
        if first.count == warmup { tail = PeakTail(first, level: level) }
      }
      // An anomaly does not move the mean.
      if drift > 0, isUsual {
        sum += values[row] - recent[next]
        recent[next] = values[row]
        next = (next + 1) % drift
      }
    }
  }
}
