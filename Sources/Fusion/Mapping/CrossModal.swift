package import Numerics
package import Values

/// Scores rows by how badly their modalities fit each other.
///
/// Every pair of modalities (in both directions where the mapping has one) gives a disagreement, which is divided by its
/// median over the rows for learning, so that pairs weigh the same. A row is scored from the pairs present in it; with
/// fewer than two modalities it is not scored.
///
/// - Input: two modalities or more on the same rows.
/// - Output: ≥ 0; 1 is what normal rows have in the middle (0.25 × number for `sum`). Contributions: the mean disagreement of
///   the pairs in which the modality is the one to be predicted, or takes part where pairs have no direction.
/// - Source: product of both directions as in Costanzino et al., *Multimodal industrial anomaly detection by crossmodal
///   feature mapping*, CVPR 2024, equation 4.
/// - Differs: the root of the product is taken (the geometric mean), so that any number of pairs can be compared.
package struct CrossModal: Sendable {
  package enum Combination: String, Sendable, CaseIterable {
    case product, sum, max
  }

  package let mapping: any PairMapping
  package let combination: Combination

  package init(_ mapping: any PairMapping, combination: Combination = .product) {
    self.mapping = mapping
    self.combination = combination
  }

  package func score(_ modalities: Modalities, seed: UInt64, work: Work) throws(FusionError) -> Scores {
    if modalities.parts.count < 2 { throw .onlyOneModality }
    let count = modalities.index.count
    let parts = modalities.parts.indices
    var pairs: [(source: Int, target: Int, values: [Double])] = []
    for source in parts {
      for target in parts where source != target && (mapping.isDirected || source < target) {
        let values = try pair(source, target, modalities, seed: seed, work: work)
        pairs.append((source, target, values))
      }
    }
    var scores = [Double](repeating: 0, count: count)
    var presence = Mask(count: count)
    var shares = Matrix(rows: count, columns: parts.count)
    for row in 0..<count {
      let present = pairs.filter { !$0.values[row].isNaN }
      if present.isEmpty { continue }
      presence[row] = true
      scores[row] = combination.combined(present.map { $0.values[row] })
      for part in parts {
        let own = present.filter { $0.target == part || (!mapping.isDirected && $0.source == part) }
        if own.isEmpty { continue }
        shares[row, part] = own.reduce(0) { $0 + $1.values[row] } / Double(own.count)
      }
    }
    let names = modalities.parts.map(\.name)
    return Scores(
      index: modalities.index, values: scores, method: "map \(type(of: mapping).name)", presence: presence,
      fitted: modalities.fittedMask,
      contributions: Contributions(
        matrix: shares, features: names,
        blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
        meaning: mapping.isDirected
          ? "how badly the others predict the modality, 1 is normal"
          : "how badly the modality fits the others, 1 is normal"),
      voices: modalities.voices(judging: shares),
      refusion: Refusion(
        JointRefusion(of: modalities) { (changed, work) throws(FusionError) in
          try score(changed, seed: seed, work: work)
        }))
  }

  /// NaN where one of the two is absent.
  private func pair(
    _ source: Int, _ target: Int, _ modalities: Modalities, seed: UInt64, work: Work
  ) throws(FusionError) -> [Double] {
    let both = (0..<modalities.index.count).filter { row in
      modalities.parts[source].presence[row] && modalities.parts[target].presence[row]
    }
    var place = [Int](repeating: -1, count: modalities.index.count)
    for (position, row) in both.enumerated() { place[row] = position }
    let (fit, choose, isSetApart) = modalities.learningRows(where: [source, target])
    if fit.count + choose.count < Self.fewestRows {
      throw .tooFewPairs(
        modalities.parts[source].name, modalities.parts[target].name, needed: Self.fewestRows,
        got: fit.count + choose.count)
    }
    let rows = PairedRows(
      source: modalities.parts[source].matrix.selecting(rows: both),
      target: modalities.parts[target].matrix.selecting(rows: both), fit: fit.map { place[$0] },
      choose: choose.map { place[$0] }, isSetApart: isSetApart)
    // The same stream for a pair whatever the order in which the modalities are given.
    let names = [modalities.parts[source].name, modalities.parts[target].name]
    let key = (mapping.isDirected ? names : names.sorted()).joined(separator: "\u{1F}")
    var random = SeededGenerator(seed: seed).stream(Int(truncatingIfNeeded: key.utf8.stableHash))
    let values = try mapping.disagreement(rows, using: &random, work: work)
    let reference = SortedSample(rows.learning.map { values[$0] }).median ?? 1
    let unit = reference > 0 ? reference : 1
    var all = [Double](repeating: .nan, count: modalities.index.count)
    for (position, row) in both.enumerated() { all[row] = min(values[position] / unit, Self.largest) }
    return all
  }

  private static let fewestRows = 10
  private static let largest = 1e12
}

extension CrossModal.Combination {
  /// One number of disagreements; in ascending order, so that the order of the modalities changes no bit.
  func combined(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let count = Double(sorted.count)
    return switch self {
    case .product: exponential(sorted.reduce(0) { $0 + logarithm(Swift.max($1, 1e-12)) } / count)
    case .sum: sorted.reduce(0, +) / count
    case .max: sorted.last ?? 0
    }
  }
}

extension Sequence<UInt8> {
  /// The same number on every machine and in every run (FNV-1a).
  fileprivate var stableHash: UInt64 {
    reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
