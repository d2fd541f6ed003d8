package import Numerics
package import Values

/// Finds rows that look like white noise and not like anything that a modality says, however odd.
///
/// Features of an instrument go together: rows lie near the few directions in which the fit rows vary, and so do rows of a fault, because
/// the same instrument saw it. White noise spreads over all directions alike. So a row is noise if the share of its squared
/// length in the leading directions is nearer to what noise has there, *k* / *d*, than to the least of rows held out, and if it is
/// longer than most of those. Nothing can be told where the two do not part: with few features, or with features that do not go
/// together.
///
/// - Input: *d* features; rows to learn from, and rows held out.
/// - Output: the rows that are noise; nil if nothing can be told.
/// - Complexity: O(*n d* min(*n, d*)).
/// - Source: after the squared prediction error of principal components (Jackson and Mudholkar, *Control procedures for residuals*,
///   Technometrics 1979), taken relative to the length of the row, which is ours.
/// - Differs: no distribution is assumed; looks at no label. Sees white noise alone: rows of another moment or of another sample
///   look like the modality and are believed.
package enum RowTypicality {
  /// The share of the variance that the leading directions hold.
  private static let explained = 0.95
  private static let fewestRows = 20
  private static let fewestHeld = 10
  private static let fewestFeatures = 8

  package static func noise(
    in matrix: Matrix, presence: Mask, learning: [Int], held: [Int], work: Work
  ) throws(Cancelled) -> Mask? {
    if learning.count < fewestRows || held.count < fewestHeld { return nil }
    let unit = standardised(matrix, rows: learning)
    if unit.columns < fewestFeatures { return nil }
    let basis = try PrincipalBasis(unit.selecting(rows: learning), work: work)
    let total = basis.variances.reduce(0, +)
    var (count, sum) = (0, 0.0)
    while count < basis.variances.count, sum < explained * total {
      sum += basis.variances[count]
      count += 1
    }
    count = min(count, unit.columns / 2, learning.count / 2)
    if count == 0 { return nil }
    let leading = try unit.product(basis.right.selecting(columns: Array(0..<count)), work: work)
    func length(_ matrix: Matrix, _ row: Int) -> Double { matrix.row(row).reduce(0) { $0 + $1 * $1 } }
    func share(_ row: Int) -> Double {
      let whole = length(unit, row)
      return whole > 0 ? length(leading, row) / whole : 1
    }
    let white = Double(count) / Double(unit.columns)
    let least = held.map(share).min() ?? 0
    // The share of white noise is a beta variable with this deviation.
    let spread = (2 * white * (1 - white) / Double(unit.columns)).squareRoot()
    if least < white + luck * spread { return nil }
    let border = (white + least) / 2
    let usual = Selection.median(of: held.map { length(unit, $0) }) ?? 0
    let known = Set(learning)
    return Mask(
      (0..<matrix.rows).map { row in
        presence[row] && !known.contains(row) && share(row) < border && length(unit, row) > usual
      })
  }

  /// Standard deviations between what noise has and what rows have for which one can be told from the other.
  private static let luck = 3.0

  /// Columns that vary in the rows to learn from, with mean 0 and variance 1 there.
  private static func standardised(_ matrix: Matrix, rows: [Int]) -> Matrix {
    var columns: [[Double]] = []
    for place in 0..<matrix.columns {
      let column = matrix.column(place)
      let known = rows.map { column[$0] }
      let (mean, deviation) = (Statistics.mean(known), Statistics.standardDeviation(known, degreesLost: 0))
      if deviation > 0 { columns.append(column.map { ($0 - mean) / deviation }) }
    }
    return Concatenation.matrix(of: columns, rows: matrix.rows)
  }
}

extension Modalities {
  /// By name, the rows that look like noise; without modalities of which nothing can be told.
  package func noises(work: Work) throws(FusionError) -> [String: Mask] {
    var found: [String: Mask] = [:]
    for (number, part) in parts.enumerated() {
      let (fit, choose, _) = learningRows(where: [number])
      found[part.name] = try orCancelled { () throws(Cancelled) in
        try RowTypicality.noise(
          in: part.matrix, presence: part.presence, learning: fit, held: choose, work: work)
      }
    }
    return found
  }

  /// The same with rows of noise absent; tells how many of which modality.
  package func screened(
    work: Work, tell: (_ name: String, _ count: Int, _ rows: Int) -> Void
  ) throws(FusionError) -> Modalities {
    let noises = try noises(work: work)
    return Modalities(
      index: index,
      parts: parts.map { part in
        guard let noise = noises[part.name], !noise.isEmpty else { return part }
        tell(part.name, noise.setCount, index.count)
        var matrix = part.matrix
        for row in 0..<matrix.rows where noise[row] {
          for column in 0..<matrix.columns { matrix[row, column] = 0 }
        }
        return Part(
          name: part.name, features: part.features, matrix: matrix,
          presence: Mask((0..<noise.count).map { part.presence[$0] && !noise[$0] }))
      })
  }
}
