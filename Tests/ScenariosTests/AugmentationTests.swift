import Numerics
import Scenarios
import Testing

@Suite struct `Anomalies put in on purpose` {
  private static let rows = 400
  private static let columns: [[Double]] = (0..<3).map { column in
    var random = SeededGenerator(seed: UInt64(column))
    return (0..<rows).map { _ in random.normal() + 10 * Double(column) }
  }
  /// Two segments; only rows behind the first hundred of each may change.
  private static let runs = [0..<200, 200..<400]
  private static let allowed = Array(100..<200) + Array(300..<400)

  private static func apply(
    _ kind: Augmentation.Kind, share: Double = 0.2, length: Int = 8, size: Double = 5, seed: UInt64 = 1,
    named: [Int]? = nil
  ) -> Augmentation.Result? {
    Augmentation(kind, share: share, length: length, size: size, seed: seed).apply(
      to: columns, spreads: [1, 1, 1], rows: allowed, runs: runs, among: named)
  }

  private static func isSame(_ a: Double, _ b: Double) -> Bool { a == b || a.isNaN && b.isNaN }

  @Test(arguments: Augmentation.Kind.allCases) func `change what they say and nothing else`(
    _ kind: Augmentation.Kind
  ) throws {
    let result = try #require(Self.apply(kind))
    let changed = (0..<Self.rows).filter { result.isChanged[$0] }
    #expect(Set(changed).isSubset(of: Self.allowed) && changed.count >= 32 && changed.count <= 40)
    for (column, before) in Self.columns.enumerated() {
      for row in 0..<Self.rows where !result.isChanged[row] {
        #expect(result.columns[column][row] == before[row])
      }
    }
    let touched = changed.filter { row in
      Self.columns.indices.contains { !Self.isSame(result.columns[$0][row], Self.columns[$0][row]) }
    }
    // The first value of a stuck stretch is its own.
    #expect(touched.count >= changed.count * 7 / 8)
    #expect(Self.apply(kind) == result || kind == .dropout, "the same seed, the same changes")
    #expect(Self.apply(kind, seed: 2)?.isChanged != result.isChanged)
  }

  @Test(arguments: [Augmentation.Kind.level, .drift, .stuck, .noise, .lag, .dropout])
  func `keep stretches whole, apart and within segments`(_ kind: Augmentation.Kind) throws {
    let result = try #require(Self.apply(kind, share: 0.5))
    for stretch in result.stretches {
      #expect(stretch.count == 8)
      #expect(
        Self.runs.contains { $0.lowerBound <= stretch.lowerBound && stretch.upperBound <= $0.upperBound })
    }
    for (before, after) in zip(result.stretches, result.stretches.dropFirst()) {
      #expect(before.upperBound < after.lowerBound)
    }
  }

  @Test func `swap whole rows, none of which stays`() throws {
    let result = try #require(Self.apply(.swap, share: 0.4))
    let changed = (0..<Self.rows).filter { result.isChanged[$0] }
    func row(_ columns: [[Double]], _ row: Int) -> [Double] { columns.map { $0[row] } }
    let before = Set(changed.map { row(Self.columns, $0) })
    #expect(Set(changed.map { row(result.columns, $0) }) == before, "the rows as a whole stay the same")
    #expect(changed.allSatisfy { row(result.columns, $0) != row(Self.columns, $0) })
  }

  @Test func `have the size that was asked for`() throws {
    let level = try #require(Self.apply(.level, size: 5, named: [1]))
    for stretch in level.stretches {
      let steps = stretch.map { level.columns[1][$0] - Self.columns[1][$0] }
      #expect(steps.allSatisfy { abs(abs($0) - 5) < 1e-12 && ($0 > 0) == (steps[0] > 0) })
    }
    let drift = try #require(Self.apply(.drift, size: 8, named: [0]))
    for stretch in drift.stretches {
      let ramp = stretch.map { abs(drift.columns[0][$0] - Self.columns[0][$0]) }
      for (place, height) in ramp.enumerated() { #expect(abs(height - Double(place + 1)) < 1e-12) }
    }
    let stuck = try #require(Self.apply(.stuck, named: [2]))
    for stretch in stuck.stretches { #expect(Set(stretch.map { stuck.columns[2][$0] }).count == 1) }
    let lag = try #require(Self.apply(.lag, named: [2]))
    for stretch in lag.stretches {
      #expect(stretch.allSatisfy { lag.columns[2][$0] == Self.columns[2][$0 - 8] })
    }
    let gaps = try #require(Self.apply(.dropout, named: [0, 1]))
    for stretch in gaps.stretches {
      #expect(stretch.allSatisfy { gaps.columns[0][$0].isNaN && gaps.columns[1][$0].isNaN })
    }
  }

  @Test func `say when nothing fits`() {
    #expect(Self.apply(.level, length: 101) == nil)
    #expect(
      Augmentation(.swap, share: 1, length: 1, size: 0, seed: 1).apply(
        to: [[1]], spreads: [1], rows: [0], runs: [0..<1], among: nil) == nil)
    #expect(
      Augmentation(.spike, share: 0.1, length: 1, size: 4, seed: 1).apply(
        to: [[]], spreads: [1], rows: [], runs: [], among: nil) == nil)
  }
}
