import Numerics
import Values

/// Centers that divide rows by the nearest of them.
struct Clustering: Sendable, Codable, Equatable {
  let centers: Matrix
  /// The center of each row that they were made from.
  let labels: [Int]

  private static let mostSteps = 100
  private static let starts = 4
  /// The first centers are drawn from at most so many rows from all over.
  private static let seededRows = 16_384
  /// Done when the centers' squared moves add up to less than this share of a column's variance, as in scikit-learn.
  private static let tolerance = 1e-4

  /// Lloyd's iteration from the best of several seedings by distance.
  ///
  /// Source: Lloyd, *Least squares quantization in PCM*, 1982; Arthur and Vassilvitskii, *k-means++*, SODA 2007, section 2;
  /// Bradley and Fayyad, *Refining initial points for k-means clustering*, ICML 1998.
  /// Differs: of many rows, the first centers come from some, among which they are moved until they rest, before all rows move
  /// them on.
  init(_ rows: Matrix, clusters: Int, using random: inout SeededGenerator, work: Work) throws(Cancelled) {
    let source = random.stream(0)
    _ = random.next()
    let moments = try ColumnFigures(rows, work: work, stage: "seeding")
    let seeded = min(rows.rows, Self.seededRows)
    let sample = rows.selecting(rows: (0..<seeded).map { $0 * rows.rows / seeded })
    let chosen = try ClusterSeeds.draw(
      sample, clusters, from: (0..<Self.starts).map { source.stream($0) }, work: work)
    let size = moments.lows.indices.reduce(0.0) { max($0, -moments.lows[$1], moments.highs[$1]) }
    let variance =
      moments.deviations.reduce(0) { $0 + $1 * $1 } / Double(max(1, moments.deviations.count))
    func divided(_ rows: Matrix, _ centers: Matrix) throws(Cancelled) -> CenterPartition {
      var partition = try CenterPartition(rows, centers: centers, largest: size, work: work)
      var steps = 0
      while steps < Self.mostSteps,
        try partition.step(rows, until: Self.tolerance * variance, work: work)
      {
        steps += 1
      }
      return partition
    }
    var first = sample.selecting(rows: chosen)
    // Most of the way costs little on the sample.
    if seeded < rows.rows { first = try divided(sample, first).centers }
    let partition = try divided(rows, first)
    centers = partition.centers
    labels = partition.labels.map(Int.init)
  }

  /// The nearest center and the squared distance to it.
  func nearest(to row: ArraySlice<Double>, among chosen: [Int]? = nil) -> (center: Int, squared: Double) {
    var best = (center: 0, squared: Double.infinity)
    for center in chosen ?? Array(0..<centers.rows) {
      let squared = row.squaredDistance(to: centers.row(center))
      if squared < best.squared { best = (center, squared) }
    }
    return best
  }

  /// The squared distance of each row to the nearest of all centers, or of some, and its number among them.
  ///
  /// - Parameter scale: the rows that the centers were made from.
  func nearest(
    of rows: Observations, on scale: ReferenceRows, among chosen: [Int]? = nil, work: Work
  ) throws(DetectionError) -> (squared: [Double], places: [Int]) {
    try scale.require(rows)
    let count = rows.rowCount
    let packed = CenterPanels(chosen.map { centers.selecting(rows: $0) } ?? centers)
    let found = try cancellable { () throws(Cancelled) in
      try work.fill(count, stride: 2, size: 256, stage: "scoring") { range, target in
        let nearest = packed.nearest(to: scale.scaled(rows, range).span)
        for place in 0..<range.count {
          target[2 * place] = nearest.squared[2 * place]
          target[2 * place + 1] = Double(nearest.labels[place])
        }
      }
    }
    return (
      (0..<count).map { found[2 * $0] }, (0..<count).map { Int(found[2 * $0 + 1]) }
    )
  }
}

/// First centers, drawn with a chance that grows with the squared distance to those drawn before.
private enum ClusterSeeds {
  /// The best of as many seedings as generators; all of them take each step together, in one pass over the rows.
  static func draw(
    _ rows: Matrix, _ clusters: Int, from sources: [SeededGenerator], work: Work
  ) throws(Cancelled) -> [Int] {
    var generators = sources
    let count = generators.count
    var chosen = generators.indices.map { [generators[$0].below(rows.rows)] }
    var squared = [Double](repeating: .infinity, count: rows.rows * count)
    var best = (total: Double.infinity, number: 0)
    for step in 1...max(1, clusters) {
      let last = PackedRows(rows.selecting(rows: chosen.map { $0[$0.count - 1] }))
      let before = squared
      squared = try work.fill(rows.rows, stride: count, size: 1024, stage: "seeding") { range, target in
        let found = last.squaredDistances(of: rows, range)
        let offset = range.lowerBound * count
        for place in 0..<range.count * count { target[place] = min(before[offset + place], found[place]) }
      }
      for number in 0..<count {
        if step < clusters {
          chosen[number].append(draw(squared, number, count, using: &generators[number]))
          continue
        }
        var total = 0.0
        for row in 0..<rows.rows { total += squared[row * count + number] }
        if total < best.total { best = (total, number) }
      }
    }
    return chosen[best.number]
  }

  private static func draw(
    _ squared: [Double], _ number: Int, _ count: Int, using random: inout SeededGenerator
  ) -> Int {
    let rows = squared.count / count
    var total = 0.0
    for row in 0..<rows { total += squared[row * count + number] }
    var rest = random.unit() * total
    let other = random.below(rows)
    if !(total > 0) { return other }
    for row in 0..<rows {
      rest -= squared[row * count + number]
      if rest < 0 { return row }
    }
    return (0..<rows).last { squared[$0 * count + number] > 0 } ?? other
  }
}
