import Detection
import Numerics
import Testing
import Values

@Suite struct `Calibrations` {
  private static func fitted(
    _ rule: any CalibrationRule, _ reference: [Double], _ labels: [Bool] = []
  ) throws -> any FittedCalibration { try rule.fitted(reference: reference, labels: labels, segment: "") }

  @Test func `count deviations`() throws {
    let z = try Self.fitted(DeviationCalibration(isRobust: false), [1, 2, 3, 4])
    #expect(abs(z.score(5) - 2.5 / 1.25.squareRoot()) < 1e-15)
    let robust = try Self.fitted(DeviationCalibration(isRobust: true), [1, 2, 3, 4, 100])
    #expect(abs(robust.score(5) - 2 / 1.482602218505602) < 1e-12)
    #expect(try Self.fitted(DeviationCalibration(isRobust: true), [7, 7, 7]).score(9) == 2)
  }

  /// erf(1/√2) and erf(2/√2) are the tabled shares within one and two deviations.
  @Test func `unify as the paper does`() throws {
    let unify = try Self.fitted(UnifyingCalibration(), [-1, 1])
    #expect(unify.score(-0.5) == 0)
    #expect(abs(unify.score(1) - 0.682_689_492_137_086) < 1e-12)
    #expect(abs(unify.score(2) - 0.954_499_736_103_642) < 1e-12)
  }

  @Test func `count conformal p-values`() throws {
    var random = SeededGenerator(seed: 1)
    let reference = (0..<60).map { _ in Double(random.below(20)) }
    let ecdf = try Self.fitted(EmpiricalCalibration(), reference)
    for raw in stride(from: -1.0, through: 21, by: 0.5) {
      let p = Double(1 + reference.count { $0 >= raw }) / 61
      #expect(abs(ecdf.score(raw) - (1 - p)) < 1e-15)
    }
  }

  /// An exponential tail loses the same factor with each unit, beyond the reference, too.
  @Test func `fit tails`() throws {
    let reference = (0..<2000).map { -logarithm(1 - (Double($0) + 0.5) / 2000) }
    let tail = try Self.fitted(TailCalibration(), reference)
    for raw in [0.5, 1.0, 3, 5, 7, 9] {
      #expect(abs(tail.score(raw) - raw / logarithm(10)) < 0.12 * max(1, raw / 4), "\(raw)")
    }
    var last = -1.0
    for raw in stride(from: -1.0, through: 40, by: 0.05) {
      #expect(tail.score(raw) >= last)
      last = tail.score(raw)
    }
    #expect(tail.score(1e150).isFinite && tail.score(1e150) > tail.score(1e9))
    #expect(throws: CalibrationError.noTail(segment: "")) {
      _ = try Self.fitted(TailCalibration(), (0..<200).map { $0 < 185 ? 0 : 1 })
    }
  }

  /// The max-min formula: g(i) = max over s ≤ i of min over t ≥ i of the mean label of s...t.
  @Test(arguments: 1...4) func `pool adjacent violators`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let scores = (0..<40).map { _ in Double(random.below(25)) }
    let labels = scores.map { random.unit() < $0 / 25 }
    let isotonic = try Self.fitted(IsotonicCalibration(), scores, labels)
    let distinct = Set(scores).sorted()
    func mean(_ low: Double, _ high: Double) -> Double {
      let inside = scores.indices.filter { scores[$0] >= low && scores[$0] <= high }
      return Double(inside.count { labels[$0] }) / Double(inside.count)
    }
    for score in distinct {
      let expected =
        distinct.filter { $0 <= score }.map { low in
          distinct.filter { $0 >= score }.map { mean(low, $0) }.min() ?? 1
        }.max() ?? 0
      #expect(abs(isotonic.score(score) - expected) < 1e-12, "\(score)")
    }
    var last = 0.0
    for raw in stride(from: -2.0, through: 27, by: 0.25) {
      #expect(isotonic.score(raw) >= last - 1e-15)
      last = isotonic.score(raw)
    }
  }

  /// At the largest likelihood the mean of the fitted probabilities is that of the softened labels.
  @Test(arguments: [1, 2, 3]) func `fit Platt's sigmoid`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let scores = (0..<200).map { _ in 100 * random.normal() + 7 }
    let labels = scores.map { random.unit() < 1 / (1 + exponential(-($0 / 60 - 1))) }
    let platt = try Self.fitted(SigmoidCalibration(), scores, labels)
    let positives = Double(labels.count { $0 })
    let (high, low) = ((positives + 1) / (positives + 2), 1 / (200 - positives + 2))
    var (sum, moment) = (0.0, 0.0)
    for (score, label) in zip(scores, labels) {
      sum += platt.score(score) - (label ? high : low)
      moment += (platt.score(score) - (label ? high : low)) * (score - 7) / 100
    }
    #expect(abs(sum) < 1e-6 && abs(moment) < 1e-6)
    #expect(platt.score(300) > platt.score(0))
  }

  @Test func `survive extremes`() throws {
    let wild = (0..<200).map { $0 % 2 == 0 ? 1e150 * Double($0) / 200 : -1e150 }
    let labels = wild.map { $0 > 0 }
    let rules: [any CalibrationRule] = [
      DeviationCalibration(isRobust: false), DeviationCalibration(isRobust: true), UnifyingCalibration(),
      EmpiricalCalibration(), TailCalibration(), IsotonicCalibration(), SigmoidCalibration(),
    ]
    for rule in rules {
      let index = Index(
        .row(count: wild.count), splits: wild.indices.map { $0 < 150 ? .fit : .test })
      let scores = Scores(index: index, values: wild, method: "x")
      let found = try Calibration(rule).calibrate(scores, labels: labels)
      #expect(found.values.allSatisfy { $0.isFinite }, "\(rule)")
      #expect(found.probability?.allSatisfy { $0 >= 0 && $0 <= 1 } ?? true, "\(rule)")
    }
  }

  @Test func `learn labels only from rows that are not judged`() throws {
    let values = (0..<40).map(Double.init)
    let labels = values.map { $0 > 30 || $0 == 5 }
    let bare = Scores(index: .rows(40), values: values, method: "x")
    #expect(throws: CalibrationError.judgedRows) {
      _ = try Calibration(SigmoidCalibration()).calibrate(bare, labels: labels)
    }
    let splits: [Split] = values.map { $0 < 20 ? .fit : .test }
    let split = Scores(index: Index(.row(count: 40), splits: splits), values: values, method: "x")
    let first = try Calibration(SigmoidCalibration()).calibrate(split, labels: labels)
    // Other labels of test rows change nothing.
    let second = try Calibration(SigmoidCalibration()).calibrate(
      split, labels: labels.enumerated().map { $0.offset < 20 ? $0.element : false })
    #expect(first == second)
    #expect(throws: CalibrationError.oneSortOfLabels(segment: "")) {
      _ = try Calibration(IsotonicCalibration()).calibrate(split, labels: values.map { _ in false })
    }
  }
}

