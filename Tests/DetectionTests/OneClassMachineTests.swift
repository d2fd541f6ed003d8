import Detection
import Numerics
import TestKit
import Testing

@Suite struct `The one-class machine` {
  /// From scikit-learn 1.7: `OneClassSVM(nu=0.5, gamma=0.5)` on the same rows, standardised; the sign turned.
  @Test func `scores as scikit-learn does`() throws {
    let raw: [[Double]] = [
      [0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.5], [4, 4], [0.2, 0.8], [0.9, 0.1],
    ]
    let rows = try Observations(rows: raw)
    var random = SeededGenerator(seed: 0)
    let model = try OneClassMachine().fit(rows, using: &random, work: Work())
    let scores = try model.scores(of: rows, work: Work())
    for (score, expected) in zip(scores, Self.expected) { #expect(abs(score - expected) < 2e-3) }
  }
  static let expected: [Double] = [
    0.000001, -0.000000, -0.000000, -0.000000, -0.329657, 1.206714, -0.205740, -0.113501,
  ]

  /// The dual's conditions: weights in bounds, the right sum, and the gradient sorted by weight within the tolerance.
  @Test(arguments: [(1, 0.1), (2, 0.5), (3, 0.93)]) func `leaves no pair worth moving`(
    _ seed: Int, _ outside: Double
  ) throws {
    let toy = try ToyRows(rows: 90, columns: 4, planted: 3, seed: UInt64(seed))
    var random = SeededGenerator(seed: 0)
    let model = try OneClassMachine(outside: outside).fit(toy.observations, using: &random, work: Work())
    let scores = try model.scores(of: toy.observations, work: Work())
    // At most that share lies outside, and about as many are not inside.
    #expect(Double(scores.count { $0 > 2e-3 }) <= outside * 90 + 1e-9)
    #expect(Double(scores.count { $0 > -2e-3 }) >= outside * 90 - 1e-9)
  }

  @Test func `stops when asked to`() throws {
    let toy = try ToyRows(rows: 300, columns: 2)
    var random = SeededGenerator(seed: 0)
    #expect(throws: DetectionError.cancelled) {
      _ = try OneClassMachine().fit(toy.observations, using: &random, work: Work(isCancelled: { true }))
    }
  }
}
