package import Numerics
package import Values

/// Finds what any number of modalities have in common, and scores rows by how far each lies from it.
///
/// Each modality is whitened; the leading directions of all of them side by side are those in which they agree most
/// (MAXVAR). A modality's place in a direction is compared with the mean of the modalities present.
///
/// - Input: two modalities or more.
/// - Output: mean over directions of the spread between modalities over that of rows held out; ≥ 0, 1 is normal. A row with
///   fewer than two modalities is not scored. Contributions: each modality's share of the spread; they add up.
/// - Complexity: O(*n D²* + *D³*) for *D* whitened features.
/// - Source: Kettenring, *Canonical analysis of several sets of variables*, Biometrika 1971 (MAXVAR).
/// - Differs: directions enter if their eigenvalue says that at least two modalities share them; rows lacking a modality
///   are left out of the learning, not of the scoring.
package struct GeneralizedCorrelation: Sendable, Equatable {
  package let ridge: Double
  package let directions: Int

  package init(ridge: Double = 1e-2, directions: Int = 16) {
    self.ridge = ridge
    self.directions = directions
  }

  /// Shared directions stand out beyond what modalities without anything in common give.
  private static let smallestVariance = 1e-3

  package func score(_ modalities: Modalities, work: Work) throws(FusionError) -> Scores {
    let parts = modalities.parts
    let (projected, check) = try projections(of: modalities, work: work)
    let count = modalities.index.count
    let width = projected.first?.columns ?? 0
    var within = [Double](repeating: 0, count: width)
    for row in check {
      for place in 0..<width { within[place] += spread(projected.map { $0[row, place] }).reduce(0, +) }
    }
    let units = within.map { $0 > 0 ? $0 / Double(check.count) : 1 }
    var scores = [Double](repeating: 0, count: count)
    var presence = Mask(count: count)
    var shares = Matrix(rows: count, columns: parts.count)
    for row in 0..<count {
      let present = parts.indices.filter { parts[$0].presence[row] }
      if present.count < 2 { continue }
      presence[row] = true
      // Fewer modalities have a smaller sum of squares about their mean.
      let scale = Double(parts.count - 1) / Double(present.count - 1) / Double(max(1, width))
      for place in 0..<width {
        let squares = spread(present.map { projected[$0][row, place] })
        for (order, part) in present.enumerated() {
          shares[row, part] += min(squares[order] / units[place], 1e12) * scale
        }
      }
      scores[row] = present.map { shares[row, $0] }.sorted().reduce(0, +)
    }
    let names = parts.map(\.name)
    return Scores(
      index: modalities.index, values: scores, method: "map gcca", presence: presence,
      fitted: modalities.fittedMask,
      contributions: Contributions(
        matrix: shares, features: names,
        blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
        meaning: "distance from what the modalities share; the shares add up to the score"),
      voices: modalities.voices(judging: shares),
      refusion: Refusion(
        JointRefusion(of: modalities) { (changed, work) throws(FusionError) in
          try score(changed, work: work)
        }))
  }

  /// The modalities in the shared directions, each with unit variance on the rows that were checked; and those rows.
  ///
  /// What stands in rows in which a modality is absent means nothing.
  func projections(
    of modalities: Modalities, work: Work
  ) throws(FusionError) -> (projected: [Matrix], check: [Int]) {
    let parts = modalities.parts
    if parts.count < 2 { throw .onlyOneModality }
    let (fit, choose, _) = modalities.learningRows(where: Array(parts.indices))
    if fit.count < 10 { throw .tooFewPairs(parts[0].name, parts[1].name, needed: 10, got: fit.count) }
    let check = choose.count >= 10 ? choose : fit
    let projected = try orCancelled { () throws(Cancelled) in
      try project(modalities, fit: fit, check: check, work: work)
    }
    return (projected, check)
  }

  /// Squared distances from the mean.
  private func spread(_ values: [Double]) -> [Double] {
    let mean = values.sorted().reduce(0, +) / Double(values.count)
    return values.map { ($0 - mean) * ($0 - mean) }
  }

  /// The modalities in the shared directions, each with unit variance on the checked rows.
  private func project(
    _ modalities: Modalities, fit: [Int], check: [Int], work: Work
  ) throws(Cancelled) -> [Matrix] {
    var whitened: [(centering: Centering, whitening: Whitening)] = []
    for part in modalities.parts {
      let rows = part.matrix.selecting(rows: fit)
      let centering = Centering(rows, rows: Array(fit.indices))
      whitened.append(
        (
          centering,
          try Whitening(
            centering.apply(rows), ridge: ridge, smallest: Self.smallestVariance, work: work)
        ))
    }
    let width = whitened.reduce(0) { $0 + $1.whitening.weights.columns }
    var joined = Matrix(rows: fit.count, columns: width)
    var start = 0
    for (_, whitening) in whitened {
      for row in 0..<fit.count {
        for column in 0..<whitening.rows.columns {
          joined[row, start + column] = whitening.rows[row, column]
        }
      }
      start += whitening.rows.columns
    }
    let basis = try PrincipalBasis(joined, work: work)
    // A direction that only one modality knows has eigenvalue 1.
    let shared = basis.variances.indices.prefix { $0 < directions && basis.variances[$0] > 1.05 }
    let used = shared.isEmpty ? Array(basis.variances.indices.prefix(1)) : Array(shared)
    var result: [Matrix] = []
    start = 0
    for (part, (centering, whitening)) in zip(modalities.parts, whitened) {
      let rows = Array(start..<start + whitening.weights.columns)
      start += whitening.weights.columns
      let weights = try whitening.weights.product(
        basis.right.selecting(rows: rows).selecting(columns: used), work: work)
      var projection = try centering.apply(part.matrix).product(weights, work: work)
      for place in used.indices {
        let column = Standardised(projection.column(place), rows: check).values
        for row in column.indices { projection[row, place] = column[row] }
      }
      result.append(projection)
    }
    return result
  }
}
