package import Numerics
package import Values

/// Scores rows by how little their modalities fit one hidden cause, when each may be normal by itself.
///
/// Each modality is x = W z + μ + ε with one z ~ N(0, I) for all and noise ε ~ N(0, Ψ) of its own, Ψ full; learned by EM, in
/// which rows that lack modalities teach those that they have. The score of a row is
/// Σ ln p(xₘ) − ln p(x₁, x₂, …): how much less likely the modalities are together than each alone.
///
/// - Input: two modalities or more.
/// - Output: below 0 where modalities bear each other out, above where they contradict; a row with one modality alone is not
///   scored. Contributions: what a modality adds, given the others, no less than 0.
/// - Complexity: an iteration O(*n D k* + *D³*) for *D* whitened features and *k* hidden dimensions.
/// - Throws: `tooFewPairs` below ten rows with all modalities.
/// - Source: Bach and Jordan, *A probabilistic interpretation of canonical correlation analysis*, 2005, section 4; EM as for
///   factor analysis (Rubin and Thayer, Psychometrika 1982).
/// - Differs: any number of modalities, also absent ones; features are whitened with a ridge first, which changes the
///   likelihoods of all modalities by the same amount.
package struct ProbabilisticCorrelation: Sendable, Equatable {
  package let directions: Int
  package let ridge: Double
  package let iterations: Int

  package init(directions: Int = 4, ridge: Double = 1e-2, iterations: Int = 200) {
    self.directions = directions
    self.ridge = ridge
    self.iterations = iterations
  }

  private static let smallestVariance = 1e-3
  /// Noise never falls below this share of a whitened feature's variance.
  private static let leastNoise = 1e-4
  /// EM has arrived when no loading moves by more.
  private static let tolerance = 1e-7

  package func score(_ modalities: Modalities, work: Work) throws(FusionError) -> Scores {
    let parts = modalities.parts
    if parts.count < 2 { throw .onlyOneModality }
    let together = modalities.rows(.fit, where: Array(parts.indices))
    if together.count < 10 {
      throw .tooFewPairs(parts[0].name, parts[1].name, needed: 10, got: together.count)
    }
    return try orCancelled { () throws(Cancelled) in
      let rows = try whitened(modalities, work: work)
      let model = try learned(rows, modalities, together, work: work)
      return scores(model, rows, modalities)
    }
  }

  /// Each modality with about unit variance; zeros where it is absent.
  private func whitened(_ modalities: Modalities, work: Work) throws(Cancelled) -> [Matrix] {
    var result: [Matrix] = []
    for (place, part) in modalities.parts.enumerated() {
      let fit = modalities.rows(.fit, where: [place])
      let known = part.matrix.selecting(rows: fit)
      let centering = Centering(known, rows: Array(fit.indices))
      let whitening = try Whitening(
        centering.apply(known), ridge: ridge, smallest: Self.smallestVariance, work: work)
      var rows = try centering.apply(part.matrix).product(whitening.weights, work: work)
      for row in 0..<rows.rows where !part.presence[row] {
        for column in 0..<rows.columns { rows[row, column] = 0 }
      }
      result.append(rows)
    }
    return result
  }

  /// What the likelihoods need of each modality: Wᵀ Ψ⁻¹ and Wᵀ Ψ⁻¹ W.
  private struct Loadings {
    let projection: Matrix
    let precision: Matrix
  }

  private struct Model {
    let means: [[Double]]
    let parts: [Loadings]
    let directions: Int

    /// I + Σ Wᵀ Ψ⁻¹ W over the given modalities.
    func precision(_ present: [Int]) -> Matrix {
      var sum = Matrix(rows: directions, columns: directions)
      for place in 0..<directions { sum[place, place] = 1 }
      for part in present {
        for cell in sum.values.indices { sum.values[cell] += parts[part].precision.values[cell] }
      }
      return sum
    }
  }

  private func learned(
    _ rows: [Matrix], _ modalities: Modalities, _ together: [Int], work: Work
  ) throws(Cancelled) -> Model {
    let count = rows.count
    let widest = rows.map(\.columns).min() ?? 1
    let k = max(1, min(directions, widest))
    let fit = rows.indices.map { modalities.rows(.fit, where: [$0]) }
    let means = rows.indices.map { part in
      Centering(rows[part], rows: fit[part]).means
    }
    let centred = rows.indices.map { part in Centering(rows[part], rows: fit[part]).apply(rows[part]) }
    var weights = try start(centred, together, k, work: work)
    let squares = try rows.indices.map { part throws(Cancelled) in
      let own = centred[part].selecting(rows: fit[part])
      return try own.product(own, turning: .yes, work: work)
    }
    var noises = rows.indices.map { part in
      noise(squares[part], weights[part], nil, rows: fit[part].count)
    }
    var loadings = rows.indices.map { self.loadings(weights[$0], noises[$0]) }
    let patterns = Self.patterns(modalities, rows: modalities.index.rows(in: .fit))
    for iteration in 0..<iterations {
      try work.check()
      work.report(Double(iteration) / Double(iterations), "learning")
      var moments = [Matrix](repeating: Matrix(rows: k, columns: k), count: count)
      var crossed = rows.map { Matrix(rows: $0.columns, columns: k) }
      let model = Model(means: means, parts: loadings, directions: k)
      for (present, members) in patterns {
        guard let posterior = Cholesky(model.precision(present)) else { continue }
        var identity = Matrix(rows: k, columns: k)
        for place in 0..<k { identity[place, place] = 1 }
        let spread = posterior.solve(identity)
        var evidence = Matrix(rows: members.count, columns: k)
        let own = present.map { centred[$0].selecting(rows: members) }
        for (part, values) in zip(present, own) {
          let told = try values.product(loadings[part].projection, other: .yes, work: work)
          for cell in evidence.values.indices { evidence.values[cell] += told.values[cell] }
        }
        let hidden = try evidence.product(spread, work: work)
        var second = try hidden.product(hidden, turning: .yes, work: work)
        for cell in second.values.indices {
          second.values[cell] += Double(members.count) * spread.values[cell]
        }
        for (part, values) in zip(present, own) {
          let cross = try values.product(hidden, turning: .yes, work: work)
          for cell in cross.values.indices { crossed[part].values[cell] += cross.values[cell] }
          for cell in second.values.indices { moments[part].values[cell] += second.values[cell] }
        }
      }
      var moved = 0.0
      for part in rows.indices {
        guard let solver = Cholesky(moments[part]) else { continue }
        let next = solver.solve(crossed[part].transposed()).transposed()
        for (old, new) in zip(weights[part].values, next.values) { moved = max(moved, abs(old - new)) }
        weights[part] = next
        noises[part] = noise(squares[part], next, crossed[part], rows: fit[part].count)
        loadings[part] = self.loadings(next, noises[part])
      }
      if moved < Self.tolerance { break }
    }
    return Model(means: means, parts: loadings, directions: k)
  }

  /// The leading directions of all modalities side by side.
  private func start(
    _ rows: [Matrix], _ together: [Int], _ k: Int, work: Work
  ) throws(Cancelled) -> [Matrix] {
    let own = rows.map { $0.selecting(rows: together) }
    let joined = own.dropFirst().reduce(own[0]) { $0.beside($1) }
    let basis = try PrincipalBasis(joined, work: work)
    var result: [Matrix] = []
    var first = 0
    for matrix in own {
      var weights = Matrix(rows: matrix.columns, columns: k)
      for row in 0..<matrix.columns {
        for place in 0..<k {
          weights[row, place] =
            place < basis.right.columns
            ? basis.right[first + row, place] * Double(rows.count).squareRoot() / 2 : 0.1
        }
      }
      first += matrix.columns
      result.append(weights)
    }
    return result
  }

  /// Ψ = (Σ x xᵀ − W Σ E[z] xᵀ) / n, made symmetric; no less than a little in any direction.
  private func noise(_ squares: Matrix, _ weights: Matrix, _ crossed: Matrix?, rows: Int) -> Matrix {
    var result = squares
    let width = squares.rows
    for one in 0..<width {
      for other in 0..<width {
        var told = 0.0
        for place in 0..<weights.columns {
          told +=
            crossed.map {
              (weights[one, place] * $0[other, place] + weights[other, place] * $0[one, place]) / 2
            } ?? Double(rows) * weights[one, place] * weights[other, place] / 2
        }
        result[one, other] = (squares[one, other] - told) / Double(max(1, rows))
      }
      result[one, one] += Self.leastNoise
    }
    return result
  }

  private func loadings(_ weights: Matrix, _ noise: Matrix) -> Loadings {
    var held = noise
    var floor = Self.leastNoise
    // Rounding may leave a direction without noise.
    var factor = Cholesky(held)
    while factor == nil, floor < 1 {
      floor *= 10
      for place in 0..<held.rows { held[place, place] = noise[place, place] + floor }
      factor = Cholesky(held)
    }
    guard let factor else {
      return Loadings(
        projection: Matrix(rows: weights.columns, columns: weights.rows),
        precision: Matrix(rows: weights.columns, columns: weights.columns))
    }
    let solved = factor.solve(weights)
    var precision = Matrix(rows: weights.columns, columns: weights.columns)
    for one in 0..<weights.columns {
      for other in 0...one {
        var sum = 0.0
        for row in 0..<weights.rows { sum += weights[row, one] * solved[row, other] }
        precision[one, other] = sum
        precision[other, one] = sum
      }
    }
    return Loadings(projection: solved.transposed(), precision: precision)
  }

  /// Which modalities are there, and in which rows just these are.
  private static func patterns(_ modalities: Modalities, rows: [Int]) -> [(present: [Int], rows: [Int])] {
    var places: [[Int]: Int] = [:]
    var patterns: [(present: [Int], rows: [Int])] = []
    for row in rows {
      let present = modalities.parts.indices.filter { modalities.parts[$0].presence[row] }
      if present.isEmpty { continue }
      if let place = places[present] {
        patterns[place].rows.append(row)
      } else {
        places[present] = patterns.count
        patterns.append((present, [row]))
      }
    }
    return patterns
  }

  private func scores(_ model: Model, _ rows: [Matrix], _ modalities: Modalities) -> Scores {
    let count = modalities.index.count
    let parts = modalities.parts
    let k = model.directions
    var values = [Double](repeating: 0, count: count)
    var presence = Mask(count: count)
    var shares = Matrix(rows: count, columns: parts.count)
    var known: [[Int]: Cholesky] = [:]
    /// What the hidden cause adds to the log likelihood of some modalities beyond their noise.
    func gain(_ present: [Int], _ evidence: [[Double]]) -> Double {
      let factor = known[present] ?? Cholesky(model.precision(present))
      guard let factor else { return 0 }
      known[present] = factor
      var sum = Matrix(rows: k, columns: 1)
      for part in present { for place in 0..<k { sum[place, 0] += evidence[part][place] } }
      let solved = factor.solve(sum)
      let quadratic = (0..<k).reduce(0.0) { $0 + sum[$1, 0] * solved[$1, 0] }
      return (quadratic - factor.logDeterminant) / 2
    }
    for row in 0..<count {
      let present = parts.indices.filter { parts[$0].presence[row] }
      if present.count < 2 { continue }
      var evidence = [[Double]](repeating: [], count: parts.count)
      for part in present {
        evidence[part] = (0..<k).map { place in
          var sum = 0.0
          for column in 0..<rows[part].columns {
            sum +=
              model.parts[part].projection[place, column]
              * (rows[part][row, column] - model.means[part][column])
          }
          return sum
        }
      }
      let alone = present.map { gain([$0], evidence) }
      let whole = gain(present, evidence)
      presence[row] = true
      values[row] = min(max(alone.reduce(0, +) - whole, -1e12), 1e12)
      for (order, part) in present.enumerated() {
        let rest = present.count == 2 ? alone[1 - order] : gain(present.filter { $0 != part }, evidence)
        shares[row, part] = min(max(0, rest + alone[order] - whole), 1e12)
      }
    }
    let names = parts.map(\.name)
    return Scores(
      index: modalities.index, values: values, method: "map pcca", presence: presence,
      fitted: modalities.fittedMask,
      contributions: Contributions(
        matrix: shares, features: names,
        blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
        meaning: "how much less likely the modality is beside the others, in nats"))
  }
}
