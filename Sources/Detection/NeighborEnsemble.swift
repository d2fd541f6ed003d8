package import Numerics
import Values

/// Scores rows by how isolated the nearest of a few drawn rows is, in many draws.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: the mean isolation score in 0...1; 1 lies outside every sphere.
/// - Complexity: fit O(*t s*²*d*), score O(*n t s d*); memory 8 *t s d* bytes; *t* samples of *s* rows.
/// - Randomness: draws the samples; the same seed draws the same rows on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Bandaragoda, Ting, Albrecht, Liu, Zhu and Wells, *Isolation-based anomaly detection using nearest-neighbor
///   ensembles*, Computational Intelligence 2018, definitions 1 and 2.
/// - Differs: copies in a sample have spheres without size, into which their copies fall, as in PyOD; they are not isolated.
///   (PyOD takes the ratio of squared radii.)
package struct NeighborEnsemble: Detector, Equatable {
  package static let name = "inne"
  package let samples: Int
  package let sampleSize: Int

  package init(samples: Int = 200, sampleSize: Int = 8) {
    self.samples = samples
    self.sampleSize = sampleSize
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if samples < 1 { throw .parameter(name: "samples", reason: "must be at least 1") }
    if sampleSize < 2 { throw .parameter(name: "size", reason: "must be at least 2") }
    let rows = try ReferenceRows(training, atLeast: 2, work: work)
    let size = min(sampleSize, training.rowCount)
    var chosen: [Int] = []
    for _ in 0..<samples { chosen += random.sample(size, of: training.rowCount) }
    let kept = rows.keeping(chosen)
    var radii: [Double] = []
    var ratios: [Double] = []
    for sample in 0..<samples {
      let members = sample * size..<(sample + 1) * size
      let nearest = members.map { center in
        members.filter { $0 != center }.map {
          (squared: kept.matrix.row(center).squaredDistance(to: kept.matrix.row($0)), row: $0)
        }.min { ($0.squared, $0.row) < ($1.squared, $1.row) } ?? (0, center)
      }
      radii += nearest.map(\.squared)
      ratios += nearest.map { found in
        let own = nearest[found.row - members.lowerBound].squared
        return found.squared > 0 ? 1 - (own / found.squared).squareRoot() : 0
      }
    }
    return Model(rows: kept, sampleSize: size, radii: radii, isolations: ratios)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = NeighborEnsemble.name
    let rows: ReferenceRows
    let sampleSize: Int
    /// Squared distance of each drawn row to the nearest one of its sample.
    let radii: [Double]
    /// 1 − the radius of the nearest one's sphere over the own.
    let isolations: [Double]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let packed = PackedRows(self.rows.matrix)
      let samples = radii.count / sampleSize
      return try self.rows.scoreDistances(of: rows, to: packed, work: work) { _, distances in
        var sum = 0.0
        for sample in 0..<samples {
          var smallest = Double.infinity
          var isolation = 1.0
          for center in sample * sampleSize..<(sample + 1) * sampleSize where radii[center] < smallest {
            let squared = distances[distances.startIndex + center]
            if squared <= radii[center] {
              smallest = radii[center]
              isolation = isolations[center]
            }
          }
          sum += isolation
        }
        return sum / Double(samples)
      }
    }
  }
}
