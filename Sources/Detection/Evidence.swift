import Numerics
import Values

/// What a row was compared with when it was scored.
package struct Evidence: Sendable, Equatable {
  package struct Match: Sendable, Equatable {
    /// Of the training rows, or of the value that they come from.
    package let rows: Range<Int>
    package let distance: Double
  }

  /// The row, or the window around it.
  package let own: Range<Int>
  /// Nearest first.
  package let matches: [Match]
  /// "distance", "z-normalised distance".
  package let measure: String

  /// How many matches are told.
  static let mostMatches = 3
}

extension Matrix {
  /// The rows nearest to a given one; earlier ones first among equally near.
  ///
  /// - Complexity: O(*n d*).
  func evidence(
    near row: ArraySlice<Double>, excluding place: Int?, unit: Double = 1, names: [Int]? = nil
  ) -> Evidence {
    var best: [(row: Int, squared: Double)] = []
    for other in 0..<rows where (names?[other] ?? other) != place {
      let squared = row.squaredDistance(to: self.row(other))
      guard best.count < Evidence.mostMatches || squared < best[best.count - 1].squared else { continue }
      best.insert((other, squared), at: best.firstIndex { squared < $0.squared } ?? best.count)
      if best.count > Evidence.mostMatches { best.removeLast() }
    }
    return Evidence(
      own: 0..<1,
      matches: best.map { found in
        let name = names?[found.row] ?? found.row
        return Evidence.Match(rows: name..<name + 1, distance: found.squared.squareRoot() * unit)
      }, measure: "distance")
  }
}

extension ReferenceRows {
  /// The training rows nearest to the only one of some rows.
  func evidence(
    of rows: Observations, excluding place: Int?, names: [Int]? = nil, work: Work
  ) throws(DetectionError) -> Evidence? {
    matrix.evidence(near: try scaled(rows, work: work).row(0), excluding: place, unit: unit, names: names)
  }
}
