import Detection
import Numerics
import TestKit
import Testing
import Values

private func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
  var random = SeededGenerator(seed: seed)
  return (0..<count).map { _ in random.normal() }
}

private func run(_ method: some StreamMethod, _ rows: [[Double]], seed: UInt64 = 1) throws -> [StreamScore] {
  var random = SeededGenerator(seed: seed)
  var state = try method.start(features: rows[0].count, using: &random)
  return rows.map { state.take($0) }
}

private func value(_ score: StreamScore) -> Double? {
  if case .score(let value) = score { value } else { nil }
}

extension `Detector laws` {
  static let streams: [SeriesCase] = [
    SeriesCase(detector: StreamDetector(StreamNeighbors(warmup: 5)), planted: 0),
    SeriesCase(detector: StreamDetector(StreamNeighbors(memory: 40, warmup: 5)), planted: 0),
    SeriesCase(detector: StreamDetector(HalfSpaceTrees(trees: 5, depth: 6, window: 40)), planted: 0),
    SeriesCase(detector: StreamDetector(RandomCutForest(trees: 8, size: 32)), planted: 0),
    SeriesCase(detector: StreamDetector(RandomCutForest(trees: 8, size: 32, shingle: 3)), planted: 0),
    SeriesCase(detector: StreamDetector(StreamingPeaks(warmup: 40)), planted: 0),
    SeriesCase(
      detector: StreamDetector(XStream(projections: 10, chains: 8, depth: 8, window: 40)), planted: 0),
    SeriesCase(detector: StreamDetector(StreamingPeaks(warmup: 40, drift: 10)), planted: 0),
    SeriesCase(detector: StreamDetector(StreamOutlierFactor(neighbors: 4, warmup: 10)), planted: 0),
    SeriesCase(
      detector: StreamDetector(StreamOutlierFactor(neighbors: 4, memory: 30, warmup: 50)), planted: 0),
    SeriesCase(detector: StreamDetector(StreamHistograms(projections: 8, window: 30)), planted: 0),
    SeriesCase(detector: StreamDetector(OnlineProfile(window: 12, memory: 60)), planted: 0),
    SeriesCase(
      detector: StreamDetector(HierarchicalMemory(warmup: 30, columns: 128, memory: 1000)), planted: 0),
    SeriesCase(detector: RetrainedDetector(ZScore(), policy: .adwin, memory: 60), planted: 3),
  ]

  @Test(arguments: streams) func `hold in streams for`(_ tried: SeriesCase) throws {
    try checkLaws(
      tried.detector, toy: ToyRows(columns: tried.columns, planted: tried.planted), scoresRowsAlone: false,
      takesMissing: tried.takesMissing)
  }
}

@Suite struct `Streams` {
  static let methods: [any StreamMethod] = [
    StreamNeighbors(), HalfSpaceTrees(), RandomCutForest(trees: 30), StreamingPeaks(), XStream(),
    StreamOutlierFactor(), StreamHistograms(),
  ]

