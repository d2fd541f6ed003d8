import Detection
import Foundation
import Numerics
import Testing

@Suite struct `Shifts of transitions` {
  /// One case of events a window: pairs of kinds, of which the second follows the first.
  private func shifts(
    _ windows: [[(Int32, Int32)]], groups: [Int32] = [], usual: [Bool]? = nil
  ) throws -> TransitionShifts {
    var events: [TransitionShifts.Event] = []
    var cases: [[Int]] = []
    for (window, pairs) in windows.enumerated() {
      for (place, pair) in pairs.enumerated() {
        let group = groups.isEmpty ? 0 : groups[place % groups.count]
        cases.append([events.count, events.count + 1])
        for kind in [pair.0, pair.1] {
          events.append(TransitionShifts.Event(kind: kind, group: group, window: Int32(window)))
        }
      }
    }
    return try TransitionShifts(
      cases: cases, events: events, usual: usual ?? windows.map { _ in true }, work: Work())
  }

  private func pairs(_ left: Int, _ right: Int) -> [(Int32, Int32)] {
    [(Int32, Int32)](repeating: (1, 2), count: left) + [(Int32, Int32)](repeating: (1, 3), count: right)
  }

  private func departures(_ shifts: TransitionShifts, from: Int32, to: Int32?) throws -> [Double] {
    let place = try #require(shifts.transitions.firstIndex { $0.from == from && $0.to == to })
    return shifts.departures(of: place)
  }

  @Test func `are measured by the formula`() throws {
    let counts = [(8, 2), (7, 3), (9, 1), (8, 2), (0, 10)]
    let found = try departures(shifts(counts.map { pairs($0.0, $0.1) }), from: 1, to: 2)
    func logit(_ k: Double, _ n: Double) -> Double { Foundation.log((k + 0.5) / (n - k + 0.5)) }
    let logits = counts.map { logit(Double($0.0), 10) }
    let median = logits.sorted()[2]
    let spread = 1.4826022185056018 * logits.map { abs($0 - median) }.sorted()[2]
    for (window, (k, rest)) in counts.enumerated() {
      let noise = 1 / (Double(k) + 0.5) + 1 / (Double(rest) + 0.5)
      let expected = abs(logits[window] - median) / (spread * spread + noise).squareRoot()
      #expect(abs(found[window] - expected) < 1e-9, "\(window)")
    }
    #expect(found[4] == found.max())
  }

  @Test func `of two ways are one shift`() throws {
    let both = try shifts([pairs(8, 2), pairs(7, 3), pairs(9, 1), pairs(1, 9)])
    let (one, other) = (try departures(both, from: 1, to: 2), try departures(both, from: 1, to: 3))
    #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-9 })
    // All that follows 2 is the end.
    #expect(try departures(both, from: 2, to: nil).allSatisfy { $0 < 1.5 })
  }

  @Test func `prove little where few events are`() throws {
    let many = try departures(
      shifts([pairs(80, 20), pairs(80, 20), pairs(80, 20), pairs(0, 100)]), from: 1, to: 2)
    let few = try departures(
      shifts([pairs(80, 20), pairs(80, 20), pairs(80, 20), pairs(0, 1)]), from: 1, to: 2)
    #expect(many[3] > 2 * few[3])
  }

  @Test func `are unknown where nothing left`() throws {
    let found = try departures(shifts([pairs(5, 5), [(7, 8)], pairs(5, 5), pairs(5, 5)]), from: 1, to: 2)
    #expect(found[1].isNaN && !found[0].isNaN)
    #expect(try departures(shifts([pairs(5, 5), pairs(5, 5)]), from: 1, to: 2).allSatisfy(\.isNaN))
  }

  @Test func `learn from usual windows alone, each group by itself`() throws {
    let windows = [pairs(9, 1), pairs(9, 1), pairs(9, 1), pairs(1, 9), pairs(1, 9), pairs(1, 9), pairs(1, 9)]
    let isUsual = windows.indices.map { $0 < 3 }
    let found = try departures(shifts(windows, usual: isUsual), from: 1, to: 2)
    #expect(found[3] > 2 && found[0] < 1e-9)
    let grouped = try shifts(windows, groups: [0, 1], usual: isUsual)
    #expect(Set(grouped.transitions.map(\.group)) == [0, 1])
  }

  @Test func `stop when they are told to`() {
    #expect(throws: DetectionError.self) {
      _ = try TransitionShifts(
        cases: [[0]], events: [TransitionShifts.Event(kind: 0, group: 0, window: 0)], usual: [true],
        work: Work(isCancelled: { true }))
    }
  }
}
