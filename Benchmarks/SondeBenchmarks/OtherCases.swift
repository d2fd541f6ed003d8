import Evaluation
import Formats
import Foundation
import Fusion
import Learning
import Live
import Numerics
import Values
import Workbench

/// What is no detector: sound, patches, metrics, files.
struct OtherCases {
  static let names =
    SoundBenchmark.allCases.map(\.rawValue) + [
      "patches", "coreset", "mapping", "auroc", "ap", "csv", "npy", "npz", "jpeg",
    ]

  let name: BenchmarkCase
  let folder: String
  let work: Work

  func prepared() throws -> PreparedCase? {
    switch name.method {
    case "logmel", "mfcc", "stft":
      let samples = try NumberFile.readSingle(folder + "/audio_600s_22050.f32")
      guard let sound = SoundBenchmark(rawValue: name.method) else { return nil }
      return PreparedCase(
        warm: { _ = try sound.numbers(of: Array(samples.prefix(22_050)), work: work) },
        run: { [try sound.numbers(of: samples, work: work)] })
    case "patches": return try patches()
    case "coreset": return try coreset()
    case "mapping": return mapping()
    case "auroc", "ap": return try metric()
    case "csv": return csv()
    case "npz", "npy": return npz()
    case "jpeg": return try pictures()
    default: return nil
    }
  }

  /// The nearest of 100,000 patches of 384 numbers for each of 784 patches, as a memory bank asks for every picture.
  private func patches() throws -> PreparedCase {
    func read(_ name: String, _ rows: Int) throws -> Matrix {
      let values = try NumberFile.readSingle(folder + "/\(name)_\(rows)_384.f32")
      return Matrix(rows: rows, columns: 384, values: values.map(Double.init))
    }
    let (bank, queries) = try (read("bank", 100_000), read("query", 784))
    let index = try NeighborIndex(bank, work: work)
    return PreparedCase(run: {
      let found = try index.nearest(name.rows, to: queries, excludingSelf: false, work: work)
      return [found.squaredDistances.reduce(0) { $0 + $1.squareRoot() }]
    })
  }

  private func coreset() throws -> PreparedCase {
    let values = try NumberFile.read(folder + "/syn_100000_128.f64", count: name.rows * 128)
    let matrix = Matrix(rows: name.rows, columns: 128, values: values)
    return PreparedCase(run: {
      try GreedyCenters.pick(name.rows / 20, of: matrix, work: work).map(Double.init)
    })
  }

  /// One epoch of a network that predicts 1152 numbers from 768: 960 wide inside, batches of 64, Adam.
  private func mapping() -> PreparedCase {
    var random = SeededGenerator(seed: 3)
    func normals(_ columns: Int) -> FloatMatrix {
      FloatMatrix(
        rows: name.rows, columns: columns,
        values: (0..<name.rows * columns).map { _ in Float(random.normal()) })
    }
    let (source, target) = (normals(768), normals(1152))
    return PreparedCase(run: {
      var random = SeededGenerator(seed: 1)
      let network = try FeatureMapping(epochs: 1, batchSize: 64).fit(
        source, target, rows: Array(0..<name.rows), watched: [0, 1], using: &random, work: work)
      return [Double(network.biases[0][0])]
    })
  }

  private func metric() throws -> PreparedCase {
    let scores = try NumberFile.read(folder + "/syn_1000000_32.f64", count: name.rows * 32, step: 32)
    let labels = scores.indices.map { $0 % 100 == 7 }
    return PreparedCase(run: {
      let curve = RankingCurve(LabelledScores(scores: scores, labels: labels))
      return [(name.method == "auroc" ? curve.areaUnderROC : curve.averagePrecision) ?? 0]
    })
  }

  private func csv() -> PreparedCase {
    let path = folder + "/big.csv"
    return PreparedCase(
      warm: {
        // Both sides find the file in memory.
        let file = try FileSystem().open(path)
        var offset = 0
        while offset < file.count { offset += try file.read(at: offset, count: 1 << 24).count }
      },
      run: {
        let table = try DelimitedReader([try FileSystem().open(path)]).read(work: work)
        return [Double(table.rowCount + table.columns.count)]
      })
  }

  private func npz() -> PreparedCase {
    let path = folder + "/rows_\(name.rows)x\(name.columns).\(name.method)"
    return PreparedCase(run: {
      let file = try ArrayFile(FileSystem().open(path))
      let columns = try file.items.flatMap { try file.columns(of: $0, name: "x", work: work) }
      return [columns.reduce(0) { $0 + ($1.numbers?.last ?? 0) }]
    })
  }

  /// Decodes pictures whose bytes are in memory.
  private func pictures() throws -> PreparedCase {
    let files = try (0..<name.rows).map { number -> [UInt8] in
      let path = folder + "/pictures/\(number % 50).jpg"
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    return PreparedCase(run: {
      try files.map { Double(try PictureFile($0).decode().height) }
    })
  }
}
