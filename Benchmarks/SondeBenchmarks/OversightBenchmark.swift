import Agent
import Foundation
import Notation

/// Failing steps and failing runs of other agents, found from their logs alone, beside chance.
enum OversightBenchmark: String, CaseIterable {
  case whoandwhen, taubench

  func lines(data: String) throws -> [String] {
    switch self {
    case .whoandwhen: try steps(folder: data + "/who_and_when/Algorithm-Generated")
    case .taubench: try runs(file: data + "/tau_bench_airline/gpt-4o-airline.json")
    }
  }

  private func json(_ path: String) throws -> JSON {
    try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))))
  }

  /// Top-1 accuracy of the failing step and of its agent.
  private func steps(folder: String) throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
    var count = 0.0
    var (step, agent, chanceStep, chanceAgent, within) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for file in files.sorted() {
      let run = try json(folder + "/" + file)
      let steps = TraceLog.steps(run["history"] ?? .null)
      guard let truth = Int(run["mistake_step"]?.string ?? ""), let suspect = TraceSigns.firstSuspect(steps)
      else {
        continue
      }
      let culprit = run["mistake_agent"]?.string ?? ""
      let actors = steps.map(\.actor)
      count += 1
      if suspect == truth { step += 1 }
      if abs(suspect - truth) <= 1 { within += 1 }
      if actors[suspect] == culprit { agent += 1 }
      chanceStep += 1 / Double(steps.count)
      chanceAgent += Double(actors.count { $0 == culprit }) / Double(actors.count)
    }
    func percent(_ sum: Double) -> String { String(format: "%.2f", 100 * sum / max(1, count)) }
    return [
      "who_and_when, algorithm-generated, \(Int(count)) runs, without labels and without a model",
      "step   top-1 \(percent(step)) %   any step \(percent(chanceStep)) %   within one \(percent(within)) %",
      "agent  top-1 \(percent(agent)) %   any step's agent \(percent(chanceAgent)) %",
      "published: random 19.06 step, 29.10 agent; all at once 13.53, 51.12; step by step 15.31, 26.02",
    ]
  }

  /// The area under the ROC curve of failing runs.
  private func runs(file: String) throws -> [String] {
    var failing: [Double] = []
    var sound: [Double] = []
    for run in try json(file).array ?? [] {
      // The policy is the same in each run and says nothing about it.
      let messages = (run["traj"]?.array ?? []).filter { $0["role"] != "system" }
      let score = TraceSigns(TraceLog.steps(.array(messages))).runScore
      if run["reward"]?.number == 1 { sound.append(score) } else { failing.append(score) }
    }
    var wins = 0.0
    for a in failing { for b in sound { wins += a > b ? 1 : a == b ? 0.5 : 0 } }
    let area = wins / Double(max(1, failing.count * sound.count))
    return [
      "tau_bench airline, \(failing.count) of \(failing.count + sound.count) runs fail",
      String(format: "run    AUROC %.4f   chance 0.5", area),
    ]
  }
}
