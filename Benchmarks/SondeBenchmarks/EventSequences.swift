import Detection
import Evaluation
import Foundation
import Numerics

/// Sequence detectors on system calls and on log sessions beside published baselines.
///
/// Nothing sees a label: the threshold is the 99% quantile of the scores of a fifth of the normal training sequences,
/// which the detectors do not learn from.
struct EventSequences {
  let data: String

  private static let methods: [any SequenceMethod] = [
    NewEvents(), SequenceLength(), EventCounts(), EditDistance(longest: 60), EventGrams(length: 2),
    EventGrams(length: 6), EventChain(), EventRuns(), CountSubspace(), CountInvariants(),
    NextEvent(score: .surprise),
  ]

  func lines() throws -> [String] { try callLines() + sessionLines() }

  private func callLines() throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sonde-adfa-ld")
    _ = try output(["unzip", "-qq", "-o", data + "/adfa_ld/ADFA-LD.zip", "-d", folder.path])
    defer { try? FileManager.default.removeItem(at: folder) }
    func traces(_ part: String) throws -> [[Int32]] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      return try names.filter { $0.contains(part) && $0.hasSuffix(".txt") }.sorted().map { name in
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
          .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
      }
    }
    let published =
      "ADFA-LD, published F1 (mean of 25 runs): new event .221, event counts .339, edit distance .343"
    return try [published]
      + lines(
        "ADFA-LD", training: traces("Training_Data_Master"), normal: traces("Validation_Data_Master"),
        attacks: traces("Attack_Data_Master"))
  }

  private func sessionLines() throws -> [String] {
    struct Session: Decodable {
      let templates: [String]
      let label: Int
    }
    var kinds: [String: Int32] = [:]
    func sessions(_ name: String) throws -> [(templates: [Int32], label: Int)] {
      try unzipped(data + "/hdfs_100k/anomaly_in_train_0.0/" + name).split(separator: "\n").map { line in
        let session = try JSONDecoder().decode(Session.self, from: Data(line.utf8))
        let events = session.templates.map { template in
          let kind = kinds[template] ?? Int32(kinds.count)
          kinds[template] = kind
          return kind
        }
        return (events, session.label)
      }
    }
    let training = try sessions("train.jsonl.gz").map(\.templates)
    let test = try sessions("test.jsonl.gz")
    return try [
      "HDFS, 100,000 lines; published for all of HDFS: PCA F1 .769, isolation forest .802, invariants .915"
    ]
      + lines(
        "HDFS", training: training, normal: test.filter { $0.label == 0 }.map(\.templates),
        attacks: test.filter { $0.label != 0 }.map(\.templates))
  }

  private func lines(
    _ name: String, training: [[Int32]], normal: [[Int32]], attacks: [[Int32]]
  ) throws -> [String] {
    let work = Work(threads: 2)
    let learned = training.indices.filter { $0 % 5 != 4 }.map { training[$0] }
    let kept = training.indices.filter { $0 % 5 == 4 }.map { training[$0] }
    let truth = normal.map { _ in false } + attacks.map { _ in true }
    return try Self.methods.map { method in
      let model = try method.fit(learned, work: work)
      let bound = SortedSample(try model.scores(of: kept, work: work)).quantile(0.99) ?? 0
      let scores = try model.scores(of: normal + attacks, work: work)
      let hits = scores.indices.filter { scores[$0] > bound && truth[$0] }.count
      let alarms = scores.filter { $0 > bound }.count
      let area = RankingCurve(LabelledScores(scores: scores, labels: truth)).areaUnderROC ?? .nan
      return String(
        format: "%@ %@: F1 %.3f, AUROC %.3f", name, "\(method)",
        2 * Double(hits) / Double(max(1, alarms + attacks.count)), area)
    } + [
      String(
        format: "%@, all flagged: F1 %.3f", name,
        2 * Double(attacks.count) / Double(truth.count + attacks.count))
    ]
  }
}
