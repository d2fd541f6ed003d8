package import Numerics
import Values

/// Combines the scores of several detectors row by row, trusting those that do well among the row's neighbours.
///
/// Without labels, doing well means agreeing with the pseudo target: the highest (or mean) standardised score of all.
///
/// - Input: reference rows with complete features and the scores of *m* detectors for them; rows to combine. NaN where a
///   detector gave no score.
/// - Output: the mean of the standardised scores of the `keeping` most competent detectors, each row; competence is
///   Pearson's correlation with the pseudo target over the local region.
/// - Complexity: *s* nearest-neighbour searches, then O(*s k* + *m k*) a row; *s* subspaces, *k* neighbours.
/// - Randomness: one stream a subspace.
/// - Source: Zhao, Nasrullah, Hryniewicki and Li, *LSCP: locally selective combination in parallel outlier ensembles*, SDM
///   2019, sections 3.1 to 3.4: the local region are the rows that are neighbours in more than half of the random
///   subspaces of d/2 to d features.
/// - Differs: where fewer than `fewest` rows are neighbours that often, the most frequent ones fill up; the number of
///   detectors kept is given, where the paper takes the top bin of a histogram of competences.
package struct LocalSelection: Sendable, Equatable {
  package enum Target: String, Sendable, Codable, CaseIterable {
    case max, mean
  }

  package let neighbors: Int
  package let subspaces: Int
  package let target: Target
  package let keeping: Int

  /// Rows of a local region, at least.
  static let fewest = 10

  package init(neighbors: Int = 30, subspaces: Int = 10, target: Target = .max, keeping: Int = 1) {
    self.neighbors = neighbors
    self.subspaces = subspaces
    self.target = target
    self.keeping = keeping
  }

  package struct Combined: Sendable, Equatable {
    package let values: [Double]
    /// Rows × detectors: each kept detector's part of the value.
    package let parts: Matrix
  }

  /// - Parameters:
  ///   - scores: reference rows × detectors. - queryScores: rows × detectors.
  package func combine(
    _ reference: Observations, scores: Matrix, queries: Observations, queryScores: Matrix,
    using random: SeededGenerator, work: Work
  ) throws(DetectionError) -> Combined {
    precondition(
      scores.rows == reference.rowCount && queryScores.rows == queries.rowCount, "one row of scores a row")
    let rows = try ReferenceRows(reference, atLeast: 2, scaling: .standard, work: work)
    let standard = Standardised(scores)
    let known = standard.apply(scores)
    let pseudo = (0..<known.rows).map { row in
      let present = known.row(row).filter { !$0.isNaN }
      return target == .max
        ? present.max() ?? 0 : present.reduce(0, +) / Double(Swift.max(1, present.count))
    }
    let asked = standard.apply(queryScores)
    let regions = try self.regions(rows, queries: queries, using: random, work: work)
    let width = scores.columns
    let cells = try cancellable { () throws(Cancelled) in
      try work.fill(queries.rowCount, stride: width + 1, size: 256, stage: "combining") { range, target in
        for row in range {
          let base = (row - range.lowerBound) * (width + 1)
          let own = asked.row(row)
          let kept = chosen(regions[row], known: known, pseudo: pseudo, own: own)
          for detector in kept {
            let part = own[own.startIndex + detector] / Double(kept.count)
            target[base] += part
            target[base + 1 + detector] = part
          }
        }
      }
    }
    var parts = Matrix(rows: queries.rowCount, columns: width)
    for row in 0..<queries.rowCount {
      for detector in 0..<width { parts[row, detector] = cells[row * (width + 1) + 1 + detector] }
    }
    return Combined(values: (0..<queries.rowCount).map { cells[$0 * (width + 1)] }, parts: parts)
  }

  /// The detectors with the highest competence among those that scored the row; the first of equals.
  private func chosen(
    _ region: [Int], known: Matrix, pseudo: [Double], own: ArraySlice<Double>
  ) -> [Int] {
    let present = own.indices.filter { !own[$0].isNaN }.map { $0 - own.startIndex }
    let competences = present.map { detector -> Double in
      let rows = region.filter { !known[$0, detector].isNaN }
      return rows.count < 2
        ? -1 : Statistics.correlation(rows.map { known[$0, detector] }, rows.map { pseudo[$0] })
    }
    let order = present.indices.sorted { (competences[$1], $0) < (competences[$0], $1) }
    return order.prefix(keeping).map { present[$0] }.sorted()
  }

  /// The reference rows near each query.
  private func regions(
    _ reference: ReferenceRows, queries: Observations, using random: SeededGenerator, work: Work
  ) throws(DetectionError) -> [[Int]] {
    let scaled = try reference.scaled(queries, work: work)
    let columns = scaled.columns
    let count = min(neighbors, reference.matrix.rows)
    var found: [Neighbors] = []
    for subspace in 0..<subspaces {
      var random = random.stream(subspace)
      let least = max(1, columns / 2)
      let size = least + random.below(columns - least + 1)
      let chosen = random.sample(size, of: columns).sorted()
      let part = reference.matrix.selecting(columns: chosen)
      found.append(
        try part.nearest(count, to: scaled.selecting(columns: chosen), excludingSelf: false, work: work))
    }
    let all = found
    return try cancellable { () throws(Cancelled) in
      try work.map((queries.rowCount + 255) / 256, stage: "regions") { chunk -> [[Int]] in
        (chunk * 256..<min(queries.rowCount, (chunk + 1) * 256)).map { row in
          var votes: [Int32: Int] = [:]
          for neighbors in all {
            for rank in 0..<neighbors.count {
              votes[neighbors.rows[row * neighbors.count + rank], default: 0] += 1
            }
          }
          let order = votes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
          let often = order.prefix { 2 * $0.value > all.count }.count
          return order.prefix(max(often, min(Self.fewest, order.count))).map { Int($0.key) }.sorted()
        }
      }.flatMap(\.self)
    }
  }

  /// Deviations from the mean of the reference, detector by detector.
  private struct Standardised {
    let centers: [Double]
    let scales: [Double]

    init(_ scores: Matrix) {
      let found = (0..<scores.columns).map { column in
        moments(of: scores.column(column).filter { !$0.isNaN })
      }
      centers = found.map(\.mean)
      scales = found.map { $0.deviation > 0 ? $0.deviation : 1 }
    }

    func apply(_ scores: Matrix) -> Matrix {
      var result = scores
      for cell in result.values.indices {
        let column = cell % scores.columns
        let z = (result.values[cell] - centers[column]) / scales[column]
        result.values[cell] = z.isNaN ? .nan : Swift.max(-largestScore, Swift.min(z, largestScore))
      }
      return result
    }
  }
}
