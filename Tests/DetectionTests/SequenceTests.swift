import Detection
import Foundation
import Numerics
import Testing

private let normal: [[Int32]] = [[1, 2, 3], [1, 2, 2, 3], [1, 3], [1, 2, 3]]

@Suite struct `Sequence detectors` {
  static let methods: [any SequenceMethod] = [
    NewEvents(), SequenceLength(), EventCounts(), EditDistance(), EventGrams(length: 2), EventChain(),
    CountSubspace(), CountInvariants(), EventRuns(),
    NextEvent(history: 3, hidden: 8, epochs: 60, score: .surprise),
  ]

  private func scores(_ method: any SequenceMethod, _ sequences: [[Int32]], threads: Int = 1) throws
    -> [Double]
  {
    try method.fit(normal, work: Work()).scores(of: sequences, work: Work(threads: threads))
  }

  @Test(arguments: methods) func `score what was never seen above what was`(_ method: any SequenceMethod)
    throws
  {
    let found = try scores(method, [[1, 2, 3], [3, 9, 9, 9, 9, 9]])
    #expect(found[1] > found[0])
    #expect(found.allSatisfy { $0.isFinite && $0 >= 0 })
    #expect(try scores(method, [[], [1], [9]]).allSatisfy(\.isFinite))
    #expect(try scores(method, normal, threads: 2) == scores(method, normal))
    #expect(throws: DetectionError.self) { try method.fit([], work: Work()) }
  }

  @Test func `count new events`() throws { #expect(try scores(NewEvents(), [[1, 7, 8, 3]]) == [0.5]) }

  @Test func `compare counts`() throws {
    // Nearest is 1 2 2 3: two events of eight differ.
    #expect(try scores(EventCounts(), [[3, 2, 1], [1, 2, 2, 4]]) == [0, 0.25])
  }

  @Test func `count edits`() throws {
    #expect(try scores(EditDistance(), [[1, 2, 3], [1, 2, 4, 3], [2, 3]]) == [0, 0.25, 1.0 / 3])
  }

  @Test func `count runs that are new`() throws {
    #expect(try scores(EventGrams(length: 2), [[1, 2, 3], [1, 2, 1, 3], [2]]) == [0, 1.0 / 3, 1])
  }

  /// Each open has a close, and reads are twice the seeks; the length varies.
  private let files: [[Int32]] = (1...40).map { count in
    (0..<count % 5 + 1).flatMap { _ in [1, 2] as [Int32] }
      + (0..<count % 3).flatMap { _ in [3, 4, 4] as [Int32] }
  }

  @Test func `find relations between counts, and what breaks them`() throws {
    let model = try CountInvariants().fit(files, work: Work())
    let scores = [[1, 2, 1, 2, 3, 4, 4], [1, 1, 2], [1, 2, 3, 4], [1, 2, 9]].map { model.score(of: $0) }
    #expect(scores[0] == 0)
    #expect(scores[1...].allSatisfy { $0 > 0 })
  }

  @Test func `leave usual directions out of counts`() throws {
    let model = try CountSubspace(explained: 0.999).fit(files, work: Work())
    let scores = [[1, 2, 1, 2, 3, 4, 4], [1, 1, 1, 2], [1, 2, 3, 3, 3], [1, 2, 9]].map { model.score(of: $0) }
    #expect(scores[0] < 1e-9)
    #expect(scores[1...].allSatisfy { $0 > 0.5 })
    #expect(throws: DetectionError.self) { try CountSubspace(explained: 1).fit(files, work: Work()) }
    #expect(throws: DetectionError.self) { try CountInvariants(held: 0).fit(files, work: Work()) }
  }

  @Test func `know how long runs are`() throws {
    // 2 is followed by itself once in four times: (1 + 1/2) / (4 + 1); 1 never in four, 9 was never seen.
    let found = try scores(EventRuns(), [[2, 2, 2, 1, 1], [1, 2, 1, 2], [9, 9]])
    #expect(abs(found[0] - max(2 * log2(5 / 1.5), log2(5 / 0.5))) < 1e-12)
    #expect(found[1] == 0)
    #expect(abs(found[2] - 1) < 1e-12)
  }

  /// After 4 and 1 comes 2, after 5 and 1 comes 3.
  private let turns: [[Int32]] = (0..<30).map { number in
    (0..<6).flatMap { step in (number + step) % 3 == 0 ? [5, 1, 3] : [4, 1, 2] as [Int32] }
  }

  @Test(arguments: NextEvent.Score.allCases) func `put what was never seen last`(_ score: NextEvent.Score)
    throws
  {
    let detector = NextEvent(history: 4, hidden: 16, epochs: 40, score: score)
    let model = try detector.fit(turns, work: Work(threads: 2))
    #expect(model.score(of: [4, 1, 2, 5, 1, 9]) >= model.score(of: [4, 1, 2, 5, 1, 3]))
    #expect(model.score(of: [4, 1, 9]) >= model.score(of: [4, 1, 3]))
    #expect(model.score(of: []) == 0)
    let again = try detector.fit(turns, work: Work(threads: 1))
    #expect(again.score(of: [4, 1, 3]) == model.score(of: [4, 1, 3]))
    let coded = try JSONDecoder().decode(NextEvent.Model.self, from: JSONEncoder().encode(model))
    #expect(coded.score(of: [4, 1, 3]) == model.score(of: [4, 1, 3]))
  }

  @Test func `weigh chances`() throws {
    // 1 always begins: (4 + 1/4) / (4 + 1); then 3 follows 1 once in four: (1 + 1/4) / 5.
    let expected = -(log2(4.25 / 5) + log2(1.25 / 5)) / 2
    #expect(abs(try scores(EventChain(), [[1, 3]])[0] - expected) < 1e-12)
  }

  private func log2(_ x: Double) -> Double { logarithm2(x) }
}
