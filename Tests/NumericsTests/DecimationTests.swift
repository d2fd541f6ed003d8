import Numerics
import Testing

@Suite struct `Thinning a line` {
  @Test func `keeps every spike and every gap`() {
    var line = (0..<100_000).map { Double($0 % 7) / 7 }
    line[31_337] = 9
    line[77_777] = -9
    line[50_000] = .nan
    let kept = positionsToDraw(of: line, limit: 2000)
    #expect(kept.count <= 2000)
    #expect(kept == kept.sorted())
    #expect(Set(kept).count == kept.count)
    for position in [31_337, 77_777, 50_000] { #expect(kept.contains(position)) }
  }

  @Test func `keeps short lines whole`() {
    #expect(positionsToDraw(of: [1, Double.nan, 3], limit: 3) == [0, 1, 2])
    #expect(positionsToDraw(of: [Float](repeating: 1, count: 10), limit: 4) == [0, 5])
    #expect(positionsToDraw(of: [Double](repeating: .nan, count: 9), limit: 3) == [0])
  }
}
