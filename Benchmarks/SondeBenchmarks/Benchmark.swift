import Detection
import Encoding
import Evaluation
import Foundation
import Numerics

/// `knn:100000x32`: a method and how large its input is.
struct BenchmarkCase {
  let method: String
  let rows: Int
  let columns: Int

  init?(_ word: String) {
    let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
    let sizes = parts.count > 1 ? parts[1].split(separator: "x").map { Int($0) ?? 0 } : [100_000, 32]
    guard let method = parts.first, let rows = sizes.first, rows > 0 else { return nil }
    self.method = method
    self.rows = rows
    columns = sizes.count > 1 ? sizes[1] : 1
  }

  /// What will be timed: reads its input now, computes its numbers when called.
  func prepared(folder: String, work: Work) throws -> PreparedCase? {
    if let make = DetectorCases.tables[method] {
      let read = { try matrix(folder: folder, rows: $0) }
      return try PreparedCase(make(columns), rows: read(rows), first: read(min(rows, 300)), work: work)
    }
    if let make = DetectorCases.series[method] {
      let read = { try series(folder: folder, rows: $0) }
      return try PreparedCase(make(), rows: read(rows), first: read(min(rows, 1000)), work: work)
    }
    return try OtherCases(name: self, folder: folder, work: work).prepared()
  }

  /// The first rows of the file; the labels lie beside it.
  private func matrix(folder: String, rows: Int) throws -> Observations {
    let (file, width) = (columns <= 32 ? 32 : columns, columns)
    let size = rows <= 10_000 ? 10_000 : rows <= 100_000 ? 100_000 : 1_000_000
    let all = try NumberFile.read(folder + "/syn_\(size)_\(file).f64", count: rows * file)
    var values = all
    if width != file {
      values = (0..<rows).flatMap { all[$0 * file..<$0 * file + width] }
    }
    return try Observations(
      matrix: Matrix(rows: rows, columns: width, values: values), features: (0..<width).map { "f\($0)" })
  }

  private func series(folder: String, rows: Int) throws -> Observations {
    let size = rows <= 20_000 ? 20_000 : 50_000
    let values = try NumberFile.read(folder + "/ts_\(size).f64", count: rows * columns)
    return try Observations(
      matrix: Matrix(rows: rows, columns: columns, values: values),
      features: (0..<columns).map { "x\($0)" })
  }
}

/// Work that can be timed again and again.
struct PreparedCase {
  /// A small piece of it, so that neither side pays for what happens only once.
  let warm: () throws -> Void
  let run: () throws -> [Double]

  init(warm: @escaping () throws -> Void = {}, run: @escaping () throws -> [Double]) {
    self.warm = warm
    self.run = run
  }

  /// Fits, and scores the training rows.
  init(_ detector: any Detector, rows: Observations, first: Observations, work: Work) {
    self.init(
      warm: { _ = try? Self.scores(detector, first, work) }, run: { try Self.scores(detector, rows, work) })
  }

  private static func scores(_ detector: some Detector, _ rows: Observations, _ work: Work) throws -> [Double]
  {
    var random = SeededGenerator(seed: 1)
    return try detector.fit(rows, using: &random, work: work).scoresOfTraining(rows, work: work)
  }
}

/// Times a case once for each line that comes in: the other side takes its turn between.
struct BenchmarkTurns {
  let folder: String
  let threads: Int
  let scoreFile: String?

  /// A short case is repeated this long, and its fastest time counts.
  private static let shortest = 0.4

  func play(_ word: String, takesTurns: Bool) throws -> Bool {
    let work = Work(threads: threads)
    guard let name = BenchmarkCase(word), let prepared = try name.prepared(folder: folder, work: work)
    else { return false }
    try prepared.warm()
    let atRest = ProcessNumbers.kilobytes("VmRSS:")
    repeat {
      if takesTurns, readLine() == nil { break }
      let found = try timed(prepared)
      if let scoreFile { try NumberFile.write(found.scores, to: scoreFile) }
      let line = """
        {"case": "\(word)", "impl": "sonde", "threads": \(threads), "seconds": \(found.seconds), \
        "cpu": \(found.cpu), "sum": \(found.scores.reduce(0, +)), "rest_kilobytes": \(atRest), \
        "peak_kilobytes": \(ProcessNumbers.kilobytes("VmHWM:"))\(area(found.scores, of: name).map { ", \"auroc\": \($0)" } ?? "")}
        """
      print(line)
      fflush(nil)
    } while takesTurns
    return true
  }

  private func timed(_ prepared: PreparedCase) throws -> (seconds: Double, cpu: Double, scores: [Double]) {
    let clock = ContinuousClock()
    var best = (seconds: Double.infinity, cpu: Double.infinity, scores: [Double]())
    var spent = 0.0
    repeat {
      let (start, used) = (clock.now, ProcessNumbers.processorSeconds)
      let scores = try prepared.run()
      let span = (clock.now - start).components
      let seconds = Double(span.seconds) + Double(span.attoseconds) * 1e-18
      best = (min(best.seconds, seconds), min(best.cpu, ProcessNumbers.processorSeconds - used), scores)
      spent += seconds
    } while spent < Self.shortest
    return best
  }

  private func area(_ scores: [Double], of name: BenchmarkCase) -> Double? {
    // The labels are those of the tables of 32 columns.
    guard name.columns == 32 else { return nil }
    let size = scores.count <= 10_000 ? 10_000 : 100_000
    guard scores.count == size,
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: folder + "/syn_\(size).u8"))
    else { return nil }
    return RankingCurve(LabelledScores(scores: scores, labels: bytes.map { $0 > 0 })).areaUnderROC
  }
}

/// What the system says of this process.
enum ProcessNumbers {
  static func kilobytes(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }

  /// Of all threads.
  static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
