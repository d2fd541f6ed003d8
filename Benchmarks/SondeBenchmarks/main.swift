// Runs one case on the binaries that the peers read, too, and prints one JSON line.
import Foundation

let words = Array(CommandLine.arguments.dropFirst())
if words.count >= 2, let sound = SoundBenchmark(rawValue: words[0]) {
  print(
    try sound.measure(
      folder: words[1], threads: words.count > 2 ? Int(words[2]) ?? 2 : 2,
      outputFile: words.count > 3 ? words[3] : nil))
  exit(0)
}
guard words.count >= 2, let benchmark = Benchmark(rawValue: words[0]) else {
  print("usage: SondeBenchmarks CASE FOLDER [THREADS] [FILE FOR SCORES]")
  print(
    "cases: "
      + (Benchmark.allCases.map(\.rawValue) + SoundBenchmark.allCases.map(\.rawValue)).joined(separator: " "))
  throw UsageError()
}
let run = BenchmarkRun(
  folder: words[1], threads: words.count > 2 ? Int(words[2]) ?? 2 : 2,
  scoreFile: words.count > 3 ? words[3] : nil)
print(try run.measure(benchmark))

struct UsageError: Error {}
