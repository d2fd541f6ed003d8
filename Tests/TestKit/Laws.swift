package import Detection
import Foundation
import Numerics
package import Testing
import Values

/// Normal rows around 0 with some that lie far out, made from a seed.
package struct ToyRows: Sendable {
  package let observations: Observations
  /// The rows that lie far out.
  package let planted: [Int]

  package init(rows: Int = 160, columns: Int = 3, planted: Int = 3, seed: UInt64 = 5) throws {
    var random = SeededGenerator(seed: seed)
    var values = (0..<rows * columns).map { _ in random.normal() }
    let outliers = (0..<planted).map { $0 * (rows / max(planted, 1)) + 7 }
    for (rank, row) in outliers.enumerated() {
      for column in 0..<columns { values[row * columns + column] = 25 + 6 * Double(rank) }
    }
    self.planted = outliers
    observations = try Observations(
      matrix: Matrix(rows: rows, columns: columns, values: values), features: (0..<columns).map { "f\($0)" })
  }
}

extension Observations {
  package func selecting(rows: [Int]) throws -> Observations {
    try Observations(matrix: matrix.selecting(rows: rows), features: features, blocks: blocks)
  }

  package init(rows: [[Double]]) throws {
    try self.init(
      matrix: Matrix(rows: rows.count, columns: rows.first?.count ?? 1, values: rows.flatMap(\.self)),
      features: (0..<(rows.first?.count ?? 1)).map { "f\($0)" })
  }
}

/// What every detector keeps: the same seed gives the same model, threads and company of a row do not change its
/// score, scores are finite, planted outliers come first, coding loses nothing, odd inputs give the documented error.
package func checkLaws(
  _ detector: some Detector, toy: ToyRows, scoresRowsAlone: Bool = true, takesMissing: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  func fit(_ rows: Observations, threads: Int = 1) throws -> any FittedDetector {
    var random = SeededGenerator(seed: 3)
    return try detector.fit(rows, using: &random, work: Work(threads: threads))
  }
  let all = toy.observations
  let work = Work()
  let model = try fit(all)
  let scores = try model.scores(of: all, work: work)
  let own = try model.scoresOfTraining(all, work: work)

  #expect(scores.count == all.matrix.rows, sourceLocation: sourceLocation)
  #expect(areFinite(scores + own), "scores are finite", sourceLocation: sourceLocation)
  let again = try fit(all, threads: 2)
  #expect(
    try again.scores(of: all, work: Work(threads: 2)) == scores, "seed and threads",
    sourceLocation: sourceLocation)
  #expect(
    try again.scoresOfTraining(all, work: Work(threads: 2)) == own, "threads", sourceLocation: sourceLocation)

  let highest = own.indices.sorted { own[$0] > own[$1] }.prefix(toy.planted.count)
  #expect(Set(highest) == Set(toy.planted), "planted rows come first", sourceLocation: sourceLocation)

  if scoresRowsAlone {
    for row in [0, 7, all.matrix.rows - 1] {
      let alone = try model.scores(of: all.selecting(rows: [row]), work: work)
      #expect(alone == [scores[row]], "row \(row) alone", sourceLocation: sourceLocation)
    }
  }
  #expect(
    try recoded(model).scores(of: all, work: work) == scores, "coding", sourceLocation: sourceLocation)

  if let parts = try model.contributions(to: all, work: work) {
    #expect(parts.matrix.rows == all.matrix.rows, sourceLocation: sourceLocation)
    #expect(areParts(parts), sourceLocation: sourceLocation)
    #expect(
      try again.contributions(to: all, work: Work(threads: 2)) == parts, "threads",
      sourceLocation: sourceLocation)
  }

  let one = try all.selecting(rows: [0])
  #expect(throws: DetectionError.self, "one row", sourceLocation: sourceLocation) { try fit(one) }
  #expect(throws: DetectionError.self, "no rows", sourceLocation: sourceLocation) {
    try fit(all.selecting(rows: []))
  }
  let wide = try Observations(rows: all.matrix.columns == 1 ? [[1, 2]] : [[1]])
  #expect(throws: DetectionError.self, "other columns", sourceLocation: sourceLocation) {
    try model.scores(of: wide, work: work)
  }
  var holed = all.matrix
  holed[3, 0] = .nan
  let incomplete = try Observations(matrix: holed, features: all.features)
  if takesMissing {
    #expect(areFinite(try fit(incomplete).scores(of: incomplete, work: work)))
  } else {
    #expect(throws: DetectionError.missing(row: 3, feature: all.features[0]), sourceLocation: sourceLocation)
    {
      try fit(incomplete)
    }
  }
  try checkExtremes(
    detector, columns: all.matrix.columns, rows: all.matrix.rows, sourceLocation: sourceLocation)
}

/// Constant columns, copies and values up to 1e150 never give an infinite score.
private func checkExtremes(
  _ detector: some Detector, columns: Int, rows: Int, sourceLocation: SourceLocation
) throws {
  var random = SeededGenerator(seed: 9)
  func check(_ label: Comment, _ value: (Int, Int) -> Double) throws {
    let matrix = Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { value($0 / columns, $0 % columns) })
    let data = try Observations(matrix: matrix, features: (0..<columns).map { "f\($0)" })
    let model = try detector.fit(data, using: &random, work: Work())
    var moved = matrix
    for cell in moved.values.indices { moved.values[cell] = cell % 2 == 0 ? 1e150 : -1e150 }
    let far = try Observations(matrix: moved, features: data.features)
    for scores in [
      try model.scores(of: data, work: Work()), try model.scoresOfTraining(data, work: Work()),
      try model.scores(of: far, work: Work()),
    ] { #expect(areFinite(scores), label, sourceLocation: sourceLocation) }
    for parts in [
      try model.contributions(to: data, work: Work()), try model.contributions(to: far, work: Work()),
    ] {
      #expect(
        parts.map(areParts) ?? true, label, sourceLocation: sourceLocation)
    }
  }
  try check("constant") { _, _ in 4 }
  try check("one column constant") { row, column in column == 0 ? 4 : Double((row * 7 + column) % 11) }
  try check("copies") { row, _ in Double(row % 2) }
  try check("one different") { row, _ in row == 0 ? 1 : 0 }
  try check("large") { row, column in (row % 3 == 0 ? 1e150 : -1e150) * Double(1 + column) / Double(columns) }
  try check("one large") { row, column in row == 5 ? 1e150 : Double((row * 5 + column) % 7) }
  try check("small") { row, column in Double((row * 5 + column) % 7) * 1e-300 }
}

/// The model after a way through JSON.
private func recoded<Model: FittedDetector>(_ model: Model) throws -> Model {
  let encoder = JSONEncoder()
  encoder.nonConformingFloatEncodingStrategy =
    .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  let decoder = JSONDecoder()
  decoder.nonConformingFloatDecodingStrategy =
    .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try decoder.decode(Model.self, from: encoder.encode(model))
}

private func areFinite(_ scores: [Double]) -> Bool { scores.allSatisfy { $0.isFinite } }

private func areParts(_ parts: Contributions) -> Bool {
  parts.matrix.values.allSatisfy { $0 >= 0 && $0.isFinite }
}
