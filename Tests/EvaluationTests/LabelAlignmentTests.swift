import Chronology
import Evaluation
import Testing
import Values

@Suite struct `Label alignment` {
  static func times(_ seconds: [Double], extent: Double? = nil, segments: [Segment] = []) -> Index {
    Index(
      .time(.listed(seconds.map { Int64($0 * 1e9) })), extent: extent.map { TimeSpan(seconds: $0) },
      segments: segments)
  }

  @Test func `keeps rows of the same address`() throws {
    let aligned = try AlignedLabels(of: [true, nil, false], on: .rows(3), to: .rows(3))
    #expect(aligned.labels == [true, nil, false])
    #expect(aligned.match == .sameRows)
    #expect(abs(aligned.coverage - 2.0 / 3) < 1e-15)
  }

  @Test func `refuses to guess between different row counts`() {
    #expect(throws: EvaluationError.rowCountsDiffer(scores: 2, labels: 3)) {
      _ = try AlignedLabels(of: [true, nil, false], on: .rows(3), to: .rows(2))
    }
    #expect(throws: EvaluationError.noCommonIndex(scores: "times", labels: "row numbers")) {
      _ = try AlignedLabels(of: [true], on: .rows(1), to: Self.times([0]))
    }
  }

  @Test func `takes the highest label inside each window`() throws {
    let labels = [false, false, true, false, false, false, true]
    let aligned = try AlignedLabels(
      of: labels, on: Self.times([0, 1, 2, 3, 4, 5, 6]), to: Self.times([0, 2, 3, 5], extent: 2))
    #expect(aligned.labels == [false, true, false, true])
  }

  @Test func `falls back to the nearest label within the tolerance`() throws {
    let source = Self.times([0, 10, 20])
    let moments = Self.times([4, 6, 14.9, 31])
    #expect(
      try AlignedLabels(of: [false, true, false], on: source, to: moments).labels
        == [false, true, true, nil])
    #expect(
      try AlignedLabels(
        of: [false, true, false], on: source, to: moments, tolerance: TimeSpan(seconds: 4.5)
      ).labels == [false, true, nil, nil])
  }

  @Test func `lets a label last as long as its row`() throws {
    let aligned = try AlignedLabels(
      of: [true, false], on: Self.times([0, 10], extent: 10), to: Self.times([7, 9.9, 10, 12]))
    #expect(aligned.labels == [true, true, false, false])
  }

  @Test func `meets only inside segments of the same name`() throws {
    let source = Self.times(
      [0, 1, 0, 1], segments: [Segment(name: "a", rows: 0..<2), Segment(name: "b", rows: 2..<4)])
    let target = Self.times(
      [0, 1, 1], segments: [Segment(name: "b", rows: 0..<2), Segment(name: "a", rows: 2..<3)])
    let aligned = try AlignedLabels(of: [true, true, false, false], on: source, to: target)
    #expect(aligned.labels == [false, false, true])
  }

  @Test func `finds samples by their identifier`() throws {
    let source = Index(.sample(TextColumn(["a", "b", "a", "c"])))
    let target = Index(.sample(TextColumn(["c", "a", "x"])))
    let aligned = try AlignedLabels(of: [false, true, true, nil], on: source, to: target)
    #expect(aligned.labels == [nil, true, nil])
    #expect(aligned.match == .sample)
  }
}

@Suite struct `Judged rows` {
  static func scores(
    splits: [Split]? = nil, segments: [Segment] = [], presence: Mask? = nil, fitted: Mask? = nil
  ) -> Scores {
    Scores(
      index: Index(.row(count: 6), segments: segments, splits: splits), values: [0, 1, 2, 3, 4, 5],
      method: "test", presence: presence, fitted: fitted)
  }
  static let labels: [Bool?] = [false, true, nil, false, true, true]

  @Test func `are the test rows of a split`() throws {
    let rows = try JudgedRows(
      Self.scores(splits: [.fit, .fit, .test, .test, .calibrate, .test]), labels: Self.labels)
    #expect(rows.choice == .test)
    #expect(rows.rows == [3, 5])
    #expect(rows.withoutLabel == 1)
    #expect(rows.judged.runs == [0..<1, 1..<2])
  }

  @Test func `leave out what the model was fitted on`() throws {
    let fitted = Mask([true, true, false, false, false, false])
    let rows = try JudgedRows(Self.scores(fitted: fitted), labels: Self.labels)
    #expect(rows.choice == .notFitted)
    #expect(rows.rows == [3, 4, 5])
  }

  @Test func `are all rows when nothing was kept apart`() throws {
    let rows = try JudgedRows(
      Self.scores(
        segments: [Segment(name: "a", rows: 0..<5), Segment(name: "b", rows: 5..<6)],
        presence: Mask([false, true, true, true, true, true]), fitted: Mask(count: 6, repeating: true)),
      labels: Self.labels)
    #expect(rows.choice == .all)
    #expect(rows.rows == [1, 3, 4, 5])
    #expect(rows.judged.runs == [0..<1, 1..<3, 3..<4])
    #expect(rows.withoutScore == 1)
  }

  @Test func `are none when no label is known`() {
    #expect(throws: EvaluationError.nothingToJudge) {
      _ = try JudgedRows(Self.scores(), labels: [Bool?](repeating: nil, count: 6))
    }
  }
}
