import Detection
import Foundation
import Numerics
import TestKit
import Testing
import Values

private func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
  var random = SeededGenerator(seed: seed)
  return (0..<count).map { _ in random.normal() }
}

private func channels(_ columns: [[Double]]) throws -> Observations {
  try Observations(rows: columns[0].indices.map { row in columns.map { $0[row] } })
}

private func scores(_ detector: some Detector, _ columns: [Double]..., fit: Int? = nil) throws -> [Double] {
  var random = SeededGenerator(seed: 1)
  let rows = try channels(columns)
  guard let fit else {
    return try detector.fit(rows, using: &random, work: Work()).scoresOfTraining(rows, work: Work())
  }
  return try detector.fit(rows.selecting(rows: Array(0..<fit)), using: &random, work: Work())
    .scores(of: rows, work: Work())
}

private func wave(_ count: Int, period: Int) -> [Double] {
  (0..<count).map { sin(2 * Double.pi * Double($0) / Double(period)) }
}

/// Brought to what methods for channels see.
private func standardised(_ values: [Double]) -> [Double] {
  let sorted = SortedSample(values)
  let center = sorted.median ?? 0
  let scale = 1.482602218505602 * (SortedSample(values.map { abs($0 - center) }).median ?? 1)
  return values.map { ($0 - center) / scale }
}

@Suite struct `Series detectors` {
  @Test(arguments: [12, 24, 125, 200]) func `find the period`(_ period: Int) {
    #expect(Period.estimate(of: wave(2000, period: period)) == period)
  }

  @Test func `find no period where there is none`() {
    #expect(Period.estimate(of: [Double](repeating: 3, count: 500)) == nil)
    #expect(Period.estimate(of: (0..<500).map(Double.init)) == nil)
    #expect(Period.estimate(of: [1, 2]) == nil)
  }

