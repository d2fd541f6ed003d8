import Detection
import Foundation
import Numerics

/// Numbers in files as the peers read and write them: 64 bits each, little-endian, row after row.
enum NumberFile {
  /// The first `count` numbers, or all of them; of these one out of every `step`.
  static func read(_ path: String, count: Int? = nil, step: Int = 1) throws -> [Double] {
    var numbers: [Double] = []
    var next = 0
    try forEachPart(of: path, size: 8, count: count, reserve: { numbers.reserveCapacity($0 / step) }) {
      bytes in
      while next < bytes.count {
        numbers.append(Double(bitPattern: word(bytes, next, 8)))
        next += 8 * step
      }
      next -= bytes.count
    }
    return numbers
  }

  /// Numbers of 32 bits each.
  static func readSingle(_ path: String) throws -> [Float] {
    var numbers: [Float] = []
    try forEachPart(of: path, size: 4, count: nil, reserve: { numbers.reserveCapacity($0) }) { bytes in
      for place in stride(from: 0, to: bytes.count, by: 4) {
        numbers.append(Float(bitPattern: UInt32(word(bytes, place, 4))))
      }
    }
    return numbers
  }

  private static func word(_ bytes: [UInt8], _ place: Int, _ size: Int) -> UInt64 {
    var bits: UInt64 = 0
    for byte in 0..<size { bits |= UInt64(bytes[place + byte]) << UInt64(8 * byte) }
    return bits
  }

  private static func forEachPart(
    of path: String, size: Int, count: Int?, reserve: (Int) -> Void, _ body: ([UInt8]) -> Void
  ) throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let there = Int(try file.seekToEnd()) / size
    let wanted = min(count ?? there, there)
    try file.seek(toOffset: 0)
    reserve(wanted)
    var left = wanted * size
    while left > 0, let part = try file.read(upToCount: min(left, 1 << 20)), !part.isEmpty {
      body([UInt8](part))
      left -= part.count
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
    if name == "knn32" { return NearestNeighbors(neighbors: 32) }
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
