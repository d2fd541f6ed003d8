import Detection
import Numerics
import TestKit
import Testing

@Suite struct `Rows made up of others` {
  /// Two planes through the origin of six dimensions, and a few rows in none of them.
  static func planes(odd: Int) throws -> Observations {
    var random = SeededGenerator(seed: 3)
    var rows: [[Double]] = []
    for number in 0..<120 + odd {
      let z = (0..<6).map { _ in random.normal() }
      rows.append(
        number >= 120
          ? z : number % 2 == 0 ? [z[0], z[1], 0, z[0] - z[1], 0, 0] : [0, 0, z[0], 0, z[1], z[0] + z[1]])
    }
    return try Observations(rows: rows)
  }

  @Test func `are in the planes, and others in none`() throws {
    let rows = try Self.planes(odd: 6)
    var random = SeededGenerator(seed: 1)
    let model = try RepresentationGraph(steps: 50).fit(rows, using: &random, work: Work(threads: 2))
    let own = try model.scoresOfTraining(rows, work: Work())
    let highest = own.indices.sorted { own[$0] > own[$1] }.prefix(6)
    #expect(Set(highest) == Set(120..<126))
    // New rows of the same kinds are told apart, too.
    let new = try model.scores(of: rows, work: Work())
    #expect(`Detectors of networks`.ranking(new, odd: 6) > 0.9)
  }

  @Test func `leave nothing that a better combination would explain`() throws {
    // The residual of a row is as like the others as the penalty allows: with a tiny penalty not at all.
    let rows = try Self.planes(odd: 0)
    var random = SeededGenerator(seed: 1)
    let model = try RepresentationGraph(gamma: 1e6).fit(rows, using: &random, work: Work())
    let scores = try model.scores(of: rows, work: Work())
    #expect(scores.allSatisfy { $0 > 0.9 })
  }
}

@Suite struct `Detectors on projections` {
  @Test func `score nearly as on all columns, and training rows without themselves`() throws {
    var random = SeededGenerator(seed: 5)
    var rows = (0..<400).map { _ in (0..<20).map { _ in random.normal() } }
    for row in 395..<400 { rows[row] = rows[row].map { $0 * 4 } }
    let training = try Observations(rows: rows)
    for most in [10_000, 100] {
      let model = try ProjectedEnsemble(most: most).fit(training, using: &random, work: Work(threads: 2))
      let own = try model.scoresOfTraining(training, work: Work())
      #expect(`Detectors of networks`.ranking(own, odd: 5) > 0.99)
      #expect(abs(own.reduce(0, +)) < 1e-6)
    }
  }
}

@Suite struct `Tails of the training rows` {
  @Test func `score as they do among others, to the last bit`() throws {
    var random = SeededGenerator(seed: 2)
    let rows = (0..<700).map { row in
      (0..<19).map { column -> Double in
        let value = random.normal()
        return row % 11 == column ? .nan : column % 3 == 0 ? value.rounded() : value * value
      }
    }
    let training = try Observations(rows: rows)
    let ecod = try EmpiricalTails().fit(training, using: &random, work: Work(threads: 2))
    #expect(try ecod.scoresOfTraining(training, work: Work()) == ecod.scores(of: training, work: Work()))
    let copod = try CopulaTails().fit(training, using: &random, work: Work())
    #expect(try copod.scoresOfTraining(training, work: Work()) == copod.scores(of: training, work: Work()))
  }
}
