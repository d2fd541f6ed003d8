import Numerics
import Testing

@Suite struct `Statistics of samples` {
  @Test(arguments: [
    ("minimum", 0.0, 1.0), ("between", 0.1, 1.4), ("median", 0.5, 3.0), ("maximum", 1.0, 10.0),
  ]) func `interpolate quantiles as NumPy does`(_ name: String, _ p: Double, _ expected: Double) throws {
    let sample = SortedSample([10, 3, .nan, 1, 2, 4])
    #expect(abs(try #require(sample.quantile(p)) - expected) < 1e-15, "\(name)")
  }

  @Test func `find the median distance from the median`() {
    #expect(SortedSample([1, 2, 3, 4, 100]).medianAbsoluteDeviation == 1)
    #expect(SortedSample([]).median == nil)
  }

  @Test func `share ranks among ties`() {
    #expect(Statistics.ranks([5, 1, 5, 3, 5]) == [4, 1, 4, 2, 4])
  }

  @Test func `count below and at most`() {
    let sample = SortedSample([1, 2, 2, 3])
    #expect(sample.countBelow(2) == 1)
    #expect(sample.countAtMost(2) == 3)
    #expect(sample.share(atMost: 0) == 0)
  }

  @Test func `lose no digits to a large mean`() {
    #expect(Statistics.variance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) == 30)
  }

  @Test func `correlate`() {
    #expect(abs(Statistics.correlation([1, 2, 3], [-2, -4, -6]) + 1) < 1e-15)
    #expect(Statistics.correlation([1, 1, 1], [1, 2, 3]) == 0)
  }
}
