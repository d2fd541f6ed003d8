import Chronology
import Fusion
import Numerics
import TestKit
import Testing

@Suite struct `Clocks` {
  /// Smooth noise, the same for both clocks.
  private static func signal(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var random = SeededGenerator(seed: seed)
    var (a, b) = (0.0, 0.0)
    return (0..<count).map { _ in
      a = 0.8 * a + random.normal()
      b = 0.7 * b + a
      return b
    }
  }

  private static let source = signal(1200)

  private func matching(_ own: [Double], _ other: [Double], shift: Int = 0) -> ClockMatching {
    ClockMatching(step: TimeSpan(seconds: 1), own: own, other: other, shift: shift)
  }

  @Test(arguments: [-40, -7, 0, 3, 55]) func `are set by the lag of the highest correlation`(_ lag: Int)
    throws
  {
    // What own shows at t, the other shows at t + lag.
    let own = Array(Self.source[100..<1000])
    let other = (0..<900).map { Self.source[100 + $0 - lag] }
    let found = try #require(try matching(own, other).lag(0..<900, reach: -60...60, work: Work(threads: 2)))
    #expect(abs(found.steps - Double(lag)) < 0.1)
    #expect(found.correlation > 0.999 && found.next < 0.6)
    // Another first moment is no lag.
    let later = try #require(
      try matching(own, Array(other.dropFirst(10)), shift: -10).lag(0..<900, reach: -60...60, work: Work()))
    #expect(abs(later.steps - Double(lag)) < 0.1)
  }

  @Test func `tell nothing where nothing moves`() throws {
    let still = [Double](repeating: 3, count: 100)
    #expect(try matching(still, still).lag(0..<100, reach: -5...5, work: Work()) == nil)
    let missing = [Double](repeating: .nan, count: 100)
    #expect(try matching(missing, missing).lag(0..<100, reach: -5...5, work: Work()) == nil)
  }

  @Test func `drift stretch by stretch`() throws {
    // The clock loses one second in a hundred.
    let own = (0..<1000).map { Self.source[$0] }
    let other = (0..<1000).map { row -> Double in
      let place = Double(row) / 1.01
      let left = Int(place)
      return Self.source[left] + (place - Double(left)) * (Self.source[left + 1] - Self.source[left])
    }
    let knots = try matching(own, other).drift(
      length: 80, around: 5, reach: 8, least: 0.5, work: Work(threads: 2))
    #expect(knots.count > 15)
    for (row, lag) in knots { #expect(abs(lag.steps - 0.01 * row) < 0.6, "\(row)") }
    #expect(zip(knots, knots.dropFirst()).allSatisfy { $0.row + $0.lag.steps < $1.row + $1.lag.steps })
  }

  /// The plain recursion over all cells.
  private func naive(_ a: [Double], _ b: [Double]) -> Double {
    var table = [[Double]](repeating: [Double](repeating: .infinity, count: b.count), count: a.count)
    for i in a.indices {
      for j in b.indices {
        var best = i == 0 && j == 0 ? 0 : Double.infinity
        if i > 0 { best = min(best, table[i - 1][j]) }
        if j > 0 { best = min(best, table[i][j - 1]) }
        if i > 0, j > 0 { best = min(best, table[i - 1][j - 1]) }
        table[i][j] = best + (a[i] - b[j]) * (a[i] - b[j])
      }
    }
    return table[a.count - 1][b.count - 1]
  }

  private func standardised(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    return values.map { ($0 - mean) / deviation }
  }

  @Test func `warp as the plain recursion does`() throws {
    let (a, b) = (Array(Self.source[0..<40]), Array(Self.source[3..<48]))
    let found = try #require(try matching(a, b).warped(band: 50, isOpen: false, work: Work()))
    #expect(abs(found.cost - naive(standardised(a), standardised(b))) < 1e-9)
    #expect(zip(found.rows, found.rows.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(try matching(a, b).warped(band: 2, isOpen: false, work: Work()) == nil)
  }

  @Test func `find a stretch with open ends`() throws {
    let whole = Array(Self.source[0..<300])
    let part = Array(Self.source[120..<200])
    let found = try #require(try matching(part, whole).warped(band: 250, isOpen: true, work: Work()))
    #expect(abs(found.rows[40] - 160) <= 4)
  }

  @Test func `read evenly between knots and at their own pace beyond`() {
    let map = ClockMap([(100, 110), (200, 230)])
    #expect([0, 100, 150, 200, 300].map { map.apply($0) } == [10, 110, 170, 230, 330])
  }
}
