import Numerics
import Values

/// Centers that divide rows by the nearest of them.
struct Clustering: Sendable, Codable, Equatable {
  let centers: Matrix
  /// The center of each row that they were made from.
  let labels: [Int]

  private static let mostSteps = 100
  private static let starts = 4

  /// Lloyd's iteration from several seedings by distance; the one with the smallest sum of squares.
  ///
  /// Source: Lloyd, *Least squares quantization in PCM*, 1982; Arthur and Vassilvitskii, *k-means++*, SODA 2007, section 2.
  init(_ rows: Matrix, clusters: Int, using random: inout SeededGenerator, work: Work) throws(Cancelled) {
    let source = random.stream(0)
    _ = random.next()
    var best: (total: Double, centers: Matrix, labels: [Int])?
    for start in 0..<Self.starts {
      var own = source.stream(start)
      var centers = try Self.seeds(rows, clusters, using: &own, work: work)
      var found = try Self.assign(rows, to: centers, work: work)
      for _ in 0..<Self.mostSteps {
        centers = Self.means(rows, found.labels, previous: centers)
        let next = try Self.assign(rows, to: centers, work: work)
        let isStable = next.labels == found.labels
        found = next
        if isStable { break }
      }
      let total = found.squared.reduce(0, +)
      if best.map({ total < $0.total }) ?? true { best = (total, centers, found.labels) }
    }
    centers = best?.centers ?? Matrix(rows: 0, columns: rows.columns)
    labels = best?.labels ?? []
  }

  /// The nearest center and the squared distance to it.
  func nearest(to row: ArraySlice<Double>, among chosen: [Int]? = nil) -> (center: Int, squared: Double) {
    Self.nearest(centers, row, among: chosen)
  }

  private static func nearest(
    _ centers: Matrix, _ row: ArraySlice<Double>, among chosen: [Int]? = nil
  ) -> (center: Int, squared: Double) {
    var best = (center: 0, squared: Double.infinity)
    for center in chosen ?? Array(0..<centers.rows) {
      let squared = row.squaredDistance(to: centers.row(center))
      if squared < best.squared { best = (center, squared) }
    }
    return best
  }

  private static func assign(
    _ rows: Matrix, to centers: Matrix, work: Work
  ) throws(Cancelled) -> (labels: [Int], squared: [Double]) {
    let all = Array(0..<centers.rows)
    let pairs = try work.fill(rows.rows, stride: 2, size: 1024, stage: "clustering") { range, target in
      for row in range {
        let found = nearest(centers, rows.row(row), among: all)
        target[2 * (row - range.lowerBound)] = Double(found.center)
        target[2 * (row - range.lowerBound) + 1] = found.squared
      }
    }
    return ((0..<rows.rows).map { Int(pairs[2 * $0]) }, (0..<rows.rows).map { pairs[2 * $0 + 1] })
  }

  private static func seeds(
    _ rows: Matrix, _ clusters: Int, using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) -> Matrix {
    var chosen = [random.below(rows.rows)]
    var squared = [Double](repeating: .infinity, count: rows.rows)
    while chosen.count < clusters {
      try work.check()
      let last = rows.row(chosen[chosen.count - 1])
      var total = 0.0
      for row in 0..<rows.rows {
        squared[row] = min(squared[row], rows.row(row).squaredDistance(to: last))
        total += squared[row]
      }
      var rest = random.unit() * total
      var next = random.below(rows.rows)
      if total > 0 {
        next = squared.lastIndex { $0 > 0 } ?? next
        for row in 0..<rows.rows {
          rest -= squared[row]
          if rest < 0 {
            next = row
            break
          }
        }
      }
      chosen.append(next)
    }
    return rows.selecting(rows: chosen)
  }

  /// A cluster that lost all rows keeps its center.
  private static func means(_ rows: Matrix, _ labels: [Int], previous: Matrix) -> Matrix {
    var sums = Matrix(rows: previous.rows, columns: previous.columns)
    var counts = [Double](repeating: 0, count: previous.rows)
    let d = previous.columns
    for (row, label) in labels.enumerated() {
      counts[label] += 1
      for j in 0..<d { sums.values[label * d + j] += rows.values[row * d + j] }
    }
    for cluster in 0..<previous.rows {
      for j in 0..<d {
        sums[cluster, j] = counts[cluster] > 0 ? sums[cluster, j] / counts[cluster] : previous[cluster, j]
      }
    }
    return sums
  }
}
