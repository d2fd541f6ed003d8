import Fusion
import Numerics
import TestKit
import Testing
import Values

private let mappings: [any PairMapping] = [
  RidgeMapping(), RidgeMapping(residual: .norm), RidgeMapping(residual: .direction), NeighborMapping(),
  CanonicalCorrelation(), CanonicalCorrelation(score: .joint), KernelCanonicalCorrelation(),
]

private func scores(
  _ mapping: any PairMapping, _ modalities: Modalities, threads: Int = 1
) throws -> Scores {
  try CrossModal(mapping).score(modalities, seed: 4, work: Work(threads: threads))
}

@Suite struct `Mappings between modalities` {
  let views = PairedViews()

  @Test(arguments: mappings.indices) func `see pairs that do not belong together`(_ number: Int) throws {
    let found = try scores(mappings[number], views.modalities)
    #expect(found.values.allSatisfy { $0.isFinite && $0 >= 0 })
    #expect(views.separation(found.values) > 0.95)
  }

  @Test func `see what no modality shows alone`() throws {
    // The length of each view says nothing about the pairs.
    for part in views.modalities.parts {
      let lengths = (0..<part.matrix.rows).map { part.matrix.row($0).reduce(0) { $0 + $1 * $1 } }
      #expect(abs(views.separation(lengths) - 0.5) < 0.12)
    }
  }

  @Test func `curved relations need curved mappings`() throws {
    let curved = PairedViews(rows: 900, mismatched: 150, causes: 1, isCurved: true, seed: 8)
    let neighbors = try scores(NeighborMapping(), curved.modalities)
    let kernel = try scores(KernelCanonicalCorrelation(), curved.modalities)
    #expect(curved.separation(neighbors.values) > 0.9)
    #expect(curved.separation(kernel.values) > 0.9)
  }

  @Test(arguments: mappings.indices) func `give the same bits at one and two threads`(_ number: Int) throws {
    let one = try scores(mappings[number], views.modalities)
    let two = try scores(mappings[number], views.modalities, threads: 2)
    #expect(one == two)
  }

  @Test(arguments: [0, 1, 3]) func `do not care for the order of the rows`(_ number: Int) throws {
    var random = SeededGenerator(seed: 2)
    let order = random.sample(300, of: 300)
    let straight = try scores(mappings[number], views.modalities).values
    let mixed = try scores(mappings[number], views.modalities.permuted(order)).values
    for (place, row) in order.enumerated() {
      #expect(abs(mixed[place] - straight[row]) < 1e-6 * max(1, straight[row]))
    }
  }

  @Test(arguments: mappings.indices) func `leave rows with one modality alone unscored`(_ number: Int) throws
  {
    let holed = views.modalities.withoutPart(1, in: [3, 200, 201])
    let found = try scores(mappings[number], holed)
    #expect(found.presence?.setCount == 297)
    #expect(!found.isScored(200))
    #expect(views.separation(found.values) > 0.9)
  }

  @Test(arguments: mappings.indices) func `stay finite on constant and copied columns`(_ number: Int) throws {
    let rows = 60
    func part(_ name: String, _ value: (Int, Int) -> Double) -> Modalities.Part {
      var matrix = Matrix(rows: rows, columns: 3)
      for row in 0..<rows { for column in 0..<3 { matrix[row, column] = value(row, column) } }
      return Modalities.Part(
        name: name, features: ["x", "y", "z"], matrix: matrix, presence: Mask(count: rows, repeating: true))
    }
    let constant = part("constant") { _, _ in 0 }
    let copies = part("copies") { row, _ in Double(row % 5) }
    let huge = part("huge") { row, column in row == 7 ? 1e6 : Double((row * 3 + column) % 4) }
    for pair in [[constant, copies], [copies, huge], [huge, constant]] {
      let found = try scores(mappings[number], Modalities(index: .rows(rows), parts: pair))
      #expect(found.values.allSatisfy { $0.isFinite && $0 >= 0 })
    }
  }

