import Learning
import Numerics
import Values

/// How networks see rows: in standard deviations of the training rows or in their ranges, held within bounds.
struct NetworkRows: Sendable, Codable, Equatable {
  enum Unit { case deviation, range }

  let standardisation: Standardisation

  /// In units; keeps errors finite.
  static let farthest = 1000.0
  private static let chunk = 256

  /// Refuses fewer than two rows and incomplete ones.
  init(_ training: Observations, unit: Unit = .deviation, work: Work) throws(DetectionError) {
    try training.require(rows: 2)
    try training.requireComplete()
    let fitted = try cancellable { () throws(Cancelled) in
      try ColumnFigures(training.matrix, work: work, stage: "scaling")
    }
    switch unit {
    case .deviation:
      standardisation = Standardisation(
        centers: fitted.means, scales: fitted.deviations.map { $0 > 0 ? $0 : 1 })
    case .range:
      standardisation = Standardisation(
        centers: fitted.lows, scales: zip(fitted.lows, fitted.highs).map { $0 < $1 ? $1 - $0 : 1 })
    }
  }

  /// Refuses other columns and incomplete rows.
  func input(_ rows: Observations, work: Work) throws(DetectionError) -> Matrix {
    try check(rows)
    return try cancellable { () throws(Cancelled) in
      try standardisation.apply(rows.matrix, within: Self.farthest, work: work)
    }
  }

  /// `width` numbers a row from chunks of scaled rows, in parallel; a row gives the same ones alone and among others.
  func map(
    _ rows: Observations, width: Int, work: Work,
    _ body: @Sendable (_ input: Matrix, _ target: inout MutableSpan<Double>) -> Void
  ) throws(DetectionError) -> Matrix {
    try check(rows)
    let values = try cancellable { () throws(Cancelled) in
      try work.fill(rows.rowCount, stride: width, size: Self.chunk, stage: "scoring") { range, target in
        let input = Matrix(
          rows: range.count, columns: rows.matrix.columns,
          values: standardisation.apply(rows.matrix, range, within: Self.farthest))
        body(input, &target)
      }
    }
    return Matrix(rows: rows.rowCount, columns: width, values: values)
  }

  private func check(_ rows: Observations) throws(DetectionError) {
    try rows.require(features: standardisation.centers.count)
    try rows.requireComplete()
  }

  /// Which rows train and which only decide when to stop; none of fewer than ten is held out.
  static func divide(
    _ count: Int, heldOut: Double, using random: inout SeededGenerator
  ) -> (training: [Int], watched: [Int]) {
    let order = random.sample(count, of: count)
    let held = count < 10 ? 0 : max(1, Int(Double(count) * heldOut))
    return (Array(order[held...]), Array(order[..<held]))
  }
}

extension Descent {
  /// Fits a network of rows; `loss` records what is to be small from the network's parameters.
  func fit(
    _ start: [Matrix], rows: [Int], watched: [Int], drawing random: inout SeededGenerator, work: Work,
    loss: Loss
  ) throws(DetectionError) -> [Matrix] {
    var generator = random
    defer { random = generator }
    do throws(Cancelled) {
      return try fit(start, rows: rows, watched: watched, using: &generator, work: work, loss: loss)
        .parameters
    } catch {
      throw .cancelled
    }
  }
}
