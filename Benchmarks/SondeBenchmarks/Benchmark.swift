import Detection
import Evaluation
import Foundation
import Numerics

/// The cases, in the order of the table.
enum Benchmark: String, CaseIterable {
  case knn, lof, iforest, matrixprofile, ecod, hbos, pca
}

/// Where the inputs are and how many threads may work.
struct BenchmarkRun {
  let folder: String
  let threads: Int
  let scoreFile: String?

  func measure(_ benchmark: Benchmark) throws -> String {
    switch benchmark {
    case .knn: try detect(NearestNeighbors(), benchmark, rows())
    case .lof: try detect(LocalOutlierFactor(), benchmark, rows())
    case .iforest: try detect(IsolationForest(trees: 200), benchmark, rows())
    case .matrixprofile: try detect(MatrixProfile(window: 100), benchmark, series())
    case .ecod: try detect(EmpiricalTails(), benchmark, rows())
    case .hbos: try detect(HistogramScore(), benchmark, rows())
    // Mean and deviation, as the peers standardise; the default, median and MAD, takes a fifth longer.
    case .pca: try detect(PrincipalComponents(scaling: .standard), benchmark, rows())
    }
  }

  /// Fits, and scores the training rows.
  private func detect(_ detector: some Detector, _ name: Benchmark, _ rows: Observations) throws -> String {
    var random = SeededGenerator(seed: 1)
    let work = Work(threads: threads)
    let clock = ContinuousClock()
    let start = clock.now
    let model = try detector.fit(rows, using: &random, work: work)
    let fitted = clock.now
    let scores = try model.scoresOfTraining(rows, work: work)
    let end = clock.now
    if let scoreFile { try NumberFile.write(scores, to: scoreFile) }
    let sum = scores.reduce(0, +)
    let area = try name == .matrixprofile ? nil : auroc(scores, labels: "syn_100000.u8")
    return """
      {"case": "\(name.rawValue)", "impl": "sonde", "threads": \(threads), "seconds": \(seconds(start, end)), \
      "fit_seconds": \(seconds(start, fitted)), "rows": \(scores.count), "sum": \(sum)\(area.map { ", \"auroc\": \($0)" } ?? "")}
      """
  }

  private func auroc(_ scores: [Double], labels: String) throws -> Double? {
    let labels = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + labels)))
    let table = MetricTable(names: [.auroc], window: 1, clock: { Double($0) })
    return try table.values(
      of: LabelledScores(scores: scores, labels: labels.map { $0 > 0 }), flags: nil, work: Work())[.auroc]
  }

  private func seconds(_ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) -> Double {
    let span = (end - start).components
    return Double(span.seconds) + Double(span.attoseconds) * 1e-18
  }

  /// 100,000 rows of 32 columns.
  private func rows() throws -> Observations {
    let values = try NumberFile.read(folder + "/syn_100000_32.f64")
    return try Observations(
      matrix: Matrix(rows: values.count / 32, columns: 32, values: values),
      features: (0..<32).map { "f\($0)" })
  }

  private func series() throws -> Observations {
    let values = try NumberFile.read(folder + "/ts_20000.f64")
    return try Observations(matrix: Matrix(rows: values.count, columns: 1, values: values), features: ["x"])
  }
}
