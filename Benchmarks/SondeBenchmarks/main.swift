// Runs one case on the bytes that the peers read, too, and prints one line.
import Foundation
import Live

struct UsageError: Error {}

private let names =
  DetectorCases.tables.keys.sorted() + DetectorCases.series.keys.sorted() + OtherCases.names
private let accuracies = SeriesAccuracy.allCases.map(\.rawValue)
private let agents = AgentBenchmark.allCases.map(\.rawValue)

private let usage = """
  usage: SondeBenchmarks CASE:ROWSxCOLUMNS FOLDER [THREADS] [SCORES]  one JSON line of seconds; scores to a file
         SondeBenchmarks turns CASE:ROWSxCOLUMNS FOLDER [THREADS]     one such line for each line that comes in
         SondeBenchmarks FRAME_CASE -                                 commands for tables, as in frames.py
         SondeBenchmarks score METHOD ROWS COLUMNS SCORES [SEED [FITTED]]  scores of any rows, or of those behind the
                                                                      first ones, fitted on them; prints the seconds
         SondeBenchmarks ACCURACY DATA                                scores beside published ones
         SondeBenchmarks agent-calls DATA URL [COUNT] [MODEL]         right calls, the server's own beside the agent's
         SondeBenchmarks agent-tasks TASKS URL                        tasks of this shell that a model gets done
         SondeBenchmarks agent-latency [ROUNDS]                       from a token's arrival to the screen; from wish to end
  cases: \(names.joined(separator: " "))
  frame cases: \(FrameBenchmark.allCases.map(\.rawValue).joined(separator: " "))
  accuracies: \(accuracies.joined(separator: " "))
  agents: \(agents.joined(separator: " "))
  """

private func line(_ words: [String]) throws -> String? {
  if let agent = words.first.flatMap({ AgentBenchmark(rawValue: $0) }) {
    try agent.run(words) { StandardOutput().write($0 + "\n") }
    return ""
  }
  guard words.count >= 2 else { return nil }
  if let accuracy = SeriesAccuracy(rawValue: words[0]) {
    return try accuracy.lines(data: words[1]).joined(separator: "\n")
  }
  if words[0] == "score", words.count >= 5, let columns = Int(words[3]) {
    let seed = words.count > 5 ? UInt64(words[5]) ?? 0 : 0
    let fitted = words.count > 6 ? Int(words[6]) ?? 0 : 0
    return try ScoreFile(method: words[1], seed: seed, fitted: fitted).measure(
      rows: words[2], columns: columns, to: words[4], threads: 2)
  }
  let takesTurns = words[0] == "turns"
  let rest = Array(takesTurns ? words.dropFirst() : words[...])
  guard rest.count >= 2 else { return nil }
  let threads = rest.count > 2 ? Int(rest[2]) ?? 2 : 2
  if let frame = FrameBenchmark(rawValue: rest[0]) { return try frame.measure(threads: threads) }
  let turns = BenchmarkTurns(
    folder: rest[1], threads: threads, scoreFile: rest.count > 3 ? rest[3] : nil)
  return try turns.play(rest[0], takesTurns: takesTurns) ? "" : nil
}

guard let line = try line(Array(CommandLine.arguments.dropFirst())) else {
  print(usage)
  exit(2)
}
if !line.isEmpty { print(line) }
