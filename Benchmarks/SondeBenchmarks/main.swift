// Runs one case on the bytes that the peers read, too, and prints one line.
import Foundation

struct UsageError: Error {}

private let names =
  Benchmark.allCases.map(\.rawValue) + SoundBenchmark.allCases.map(\.rawValue)
  + TableBenchmark.allCases.map(\.rawValue) + FrameBenchmark.allCases.map(\.rawValue)
private let accuracies = SeriesAccuracy.allCases.map(\.rawValue)

private let usage = """
  usage: SondeBenchmarks CASE FOLDER [THREADS] [FILE FOR SCORES]      one JSON line of seconds
         SondeBenchmarks score METHOD ROWS COLUMNS SCORES [SEED [FITTED]]  scores of any rows, or of those behind the
                                                                      first ones, fitted on them; prints the seconds
         SondeBenchmarks ACCURACY DATA                                scores beside published ones
  cases: \(names.joined(separator: " "))
  accuracies: \(accuracies.joined(separator: " "))
  """

private func line(_ words: [String]) throws -> String? {
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
  let threads = words.count > 2 ? Int(words[2]) ?? 2 : 2
  let file = words.count > 3 ? words[3] : nil
  if let sound = SoundBenchmark(rawValue: words[0]) {
    return try sound.measure(folder: words[1], threads: threads, outputFile: file)
  }
  if let frame = FrameBenchmark(rawValue: words[0]) { return try frame.measure(threads: threads) }
  if let table = TableBenchmark(rawValue: words[0]) {
    return try table.measure(folder: words[1], threads: threads)
  }
  guard let benchmark = Benchmark(rawValue: words[0]) else { return nil }
  return try BenchmarkRun(folder: words[1], threads: threads, scoreFile: file).measure(benchmark)
}

guard let line = try line(Array(CommandLine.arguments.dropFirst())) else {
  print(usage)
  exit(2)
}
print(line)
