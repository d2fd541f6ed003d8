import Detection
import Numerics
import Testing
import Values

private func value(
  _ rows: [[Double]], segments: [Segment] = [], splits: [Split]? = nil, label: [Bool]? = nil
) -> Value {
  var columns = (0..<(rows.first?.count ?? 0)).map { column in
    Column(numbers: rows.map { $0[column] }, name: "f\(column)")
  }
  if let label { columns.append(Column("truth", .bool(label), role: .label)) }
  return .table(
    Frame(index: Index(.row(count: rows.count), segments: segments, splits: splits), columns: columns))
}

/// Two channels of which the second file's are ten times larger.
private func twoFiles(split: Bool = false) -> Value {
  var random = SeededGenerator(seed: 2)
  let rows = (0..<80).map { row in (0..<2).map { _ in random.normal() * (row < 40 ? 1 : 10) } }
  return value(
    rows, segments: [Segment(name: "a", rows: 0..<40), Segment(name: "b", rows: 40..<80)],
    splits: split ? (0..<80).map { $0 % 40 < 25 ? .fit : .test } : nil)
}

private func detect(
  _ detector: some Detector, _ value: Value, perSegment: Bool = false, threads: Int = 1
) throws -> Scores {
  try AnyDetector(detector).detect(
    #require(try ScorableRows(value)), perSegment: perSegment, seed: 4, work: Work(threads: threads))
}

@Suite struct `Fitted models` {
  @Test func `never see labels`() throws {
    let rows = try #require(try ScorableRows(value([[1], [2]], label: [true, false])))
    #expect(rows.features == ["f0"])
  }

  @Test func `fit on the fit rows and mark them`() throws {
    var rows = (0..<40).map { [Double($0 % 5)] }
    for row in 30..<40 { rows[row] = [1000] }
    let scores = try detect(ZScore(), value(rows, splits: (0..<40).map { $0 < 30 ? .fit : .test }))
    #expect(scores.fitted?.setCount == 30)
    #expect(scores.values[35] > 500)
    let blind = try detect(ZScore(), value(rows))
    #expect(blind.fitted == nil)
    #expect(blind.values[35] < 3)
  }

  @Test func `score fit rows without themselves`() throws {
    let scores = try detect(NearestNeighbors(neighbors: 1), value([[0], [1], [5]]))
    #expect(scores.values == [1, 1, 4])
  }

  @Test(arguments: [1, 2]) func `fit one model a segment`(_ threads: Int) throws {
    let together = try detect(NearestNeighbors(neighbors: 3), twoFiles(), threads: threads)
    let apart = try detect(NearestNeighbors(neighbors: 3), twoFiles(), perSegment: true, threads: threads)
    // In one model the large file is odd; by itself it is as ordinary as the other.
    func mean(_ scores: Scores, _ rows: Range<Int>) -> Double { Statistics.mean(scores.values[rows]) }
    #expect(mean(together, 40..<80) > 5 * mean(together, 0..<40))
    #expect(mean(apart, 40..<80) > 5 * mean(apart, 0..<40))
    let standard = try detect(ZScore(), twoFiles(), perSegment: true)
    #expect(abs(mean(standard, 40..<80) - mean(standard, 0..<40)) < 0.5)
  }

  @Test func `leave rows without any value unscored`() throws {
    let rows = (0..<20).map { $0 == 4 ? [Double.nan, .nan] : [Double($0), Double($0 % 3)] }
    let scores = try detect(PrincipalComponents(), value(rows))
    #expect(!scores.isScored(4))
    #expect(scores.presence?.setCount == 19)
  }

  @Test func `leave incomplete rows unscored where a method needs all features`() throws {
    var rows = (0..<20).map { [Double($0), Double($0 % 3)] }
    rows[2] = [.nan, .nan]
    rows[7][1] = .nan
    let scores = try detect(LocalOutlierFactor(neighbors: 5), value(rows))
    #expect(!scores.isScored(2) && !scores.isScored(7))
    #expect(scores.presence?.setCount == 18)
    let complete = rows.enumerated().filter { ![2, 7].contains($0.offset) }.map(\.element)
    let without = try detect(LocalOutlierFactor(neighbors: 5), value(complete))
    let scored = scores.values.enumerated().filter { scores.isScored($0.offset) }.map(\.element)
    #expect(scored == without.values)
    let hollow = rows.map { [$0[0], .nan] }
    #expect(throws: DetectionError.missing(row: 0, feature: "f1")) {
      try detect(LocalOutlierFactor(neighbors: 5), value(hollow))
    }
  }

  @Test func `match features by name`() throws {
    let model = try AnyDetector(ZScore()).fit(
      #require(try ScorableRows(twoFiles())), perSegment: false, seed: 0, work: Work())
    let swapped = Frame(
      index: .rows(1), columns: [Column(numbers: [3], name: "f1"), Column(numbers: [0], name: "f0")])
    let scores = try model.scores(of: #require(try ScorableRows(.table(swapped))), work: Work())
    let straight = try model.scores(of: #require(try ScorableRows(value([[0, 3]]))), work: Work())
    #expect(scores.values == straight.values)
    #expect(throws: DetectionError.unknownFeature("f1")) {
      try model.scores(of: #require(try ScorableRows(value([[0]]))), work: Work())
    }
  }

  @Test func `have bytes that only depend on what was learned`() throws {
    func bytes(_ seed: UInt64, _ threads: Int) throws -> [UInt8] {
      try AnyDetector(IsolationForest(trees: 10)).fit(
        #require(try ScorableRows(twoFiles())), perSegment: false, seed: seed, work: Work(threads: threads)
      ).encoded()
    }
    #expect(try bytes(1, 1) == bytes(1, 2))
    #expect(try bytes(1, 1) != bytes(2, 1))
  }

  @Test func `never carry windows of a series across files`() throws {
    let wave = (0..<120).map { [sine(Double($0) / 3)] }
    let segments = [Segment(name: "a", rows: 0..<60), Segment(name: "b", rows: 60..<120)]
    let scores = try detect(MatrixProfile(window: 8), value(wave, segments: segments))
    let first = try detect(MatrixProfile(window: 8), value(Array(wave[..<60])))
    #expect(Array(scores.values[..<60]) == first.values)
  }

  @Test func `score a series behind its fit rows`() throws {
    var wave = (0..<200).map { [sine(Double($0) / 3)] }
    for row in 150..<156 { wave[row] = [0.2] }
    let scores = try detect(
      MatrixProfile(window: 20), value(wave, splits: (0..<200).map { $0 < 100 ? .fit : .test }))
    let peak = try #require(scores.values.indices.max { scores.values[$0] < scores.values[$1] })
    #expect((140..<170).contains(peak))
  }

  @Test func `join the modalities of a bundle and keep their blocks`() throws {
    let frame = Frame(index: .rows(4), columns: [Column(numbers: [1, 2, 3, 4], name: "x")])
    let presence = Mask([true, true, false, true])
    let bundle = Bundle(
      index: .rows(4),
      slots: [
        Slot(name: "pump", content: .frame(frame)),
        Slot(name: "mic", content: .frame(frame), presence: presence),
      ])
    let rows = try #require(try ScorableRows(.bundle(bundle)))
    #expect(rows.features == ["pump.x", "mic.x"])
    #expect(rows.blocks.map(\.name) == ["pump", "mic"])
    #expect(rows.matrix[2, 1].isNaN && rows.matrix[2, 0] == 3)
  }
}
