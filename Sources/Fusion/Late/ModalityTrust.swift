package import Numerics
package import Values

/// How far modalities can be trusted, measured without labels: does a modality find anything among the rows to judge that
/// luck would not?
///
/// Rows like those that it was calibrated on have evenly spread p-values, and so have all rows of a modality of noise, whatever
/// happens to the machine. A modality that sees anomalies has too many small ones. The excess over the even spread, in its own
/// standard errors at the level where it is greatest, is the higher criticism; 2 of them are luck, 4 are not.
///
/// A modality to which hardly a row looks normal any more is broken or has drifted: it cannot say *which* rows are odd, and
/// is trusted less the fewer normal rows it leaves.
///
/// - Output: 0 (finds nothing beyond luck) to 1; all 1 if no modality finds anything.
/// - Source: Donoho and Jin, *Higher criticism for detecting sparse heterogeneous mixtures*, Annals of Statistics 2004,
///   equation 1.4; the share of normal rows as in Storey, *A direct approach to false discovery rates*, 2002.
/// - Differs: levels are fixed instead of the p-values themselves, and the standard error counts the finite number of
///   reference scores too. Used as trust in modalities, which is ours. Looks at all rows to judge, never at labels; a drift of
///   part of the rows counts as a finding.
package enum ModalityTrust {
  private static let levels = [0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002]
  /// Standard errors that luck reaches, and those that it does not.
  private static let luck = 2.0
  private static let certainty = 4.0
  /// Below this share of rows that look normal a modality is doubted.
  private static let fewestNormal = 0.1

  /// - Parameters:
  ///   - tails: by modality, the p-values of the rows to judge in which it is present.
  ///   - references: how many scores each modality's p-values were measured against.
  package static func measure(tails: [[Double]], references: [Int]) -> [Double] {
    let found = zip(tails, references).map { tails, count in
      let excess = higherCriticism(tails, references: count)
      let normal = 2 * Double(tails.count { $0 > 0.5 }) / Double(max(1, tails.count))
      return min(max((excess - luck) / (certainty - luck), 0), 1) * min(1, normal / fewestNormal)
    }
    guard let most = found.max(), most > 0 else { return found.map { _ in 1 } }
    return found.map { $0 / most }
  }

  package static func higherCriticism(_ tails: [Double], references: Int) -> Double {
    guard !tails.isEmpty, references > 0 else { return 0 }
    let spread = 1 / Double(tails.count) + 1 / Double(references)
    let sorted = tails.sorted()
    var highest = 0.0
    // A level below two reference scores says more about those two than about the rows.
    for level in levels where level * Double(references + 1) >= 2 {
      let share = Double(sorted.prefix { $0 <= level }.count) / Double(sorted.count)
      highest = max(highest, (share - level) / (level * (1 - level) * spread).squareRoot())
    }
    return highest
  }
}

extension Modalities {
  /// How far each modality can be trusted, by how far its rows lie from the nearest fit row.
  ///
  /// - Complexity: O(*n b d*) for *b* ≤ 2000 fit rows.
  package func trust(work: Work) throws(FusionError) -> [Double] {
    var tails: [[Double]] = []
    var references: [Int] = []
    for (number, part) in parts.enumerated() {
      let fit = rows(.fit, where: [number])
      if fit.count < 4 { throw .noFitRows(name: part.name) }
      let kept = Self.thinned(fit)
      let distances = try orCancelled { () throws(Cancelled) in
        let index = try NeighborIndex(part.matrix.selecting(rows: kept), work: work)
        let found = try index.nearest(2, to: part.matrix, work: work, stage: "trust")
        let isKept = Set(kept)
        return (0..<part.matrix.rows).map { found.distance($0, isKept.contains($0) ? 1 : 0) }
      }
      let calibrate = index.splits == nil ? [] : rows(.calibrate, where: [number])
      let reference = calibrate.isEmpty ? fit : calibrate
      let ranking = ScoreCalibration(.ecdf, reference: reference.map { distances[$0] })
      tails.append(rows(.test, where: [number]).map { 1 - ranking.apply(distances[$0]) })
      references.append(reference.count)
    }
    return ModalityTrust.measure(tails: tails, references: references)
  }

  /// The same rows as if modalities of little trust were missing everywhere, and their names.
  package func trusting(_ trust: [Double]) -> (modalities: Modalities, doubted: [String]) {
    let doubted = zip(parts, trust).filter { $1 < Self.leastTrust }.map(\.0.name)
    let parts = zip(parts, trust).map { part, trust in
      trust < Self.leastTrust
        ? Part(
          name: part.name, features: part.features,
          matrix: Matrix(rows: part.matrix.rows, columns: part.matrix.columns),
          presence: Mask(count: part.matrix.rows)) : part
    }
    return (Modalities(index: index, parts: parts), doubted)
  }

  /// The features of the only modality that is present anywhere, as they are: what a gate that is closed for all others lets
  /// through. nil if there are more.
  package var onlyOne: Embedding? {
    let present = parts.indices.filter { !parts[$0].presence.isEmpty }
    guard parts.count > 1, present.count == 1, let only = present.first else { return nil }
    let part = parts[only]
    var gates = Matrix(rows: index.count, columns: parts.count)
    for row in 0..<index.count where part.presence[row] { gates[row, only] = 1 }
    return Embedding(
      index: index, matrix: part.matrixWithGaps, features: part.features.map { "\(part.name).\($0)" },
      blocks: [Block(name: part.name, columns: 0..<part.dimensions)],
      voices: Voices(
        modalities: parts.map(\.name), presence: parts.map(\.presence), weights: gates, meaning: "mean gate"),
      rejoining: Rejoining(
        JointRejoining(of: self) { (changed, work) throws(FusionError) in changed.parts[only].matrixWithGaps }
      ))
  }

  private static let leastTrust = 0.5
  private static let mostKept = 2000

  private static func thinned(_ rows: [Int]) -> [Int] {
    if rows.count <= mostKept { return rows }
    return (0..<mostKept).map { rows[$0 * rows.count / mostKept] }
  }
}

extension Modalities.Part {
  /// The rows, missing where the modality is absent.
  fileprivate var matrixWithGaps: Matrix {
    var matrix = matrix
    for row in 0..<matrix.rows where !presence[row] {
      for column in 0..<matrix.columns { matrix[row, column] = .nan }
    }
    return matrix
  }
}
