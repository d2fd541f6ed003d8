import Chronology
import Encoding
import Numerics
import Testing
import Values

private let second = TimeSpan(seconds: 1)
private let start = Instant(nanoseconds: 0)

private func series(_ columns: [String: [Double]], segments: [Segment] = []) -> Frame {
  let count = columns.values.first?.count ?? 0
  return Frame(
    index: Index(.time(.regular(start: start, step: second, count: count)), segments: segments),
    columns: columns.sorted { $0.key < $1.key }.map { Column(numbers: $1, name: $0) })
}

@Suite struct `Trailing windows` {
  @Test func `end at their row and never cross a run`() throws {
    let index = Index(
      .time(.regular(start: start, step: second, count: 10)),
      segments: [Segment(name: "a", rows: 0..<4), Segment(name: "b", rows: 4..<10)])
    let windows = try TrailingWindows(width: TimeSpan(seconds: 3), over: index)
    #expect(Array(windows.rows(at: 3)) == [1, 2, 3])
    #expect(Array(windows.rows(at: 4)) == [4])
    #expect(Array(windows.rows(at: 7)) == [5, 6, 7])
    #expect((0..<10).filter { windows.isFull[$0] } == [2, 3, 6, 7, 8, 9])
  }

  @Test func `follow the clock, not the order of rows`() throws {
    let times: [Int64] = [3, 1, 2, 0].map { $0 * 1_000_000_000 }
    let windows = try TrailingWindows(width: TimeSpan(seconds: 2), over: Index(.time(.listed(times))))
    #expect(Array(windows.rows(at: 0)) == [2, 0])
    #expect(Array(windows.rows(at: 3)) == [3])
    #expect(Array(windows.rows(at: 1)) == [3, 1])
  }

  @Test func `need time`() {
    #expect(throws: EncodingError.noTime) { try TrailingWindows(width: second, over: .rows(3)) }
  }
}

@Suite struct `Statistics encoder` {
  let ramp = series(["x": (0..<20).map { 2 * Double($0) }])

  @Test func `sees mean, spread, extremes and slope of the past`() throws {
    let encoded = try StatisticsEncoder(width: TimeSpan(seconds: 5)).encode(ramp, work: Work())
    #expect(encoded.features == ["x.mean", "x.std", "x.min", "x.max", "x.slope"])
    // Rows 5...9 hold 10, 12, 14, 16, 18: variance 40 / 4.
    #expect(Array(encoded.matrix.row(9)) == [14, 10.0.squareRoot(), 10, 18, 2])
    #expect((0..<20).filter { !encoded.presence[$0] } == [0, 1, 2, 3])
    #expect(encoded.matrix.row(3).allSatisfy { $0.isNaN })
  }

  @Test func `does not see the future`() throws {
    var changed = (0..<20).map { 2 * Double($0) }
    for row in 12..<20 { changed[row] = 1e6 }
    let encoder = StatisticsEncoder(width: TimeSpan(seconds: 5))
    let before = try encoder.encode(ramp, work: Work())
    let after = try encoder.encode(series(["x": changed]), work: Work())
    for row in 4..<12 { #expect(before.matrix.row(row) == after.matrix.row(row)) }
  }

  @Test func `leaves missing cells out and needs half of a window`() throws {
    var values: [Double] = [1, 2, .nan, 4, 5, .nan, .nan, .nan, .nan, 10]
    values += [11, 12]
    let encoded = try StatisticsEncoder(width: TimeSpan(seconds: 4)).encode(
      series(["x": values]), work: Work())
    #expect(encoded.matrix[3, 0] == 7.0 / 3)
    #expect(!encoded.presence[7])
    #expect(!encoded.presence[8])
    #expect(encoded.matrix[10, 0] == 10.5)
  }

  @Test func `never encodes a label`() throws {
    let frame = Frame(
      index: ramp.index,
      columns: ramp.columns + [
        Column(numbers: [Double](repeating: 1, count: 20), name: "fault", role: .label)
      ])
    let encoded = try StatisticsEncoder(width: TimeSpan(seconds: 5)).encode(frame, work: Work())
    #expect(encoded.features.allSatisfy { $0.hasPrefix("x.") })
  }

  @Test func `is the same at one and two threads`() throws {
    var random = SeededGenerator(seed: 3)
    let frame = series(["x": (0..<3000).map { _ in random.normal() }])
    let encoder = StatisticsEncoder(width: TimeSpan(seconds: 30))
    let one = try encoder.encode(frame, work: Work(threads: 1))
    let two = try encoder.encode(frame, work: Work(threads: 2))
    #expect(one.presence == two.presence)
    #expect(one.matrix.values.map(\.bitPattern) == two.matrix.values.map(\.bitPattern))
  }

  @Test func `refuses windows of one row`() {
    #expect(throws: EncodingError.windowTooShort(needed: TimeSpan(seconds: 2))) {
      try StatisticsEncoder(width: second).encode(ramp, work: Work())
    }
  }
}