  @Test func `need two modalities and some pairs`() {
    let one = Modalities(index: views.modalities.index, parts: [views.modalities.parts[0]])
    #expect(throws: FusionError.onlyOneModality) { try scores(RidgeMapping(), one) }
    let apart = views.modalities.withoutPart(1, in: Set(4..<300))
    #expect(throws: FusionError.tooFewPairs("m0", "m1", needed: 10, got: 4)) {
      try scores(RidgeMapping(), apart)
    }
  }
}

@Suite struct `Ridge regression between modalities` {
  /// Fits again for every row left out, with an intercept that is not penalised.
  private func naiveErrors(_ x: Matrix, _ y: Matrix, penalty: Double) throws -> [Double] {
    try (0..<x.rows).map { left in
      let rows = (0..<x.rows).filter { $0 != left }
      let (cx, cy) = (Centering(x, rows: rows), Centering(y, rows: rows))
      let (a, b) = (cx.apply(x), cy.apply(y))
      let (fa, fb) = (a.selecting(rows: rows), b.selecting(rows: rows))
      var gram = try fa.product(fa, turning: .yes)
      for place in 0..<gram.rows { gram[place, place] += penalty }
      let weights = try #require(Cholesky(gram)).solve(try fa.product(fb, turning: .yes))
      let predicted = try a.product(weights)
      return (0..<y.columns).reduce(0) {
        $0 + (b[left, $1] - predicted[left, $1]) * (b[left, $1] - predicted[left, $1])
      }
    }
  }

  @Test func `scores fit rows as if they had not taught`() throws {
    var random = SeededGenerator(seed: 6)
    let x = Matrix(rows: 24, columns: 3, values: (0..<72).map { _ in random.normal() })
    var y = Matrix(rows: 24, columns: 2)
    for row in 0..<24 {
      y[row, 0] = x[row, 0] - x[row, 1] + 0.3 * random.normal() + 5
      y[row, 1] = x[row, 2] + 0.3 * random.normal()
    }
    let all = Array(0..<24)
    let pairs = PairedRows(source: x, target: y, fit: all, choose: [])
    let found = try RidgeMapping(residual: .norm).disagreement(pairs, using: &random, work: Work())
    let centred = Centering(x, rows: all).apply(x)
    let mean = centred.values.reduce(0) { $0 + $1 * $1 } / 3
    let candidates = try (0..<18).map {
      try naiveErrors(x, y, penalty: mean * power(10, -6 + 8 * Double($0) / 17))
    }
    let best = try #require(candidates.min { $0.reduce(0, +) < $1.reduce(0, +) })
    for (row, error) in best.enumerated() {
      #expect(abs(found[row] - (error / 2).squareRoot()) < 1e-8)
    }
  }
}

@Suite struct `Canonical correlation` {
  private func rotated(_ matrix: Matrix, seed: UInt64) throws -> Matrix {
    var random = SeededGenerator(seed: seed)
    let size = matrix.columns
    let turn = try #require(
      SingularValues(
        Matrix(rows: size, columns: size, values: (0..<size * size).map { _ in random.normal() })))
    return try matrix.product(turn.left.product(turn.right, other: .yes))
  }

  @Test func `of rotated copies is one`() throws {
    var random = SeededGenerator(seed: 3)
    let a = Matrix(rows: 80, columns: 4, values: (0..<320).map { _ in random.normal() })
    let fit = try CanonicalFit(a, rotated(a, seed: 9), ridge: 0, work: Work())
    #expect(fit.correlations.count == 4)
    #expect(fit.correlations.allSatisfy { abs($0 - 1) < 1e-9 })
  }

  @Test func `of two columns is Pearson's`() throws {
    var random = SeededGenerator(seed: 4)
    let a = (0..<50).map { _ in random.normal() }
    let b = a.map { -0.5 * $0 + random.normal() }
    let fit = try CanonicalFit(
      Matrix(rows: 50, columns: 1, values: a), Matrix(rows: 50, columns: 1, values: b), ridge: 0, work: Work()
    )
    #expect(abs(fit.correlations[0] - abs(Statistics.correlation(a, b))) < 1e-12)
  }

  /// Without anything in common the largest correlation is still about √(d₁/n) + √(d₂/n).
  @Test func `of independent rows shows its known bias`() throws {
    var random = SeededGenerator(seed: 5)
    let a = Matrix(rows: 400, columns: 4, values: (0..<1600).map { _ in random.normal() })
    let b = Matrix(rows: 400, columns: 4, values: (0..<1600).map { _ in random.normal() })
    let largest = try CanonicalFit(a, b, ridge: 0, work: Work()).correlations[0]
    #expect(largest > 0.05 && largest < 0.3)
  }

  @Test func `of three modalities finds the one that does not fit`() throws {
    let views = PairedViews(widths: [5, 6, 7])
    let found = try GeneralizedCorrelation().score(views.modalities, work: Work())
    #expect(views.separation(found.values) > 0.95)
    let shares = try #require(found.contributions).matrix
    var blamed = 0
    for row in views.mismatched where shares[row, 1] > max(shares[row, 0], shares[row, 2]) { blamed += 1 }
    #expect(blamed > 50)
    let holed = try GeneralizedCorrelation().score(
      views.modalities.withoutPart(0, in: [250, 251]), work: Work(threads: 2))
    #expect(holed.isScored(250))
    #expect(holed.contributions?.matrix[250, 0] == 0)
  }
}

