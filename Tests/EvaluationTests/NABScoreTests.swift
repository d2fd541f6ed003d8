import Evaluation
import Testing

@Suite struct `The NAB score` {
  private func series(_ alarms: Set<Int>, windows: [Range<Int>] = [400..<500, 700..<800]) -> NABScore.Series {
    NABScore.Series(scores: (0..<1000).map { alarms.contains($0) ? 1 : 0 }, windows: windows)
  }

  private func score(_ alarms: Set<Int>, _ profile: NABScore.Profile = .standard) -> Double {
    NABScore([series(alarms)], profile: profile, threshold: 0.5)?.value ?? .nan
  }

  @Test(arguments: NABScore.Profile.all) func `is 0 for silence and 100 for first rows`(
    _ profile: NABScore.Profile
  ) {
    #expect(abs(score([], profile)) < 1e-12)
    #expect(abs(score([400, 700], profile) - 100) < 1e-12)
  }

  @Test func `counts the best alarm of a window once`() {
    #expect(score([400, 450, 460, 700]) == score([400, 700]))
    #expect(score([450]) < score([400]))
    #expect(score([499]) > score([]))
  }

  @Test func `takes the more off the farther an alarm lies behind a window`() {
    #expect(score([510]) < score([]))
    #expect(score([600]) < score([510]))
    // Nothing before it: the full cost. 0.11 of a span of 4.
    #expect(abs(score([200]) + 2.75) < 1e-12)
    #expect(abs(score([200], .fewFalseAlarms) + 5.5) < 1e-12)
  }

  @Test func `leaves out the first rows`() {
    #expect(score([10, 149]) == 0)
    #expect(score([150]) < 0)
  }

  @Test func `finds the best threshold`() throws {
    var scores = [Double](repeating: 0, count: 1000)
    (scores[400], scores[700], scores[200]) = (0.9, 0.7, 0.6)
    let judged = NABScore.Series(scores: scores, windows: [400..<500, 700..<800])
    let best = try #require(NABScore(best: [judged], profile: .standard))
    #expect(best.threshold == 0.7)
    #expect(abs(best.value - 100) < 1e-12)
    #expect(NABScore(best: [], profile: .standard) == nil)
  }
}