@Suite struct `Spectrum encoder` {
  @Test func `finds the band of an oscillation`() throws {
    // A period of 5 s is 0.2 Hz: the second of four bands up to 0.5 Hz.
    let wave = series(["x": (0..<100).map { 7 + sine(2 * .pi * Double($0) / 5) }])
    let encoded = try SpectrumEncoder(width: TimeSpan(seconds: 40), bands: 4).encode(wave, work: Work())
    #expect(encoded.features == ["x.band1", "x.band2", "x.band3", "x.band4"])
    let row = Array(encoded.matrix.row(80))
    #expect(row.indices.max { row[$0] < row[$1] } == 1)
    #expect(!encoded.presence[38])
    #expect(encoded.presence[39])
  }
}

@Suite struct `Sound encoder` {
  private func tone(_ hertz: Double, seconds: Int, rate: Int = 8000) -> [Float] {
    (0..<seconds * rate).map { Float(0.5 * sine(2 * .pi * hertz * Double($0) / Double(rate))) }
  }

  @Test func `hears each row by the frames inside it`() throws {
    let audio = Audio(
      sampleRate: 8000, channels: [tone(500, seconds: 2) + tone(2000, seconds: 2)], start: start)
    let index = Index(.time(.regular(start: start, step: second, count: 6)), extent: second)
    let encoded = try SoundEncoder(.spectrum(bands: 8), frameLength: 1024).encode(
      audio, rows: index, width: nil, work: Work())
    func loudest(_ row: Int) -> Int? {
      let values = Array(encoded.matrix.row(row))
      return values.indices.max { values[$0] < values[$1] }
    }
    #expect([0, 1].map(loudest) == [0, 0])
    #expect([2, 3].map(loudest) == [3, 3])
    #expect((0..<6).map { encoded.presence[$0] } == [true, true, true, true, false, false])
    // Rows 0 and 1 hear the same steady tone.
    #expect(zip(encoded.matrix.row(0), encoded.matrix.row(1)).allSatisfy { abs($0 - $1) < 1.5 })
  }

  @Test func `gives one row a frame without an index`() throws {
    let audio = Audio(sampleRate: 8000, channels: [tone(500, seconds: 1)], start: start)
    let embedding = try SoundEncoder(.cepstrum(coefficients: 13, bands: 40)).encode(audio, work: Work())
    #expect(embedding.matrix.rows == 1 + 8000 / 512)
    #expect(embedding.features.first == "mfcc0" && embedding.features.count == 13)
    #expect(embedding.index.time?[2] == start + TimeSpan(seconds: 2 * 512 / 8000))
  }

  @Test func `refuses windows shorter than a frame`() {
    let audio = Audio(sampleRate: 8000, channels: [tone(500, seconds: 1)], start: start)
    let index = Index(.time(.regular(start: start, step: second, count: 1)), extent: TimeSpan(seconds: 0.1))
    #expect(throws: EncodingError.frameTooLong(samples: 2048, window: TimeSpan(seconds: 0.1))) {
      try SoundEncoder(.mel(bands: 40)).encode(audio, rows: index, width: nil, work: Work())
    }
  }
}

@Suite struct `Counts encoder` {
  private let log = Log(
    frame: Frame(
      index: Index(.time(.listed([500, 1500, 1700, 4200].map { $0 * 1_000_000 }))),
      columns: [Column("message", .text(TextColumn(["a 1", "b 2", "a 3", "a 4"])))]),
    templates: ["a <*>", "b <*>"], templateOfRow: [0, 1, 0, 0])

  @Test func `counts templates inside the window`() throws {
    let index = Index(.time(.regular(start: start, step: second, count: 5)), extent: second)
    let encoded = try CountsEncoder(width: TimeSpan(seconds: 2)).encode(log, rows: index, work: Work())
    #expect(encoded.features == ["total", "a", "b"])
    #expect(
      (0..<5).map { Array(encoded.matrix.row($0)) } == [
        [1, 1, 0], [3, 2, 1], [2, 1, 1], [0, 0, 0], [1, 1, 0],
      ])
  }

  @Test func `is absent where the log is`() throws {
    let index = Index(.time(.regular(start: start, step: second, count: 3)), extent: second)
    let encoded = try CountsEncoder(width: second).encode(
      log, rows: index, presence: Mask([true, false, true]), work: Work())
    #expect(!encoded.presence[1])
    #expect(encoded.matrix.row(1).allSatisfy { $0.isNaN })
  }
}

@Suite struct `Slices of rows` {
  @Test func `hold raw values of whole windows inside a run`() throws {
    let frame = series(
      ["x": (0..<10).map(Double.init)],
      segments: [Segment(name: "a", rows: 0..<4), Segment(name: "b", rows: 4..<10)])
    let embedding = try Slices(width: 3, hop: 2).encode(frame)
    #expect(embedding.features == ["x.lag2", "x.lag1", "x.lag0"])
    #expect(
      (0..<embedding.matrix.rows).map { Array(embedding.matrix.row($0)) } == [
        [0, 1, 2], [4, 5, 6], [6, 7, 8],
      ])
    #expect(embedding.index.segments.map(\.rows) == [0..<1, 1..<3])
  }
}