@Suite struct `Probabilistic canonical correlation` {
  @Test func `sees pairs that do not belong together`() throws {
    let views = PairedViews(rows: 400, mismatched: 80, seed: 2)
    let one = try ProbabilisticCorrelation().score(views.modalities, work: Work(threads: 1))
    #expect(views.separation(one.values) > 0.95)
    #expect(one == (try ProbabilisticCorrelation().score(views.modalities, work: Work(threads: 2))))
  }

  @Test func `is the mutual information of two normal numbers, row by row`() throws {
    var random = SeededGenerator(seed: 4)
    let count = 400
    let cause = (0..<count).map { _ in random.normal() }
    let columns = (0..<2).map { _ in cause.map { $0 + 0.8 * random.normal() } }
    let modalities = Modalities(
      index: .rows(count),
      parts: columns.enumerated().map { place, values in
        Modalities.Part(
          name: "m\(place)", features: ["x"], matrix: Matrix(rows: count, columns: 1, values: values),
          presence: Mask(count: count, repeating: true))
      })
    let found = try ProbabilisticCorrelation(directions: 1, ridge: 0, iterations: 5000)
      .score(modalities, work: Work())
    func moments(_ values: [Double]) -> (Double, Double) {
      let mean = values.reduce(0, +) / Double(count)
      return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot())
    }
    let units = columns.map { column -> [Double] in
      let (mean, deviation) = moments(column)
      return column.map { ($0 - mean) / deviation }
    }
    let rho = zip(units[0], units[1]).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
    let left = 1 - rho * rho
    for row in 0..<count {
      let (u, v) = (units[0][row], units[1][row])
      let gain =
        -0.5 * logarithm(left) - (rho * rho * (u * u + v * v) - 2 * rho * u * v) / (2 * left)
      #expect(abs(found.values[row] + gain) < 0.02, "\(row)")
    }
  }

  @Test func `learns from rows that lack a modality, and scores those that have two`() throws {
    let views = PairedViews(rows: 400, mismatched: 80, widths: [4, 5, 6], seed: 2)
    let holed = views.modalities.withoutPart(2, in: Set(0..<100)).withoutPart(0, in: [390])
      .withoutPart(1, in: [390])
    let found = try ProbabilisticCorrelation().score(holed, work: Work())
    #expect(!found.isScored(390) && found.isScored(0))
    #expect(views.separation(found.values) > 0.9)
    // The second modality is the one that was exchanged.
    let parts = try #require(found.contributions)
    #expect(
      (330..<380).allSatisfy { parts.matrix[$0, 1] >= max(parts.matrix[$0, 0], parts.matrix[$0, 2]) * 0.5 })
  }

  @Test func `needs two modalities and ten rows`() {
    let one = PairedViews(rows: 60, mismatched: 5, widths: [3]).modalities
    #expect(throws: FusionError.onlyOneModality) { try ProbabilisticCorrelation().score(one, work: Work()) }
  }
}
