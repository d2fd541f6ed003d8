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
    func divided(_ rows: Matrix, _ centers: Matrix) throws(Cancelled) -> Partition {
      var partition = try Partition(rows, centers: centers, largest: size, work: work)
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
    labels = partition.labels
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
    let packed = PackedRows(chosen.map { centers.selecting(rows: $0) } ?? centers)
    let found = try cancellable { () throws(Cancelled) in
      try work.fill(count, stride: 2, size: 256, stage: "scoring") { range, target in
        let values = scale.scaled(rows, range)
        let squared = packed.squaredDistances(of: values.span, rows: range.count)
        for place in 0..<range.count {
          var best = (center: 0, squared: Double.infinity)
          for center in 0..<packed.count where squared[place * packed.count + center] < best.squared {
            best = (center, squared[place * packed.count + center])
          }
          target[2 * place] = best.squared
          target[2 * place + 1] = Double(best.center)
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

/// Rows divided among centers, and what is known of their distances.
///
/// A row keeps its center without a look at the others as long as bounds on its distances prove that none is nearer.
///
/// Source: Hamerly, *Making k-means even faster*, SDM 2010, algorithm 1.
private struct Partition {
  private(set) var centers: Matrix
  /// Label, no less than the distance to the own center, no more than that to any other: three numbers a row.
  private var known: [Double]
  private var sums: Matrix
  private var counts: [Double]
  /// Whether rows can be taken out of a sum again without a trace.
  private let isTame: Bool
  private static let largestTame = 1e4

  /// Far above what rounding adds to the bounds in a hundred steps.
  private static let slack = 1 + 1e-9

  var labels: [Int] { (0..<known.count / 3).map { Int(known[3 * $0]) } }

  /// - Parameter largest: the size of the largest value among the rows.
  init(_ rows: Matrix, centers: Matrix, largest: Double, work: Work) throws(Cancelled) {
    self.centers = centers
    sums = Matrix(rows: centers.rows, columns: centers.columns)
    counts = [Double](repeating: 0, count: centers.rows)
    known = [Double](repeating: -1, count: 3 * rows.rows)
    for row in 0..<rows.rows { known[3 * row + 1] = .infinity }
    isTame = largest < Self.largestTame
    let still = [Double](repeating: 0, count: centers.rows)
    _ = try divide(rows, moved: still, work: work)
  }

  /// Moves the centers to the means of their rows and divides the rows again; whether that changed enough to go on.
  mutating func step(_ rows: Matrix, until enough: Double, work: Work) throws(Cancelled) -> Bool {
    let before = centers
    let d = centers.columns
    // A cluster that lost all rows keeps its center.
    for cluster in 0..<centers.rows where counts[cluster] > 0 {
      for j in 0..<d { centers[cluster, j] = sums[cluster, j] / counts[cluster] }
    }
    let moved = (0..<centers.rows).map {
      before.row($0).squaredDistance(to: centers.row($0)).squareRoot()
    }
    let hasChanged = try divide(rows, moved: moved, work: work)
    return hasChanged && moved.reduce(0) { $0 + $1 * $1 } > enough
  }

  private mutating func divide(_ rows: Matrix, moved: [Double], work: Work) throws(Cancelled) -> Bool {
    let packed = PackedRows(centers)
    let before = known
    // How far the centers other than the own one have moved at most.
    let order = moved.indices.sorted { (-moved[$0], $0) < (-moved[$1], $1) }
    let farthest = moved.indices.map {
      $0 != order[0] ? moved[order[0]] : order.count > 1 ? moved[order[1]] : 0
    }
    let halfGaps = halfGaps(packed)
    let d = rows.columns
    known = try work.fill(rows.rows, stride: 3, size: 256, stage: "clustering") { range, target in
      var open: [Int] = []
      open.reserveCapacity(range.count)
      for place in 0..<range.count {
        let row = range.lowerBound + place
        let label = Int(before[3 * row])
        let upper = label < 0 ? .infinity : before[3 * row + 1] + moved[label]
        let lower = label < 0 ? 0 : before[3 * row + 2] - farthest[label]
        if label >= 0, upper * Self.slack < max(lower, halfGaps[label]) {
          target[3 * place] = Double(label)
          target[3 * place + 1] = upper
          target[3 * place + 2] = lower
        } else {
          open.append(place)
        }
      }
      // Copying some rows together pays where many others need no look.
      let isWhole = 2 * open.count > range.count
      let squared: [Double]
      if isWhole {
        squared = packed.squaredDistances(of: rows, range)
      } else {
        var values: [Double] = []
        values.reserveCapacity(open.count * d)
        for place in open {
          let start = (range.lowerBound + place) * d
          values.append(contentsOf: rows.values[start..<start + d])
        }
        squared = packed.squaredDistances(of: values.span, rows: open.count)
      }
      for (number, place) in open.enumerated() {
        let first = (isWhole ? place : number) * packed.count
        var (label, nearest, second) = (0, Double.infinity, Double.infinity)
        for center in 0..<packed.count {
          let distance = squared[first + center]
          if distance < nearest {
            (label, second, nearest) = (center, nearest, distance)
          } else {
            second = min(second, distance)
          }
        }
        target[3 * place] = Double(label)
        target[3 * place + 1] = nearest.squareRoot()
        target[3 * place + 2] = second.squareRoot()
      }
    }
    return move(rows, from: before)
  }

  /// Half the distance from each center to the nearest other one.
  private func halfGaps(_ packed: PackedRows) -> [Double] {
    let squared = packed.squaredDistances(of: centers, 0..<centers.rows)
    var gaps: [Double] = []
    for center in 0..<centers.rows {
      var nearest = Double.infinity
      for other in 0..<centers.rows where other != center {
        nearest = min(nearest, squared[center * centers.rows + other])
      }
      gaps.append(nearest.squareRoot() / 2)
    }
    return gaps
  }

  /// Brings sums and counts up to date; whether any row changed its center.
  private mutating func move(_ rows: Matrix, from before: [Double]) -> Bool {
    var hasChanged = false
    for row in 0..<rows.rows where known[3 * row] != before[3 * row] {
      hasChanged = true
      if isTame {
        if before[3 * row] >= 0 { count(rows, row, in: Int(before[3 * row]), times: -1) }
        count(rows, row, in: Int(known[3 * row]), times: 1)
      }
    }
    if hasChanged, !isTame {
      sums = Matrix(rows: sums.rows, columns: sums.columns)
      counts = [Double](repeating: 0, count: counts.count)
      for row in 0..<rows.rows { count(rows, row, in: Int(known[3 * row]), times: 1) }
    }
    return hasChanged
  }

  private mutating func count(_ rows: Matrix, _ row: Int, in cluster: Int, times sign: Double) {
    let d = rows.columns
    counts[cluster] += sign
    for j in 0..<d { sums.values[cluster * d + j] += sign * rows.values[row * d + j] }
  }
}
