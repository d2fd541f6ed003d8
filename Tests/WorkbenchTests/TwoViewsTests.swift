import Formats
import Foundation
import Fusion
import Numerics
import TestKit
import Testing
import Values

/// The same MVTec images as two networks see them (ADBench), where they are at hand: rows of both files belong together.
private enum TwoViews {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data/adbench")
  static let views = ["CV_by_ResNet18", "CV_by_ViT"]

  static var isPresent: Bool {
    views.allSatisfy { FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
  }

  static var categories: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: views[0]).path)
        .filter { $0.hasSuffix(".npz") }.sorted()
    }
  }

  static func read(_ view: String, _ category: String) throws -> (rows: Matrix, labels: [Bool]) {
    let data = try Data(contentsOf: folder.appending(path: "\(view)/\(category)"))
    let file = try ArrayFile(MemorySource([UInt8](data)))
    let x = try #require(file.items.first { $0.name == "X" })
    let y = try #require(file.items.first { $0.name == "y" })
    let columns = try file.columns(of: x, name: "x", work: Work()).map { $0.numbers ?? [] }
    let labels = try #require(try file.columns(of: y, name: "y", work: Work()).first?.numbers)
    var matrix = Matrix(rows: labels.count, columns: columns.count)
    for (place, column) in columns.enumerated() {
      for row in column.indices { matrix[row, place] = column[row] }
    }
    return (matrix, labels.map { $0 > 0 })
  }
}

/// One division of the rows of a category: 60 % of the normal ones to fit on, 20 % to calibrate, the rest to test.
private struct Division {
  let modalities: Modalities
  let labels: [Bool]
  let test: [Int]

  init(_ category: String, seed: UInt64) throws {
    let read = try TwoViews.views.map { try TwoViews.read($0, category) }
    let labels = read[0].labels
    #expect(read[1].labels == labels)
    let normal = labels.indices.filter { !labels[$0] }
    var random = SeededGenerator(seed: seed)
    let order = random.sample(normal.count, of: normal.count).map { normal[$0] }
    var splits = [Split](repeating: .test, count: labels.count)
    for row in order.prefix(normal.count * 6 / 10) { splits[row] = .fit }
    for row in order.prefix(normal.count * 8 / 10).dropFirst(normal.count * 6 / 10) {
      splits[row] = .calibrate
    }
    let index = Index(.row(count: labels.count), splits: splits)
    let slots = zip(["resnet", "vit"], read).map { name, view in
      let features = (0..<view.rows.columns).map { "\($0)" }
      return Slot(
        name: name,
        content: .embedding(
          Embedding(
            index: index, matrix: view.rows, features: features,
            blocks: [Block(name: name, columns: 0..<features.count)])))
    }
    modalities = try Modalities(
      Bundle(index: index, slots: slots), scaling: .standard, work: Work(threads: 2))
    self.labels = labels
    test = index.rows(in: .test)
  }

  /// The distance to the nearest fit row.
  func nearest(_ matrix: Matrix) throws -> [Double] {
    let fit = modalities.index.rows(in: .fit)
    let index = try NeighborIndex(matrix.selecting(rows: fit))
    let found = try index.nearest(1, to: matrix, work: Work(threads: 2))
    return (0..<matrix.rows).map { found.distance($0, 0) }
  }

  var joined: Matrix {
    let (a, b) = (modalities.parts[0].matrix, modalities.parts[1].matrix)
    return Matrix(
      rows: a.rows, columns: a.columns + b.columns, values: (0..<a.rows).flatMap { a.row($0) + b.row($0) })
  }

  func scores(_ values: [Double]) -> Scores { Scores(index: modalities.index, values: values, method: "knn") }

  func auroc(_ values: [Double]) -> Double {
    NaiveMetrics.areaUnderROC(test.map { values[$0] }, test.map { labels[$0] })
  }

