package import Numerics

/// AUROC and AP of several scores under the same draws of rows, so that their differences can be judged.
///
/// - Input: scores of the same rows with the same labels.
/// - Output: for each of the scores, one AUROC and one AP a draw; rows are drawn with replacement, separately among
///   anomalous and normal ones, exactly as `bootstrapInterval` draws them.
/// - Complexity: O(*m n* log *n*) once, then O(*m n*) a draw for *m* scores; a row that is drawn twice counts twice.
/// - Randomness: one stream a draw of the given generator.
/// - Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, section 13.3.
package struct PairedBootstrap: Sendable, Equatable {
  /// Scores × draws.
  package let auroc: [[Double]]
  package let ap: [[Double]]

  /// nil without rows of both sorts.
  package init?(
    of judged: [LabelledScores], resamples: Int, using random: SeededGenerator, work: Work
  ) throws(Cancelled) {
    guard let labels = judged.first?.labels, labels.contains(true), labels.contains(false) else { return nil }
    precondition(judged.allSatisfy { $0.labels == labels }, "the labels differ")
    let rankings = judged.map(WeightedRanking.init)
    let anomalous = labels.indices.filter { labels[$0] }
    let normal = labels.indices.filter { !labels[$0] }
    let draws = try work.map(resamples, stage: "bootstrap") { resample -> [(auroc: Double, ap: Double)] in
      var random = random.stream(resample)
      var weights = [Int32](repeating: 0, count: labels.count)
      for part in [anomalous, normal] {
        for _ in part.indices { weights[part[random.below(part.count)]] += 1 }
      }
      return rankings.map { $0.metrics(weights: weights) }
    }
    auroc = judged.indices.map { place in draws.map { $0[place].auroc } }
    ap = judged.indices.map { place in draws.map { $0[place].ap } }
  }

  /// The 2.5 % and 97.5 % points.
  package static func interval(_ values: [Double]) -> ClosedRange<Double> {
    let sample = SortedSample(values)
    let low = sample.quantile(0.025) ?? .nan
    return low...max(low, sample.quantile(0.975) ?? .nan)
  }

  /// Whether the 95 % interval of the difference of two rows of numbers leaves out 0.
  package static func differ(_ a: [Double], _ b: [Double]) -> Bool {
    let interval = interval(zip(a, b).map { $0 - $1 })
    return interval.lowerBound > 0 || interval.upperBound < 0
  }

  /// Letters of groups: two of the lines share one unless their draws differ.
  ///
  /// The lines are taken in the given order, best first; a group is a longest stretch of them in which no two differ, as the
  /// bars of a critical-difference diagram (Demšar, JMLR 2006) join neighbours.
  package static func groups(_ draws: [[Double]], order: [Int]) -> [String] {
    var letters = [String](repeating: "", count: draws.count)
    var end = 0
    var name = 0
    for start in order.indices {
      var last = start
      while last + 1 < order.count,
        (start...last).allSatisfy({ !differ(draws[order[$0]], draws[order[last + 1]]) })
      { last += 1 }
      guard start == 0 || last >= end else { continue }
      end = last + 1
      for place in start...last { letters[order[place]] += letter(name) }
      name += 1
    }
    return letters
  }

  /// a … z, then a2 …
  private static func letter(_ number: Int) -> String {
    let scalar = Character(Unicode.Scalar(UInt8(97 + number % 26)))
    return number < 26 ? String(scalar) : "\(scalar)\(number / 26 + 1)"
  }
}

/// Rows in descending order of their scores, ready for metrics in which rows count several times.
struct WeightedRanking: Sendable {
  /// Row numbers, the highest score first.
  private let order: [Int32]
  /// Whether the row at this place is the last one of its score.
  private let closes: [Bool]
  private let labels: [Bool]

  init(_ judged: LabelledScores) {
    let scores = judged.scores
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    closes = order.indices.map { $0 + 1 == order.count || scores[order[$0 + 1]] != scores[order[$0]] }
    self.order = order.map(Int32.init)
    labels = judged.labels
  }

  /// As `RankingCurve` finds them when each row stands there `weights[row]` times.
  func metrics(weights: [Int32]) -> (auroc: Double, ap: Double) {
    var (trues, falses) = (0, 0)
    var before = (trues: 0, falses: 0)
    var doubledWins = 0
    var steps = 0.0
    for place in order.indices {
      let row = Int(order[place])
      if labels[row] { trues += Int(weights[row]) } else { falses += Int(weights[row]) }
      guard closes[place] else { continue }
      doubledWins += (falses - before.falses) * (trues + before.trues)
      if trues > before.trues {
        steps += Double(trues - before.trues) * Double(trues) / Double(trues + falses)
      }
      before = (trues, falses)
    }
    return (Double(doubledWins) / 2 / Double(trues) / Double(falses), steps / Double(trues))
  }
}