  @Test(arguments: methods) func `say that they are learning, then find what is odd`(
    _ method: any StreamMethod
  )
    throws
  {
    var rows = zip(noise(600), noise(600, seed: 2)).map { [$0, $1] }
    rows[500] = [12, -12]
    let scores = try run(method, rows)
    let first = scores.firstIndex { value($0) != nil } ?? 0
    #expect((50...260).contains(first))
    for row in 0..<first { #expect(scores[row] == .learning(remaining: first - row)) }
    let numbers = scores.map { value($0) ?? -1e9 }
    #expect(numbers.indices.max { numbers[$0] < numbers[$1] } == 500)
  }

  @Test func `leave rows unscored while learning`() throws {
    let frame = Frame(
      index: Index(.row(count: 100)), columns: [Column(numbers: noise(100), name: "x")])
    let rows = try #require(try ScorableRows(.table(frame)))
    let scores = try AnyDetector(StreamDetector(StreamNeighbors(warmup: 30)))
      .detect(rows, perSegment: false, seed: 1, work: Work())
    #expect(scores.presence?.setCount == 70)
    #expect(!scores.isScored(29) && scores.isScored(30))
  }

  @Test func `go on where the training ended`() throws {
    let values = noise(300)
    func rows(_ part: ArraySlice<Double>) throws -> Observations { try Observations(rows: part.map { [$0] }) }
    var random = SeededGenerator(seed: 1)
    let detector = StreamDetector(StreamNeighbors())
    let model = try detector.fit(rows(values[..<200]), using: &random, work: Work())
    let whole = try model.scores(of: rows(values[...]), work: Work())
    let behind = try model.scores(of: rows(values[200...]), work: Work())
    #expect(Array(whole[200...]) == behind)
  }

  @Test func `measure distances as the definition says`() throws {
    let values = noise(80)
    let scores = try run(StreamNeighbors(neighbors: 3, memory: 40, warmup: 10), values.map { [$0] })
    var raws: [Double] = []
    for row in 3..<80 {
      let seen = values[max(0, row - 40)..<row]
      let nearest = seen.map { abs($0 - values[row]) }.sorted().prefix(3)
      let raw = nearest.reduce(0, +) / 3
      if row >= 10 {
        let usual = raws.reduce(0, +) / Double(raws.count)
        let width = (raws.map { ($0 - usual) * ($0 - usual) }.reduce(0, +) / Double(raws.count)).squareRoot()
        #expect(abs((value(scores[row]) ?? .nan) - (raw - usual) / width) < 1e-9)
      }
      raws.append(raw)
    }
  }

  @Test func `displace what is alone`() throws {
    // In a tree of equal points and one other, the first cut parts it from all.
    let rows = (0..<20).map { _ in [0.0] } + [[9.0]]
    let scores = try run(RandomCutForest(trees: 4, size: 32), rows)
    #expect(value(scores[20]) == 20)
  }

  @Test func `forget what is older than a tree holds`() throws {
    let rows = (0..<400).map { [Double($0 < 200 ? 0 : 50) + noise(1, seed: UInt64($0))[0]] }
    let numbers = try run(RandomCutForest(trees: 20, size: 64), rows).map { value($0) ?? 0 }
    #expect(numbers[200] > 20)
    #expect(numbers[300..<400].allSatisfy { $0 < 20 })
  }

  @Test func `know tail probabilities`() throws {
    let scores = try run(StreamingPeaks(warmup: 2000), (noise(20_000) + [4.5, 6]).map { [$0] })
    // Two tails: about one value in a thousand has a score of 3 in one of them or more.
    let numbers = scores.compactMap(value)
    let share = Double(numbers.filter { $0 > 3 }.count) / Double(numbers.count)
    #expect((0.001...0.004).contains(share))
    #expect((value(scores[20_000]) ?? 0) > 4)
    #expect((value(scores[20_001]) ?? 0) > (value(scores[20_000]) ?? 0))
  }

  @Test func `take a moving mean off`() throws {
    var rows = (0..<2000).map { [Double($0) * 0.05] }
    for (row, shock) in noise(2000).enumerated() { rows[row][0] += shock }
    rows[1500][0] += 9
    let numbers = try run(StreamingPeaks(drift: 20), rows).map { value($0) ?? 0 }
    #expect(numbers.indices.max { numbers[$0] < numbers[$1] } == 1500)
  }

  @Test(arguments: [0, 1, 2]) func `see drifts and no others`(_ which: Int) {
    func alarms(_ values: [Double]) -> [Int] {
      let tests: [any DriftTest] = [AdaptiveWindow(), WindowComparison(alpha: 1e-4), RestartingSums()]
      var test = tests[which]
      return values.indices.filter { test.take(values[$0]) }
    }
    #expect(alarms(noise(1000)).count <= 1)
    let changed = alarms(noise(500) + noise(300, seed: 3).map { $0 + 3 })
    #expect(changed.contains { (500..<600).contains($0) })
    #expect(changed.filter { $0 < 500 }.count <= 1)
  }

  @Test func `shrink the adaptive window to the new state`() {
    var test = AdaptiveWindow()
    for value in noise(1000) { _ = test.take(value) }
    #expect(test.width > 900)
    for value in noise(320, seed: 2) { _ = test.take(value + 5) }
    #expect((200...420).contains(test.width))
  }

  @Test(arguments: RetrainingPolicy.allCases) func `fit anew when the scores drift`(
    _ policy: RetrainingPolicy
  )
    throws
  {
    let values = noise(300) + noise(700, seed: 2).map { $0 + 8 }
    var random = SeededGenerator(seed: 1)
    let rows = try Observations(rows: values.map { [$0] })
    let training = try rows.selecting(rows: Array(0..<200))
    let once = try ZScore().fit(training, using: &random, work: Work()).scores(of: rows, work: Work())
    let model = try RetrainedDetector(ZScore(), policy: policy, memory: 100)
      .fit(training, using: &random, work: Work())
    let again = try model.scores(of: rows, work: Work())
    #expect(Array(again[..<200]) == Array(once[..<200]))
    #expect(once[800..<1000].allSatisfy { $0 > 4 })
    #expect(again[310] > 4)
    #expect(again[800..<1000].filter { $0 > 4 }.count < 5)
  }

  @Test func `learn from verdicts`() {
    var taught = TaughtNeighbors(features: 2, memory: 50)
    #expect(taught.score([0, 0]) == 0)
    for row in 0..<60 {
      taught.learn([Double(row % 2) * 5, Double(row % 7)], isAnomalous: row % 2 == 1)
    }
    #expect(taught.score([5, 3]) == 1)
    #expect(taught.score([0, 3]) == 0)
    // The world turns around, and is forgotten after as many rows as the memory holds.
    for row in 0..<50 { taught.learn([Double(row % 2) * 5, Double(row % 7)], isAnomalous: row % 2 == 0) }
    #expect(taught.score([5, 3]) == 0)
  }
}
