import Agent
import Foundation
import Live

/// What a model server is asked, and how well it does through the agent.
enum AgentBenchmark: String, CaseIterable {
  case calls = "agent-calls"
  case tasks = "agent-tasks"
  case latency = "agent-latency"

  /// - Parameter words: the case, the folder of data, the server's address, how many questions, the model's name (`-` is
  ///   the server's choice), and a file that remembers what was asked.
  func run(_ words: [String], print: (String) -> Void) throws {
    guard words.count >= 3 || self == .latency else { throw UsageError() }
    let count = words.count > 3 ? Int(words[3]) ?? 100 : 100
    let model = words.count > 4 && words[4] != "-" ? words[4] : ""
    switch self {
    case .calls:
      try CallBoard(
        data: words[1], settings: ModelSettings(url: words[2], model: model), count: count,
        journal: words.count > 5 ? words[5] : nil
      ).run(print: print)
    case .tasks:
      try ShellTasks(file: words[1], settings: ModelSettings(url: words[2], model: model)).run(print: print)
    case .latency: try TurnLatency(rounds: words.count > 1 ? Int(words[1]) ?? 50 : 50).run(print: print)
    }
  }
}
