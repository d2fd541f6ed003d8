package import Fusion
import Numerics
import Values

/// Two modalities that see the same hidden causes, with pairs that were mixed up on purpose.
///
/// Rows of `mismatched` hold the second modality of another row: each modality is normal alone.
package struct PairedViews: Sendable {
  package let modalities: Modalities
  package let mismatched: Range<Int>

  /// Both views are linear in the causes unless `isCurved`; noise has a tenth of the causes' size.
  package init(
    rows: Int = 300, mismatched count: Int = 60, widths: [Int] = [6, 9], causes: Int = 3,
    isCurved: Bool = false,
    seed: UInt64 = 1
  ) {
    var random = SeededGenerator(seed: seed)
    let hidden = (0..<rows).map { _ in (0..<causes).map { _ in random.normal() } }
    let mismatched = rows - count..<rows
    self.mismatched = mismatched
    var parts: [Modalities.Part] = []
    for (number, width) in widths.enumerated() {
      let weights = (0..<width).map { _ in (0..<causes).map { _ in random.normal() } }
      var matrix = Matrix(rows: rows, columns: width)
      for row in 0..<rows {
        let isMoved = number == 1 && mismatched.contains(row)
        let cause = hidden[isMoved ? mismatched.lowerBound + (row - mismatched.lowerBound + 17) % count : row]
        for column in 0..<width {
          let sum = zip(weights[column], cause).reduce(0) { $0 + $1.0 * $1.1 }
          matrix[row, column] = (isCurved ? sum + 0.8 * sum * sum : sum) + 0.1 * random.normal()
        }
      }
      parts.append(
        Modalities.Part(
          name: "m\(number)", features: (0..<width).map { "f\($0)" }, matrix: matrix,
          presence: Mask(count: rows, repeating: true)))
    }
    let splits = (0..<rows).map { $0 < rows / 2 ? Split.fit : .test }
    modalities = Modalities(index: Index(.row(count: rows), splits: splits), parts: parts)
  }

  /// How often a mismatched row scores above a true pair that nobody learned from.
  package func separation(_ scores: [Double]) -> Double {
    let normal = modalities.index.count / 2..<mismatched.lowerBound
    var wins = 0.0
    for a in mismatched {
      for n in normal { wins += scores[a] > scores[n] ? 1 : scores[a] == scores[n] ? 0.5 : 0 }
    }
    return wins / Double(mismatched.count * normal.count)
  }
}

extension Modalities {
  /// The same rows in another order.
  package func permuted(_ order: [Int]) -> Modalities {
    var index = Index(.row(count: order.count))
    index.splits = self.index.splits.map { splits in order.map { splits[$0] } }
    return Modalities(
      index: index,
      parts: parts.map {
        Part(
          name: $0.name, features: $0.features, matrix: $0.matrix.selecting(rows: order),
          presence: $0.presence.selecting(order))
      })
  }

  /// With one modality absent in some rows.
  package func withoutPart(_ part: Int, in rows: Set<Int>) -> Modalities {
    Modalities(
      index: index,
      parts: parts.enumerated().map { place, old in
        guard place == part else { return old }
        var presence = old.presence
        var matrix = old.matrix
        for row in rows {
          presence[row] = false
          for column in 0..<matrix.columns { matrix[row, column] = 0 }
        }
        return Part(name: old.name, features: old.features, matrix: matrix, presence: presence)
      })
  }
}
