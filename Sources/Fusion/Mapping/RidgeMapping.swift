package import Numerics

/// Predicts one modality from the other by ridge regression and scores what is left.
///
/// W = (XᵀX + λ I)⁻¹ XᵀY on centred rows; λ is the one of eighteen between 1e-6 and 1e2 of the mean eigenvalue with the least
/// leave-one-out error, unless it is given. Rows to learn from are scored by their leave-one-out residual.
///
/// - Input: present pairs; features on comparable scales.
/// - Output: see `Residual`; ≥ 0.
/// - Complexity: O(*n m* min(*n, m*)) for *n* rows of *m* source features.
/// - Source: Hoerl and Kennard, *Ridge regression*, Technometrics 1970, equation 2.1; leave-one-out as in Golub, Heath and
///   Wahba, Technometrics 1979, equation 1.3.
package struct RidgeMapping: PairMapping {
  package static let name = "ridge"
  package let residual: Residual
  /// As a share of the mean eigenvalue; nil for the one with the least leave-one-out error.
  package let penalty: Double?

  package init(residual: Residual = .scaled, penalty: Double? = nil) {
    self.residual = residual
    self.penalty = penalty
  }

  private static let penalties = (0..<18).map { power(10, -6 + 8 * Double($0) / 17) }

  package func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double] {
    let learning = rows.learning
    let x = Centering(rows.source, rows: learning)
    let y = Centering(rows.target, rows: learning)
    let predictions = try orCancelled { () throws(Cancelled) in
      try predict(
        x.apply(rows.source), learning: learning, target: y.apply(rows.target.selecting(rows: learning)),
        work: work)
    }
    return residual.sizes(
      predicted: predictions, actual: y.apply(rows.target), learning: learning)
  }

  /// Predictions for all rows, those of the learning rows without themselves.
  private func predict(
    _ source: Matrix, learning: [Int], target y: Matrix, work: Work
  ) throws(Cancelled) -> Matrix {
    let x = source.selecting(rows: learning)
    let basis = try PrincipalBasis(x, work: work)
    let count = Double(learning.count)
    let mean = basis.variances.reduce(0, +) / max(1, Double(basis.variances.count))
    let projected = try basis.left.product(y, turning: .yes, work: work)
    var best: (error: Double, penalty: Double) = (.infinity, Self.penalties[0] * mean)
    for share in penalty.map({ [$0] }) ?? Self.penalties {
      try work.check()
      let penalty = share * max(mean, 1e-12)
      let fitted = try basis.left.product(projected.scalingRows { basis.shrinkage($0, penalty) }, work: work)
      var error = 0.0
      for row in 0..<x.rows {
        let rest = 1 - min(basis.leverage(row, penalty) + 1 / count, Self.highestLeverage)
        for column in 0..<y.columns {
          let difference = (y[row, column] - fitted[row, column]) / rest
          error += difference * difference
        }
      }
      if error < best.error { best = (error, penalty) }
    }
    let weights = try basis.right.product(
      projected.scalingRows { place in
        let singular = basis.variances[place].squareRoot()
        return singular > 0 ? basis.shrinkage(place, best.penalty) / singular : 0
      }, work: work)
    var predicted = try source.product(weights, work: work)
    for (place, row) in learning.enumerated() {
      let rest = 1 - min(basis.leverage(place, best.penalty) + 1 / count, Self.highestLeverage)
      for column in 0..<y.columns {
        // The residual without oneself is the residual over 1 − leverage.
        predicted[row, column] = y[place, column] - (y[place, column] - predicted[row, column]) / rest
      }
    }
    return predicted
  }

  /// A row that alone decides its own prediction has no residual without itself.
  private static let highestLeverage = 0.9999
}

/// How a vector of residuals becomes one number.
package enum Residual: String, Sendable, CaseIterable {
  /// Root of the mean square, each feature over its root mean square on the learning rows.
  case scaled
  /// Root of the mean square.
  case norm
  /// Distance between the two vectors brought to length one (the measure of crossmodal feature mapping).
  case direction

  func sizes(predicted: Matrix, actual: Matrix, learning: [Int]) -> [Double] {
    var weights = [Double](repeating: 1, count: actual.columns)
    if self == .scaled {
      var squares = [Double](repeating: 0, count: actual.columns)
      for row in learning {
        for column in 0..<actual.columns {
          let difference = actual[row, column] - predicted[row, column]
          squares[column] += difference * difference
        }
      }
      let floor = 1e-6 * squares.reduce(0, +) / Double(max(1, squares.count))
      weights = squares.map {
        $0 > floor ? Double(learning.count) / $0 : floor > 0 ? Double(learning.count) / floor : 1
      }
    }
    return (0..<actual.rows).map { row in
      if self == .direction { return Self.directionDistance(predicted.row(row), actual.row(row)) }
      var sum = 0.0
      for column in 0..<actual.columns {
        let difference = actual[row, column] - predicted[row, column]
        sum += weights[column] * difference * difference
      }
      return (sum / Double(max(1, actual.columns))).squareRoot()
    }
  }

  /// ‖ â/‖â‖ − a/‖a‖ ‖.
  private static func directionDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    let (lengthA, lengthB) = (a.reduce(0) { $0 + $1 * $1 }, b.reduce(0) { $0 + $1 * $1 })
    if lengthA == 0 || lengthB == 0 { return lengthA == lengthB ? 0 : 2.0.squareRoot() }
    return max(0, 2 - 2 * dot / (lengthA * lengthB).squareRoot()).squareRoot()
  }
}
