import Detection
import Foundation

/// Network flows whose attacks change: a model that stays as it was fitted beside one that goes on learning.
///
/// As in the published notebooks, a tenth of the rows is learned from first, then each row is judged before its truth
/// is told.
struct DriftingAttacks {
  let data: String

  func lines() throws -> [String] {
    let path = data + "/cicids_iotid_pwpae/cic_0.01km.csv"
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
      .dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? 0 } }
    let truth = rows.map { $0[$0.count - 1] > 0.5 }
    let first = rows.count / 10
    func taught(memory: Int, goesOn: Bool) -> [Bool] {
      var model = TaughtNeighbors(features: rows[0].count - 1, memory: memory)
      return rows.indices.map { row in
        let features = Array(rows[row].dropLast())
        let alarm = row >= first && model.score(features) > 0.5
        if row < first || goesOn { model.learn(features, isAnomalous: truth[row]) }
        return alarm
      }
    }
    func line(_ name: String, _ alarms: [Bool]) -> String {
      let judged = first..<rows.count
      let hits = judged.filter { alarms[$0] && truth[$0] }.count
      let all = judged.filter { alarms[$0] }.count + judged.filter { truth[$0] }.count
      return String(format: "%@: F1 %.4f", name, 2 * Double(hits) / Double(max(all, 1)))
    }
    return [
      "published: static LightGBM .2960, Hoeffding tree .7686, adaptive random forest .9556, PWPAE .9767",
      line("the verdict on the row before (no model at all)", [false] + truth.dropLast()),
      line("all rows anomalous", truth.map { _ in true }),
      line("nearest neighbours, static", taught(memory: first, goesOn: false)),
      line("nearest neighbours, last 1000 rows", taught(memory: 1000, goesOn: true)),
      line("nearest neighbours, last 5000 rows", taught(memory: 5000, goesOn: true)),
    ]
  }
}
