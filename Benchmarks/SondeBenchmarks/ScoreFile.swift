import Detection
import Foundation
import Numerics

/// Numbers in files as the peers read and write them: 64 bits each, little-endian, row after row.
enum NumberFile {
  static func read(_ path: String) throws -> [Double] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return (0..<bytes.count / 8).map { number in
      var bits: UInt64 = 0
      for byte in (0..<8).reversed() { bits = bits << 8 | UInt64(bytes[number * 8 + byte]) }
      return Double(bitPattern: bits)
    }
  }

  static func write(_ numbers: [Double], to path: String) throws {
    var data = Data(capacity: numbers.count * 8)
    for number in numbers {
      for byte in 0..<8 { data.append(UInt8(truncatingIfNeeded: number.bitPattern >> (8 * byte))) }
    }
    try data.write(to: URL(fileURLWithPath: path))
  }
}

/// Scores the rows of a file with the parameters that the peers have by default.
struct ScoreFile {
  let method: String
  let seed: UInt64
  /// So many of the first rows are fitted on, and the others scored; all are both if 0.
  var fitted = 0

  private static let detectors: [any Detector] = [
    NearestNeighbors(), LocalOutlierFactor(), IsolationForest(), EmpiricalTails(), HistogramScore(),
    PrincipalComponents(score: .vectors, scaling: .standard, explained: 1), CopulaTails(),
    OneClassMachine(isRaw: true), ConnectivityOutlierFactor(), GaussianMixture(), NeighborEnsemble(),
    ClusterOutlierFactor(), ProjectionHistograms(), ExtendedForest(), FeatureBagging(), MinimumCovariance(),
    Autoencoder(), VariationalAutoencoder(), DeepSVDD(), DeepSAD(), DeepIsolationForest(), LearnedNeighbors(),
    RandomDistances(), InternalContrast(), LocalEnsemble(), KernelDensity(), StochasticSelection(),
    AngleVariance(), SubspaceOutlierDegree(),
  ]

  private static func detector(_ name: String) -> (any Detector)? {
    if name == "avgknn" { return NearestNeighbors(measure: .mean) }
    return detectors.first { AnyDetector($0).name == name }
  }

  /// Prints the seconds.
  func measure(rows path: String, columns: Int, to output: String, threads: Int) throws -> String {
    guard let detector = Self.detector(method) else {
      throw UsageError()
    }
    let values = try NumberFile.read(path)
    let rows = try Observations(
      matrix: Matrix(rows: values.count / columns, columns: columns, values: values),
      features: (0..<columns).map { "f\($0)" })
    var random = SeededGenerator(seed: seed)
    let work = Work(threads: threads)
    let clock = ContinuousClock()
    let start = clock.now
    let scores: [Double]
    if fitted == 0 {
      scores = try detector.fit(rows, using: &random, work: work).scoresOfTraining(rows, work: work)
    } else {
      func part(_ range: Range<Int>) throws -> Observations {
        try Observations(matrix: rows.matrix.selecting(rows: Array(range)), features: rows.features)
      }
      scores = try detector.fit(part(0..<fitted), using: &random, work: work).scores(
        of: part(fitted..<rows.matrix.rows), work: work)
    }
    let span = (clock.now - start).components
    try NumberFile.write(scores, to: output)
    return "\(Double(span.seconds) + Double(span.attoseconds) * 1e-18)"
  }
}
