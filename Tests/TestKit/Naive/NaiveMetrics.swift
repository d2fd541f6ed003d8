/// The slow, obvious metrics, written from their definitions.
package enum NaiveMetrics {
  /// Counts won pairs one by one.
  package static func areaUnderROC(_ scores: [Double], _ labels: [Bool]) -> Double {
    var wins = 0.0
    var pairs = 0.0
    for i in scores.indices where labels[i] {
      for j in scores.indices where !labels[j] {
        pairs += 1
        wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
      }
    }
    return wins / pairs
  }

  private static func counts(
    _ scores: [Double], _ labels: [Bool], from threshold: Double
  ) -> (hits: Double, flagged: Double, positives: Double) {
    let flagged = scores.indices.filter { scores[$0] >= threshold }
    return (
      Double(flagged.count { labels[$0] }), Double(flagged.count), Double(labels.count { $0 })
    )
  }

  package static func averagePrecision(_ scores: [Double], _ labels: [Bool]) -> Double {
    var sum = 0.0
    var recall = 0.0
    for threshold in Set(scores).sorted(by: >) {
      let c = counts(scores, labels, from: threshold)
      sum += (c.hits / c.positives - recall) * c.hits / c.flagged
      recall = c.hits / c.positives
    }
    return sum
  }

  package static func bestF1(_ scores: [Double], _ labels: [Bool]) -> Double {
    scores.map { threshold in
      let c = counts(scores, labels, from: threshold)
      let precision = c.hits / c.flagged
      let recall = c.hits / c.positives
      return c.hits == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }.max() ?? 0
  }

  /// One series, row by row, threshold by threshold, width by width.
  package static func volumeUnderSurface(
    _ scores: [Double], _ labels: [Bool], window: Int
  ) -> (roc: Double, precisionRecall: Double) {
    let n = scores.count
    let descending = scores.sorted(by: >)
    let ranks = (0..<250).map { $0 == 249 ? n - 1 : Int(Double($0) * (Double(n - 1) / 249)) }
    let anomalous = labels.indices.filter { labels[$0] }
    let events = anomalous.split(whereGap: 1)
    var roc = 0.0
    var precisionRecall = 0.0
    for width in 0...window {
      let reach = width / 2
      var weight = labels.map { $0 ? 1.0 : 0.0 }
      for row in 0..<n where !labels[row] {
        for event in events {
          let distance = row < event.lowerBound ? event.lowerBound - row : row - event.upperBound
          if distance <= reach { weight[row] += (1 - Double(distance) / Double(width)).squareRoot() }
        }
        weight[row] = min(1, weight[row])
      }
      var stretches: [ClosedRange<Int>] = []
      for event in events {
        let wide = max(0, event.lowerBound - reach)...min(n - 1, event.upperBound + reach)
        if let last = stretches.last, last.upperBound >= wide.lowerBound {
          stretches[stretches.count - 1] = last.lowerBound...wide.upperBound
        } else {
          stretches.append(wide)
        }
      }
      var curve: [(fpr: Double, tpr: Double, precision: Double)] = [(0, 0, 1)]
      for rank in ranks {
        let isFlagged = scores.map { $0 >= descending[rank] }
        let flagged = Double(isFlagged.count { $0 })
        var hits = 0.0
        var touchedWeight = 0.0
        for row in 0..<n where isFlagged[row] || labels[row] {
          touchedWeight += weight[row]
          if isFlagged[row] { hits += weight[row] }
        }
        let expected = (Double(anomalous.count) + touchedWeight) / 2
        let touched = stretches.count { $0.contains { isFlagged[$0] } }
        let tpr = min(hits / expected, 1) * Double(touched) / Double(stretches.count)
        curve.append(((flagged - hits) / (Double(n) - expected), tpr, hits / flagged))
      }
      for (a, b) in zip(curve, curve.dropFirst()) { precisionRecall += (b.tpr - a.tpr) * b.precision }
      curve.append((1, 1, 0))
      for (a, b) in zip(curve, curve.dropFirst()) { roc += (b.fpr - a.fpr) * (a.tpr + b.tpr) / 2 }
    }
    return (roc / Double(window + 1), precisionRecall / Double(window + 1))
  }
}

extension [Int] {
  /// Ascending numbers as closed ranges of neighbours.
  fileprivate func split(whereGap gap: Int) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for number in self {
      if let last = ranges.last, number - last.upperBound <= gap {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges
  }
}
