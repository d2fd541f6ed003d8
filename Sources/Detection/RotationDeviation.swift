package import Numerics
import Values

/// Scores rows by what turning them about the geometric median costs, in every set of three columns.
///
/// - Input: `n` × `d`, complete. Columns are brought to median 0 and interquartile range 1.
/// - Output: the mean over the sets of the sigmoid of a robust deviation, 0.5...1.
/// - Complexity: O(*n*) for each of the C(*d*, 3) sets, at most 1,000 of them; fewer than three columns are filled with 0.
/// - Randomness: draws the sets if there are more.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Almardeny, Boujnah and Cleary, *A novel outlier detection method for multivariate data*, IEEE TKDE 2020,
///   equations 5 to 9: the cost is |v|³ cos γ sin² γ of the angle γ to the median, angles up to 90° scaled into
///   0.001...0.955 and those above into 90.06°...125.2°, as PyOD does; deviations are 0.6745 |cost − median| over their median.
/// - Differs: with many columns a random choice of sets; a deviation whose median is 0 counts in units of 1. A row on the
///   median costs nothing. The geometric median is Weiszfeld's, at most 200 steps.
package struct RotationDeviation: Detector, Equatable {
  package static let name = "rod"
  package init() {}

  private static let mostSets = 1000

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 3)
    try training.requireComplete()
    let fitted = try training.mapFeatures(work: work, stage: "scaling") { values -> (Double, Double) in
      let sample = SortedSample(values)
      let range = (sample.quantile(0.75) ?? 0) - (sample.quantile(0.25) ?? 0)
      return (sample.median ?? 0, range > 0 && range.isFinite ? range : 1)
    }
    let scale = Standardisation(centers: fitted.map(\.0), scales: fitted.map(\.1))
    let scaled = try cancellable { () throws(Cancelled) in
      try scale.apply(training.matrix, within: Turning.farthest, work: work)
    }
    let sets = Self.sets(of: training.matrix.columns, using: &random)
    let turnings = try cancellable { () throws(Cancelled) in
      try work.map(sets.count, stage: "turning") { Turning(scaled, columns: sets[$0]) }
    }
    return Model(scale: scale, turnings: turnings)
  }

  private static func sets(of columns: Int, using random: inout SeededGenerator) -> [[Int]] {
    if columns <= 3 { return [Array(0..<columns)] }
    let all = columns * (columns - 1) / 2 * (columns - 2) / 3
    if all <= mostSets {
      var sets: [[Int]] = []
      for a in 0..<columns {
        for b in a + 1..<columns { for c in b + 1..<max(b + 1, columns) { sets.append([a, b, c]) } }
      }
      return sets
    }
    return (0..<mostSets).map { _ in random.sample(3, of: columns).sorted() }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = RotationDeviation.name
    package static let needsCompleteRows = true
    let scale: Standardisation
    let turnings: [Turning]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: scale.centers.count)
      try rows.requireComplete()
      let scaled = try cancellable { () throws(Cancelled) in
        try scale.apply(rows.matrix, within: Turning.farthest, work: work)
      }
      return try scaled.mapRows(cost: 200 * turnings.count, stage: "scoring", work: work) { _, values in
        turnings.reduce(0) { $0 + $1.score(values) } / Double(turnings.count)
      }
    }
  }
}

/// What is known of one set of columns.
struct Turning: Sendable, Codable, Equatable {
  let columns: [Int]
  /// The geometric median.
  private let center: [Double]
  /// The angles up to 90° and those above, before they are scaled.
  private let sharp: [Double]
  private let blunt: [Double]
  private let median: Double
  private let deviation: Double

  /// So far out that third powers stay finite.
  static let farthest = 1e60
  /// Where angles are scaled to.
  private static let sharpRange = (0.001, 0.955)
  private static let bluntRange = (Double.pi / 2 + 0.001, 2.186)
  /// Makes a median absolute deviation estimate a normal standard deviation.
  private static let consistency = 0.6745

  init(_ rows: Matrix, columns: [Int]) {
    self.columns = columns
    let points = (0..<rows.rows).map { row in columns.map { rows[row, $0] } }
    let center = Self.geometricMedian(points)
    self.center = center
    let angles = points.map { Self.angle(of: $0, center) }
    func range(_ values: [Double]) -> [Double] {
      values.isEmpty ? [0, 0] : [values.min() ?? 0, values.max() ?? 0]
    }
    sharp = range(angles.filter { $0 <= .pi / 2 })
    blunt = range(angles.filter { $0 > .pi / 2 })
    let (low, high) = (sharp, blunt)
    let costs = zip(points, angles).map { Self.cost($0, center, angle: $1, sharp: low, blunt: high) }
    median = Selection.median(of: costs) ?? 0
    let middle = median
    let spread = Selection.median(of: costs.map { abs($0 - middle) }) ?? 0
    deviation = spread > 0 ? spread : 1
  }

  func score(_ row: ArraySlice<Double>) -> Double {
    let point = columns.map { row[row.startIndex + $0] }
    let cost = Self.cost(
      point, center, angle: Self.angle(of: point, center), sharp: sharp, blunt: blunt)
    return 1 / (1 + exponential(-min(700, Self.consistency * abs(cost - median) / deviation)))
  }

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// The angle between the way from the median to the point and the median itself; 90° where either has no length.
  private static func angle(of point: [Double], _ center: [Double]) -> Double {
    let way = zip(point, center).map { $0 - $1 }
    let lengths = norm(way) * norm(center)
    if !(lengths > 0) { return .pi / 2 }
    let cosine = max(-1, min(1, zip(way, center).reduce(0) { $0 + $1.0 * $1.1 } / lengths))
    return arcTangent((1 - cosine * cosine).squareRoot(), cosine)
  }

  private static func cost(
    _ point: [Double], _ center: [Double], angle: Double, sharp: [Double], blunt: [Double]
  ) -> Double {
    let length = norm(zip(point, center).map { $0 - $1 })
    let (from, to) = angle <= .pi / 2 ? (sharp, sharpRange) : (blunt, bluntRange)
    let share = from[1] > from[0] ? (angle - from[0]) / (from[1] - from[0]) : 0
    let scaled = to.0 + share * (to.1 - to.0)
    return length * length * length * cosine(scaled) * sine(scaled) * sine(scaled)
  }

  private static func geometricMedian(_ points: [[Double]]) -> [Double] {
    let d = points.first?.count ?? 0
    var center = (0..<d).map { axis in points.reduce(0) { $0 + $1[axis] / Double(points.count) } }
    for _ in 0..<200 {
      var sum = [Double](repeating: 0, count: d)
      var weights = 0.0
      for point in points {
        let distance = norm(zip(point, center).map { $0 - $1 })
        if !(distance > 0) { continue }
        weights += 1 / distance
        for axis in 0..<d { sum[axis] += point[axis] / distance }
      }
      if !(weights > 0) { break }
      let next = sum.map { $0 / weights }
      let step = norm(zip(next, center).map { $0 - $1 })
      center = next
      if step <= 1e-9 * max(1, norm(center)) { break }
    }
    return center
  }
}
