import Detection
import Foundation
import Numerics
import TestKit
import Testing

/// Each method against its plain definition.
@Suite struct `More detectors` {
  private static func rows(_ count: Int, _ columns: Int, seed: UInt64) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in (0..<columns).map { _ in random.normal() } }
  }

  private static func fit(_ detector: some Detector, _ rows: [[Double]]) throws -> any FittedDetector {
    var random = SeededGenerator(seed: 3)
    return try detector.fit(Observations(rows: rows), using: &random, work: Work())
  }

  private static func scores(_ detector: some Detector, _ rows: [[Double]], of asked: [[Double]]) throws
    -> [Double]
  {
    try fit(detector, rows).scores(of: Observations(rows: asked), work: Work())
  }

  private static func ofTraining(_ detector: some Detector, _ rows: [[Double]]) throws -> [Double] {
    try fit(detector, rows).scoresOfTraining(Observations(rows: rows), work: Work())
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
  }

  private static func standardised(_ rows: [[Double]], by reference: [[Double]]) -> [[Double]] {
    let columns = (0..<rows[0].count).map { j -> (Double, Double) in
      let values = reference.map { $0[j] }
      return (Statistics.mean(values), Statistics.standardDeviation(values, degreesLost: 0))
    }
    return rows.map { row in row.indices.map { (row[$0] - columns[$0].0) / columns[$0].1 } }
  }

  // MARK: - Balls

  @Test func `clusters far apart end in their means`() throws {
    let places = [[0.0, 0, 0], [50, 0, 9], [-40, 70, 3]]
    let rows = Self.rows(240, 3, seed: 12).enumerated().map { number, row in
      zip(row, places[number % 3]).map { $0 + $1 }
    }
    let means = (0..<3).map { cluster in
      (0..<3).map { j in Statistics.mean(stride(from: cluster, to: 240, by: 3).map { rows[$0][j] }) }
    }
    let scores = try Self.ofTraining(ClusterDistance(clusters: 3), rows)
    for (number, score) in scores.enumerated() {
      #expect(abs(score - Self.distance(rows[number], means[number % 3])) < 1e-9)
    }
  }

  @Test func `a ball around a circle has its center and radius`() throws {
    let circle = (0..<24).map { step -> [Double] in
      let angle = Double(step) * Double.pi / 12
      return [3 + 2 * cosine(angle), 1 + 2 * sine(angle)]
    }
    let found = try Self.scores(
      SupportBall(outside: 0.01, kernel: .linear, isRaw: true), circle, of: [[3, 1], [5, 1], [8, 1]])
    let expected: [Double] = [-4, 0, 21]
    for place in 0..<3 { #expect(abs(found[place] - expected[place]) < 0.02) }
  }

  /// With the normal kernel both are one problem: the distance differs from the machine's score by 2 / (ν n).
  @Test(arguments: [0.1, 0.4]) func `a ball in the kernel's space is a one-class machine`(_ outside: Double)
    throws
  {
    let rows = Self.rows(80, 2, seed: 4)
    let ball = try Self.ofTraining(SupportBall(outside: outside), rows)
    let machine = try Self.ofTraining(OneClassMachine(outside: outside), rows)
    for (a, b) in zip(ball, machine) { #expect(abs(a - 2 * b / (outside * 80)) < 2e-3) }
  }

  // MARK: - Clusters

  @Test(arguments: [1, 2, 3]) func `dbscan's noise is what scores above 1`(_ seed: Int) throws {
    let rows = Self.rows(60, 2, seed: UInt64(seed)), eps = 0.45, least = 4
    let found = try Self.ofTraining(DensityReach(least: least, radius: eps), rows)
    let isCore = rows.map { row in rows.count { Self.distance(row, $0) <= eps } >= least }
    for (place, row) in rows.enumerated() {
      let isNoise = !rows.indices.contains { isCore[$0] && Self.distance(row, rows[$0]) <= eps }
      #expect((found[place] > 1) == isNoise)
    }
  }

  /// The definition, by components at every radius.
  @Test(arguments: [(1, 3), (2, 4), (3, 5)]) func `hdbscan scores by the hierarchy`(_ seed: Int, _ least: Int)
    throws
  {
    let rows =
      Self.rows(45, 2, seed: UInt64(seed)) + Self.rows(15, 2, seed: 9).map { [$0[0] / 4 + 6, $0[1] / 4] }
    let cores = rows.map { row in rows.map { Self.distance(row, $0) }.sorted()[least - 1] }
    func reach(_ a: Int, _ b: Int) -> Double { max(cores[a], cores[b], Self.distance(rows[a], rows[b])) }
    func component(of row: Int, at radius: Double) -> Set<Int> {
      var seen: Set<Int> = [row]
      var open = [row]
      while let a = open.popLast() {
        for b in rows.indices where !seen.contains(b) && reach(a, b) <= radius {
          seen.insert(b)
          open.append(b)
        }
      }
      return seen
    }
    var radii: Set<Double> = []
    for a in rows.indices { for b in 0..<a { radii.insert(reach(a, b)) } }
    let ordered = radii.sorted()
    let leaving = rows.indices.map { row -> Double in
      ordered.first { component(of: row, at: $0).count >= least } ?? .nan
    }
    let expected = rows.indices.map { row in
      1 - (component(of: row, at: leaving[row]).map { leaving[$0] }.min() ?? 0) / leaving[row]
    }
    let found = try Self.ofTraining(ClusterHierarchy(least: least), rows)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-9) }
  }

  // MARK: - Kernels

  /// Hoffmann's formulas on the centered kernel of all rows.
  @Test func `kernel components leave over what Hoffmann says`() throws {
    let rows = Self.rows(30, 2, seed: 6), asked = Self.rows(5, 2, seed: 7) + [[4, -4]]
    let x = Self.standardised(rows, by: rows), y = Self.standardised(asked, by: rows)
    let gamma = 0.5, n = Double(rows.count)
    func k(_ a: [Double], _ b: [Double]) -> Double {
      let distance = Self.distance(a, b)
      return exponential(-gamma * distance * distance)
    }
    let kernel = x.map { a in x.map { k(a, $0) } }
    let means = kernel.map { $0.reduce(0, +) / n }
    let whole = means.reduce(0, +) / n
    var centered = Matrix(rows: x.count, columns: x.count)
    for i in x.indices { for j in x.indices { centered[i, j] = kernel[i][j] - means[i] - means[j] + whole } }
    let eigen = try #require(SymmetricEigen(centered))
    let total = eigen.values.map { max($0, 0) }.reduce(0, +)
    var (retained, sum) = (0, 0.0)
    while sum < 0.8 * total {
      sum += eigen.values[retained]
      retained += 1
    }
    let expected = y.map { point -> Double in
      let row = x.map { k(point, $0) }
      let mean = row.reduce(0, +) / n
      let moved = x.indices.map { row[$0] - mean - means[$0] + whole }
      var left = 1 - 2 * mean + whole
      for l in 0..<retained {
        let part =
          x.indices.map { eigen.vectors[$0, l] * moved[$0] }.reduce(0, +) / eigen.values[l].squareRoot()
        left -= part * part
      }
      return left
    }
    let found = try Self.scores(KernelComponents(gamma: gamma, explained: 0.8), rows, of: asked)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func `random features come near the exact machine`() throws {
    let rows = Self.rows(300, 2, seed: 8)
    let exact = try Self.ofTraining(OneClassMachine(outside: 0.3), rows)
    let near = try Self.ofTraining(RandomFeatureMachine(outside: 0.3, features: 1000, passes: 40), rows)
    #expect(Statistics.correlation(Statistics.ranks(exact), Statistics.ranks(near)) > 0.95)
    let outside = Double(near.count { $0 > 0 }) / 300
    #expect(abs(outside - 0.3) < 0.08)
  }

  // MARK: - Maps and forests

  @Test func `a map of one node is the mean`() throws {
    let rows = Self.rows(40, 3, seed: 2)
    let found = try Self.ofTraining(SelfOrganizingMap(side: 1), rows)
    for (score, row) in zip(found, Self.standardised(rows, by: rows)) {
      #expect(abs(score - Self.distance(row, [0, 0, 0])) < 1e-9)
    }
  }

  @Test func `a larger map lies closer to the rows`() throws {
    let rows = Self.rows(200, 2, seed: 2)
    let means = try [1, 3, 8].map { side in
      Statistics.mean(try Self.ofTraining(SelfOrganizingMap(side: side), rows))
    }
    #expect(means[0] > 1.5 * means[1] && means[1] > 1.5 * means[2])
  }

  @Test(arguments: 1...3) func `cuts have the largest gain`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let values = (0..<30).map { _ in Double(random.below(40)) }.sorted()
    func sd(_ part: [Double]) -> Double { Statistics.standardDeviation(part, degreesLost: 0) }
    let gains = Set(values).sorted().dropLast().map { border -> Double in
      let left = values.filter { $0 <= border }, right = values.filter { $0 > border }
      return (sd(values) - (sd(left) + sd(right)) / 2) / sd(values)
    }
    let found = try #require(SelectiveSplit.best(values))
    #expect(abs(found.gain - (gains.max() ?? .nan)) < 1e-9)
    #expect(SelectiveSplit.best([2, 2, 2]) == nil)
  }

  /// Forty rows together, far from the others but not from each other.
  @Test func `chosen cuts find clusters of anomalies`() throws {
    let rows =
      Self.rows(400, 2, seed: 5) + Self.rows(40, 2, seed: 6).map { [$0[0] / 10 + 5, $0[1] / 10 + 5] }
    let found = try Self.ofTraining(SelectiveForest(trees: 60), rows)
    let highest = found.indices.sorted { found[$0] > found[$1] }.prefix(40)
    #expect(highest.count { $0 >= 400 } > 30)
  }

  // MARK: - Rotation and discrepancy

  @Test func `turning costs what the formulas say`() throws {
    let rows = Self.rows(41, 3, seed: 3).map { row -> [Double] in [row[0] + 2, 3 * row[1], row[2] - 1] }
    let x = (0..<3).map { j -> [Double] in
      let sample = SortedSample(rows.map { $0[j] })
      let range: Double = (sample.quantile(0.75) ?? 0) - (sample.quantile(0.25) ?? 0)
      let median: Double = sample.median ?? 0
      return rows.map { row -> Double in (row[j] - median) / range }
    }
    let points = rows.indices.map { place -> [Double] in [x[0][place], x[1][place], x[2][place]] }
    var center = [0.0, 0, 0]
    for _ in 0..<5000 {
      var sums = [0.0, 0, 0]
      var total = 0.0
      for point in points {
        let weight = 1 / Self.distance(point, center)
        total += weight
        for j in 0..<3 { sums[j] += weight * point[j] }
      }
      center = sums.map { $0 / total }
    }
    let ways = points.map { p -> [Double] in (0..<3).map { j -> Double in p[j] - center[j] } }
    let lengths = ways.map { Self.distance($0, [0, 0, 0]) }
    let far = Self.distance(center, [0, 0, 0])
    let angles = ways.indices.map { place -> Double in
      let way: [Double] = ways[place]
      let product = way[0] * center[0] + way[1] * center[1] + way[2] * center[2]
      return acos(product / lengths[place] / far)
    }
    func scaled(_ angle: Double) -> Double {
      let group = angles.filter { ($0 <= .pi / 2) == (angle <= .pi / 2) }
      let isSharp = angle <= Double.pi / 2
      let low: Double = isSharp ? 0.001 : Double.pi / 2 + 0.001
      let high: Double = isSharp ? 0.955 : 2.186
      let (least, most) = (group.min() ?? 0, group.max() ?? 1)
      return low + (angle - least) / (most - least) * (high - low)
    }
    let costs = angles.indices.map { place -> Double in
      let angle = scaled(angles[place])
      let cube = lengths[place] * lengths[place] * lengths[place]
      return cube * cosine(angle) * sine(angle) * sine(angle)
    }
    let median = SortedSample(costs).median ?? 0
    let spread = SortedSample(costs.map { abs($0 - median) }).median ?? 1
    let expected = costs.map { cost -> Double in
      let deviation = 0.6745 * abs(cost - median) / spread
      return 1 / (1 + exponential(-deviation))
    }
    let found = try Self.ofTraining(RotationDeviation(), rows)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func `discrepancy is a sum of products`() throws {
    let rows = Self.rows(50, 2, seed: 12)
    let ranges = (0..<2).map { j in (rows.map { $0[j] }.min() ?? 0, rows.map { $0[j] }.max() ?? 1) }
    let unit = rows.map { row -> [Double] in
      (0..<2).map { j -> Double in (row[j] - ranges[j].0) / (ranges[j].1 - ranges[j].0) }
    }
    let expected = unit.map { a -> Double in
      var sum = 0.0
      for b in unit {
        let (x, y) = (abs(a[0] - b[0]), abs(a[1] - b[1]))
        sum += (1.5 - x + x * x) * (1.5 - y + y * y)
      }
      return sum / 50 - 16.0 / 9
    }
    let found = try Self.ofTraining(WrapAroundDiscrepancy(), rows)
    let sign = found[0] * expected[0] > 0 ? 1.0 : -1
    for (a, b) in zip(found, expected) { #expect(abs(a - sign * b) < 1e-9) }
  }

  // MARK: - Leaving rows out

  /// Least squares with an intercept, by the normal equations.
  private static func fitted(_ rows: [[Double]], response: Int) -> (
    predict: ([Double]) -> Double, error: Double
  ) {
    let d = rows[0].count
    func design(_ row: [Double]) -> [Double] { [1] + row.indices.filter { $0 != response }.map { row[$0] } }
    var normal = Matrix(rows: d, columns: d)
    var right = Matrix(rows: d, columns: 1)
    for row in rows {
      let x = design(row)
      for i in 0..<d {
        right[i, 0] += x[i] * row[response]
        for j in 0..<d { normal[i, j] += x[i] * x[j] }
      }
    }
    let b = Cholesky(normal)?.solve(right) ?? right
    func predict(_ row: [Double]) -> Double { zip(design(row), b.values).reduce(0) { $0 + $1.0 * $1.1 } }
    let squares = rows.map { pow($0[response] - predict($0), 2) }.reduce(0, +)
    return (predict, squares / Double(rows.count - d))
  }

  @Test func `Cook's distance is what leaving a row out changes`() throws {
    let rows = Self.rows(25, 3, seed: 15).map { [$0[0], 2 * $0[0] + $0[1], $0[2] - $0[1]] }
    let found = try Self.ofTraining(CookDistance(), rows)
    for (place, score) in found.enumerated() where place % 6 == 0 {
      let rest = rows.indices.filter { $0 != place }.map { rows[$0] }
      let expected = (0..<3).map { response -> Double in
        let whole = Self.fitted(rows, response: response)
        let without = Self.fitted(rest, response: response)
        let moved = rows.map { pow(whole.predict($0) - without.predict($0), 2) }.reduce(0, +)
        return moved / (3 * whole.error)
      }
      #expect(abs(score - expected.reduce(0, +) / 3) < 1e-8 * max(1, score))
    }
  }

  @Test func `Cook's distance of a new row is what adding it changes`() throws {
    let rows = Self.rows(25, 2, seed: 15).map { [$0[0], 2 * $0[0] + $0[1]] }
    let added = [1.5, -2.0]
    let found = try Self.scores(CookDistance(), rows, of: [added])[0]
    let expected = (0..<2).map { response -> Double in
      let whole = Self.fitted(rows + [added], response: response)
      let without = Self.fitted(rows, response: response)
      let moved = (rows + [added]).map { pow(whole.predict($0) - without.predict($0), 2) }.reduce(0, +)
      return moved / (2 * without.error)
    }
    #expect(abs(found - expected.reduce(0, +) / 2) < 1e-8)
  }

  @Test(arguments: SmoothingFactor.Dissimilarity.allCases)
  func `smoothing factors are what leaving a row out changes`(_ kind: SmoothingFactor.Dissimilarity) throws {
    let rows = Self.rows(21, 2, seed: 18)
    let x = Self.standardised(rows, by: rows)
    func measure(_ values: [Double]) -> Double {
      let mean = Statistics.mean(values)
      switch kind {
      case .aad: return Statistics.mean(values.map { abs($0 - mean) })
      case .variance: return Statistics.variance(values, degreesLost: 0)
      case .iqr:
        let sample = SortedSample(values)
        return (sample.quantile(0.75) ?? 0) - (sample.quantile(0.25) ?? 0)
      }
    }
    let found = try Self.ofTraining(SmoothingFactor(dissimilarity: kind), rows)
    for place in rows.indices {
      let expected = (0..<2).map { j -> Double in
        let column = x.map { $0[j] }
        let rest = column.indices.filter { $0 != place }.map { column[$0] }
        return 20 * (measure(column) - measure(rest))
      }.reduce(0, +)
      #expect(abs(found[place] - expected) < 1e-9)
    }
    let added = [[2.5, -1.5]]
    let new = Self.standardised(added, by: rows)[0]
    let expected = (0..<2).map { j in
      21 * (measure(x.map { $0[j] } + [new[j]]) - measure(x.map { $0[j] }))
    }.reduce(0, +)
    let score = try Self.scores(SmoothingFactor(dissimilarity: kind), rows, of: added)[0]
    #expect(abs(score - expected) < 1e-9)
  }
}
