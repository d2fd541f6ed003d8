import Evaluation
import Numerics
import TestKit
import Testing

@Suite struct `Volume under the surface` {
  /// A series that any language can make: quadratic residues, raised inside the events.
  static func series(
    _ count: Int, multiplier: Int, modulus: Int, events: [Range<Int>], bump: Double
  ) -> LabelledScores {
    var scores = (0..<count).map { Double(($0 * $0 * multiplier + $0 * 31) % modulus) / Double(modulus) }
    var labels = [Bool](repeating: false, count: count)
    for event in events {
      for row in event {
        scores[row] += bump
        labels[row] = true
      }
    }
    return LabelledScores(scores: scores, labels: labels)
  }

  struct Golden: Sendable, CustomTestStringConvertible {
    let name: String
    let judged: LabelledScores
    let window: Int
    let roc: Double
    let precisionRecall: Double
    var testDescription: String { name }
  }

  /// Computed with NumPy by the procedure of TSB-AD.
  static let goldens = [
    Golden(
      name: "one event", judged: series(400, multiplier: 7, modulus: 101, events: [100..<120], bump: 0.3),
      window: 20, roc: 0.8095620756997037, precisionRecall: 0.45804133790747387),
    Golden(
      name: "events whose buffers meet",
      judged: series(
        600, multiplier: 13, modulus: 997, events: [50..<53, 60..<61, 64..<70, 300..<340, 590..<600],
        bump: 0.2),
      window: 40, roc: 0.8132053315966216, precisionRecall: 0.44499514823237724),
    Golden(
      name: "an event at the start",
      judged: series(260, multiplier: 3, modulus: 37, events: [0..<5, 200..<201], bump: 0.5),
      window: 10, roc: 0.8550269168717782, precisionRecall: 0.545015825527496),
    Golden(
      name: "no buffer", judged: series(400, multiplier: 7, modulus: 101, events: [100..<120], bump: 0.3),
      window: 0, roc: 0.7374999999999999, precisionRecall: 0.4285323834301612),
    Golden(
      name: "long events",
      judged: series(
        1200, multiplier: 17, modulus: 499, events: [100..<300, 500..<520, 900..<910], bump: 0.4),
      window: 100, roc: 0.8806738298645446, precisionRecall: 0.7236815740350934),
    Golden(
      name: "fewer rows than thresholds",
      judged: series(40, multiplier: 11, modulus: 17, events: [10..<13, 30..<31], bump: 0.2),
      window: 9, roc: 0.7680521269794024, precisionRecall: 0.5191025631786231),
  ]

  @Test(arguments: goldens) func `agrees with TSB-AD`(_ golden: Golden) throws {
    let found = try #require(
      try VolumeUnderSurface(golden.judged, window: golden.window, work: Work(threads: 2)))
    #expect(abs(found.roc - golden.roc) < 1e-12)
    #expect(abs(found.precisionRecall - golden.precisionRecall) < 1e-12)
  }

  @Test(arguments: [(1, 12), (2, 25), (3, 0), (4, 31)])
  func `equals its naive twin`(_ seed: Int, _ window: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let scores = (0..<150).map { _ in Double(random.below(60)) }
    let labels = (0..<150).map { ($0 / 6) % 7 == seed % 3 || $0 == 149 }
    let judged = LabelledScores(scores: scores, labels: labels)
    let found = try #require(try VolumeUnderSurface(judged, window: window, work: Work()))
    let naive = NaiveMetrics.volumeUnderSurface(scores, labels, window: window)
    #expect(abs(found.roc - naive.roc) < 1e-12)
    #expect(abs(found.precisionRecall - naive.precisionRecall) < 1e-12)
  }

  @Test func `without buffer and with one event is the plain area, up to the grid`() throws {
    let judged = Self.series(240, multiplier: 7, modulus: 241, events: [100..<120], bump: 0.3)
    let found = try #require(try VolumeUnderSurface(judged, window: 0, work: Work()))
    #expect(abs(found.roc - (try #require(RankingCurve(judged).areaUnderROC))) < 0.01)
  }

  @Test func `does not reach over the border of a run`() throws {
    // The score before the event belongs to another file: its high value must count as a plain false alarm.
    var scores = [Double](repeating: 0, count: 20)
    scores[9] = 5
    let labels = (0..<20).map { (10..<12).contains($0) }
    let joined = LabelledScores(scores: scores, labels: labels)
    let apart = LabelledScores(scores: scores, labels: labels, runs: [0..<10, 10..<20])
    let near = try #require(try VolumeUnderSurface(joined, window: 8, work: Work()))
    let far = try #require(try VolumeUnderSurface(apart, window: 8, work: Work()))
    #expect(near.precisionRecall > far.precisionRecall)
  }

  @Test func `is undefined without both sorts of rows`() throws {
    for label in [true, false] {
      let judged = LabelledScores(scores: [1, 2, 3], labels: [label, label, label])
      #expect(try VolumeUnderSurface(judged, window: 5, work: Work()) == nil)
    }
  }

  @Test func `stops when asked`() {
    let judged = Self.goldens[4].judged
    #expect(throws: Cancelled()) {
      _ = try VolumeUnderSurface(judged, window: 50, work: Work(isCancelled: { true }))
    }
  }
}
