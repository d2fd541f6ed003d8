import Detection
import Numerics
import Testing

@Suite struct `Onsets` {
  /// Noise of deviation 1 with a step at row 300.
  private static func line(step: Double, seed: UInt64 = 3) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<500).map { random.normal() + ($0 >= 300 ? step : 0) }
  }

  private static func onset(_ line: [Double], from start: Int = 200) -> Onset? {
    Onset.first(in: line, usual: Array(0..<start), stretch: start..<line.count)
  }

  @Test(arguments: [4.0, -4, 8, -30]) func `are found within a few rows of a step`(_ step: Double) throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let onset = try #require(Self.onset(Self.line(step: step, seed: seed)))
      #expect(abs(onset.row - 300) <= 3 && onset.noticed >= onset.row && onset.noticed < 320)
      #expect(onset.isUpward == (step > 0))
      // The deviation of 200 rows is known to about 6 % by the median.
      #expect(abs(onset.shift - step) < 0.3 * abs(step))
    }
  }

  @Test func `are seldom seen where nothing happens`() {
    let found = (1...100).count { Self.onset(Self.line(step: 0, seed: UInt64($0))) != nil }
    #expect(found <= 5, "\(found) of 100")
  }

  @Test func `are not raised by single spikes`() {
    var line = Self.line(step: 0)
    for row in [250, 320, 400] { line[row] = 1e6 }
    #expect(Self.onset(line) == nil)
  }

  @Test(arguments: [(1e-6, 0.0), (1e6, -5e8), (-3.0, 7.0)]) func `do not depend on units`(
    _ unit: (Double, Double)
  )
    throws
  {
    let line = Self.line(step: 5)
    let first = try #require(Self.onset(line))
    let other = try #require(Self.onset(line.map { $0 * unit.0 + unit.1 }))
    #expect(other.row == first.row && other.noticed == first.noticed)
    #expect(other.isUpward == (unit.0 > 0 ? first.isUpward : !first.isUpward))
  }

  @Test func `do without missing cells and know lines that never moved`() throws {
    var line = Self.line(step: 6)
    for row in stride(from: 0, to: 500, by: 3) { line[row] = .nan }
    #expect(abs(try #require(Self.onset(line)).row - 300) <= 6)
    let flat = (0..<500).map { $0 < 300 ? 5.0 : 5.1 }
    #expect(Self.onset(flat)?.row == 300)
    #expect(Self.onset([Double](repeating: 5, count: 500)) == nil)
    #expect(Self.onset([Double](repeating: .nan, count: 500)) == nil)
    #expect(Onset.first(in: [1, 2, 3], usual: [], stretch: 0..<3) == nil)
  }
}