@Suite struct `Locally selective combination` {
  /// Two halves of a line; each detector is good on one and noise on the other.
  private static func halves() throws -> (rows: Observations, scores: Matrix, truth: [Bool]) {
    var random = SeededGenerator(seed: 4)
    var points: [[Double]] = []
    var scores: [Double] = []
    var truth: [Bool] = []
    for row in 0..<400 {
      let side = row % 2 == 0 ? -10.0 : 10.0
      points.append([side + random.normal(), random.normal()])
      let isOdd = random.unit() < 0.1
      truth.append(isOdd)
      let good = (isOdd ? 8 : 0) + random.normal()
      let noise = 0.3 * random.normal()
      scores += side < 0 ? [good, noise] : [noise, good]
    }
    return (
      try Observations(
        matrix: Matrix(rows: 400, columns: 2, values: points.flatMap(\.self)), features: ["x", "y"]),
      Matrix(rows: 400, columns: 2, values: scores), truth
    )
  }

  @Test(arguments: [1, 2]) func `believes who is right nearby`(_ threads: Int) throws {
    let (rows, scores, _) = try Self.halves()
    let found = try LocalSelection().combine(
      rows, scores: scores, queries: rows, queryScores: scores, using: SeededGenerator(seed: 2),
      work: Work(threads: threads))
    let right = (0..<400).count { row in
      found.parts[row, row % 2 == 0 ? 0 : 1] != 0 && found.parts[row, row % 2 == 0 ? 1 : 0] == 0
    }
    #expect(right > 380)
    let again = try LocalSelection().combine(
      rows, scores: scores, queries: rows, queryScores: scores, using: SeededGenerator(seed: 2), work: Work())
    #expect(found == again)
  }

  /// With one subspace of all features and every row a neighbour, competence is one correlation for all rows.
  @Test func `is a plain choice where the region is everything`() throws {
    let (rows, scores, _) = try Self.halves()
    let line = try Observations(matrix: rows.matrix.selecting(columns: [0]), features: ["x"])
    let found = try LocalSelection(neighbors: 400, subspaces: 1).combine(
      line, scores: scores, queries: line, queryScores: scores, using: SeededGenerator(seed: 2), work: Work())
    func z(_ column: Int) -> [Double] {
      let values = scores.column(column)
      let deviation = Statistics.standardDeviation(values, degreesLost: 0)
      return values.map { ($0 - Statistics.mean(values)) / deviation }
    }
    let (a, b) = (z(0), z(1))
    let target = zip(a, b).map { max($0, $1) }
    let best = Statistics.correlation(a, target) >= Statistics.correlation(b, target) ? a : b
    for row in 0..<400 { #expect(abs(found.values[row] - best[row]) < 1e-9) }
  }

  @Test func `leaves out detectors that gave no score`() throws {
    let (rows, given, _) = try Self.halves()
    var scores = given
    scores[0, 0] = .nan
    let found = try LocalSelection().combine(
      rows, scores: scores, queries: rows, queryScores: scores, using: SeededGenerator(seed: 2), work: Work())
    #expect(found.parts[0, 0] == 0 && found.values.allSatisfy { $0.isFinite })
  }
}
