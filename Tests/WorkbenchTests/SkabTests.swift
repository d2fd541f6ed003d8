import Chronology
import Detection
import Evaluation
import Foundation
import Numerics
import Testing
import Values

/// The 34 labelled recordings of the SKAB water pump, where they are at hand.
enum Skab {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data/skab/data")

  static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

  struct Recording {
    let rows: [[Double]]
    let labels: [Bool]
  }

  static func recordings() throws -> [Recording] {
    try ["other", "valve1", "valve2"].flatMap { part in
      try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: part).path)
        .filter { $0.hasSuffix(".csv") }.sorted().map { name in
          let text = try String(contentsOf: folder.appending(path: "\(part)/\(name)"), encoding: .utf8)
          let lines = text.split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ";") }
          return Recording(
            rows: lines.map { line in line[1...8].map { Double($0) ?? .nan } },
            labels: lines.map { $0[9] == "1.0" || $0[9] == "1" })
        }
    }
  }
}

@Suite struct `The SKAB pump` {
  /// Each recording as its own segment of one index, the first 400 rows of each to fit on.
  static func scores() throws -> (scores: Scores, labels: [Bool]) {
    var values: [Double] = []
    var labels: [Bool] = []
    var splits: [Split] = []
    var segments: [Segment] = []
    for (number, recording) in try Skab.recordings().enumerated() {
      let rows = recording.rows
      let all = try Observations(
        matrix: Matrix(rows: rows.count, columns: 8, values: rows.flatMap(\.self)),
        features: (0..<8).map { "c\($0)" })
      let fit = try Observations(
        matrix: all.matrix.selecting(rows: Array(0..<400)), features: all.features)
      var random = SeededGenerator(seed: 0)
      let model = try PrincipalComponents().fit(fit, using: &random, work: Work())
      segments.append(Segment(name: "\(number)", rows: values.count..<values.count + rows.count))
      values += try model.scores(of: all, work: Work())
      labels += recording.labels
      splits += rows.indices.map { $0 < 400 ? .fit : .test }
    }
    let index = Index(.row(count: values.count), segments: segments, splits: splits)
    return (Scores(index: index, values: values, method: "pca"), labels)
  }

  /// The published T² + Q row: FAR 26.62 %, MAR 24.92 %. More than half of the rows are anomalous, so that flagging
  /// everything must stand beside.
  @Test(.enabled(if: Skab.isPresent)) func `is judged as well as published, without labels in a threshold`()
    throws
  {
    let (scores, labels) = try Self.scores()
    #expect(scores.index.segments.count == 34)
    let alarms = try Thresholding(
      rule: PeaksOverThreshold(risk: 1e-3, initial: 0.95), isPerSegment: true
    ).decide(scores)
    let rows = try JudgedRows(scores, labels: labels)
    #expect(rows.choice == .test)
    let flags = rows.rows.map { alarms.flags[$0] }
    let found = Confusion(flags: flags, labels: rows.judged.labels)
    let everything = Confusion(flags: flags.map { _ in true }, labels: rows.judged.labels)
    let far = 100 * (try #require(found.falseAlarmRate))
    let mar = 100 * (try #require(found.missingAlarmRate))
    #expect(far < 26.62 + 3 && mar < 24.92 + 3, "FAR \(far), MAR \(mar)")
    #expect(try #require(found.f1) > (try #require(everything.f1)))
    #expect(abs(rows.judged.prevalence - 0.537) < 0.001)
    print(
      "SKAB pca: FAR \(far) MAR \(mar) F1 \(found.f1 ?? 0); flag all: FAR 100 MAR 0 F1 \(everything.f1 ?? 0)")
  }
}