  @Test(arguments: [(60, 5), (61, 8), (128, 100)])
  func `take the expected spectrum out`(_ count: Int, _ filter: Int) throws {
    let series = noise(count)
    let naive = naiveSpectralResidual(series, filter: filter)
    let mean = naive.reduce(0, +) / Double(count)
    let ours = try scores(ChannelDetector(SpectralResidual(filter: filter)), series)
    for (a, b) in zip(ours, naive) { #expect(abs(a - b / mean) < 1e-9) }
  }

  @Test func `see no fault in a polynomial and see a step`() throws {
    let curve = (0..<600).map { row in
      let x = Double(row) / 100; return x * x * x - 4 * x * x + x
    }
    let smooth = try scores(ChannelDetector(PolynomialForecast(degree: 3, window: 20)), curve)
    // A full stretch is laid over one row more than it has, so that a slope leaves a little.
    #expect(smooth.max() ?? 1 < 0.05)
    var stepped = curve
    for row in 400..<420 { stepped[row] += 30 }
    let odd = try scores(ChannelDetector(PolynomialForecast(degree: 3, window: 20)), stepped)
    #expect((400..<420).allSatisfy { odd[$0] == odd.max() })
  }

  @Test(arguments: [WindowProfile.Neighborhood.left, .right])
  func `compare windows with one side`(_ side: WindowProfile.Neighborhood) throws {
    let series = noise(120)
    let (window, exclusion) = (10, 4)
    let ours = try WindowProfile(series, window: window, center: 0, scale: 1)
      .selfJoin(exclusion: exclusion, neighbors: side, work: Work())
    for i in ours.indices {
      let candidates = ours.indices.filter { side == .left ? i - $0 >= exclusion : $0 - i >= exclusion }
      let shape = Array(series[i..<i + window])
      let nearest = candidates.map { j in
        naiveMatrixProfile(shape, against: Array(series[j..<j + window]), window: window)[0]
      }.min()
      #expect(abs(ours[i] - (nearest ?? 0)) < 1e-9)
    }
  }

  @Test func `put rows behind what was learned for the left profile`() throws {
    let series = noise(200)
    let whole = try scores(MatrixProfile(window: 12, neighbors: .left), series)
    var random = SeededGenerator(seed: 1)
    let model = try MatrixProfile(window: 12, neighbors: .left)
      .fit(channels([Array(series[..<100])]), using: &random, work: Work())
    let behind = try model.scores(of: channels([Array(series[100...])]), work: Work())
    let continued = try model.scores(of: channels([series]), work: Work())
    // Scaling by other training rows moves the last digits.
    for row in 0..<100 { #expect(abs(behind[row] - whole[100 + row]) < 1e-9) }
    for row in 0..<200 { #expect(abs(continued[row] - whole[row]) < 1e-9) }
  }

  @Test(arguments: [1, 2, 3]) func `agree in some channels`(_ dimensions: Int) throws {
    let columns = (0..<3).map { noise(90, seed: UInt64($0 + 1)) }
    let naive = naiveManyChannels(columns, window: 8, dimensions: dimensions, exclusion: 3)
    let ours = try scores(
      ManyChannelsProfile(window: 8, dimensions: dimensions), columns[0], columns[1], columns[2])
    for row in ours.indices {
      #expect(abs(ours[row] - naive[min(max(row - 4, 0), naive.count - 1)]) < 1e-9)
    }
  }

  @Test func `find an anomaly of unknown length`() throws {
    var series = wave(1000, period: 40)
    for row in 600..<615 { series[row] = -series[row] }
    let found = try scores(ManyLengthsProfile(shortest: 12, longest: 80, lengths: 3), series)
    let top = found.indices.max { found[$0] < found[$1] } ?? 0
    #expect((580..<640).contains(top))
  }

  @Test func `foretell from the last values`() throws {
    let shocks = noise(3000)
    var series = [0.0]
    for row in 1..<3000 { series.append(0.8 * series[row - 1] + shocks[row]) }
    series[2000] += 12
    let found = try scores(ChannelDetector(Autoregression(order: 2)), series)
    #expect(found.indices.max { found[$0] < found[$1] } == 2000)
    // An ordinary row's error is its shock: half of them lie within 0.6745 deviations.
    let inside = found.filter { $0 < 0.6745 }.count
    #expect(abs(Double(inside) / 3000 - 0.5) < 0.03)
  }

  @Test func `foretell all channels from the last values of all`() throws {
    let shocks = [noise(2000, seed: 1), noise(2000, seed: 2)]
    var (a, b) = ([0.0], [0.0])
    for row in 1..<2000 {
      a.append(0.5 * a[row - 1] + shocks[0][row])
      b.append(0.9 * a[row - 1] + 0.1 * shocks[1][row])
    }
    // Ordinary for the channel by itself, but not behind this value of the other.
    b[1500] = -b[1500] + (b[1500] > 0 ? -1 : 1)
    let found = try scores(VectorAutoregression(order: 1), a, b)
    #expect(found.indices.max { found[$0] < found[$1] } == 1500)
    let alone = try scores(VectorAutoregression(order: 1), b)
    #expect(alone[1500] < 4)
  }

  @Test func `follow level, trend and season`() throws {
    let clean = wave(400, period: 20).enumerated().map { 5 * $1 + 0.01 * Double($0) }
    var broken = zip(clean, noise(400)).map { $0 + 0.1 * $1 }
    broken[300] += 3
    for detector in [HoltWinters(period: 20), HoltWinters()] {
      let found = try scores(ChannelDetector(detector), broken, fit: 250)
      #expect(found.indices.max { found[$0] < found[$1] } == 300)
      // It does not become the norm: the same phase one season later is ordinary.
      #expect(found[320] < 5)
    }
  }

  @Test func `take trend and season out`() throws {
    var series = wave(300, period: 12).enumerated().map { 3 * $1 + 0.05 * Double($0) }
    series = zip(series, noise(300)).map { $0 + 0.05 * $1 }
    series[150] += 2
    let found = try scores(ChannelDetector(SeasonalTrend(period: 12)), series)
    #expect(found.indices.max { found[$0] < found[$1] } == 150)
    #expect(found[150] > 10)
    #expect((SortedSample(found).quantile(0.95) ?? 99) < 4)
    #expect(throws: DetectionError.self) {
      try scores(ChannelDetector(SeasonalTrend()), (0..<100).map(Double.init))
    }
  }

  @Test func `filter a level that drifts`() throws {
    let steps = noise(1000)
    var level = 0.0
    var series = zip(steps, noise(1000, seed: 9)).map { step, seen in
      level += 0.1 * step
      return level + seen
    }
    series[700] += 9
    let found = try scores(ChannelDetector(KalmanResidual()), series, fit: 500)
    #expect(found.indices.max { found[$0] < found[$1] } == 700)
    #expect(abs(Double(found.filter { $0 < 1.96 }.count) / 1000 - 0.95) < 0.02)
  }

  @Test func `chart weighted means as the formula says`() throws {
    let series = noise(50)
    let z = standardised(series)
    var mean = 0.0
    let ours = try scores(ChannelDetector(WeightedMeanChart(weight: 0.3)), series)
    for (row, value) in z.enumerated() {
      mean = 0.3 * value + 0.7 * mean
      let spread = (0.3 / 1.7 * (1 - pow(0.7, 2 * Double(row + 1)))).squareRoot()
      #expect(abs(ours[row] - abs(mean) / spread) < 1e-9)
    }
  }

  @Test func `add up deviations to one side`() throws {
    // Median 0 and scaled deviation 1 by construction.
    let unit = 1 / 1.482602218505602
    let series = [-unit, unit, -unit, unit, 0, 2, 2, 2, 2]
    var random = SeededGenerator(seed: 1)
    let model = try ChannelDetector(CumulativeSum(allowance: 0.5, limit: 4)).fit(
      channels([Array(series[..<5])]), using: &random, work: Work())
    let found = try model.scores(of: channels([Array(series[4...])]), work: Work())
    // 1.5 a row; beyond 4 it starts again.
    for (a, b) in zip(found, [0, 1.5, 3, 4.5, 1.5]) { #expect(abs(a - b) < 1e-9) }
  }

  @Test func `test running sums against their extremes`() {
    var test = PageHinkleyTest(allowance: 0.1)
    let values = noise(300) + noise(100).map { $0 + 2 }
    var (mean, up, low, down, high) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (row, value) in values.enumerated() {
      test.take(value)
      mean += (value - mean) / Double(row + 1)
      up += value - mean - 0.1
      down += value - mean + 0.1
      (low, high) = (min(low, up), max(high, down))
      #expect(abs(test.distance - max(up - low, high - down)) < 1e-9)
    }
    #expect(test.distance > 50)
  }

  @Test func `know a change from run lengths`() throws {
    let series = noise(80) + noise(60, seed: 4).map { 6 + 0.5 * $0 }
    let naive = naiveBayesianChange(standardised(series), spacing: 250, recent: 10)
    let ours = try scores(ChannelDetector(BayesianChange()), series)
    for (a, b) in zip(ours, naive) { #expect(abs(a - b) < 1e-6) }
    #expect(ours[84] > 0.9)
    #expect(ours[70] < 0.2)
  }

  @Test func `see where the rows before and behind differ`() throws {
    let series = noise(150) + noise(150, seed: 3).map { 3 * $0 }
    let found = try scores(ChannelDetector(WindowChange(window: 40)), series)
    let top = found.indices.max { found[$0] < found[$1] } ?? 0
    #expect(abs(top - 150) < 12)
    #expect(found[20] == 0 && found[299] == 0)
  }

  @Test func `judge the mean of the last rows`() throws {
    let rows = noise(500)
    var shifted = rows
    for row in 400..<440 { shifted[row] += 1.5 }
    let alone = try scores(ControlT2(window: 1), shifted, noise(500, seed: 2), fit: 300)
    let together = try scores(ControlT2(window: 20), shifted, noise(500, seed: 2), fit: 300)
    #expect(together.max() == together[415..<450].max())
    #expect((together[435]) > alone[435])
  }

  @Test func `rebuild rows from remembered states`() throws {
    let a = noise(400)
    let b = a.map { 2 * $0 }
    var odd = b
    odd[350] = -b[350] + 3
    let found = try scores(StateEstimation(memory: 60), a, odd, fit: 300)
    #expect(found.indices.max { found[$0] < found[$1] } == 350)
  }

  @Test func `score windows by any detector of rows`() throws {
    var series = wave(600, period: 30)
    for row in 400..<415 { series[row] = 0.3 }
    for form in WindowForm.allCases {
      let detector = WindowedDetector(NearestNeighbors(neighbors: 3), window: 30, form: form)
      let found = try scores(detector, series)
      let top = found.indices.max { found[$0] < found[$1] } ?? 0
      #expect((385..<430).contains(top))
      #expect(found[..<15].allSatisfy { $0 == found[0] })
    }
    #expect(throws: DetectionError.missing(row: 17, feature: "f0")) {
      var holed = series
      holed[17] = .nan
      _ = try scores(WindowedDetector(PrincipalComponents(), window: 30), holed)
    }
  }

  @Test func `sum a window's contributions over its rows`() throws {
    var random = SeededGenerator(seed: 1)
    let rows = try channels([noise(100), noise(100, seed: 2)])
    let model = try WindowedDetector(ZScore(summary: .mean), window: 5).fit(
      rows, using: &random, work: Work())
    let parts = try #require(try model.contributions(to: rows, work: Work()))
    let found = try model.scores(of: rows, work: Work())
    for row in 0..<100 { #expect(abs(parts.matrix.row(row).reduce(0, +) / 10 - found[row]) < 1e-9) }
  }
}
