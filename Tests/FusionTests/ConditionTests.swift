import Fusion
import Numerics
import TestKit
import Testing
import Values

@Suite struct `Reliability by condition` {
  /// One modality scatters five times as much in every other block of ten rows; both see the anomalies.
  private func parts(seed: UInt64) -> (parts: [LateFusion.Part], conditions: [Int?], labels: [Bool]) {
    var random = SeededGenerator(seed: seed)
    let count = 800
    let conditions: [Int?] = (0..<count).map { $0 / 10 % 2 }
    let labels = (0..<count).map { $0 >= 400 && random.unit() < 0.2 }
    let index = Index(
      .row(count: count), splits: (0..<count).map { $0 < 400 ? .fit : .test })
    func part(_ name: String, _ spread: (Int) -> Double) -> LateFusion.Part {
      let values = (0..<count).map { (labels[$0] ? 2.0 : 0) + spread($0) * random.normal() }
      return LateFusion.Part(name, Scores(index: index, values: values, method: "made"))
    }
    return ([part("steady") { _ in 1 }, part("night") { $0 / 10 % 2 == 1 ? 5 : 1 }], conditions, labels)
  }

  private func auroc(_ scores: [Double], _ labels: [Bool]) -> Double {
    NaiveMetrics.areaUnderROC(Array(scores[400...]), Array(labels[400...]))
  }

  @Test(arguments: 0..<4) func `believes a modality less where it scatters`(_ seed: Int) throws {
    let (parts, conditions, labels) = parts(seed: UInt64(seed))
    let outcome = try ConditionalFusion().fuse(parts, conditions: conditions, count: 2)
    #expect(abs(outcome.weights[0][1] - 0.5) < 0.15)
    #expect(outcome.weights[1][1] < 0.1)
    let plain = try LateFusion(.mean).fuse(parts, work: Work())
    #expect(auroc(outcome.fused.scores.values, labels) > auroc(plain.scores.values, labels) + 0.01)
  }

  /// Reference scores 0...9 and 10...28 in steps of 1 and of 2: medians 4.5 and 19, spreads 1.4826 · 2.5 and 1.4826 · 5.
  @Test func `equals its formula`() throws {
    let first = (0..<10).map { Double($0) } + (0..<10).map { 10 + 2 * Double($0) }
    let second = (0..<20).map { Double($0 % 10) }
    let index = Index(.row(count: 21), splits: (0..<21).map { $0 < 20 ? .fit : .test })
    func part(_ name: String, _ values: [Double]) -> LateFusion.Part {
      LateFusion.Part(name, Scores(index: index, values: values, method: "made"))
    }
    let outcome = try ConditionalFusion().fuse(
      [part("a", first + [30]), part("b", second + [8])],
      conditions: (0..<20).map { $0 / 10 } + [1], count: 2)
    // a is steadier by half under the other condition, b alike under both.
    let (a, b) = (2.5 / 5, 1.0)
    let deviates = ((30 - 19) / (1.482602218505602 * 5), (8 - 4.5) / (1.482602218505602 * 2.5))
    let expected = (a * deviates.0 + b * deviates.1) / (a * a + b * b).squareRoot()
    #expect(abs(outcome.fused.scores.values[20] - expected) < 1e-9, "\(outcome.fused.scores.values[20])")
    let shares = try #require(outcome.fused.scores.contributions).matrix
    #expect(abs(shares[20, 0] + shares[20, 1] - expected) < 1e-9)
  }

  @Test func `counts all rows where a condition is hardly known, and goes on without a modality`() throws {
    let (parts, conditions, _) = parts(seed: 1)
    let unknown = conditions.indices.map { $0 == 500 ? nil : conditions[$0] }
    let one = try ConditionalFusion(fewest: 1000).fuse(parts, conditions: unknown, count: 2)
    #expect(one.weights == [[0.5, 0.5], [0.5, 0.5]])
    let absent = LateFusion.Part(
      "night", parts[1].scores, presence: Mask((0..<800).map { $0 != 600 }))
    let holed = try ConditionalFusion().fuse([parts[0], absent], conditions: conditions, count: 2)
    let alone = try ConditionalFusion().fuse([parts[0]], conditions: conditions, count: 2)
    #expect(abs(holed.fused.scores.values[600] - alone.fused.scores.values[600]) < 1e-12)
    #expect(holed.fused.scores.contributions?.matrix[600, 1] == 0)
  }
}

@Suite struct `Rows of noise` {
  /// Twenty features of four causes; rows of a fault lie far out along the causes.
  private func modality(noise: Set<Int>, fault: Set<Int>, seed: UInt64 = 1) -> Modalities.Part {
    var random = SeededGenerator(seed: seed)
    let weights = (0..<20).map { _ in (0..<4).map { _ in random.normal() } }
    var matrix = Matrix(rows: 200, columns: 20)
    for row in 0..<200 {
      let causes = (0..<4).map { _ in (fault.contains(row) ? 6 : 1) * random.normal() }
      for column in 0..<20 {
        matrix[row, column] = zip(weights[column], causes).reduce(0.2 * random.normal()) { $0 + $1.0 * $1.1 }
        if noise.contains(row) { matrix[row, column] += 15 * random.normal() }
      }
    }
    return Modalities.Part(
      name: "m", features: (0..<20).map { "f\($0)" }, matrix: matrix,
      presence: Mask(count: 200, repeating: true))
  }

  private func found(_ part: Modalities.Part) throws -> Mask? {
    try RowTypicality.noise(
      in: part.matrix, presence: part.presence, learning: Array(0..<80), held: Array(80..<110), work: Work())
  }

  @Test(arguments: 0..<4) func `are told from rows of a fault`(_ seed: Int) throws {
    let (noise, fault) = (Set(stride(from: 120, to: 160, by: 2)), Set(160..<200))
    let rows = try #require(try found(modality(noise: noise, fault: fault, seed: UInt64(seed))))
    #expect(noise.count { rows[$0] } >= 17)
    #expect((0..<200).count { rows[$0] && !noise.contains($0) } <= 1)
  }

  @Test func `cannot be told where features do not go together, or are few`() throws {
    var random = SeededGenerator(seed: 2)
    func part(_ width: Int) -> Modalities.Part {
      Modalities.Part(
        name: "m", features: (0..<width).map { "f\($0)" },
        matrix: Matrix(rows: 200, columns: width, values: (0..<200 * width).map { _ in random.normal() }),
        presence: Mask(count: 200, repeating: true))
    }
    #expect(try found(part(20)) == nil)
    #expect(try found(part(3)) == nil)
  }
}
