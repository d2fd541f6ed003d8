import Evaluation
import Numerics
import Values

/// How a fused score reacts when modalities go missing and when rows are paired wrongly on purpose.
///
/// Only rows that are judged change; what was learned stays. A row that can no longer be scored counts as the middle of the
/// scores, as a guess would.
struct FusionTrials {
  /// Shares of rows from which a modality is gone.
  static let rates = [0.25, 0.5, 0.75, 1]

  let scores: Scores
  /// The judged rows and their labels.
  let rows: [Int]
  let labels: [Bool]
  let isAP: Bool

  /// What a modality's absence costs.
  struct Curve: Equatable {
    let modality: String
    /// The metric, one a rate.
    let values: [Double]
  }

  struct Outcome: Equatable {
    let curves: [Curve]
    /// How well the score tells normal rows that were paired wrongly from the same rows as they are; NaN if nothing can.
    let mismatch: Double
  }

  /// nil if the scores do not know how to be made again.
  func run(work: Work) throws(Cancelled) -> Outcome? {
    guard let refusion = scores.refusion?.base, refusion.modalities.count > 1 else { return nil }
    let count = refusion.modalities.count
    // The rows lose their modality in one order, so that a higher rate only adds to those gone.
    var random = SeededGenerator(seed: 0)
    let order = random.sample(rows.count, of: rows.count).map { rows[$0] }
    var exchanges: [RowExchange] = []
    for part in 0..<count {
      for rate in Self.rates {
        var exchange = RowExchange(modalities: count, rows: scores.index.count)
        for row in order.prefix(Int((rate * Double(order.count)).rounded())) {
          exchange.sources[part][row] = nil
        }
        exchanges.append(exchange)
      }
    }
    let normal = zip(rows, labels).filter { !$1 }.map(\.0)
    exchanges.append(mispaired(normal, modalities: count, using: &random))
    guard let found = try refusion.scores(after: exchanges, work: work) else { return nil }
    let curves = refusion.modalities.enumerated().map { part, name in
      Curve(
        modality: name,
        values: Self.rates.indices.map { metric(found[part * Self.rates.count + $0]) })
    }
    return Outcome(curves: curves, mismatch: mismatch(found[found.count - 1], normal))
  }

  /// Each row keeps its first modality and takes all others from the next row of a random circle.
  private func mispaired(
    _ normal: [Int], modalities: Int, using random: inout SeededGenerator
  ) -> RowExchange {
    var exchange = RowExchange(modalities: modalities, rows: scores.index.count)
    let circle = random.sample(normal.count, of: normal.count).map { normal[$0] }
    for (place, row) in circle.enumerated() {
      for part in 1..<modalities { exchange.sources[part][row] = circle[(place + 1) % circle.count] }
    }
    return exchange
  }

  private func metric(_ values: [Double]) -> Double {
    let middle = middle
    let judged = LabelledScores(
      scores: rows.map { values[$0].isNaN ? middle : values[$0] }, labels: labels)
    return FusionTrials.metric(judged, isAP: isAP) ?? .nan
  }

  private var middle: Double {
    Selection.median(of: rows.filter { scores.isScored($0) }.map { scores.values[$0] }) ?? 0
  }

  private func mismatch(_ values: [Double], _ normal: [Int]) -> Double {
    let told = normal.filter { scores.isScored($0) && !values[$0].isNaN }
    if told.count < 2 { return .nan }
    let judged = LabelledScores(
      scores: told.map { scores.values[$0] } + told.map { values[$0] },
      labels: told.map { _ in false } + told.map { _ in true })
    return RankingCurve(judged).areaUnderROC ?? .nan
  }

  /// The same of a score of one modality alone, which says nothing where that is gone.
  func alone(named name: String) -> Curve {
    var random = SeededGenerator(seed: 0)
    let order = random.sample(rows.count, of: rows.count).map { rows[$0] }
    let values = Self.rates.map { rate in
      var values = scores.values
      for row in order.prefix(Int((rate * Double(order.count)).rounded())) { values[row] = .nan }
      return metric(values)
    }
    return Curve(modality: name, values: values)
  }

  static func metric(_ judged: LabelledScores, isAP: Bool) -> Double? {
    let curve = RankingCurve(judged)
    return isAP ? curve.averagePrecision : curve.areaUnderROC
  }
}