  /// Normal rows that taught nobody, with true partners first and then with those of their neighbours.
  func mismatched() -> (division: Modalities, labels: [Bool], rows: [Int]) {
    let held = (modalities.index.rows(in: .calibrate) + test.filter { !labels[$0] }).sorted()
    let fit = modalities.index.rows(in: .fit)
    let rolled = held.indices.map { held[($0 + held.count - 1) % held.count] }
    let index = Index(
      .row(count: fit.count + 2 * held.count),
      splits: fit.map { _ in .fit } + (held + held).map { _ in .test })
    let sources = [fit + held + held, fit + held + rolled]
    let parts = zip(modalities.parts, sources).map { part, rows in
      Modalities.Part(
        name: part.name, features: part.features, matrix: part.matrix.selecting(rows: rows),
        presence: Mask(count: rows.count, repeating: true))
    }
    let truth = fit.map { _ in false } + held.map { _ in false } + held.map { _ in true }
    return (Modalities(index: index, parts: parts), truth, Array(fit.count..<fit.count + 2 * held.count))
  }

  init(_ modalities: Modalities, labels: [Bool], test: [Int]) {
    self.modalities = modalities
    self.labels = labels
    self.test = test
  }
}

@Suite struct `Two views of the same images` {
  /// The same protocol in NumPy, five random divisions: .756 and .882 alone, .864 side by side, .863 by mapping, .877 by
  /// Fisher's and by Cauchy's rule; mismatched pairs .650 side by side and .882 by the direction of a mapping.
  @Test(.enabled(if: TwoViews.isPresent))
  func `are fused as well as elsewhere, and mapping sees wrong pairs`()
    throws
  {
    var found: [String: [Double]] = [:]
    for category in try TwoViews.categories {
      for seed in 0..<3 {
        let division = try Division(category, seed: UInt64(seed))
        let parts = division.modalities.parts
        let alone = try parts.map { try division.nearest($0.matrix) }
        let joined = try division.nearest(division.joined)
        let mapped = try CrossModal(RidgeMapping(residual: .norm)).score(
          division.modalities, seed: 0, work: Work(threads: 2)
        ).values
        found["resnet", default: []].append(division.auroc(alone[0]))
        found["vit", default: []].append(division.auroc(alone[1]))
        found["concat", default: []].append(division.auroc(joined))
        found["map", default: []].append(division.auroc(mapped))
        let late = [("a", alone[0]), ("b", alone[1])].map { LateFusion.Part($0, division.scores($1)) }
        let all = late + [("c", joined), ("m", mapped)].map { LateFusion.Part($0, division.scores($1)) }
        for (name, rule, inputs) in [
          ("fisher", FisherRule() as any CombinationRule, late), ("cauchy", CauchyRule(), late),
          ("fisher of four", FisherRule(), all), ("cauchy of four", CauchyRule(), all),
          ("reliability", ReliabilityRule(), late), ("reliability of four", ReliabilityRule(), all),
          ("spectral of four", SpectralRule(), all),
        ] {
          let fused = try EvidenceFusion(rule).fuse(inputs, work: Work()).scores.values
          found[name, default: []].append(division.auroc(fused))
        }
        let (pairs, labels, rows) = division.mismatched()
        let wrong = Division(pairs, labels: labels, test: rows)
        found["mismatch concat", default: []].append(wrong.auroc(try wrong.nearest(wrong.joined)))
        let pairScores = try CrossModal(RidgeMapping(residual: .direction)).score(
          pairs, seed: 0, work: Work(threads: 2))
        found["mismatch map", default: []].append(wrong.auroc(pairScores.values))
      }
    }
    let means = found.mapValues { Statistics.mean($0) }
    let table = means.sorted { $0.key < $1.key }.map { "\($0.key) \(($0.value * 1000).rounded() / 1000)" }
    print("two views, mean AUROC: \(table.joined(separator: ", "))")
    func mean(_ name: String) throws -> Double { try #require(means[name]) }
    #expect(abs(try mean("resnet") - 0.756) < 0.01)
    #expect(abs(try mean("vit") - 0.882) < 0.01)
    #expect(abs(try mean("concat") - 0.864) < 0.01)
    #expect(abs(try mean("fisher") - 0.877) < 0.01)
    #expect(abs(try mean("cauchy") - 0.877) < 0.01)
    // Joining both views, their concatenation and the mapping is no worse than the better view, which nobody knows before.
    #expect(try mean("cauchy of four") >= mean("vit") - 0.002)
    #expect(try mean("mismatch map") > mean("mismatch concat") + 0.10)
  }
}
