import Numerics
import Values

/// A center and a covariance, ready for Mahalanobis distances.
struct GaussianShape: Sendable, Codable, Equatable {
  let center: [Double]
  /// The symmetric root of the inverse covariance.
  let root: Matrix
  let logDeterminant: Double

  /// Variances below this share of the largest are raised to it: a column that never varies has no inverse.
  private static let smallestShare = 1e-9

  init(center: [Double], covariance: Matrix) {
    let d = center.count
    self.center = center
    guard let eigen = SymmetricEigen(covariance), let largest = eigen.values.first, largest > 0 else {
      root = Matrix(rows: d, columns: d, values: (0..<d * d).map { $0 / d == $0 % d ? 1 : 0 })
      logDeterminant = 0
      return
    }
    let variances = eigen.values.map { max($0, Self.smallestShare * largest) }
    var root = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0..<d {
        var sum = 0.0
        for l in 0..<d { sum += eigen.vectors[i, l] * eigen.vectors[j, l] / variances[l].squareRoot() }
        root[i, j] = sum
      }
    }
    self.root = root
    logDeterminant = variances.reduce(0) { $0 + logarithm($1) }
  }

  /// (x − center) times the root: its squares are each feature's part of the squared distance (Alcala and Qin 2011).
  func whitened(_ row: ArraySlice<Double>) -> [Double] {
    let d = center.count
    var result = [Double](repeating: 0, count: d)
    for (i, value) in row.enumerated() {
      let difference = value - center[i]
      if difference == 0 { continue }
      for j in 0..<d { result[j] += difference * root.values[i * d + j] }
    }
    return result
  }

  func squaredDistance(_ row: ArraySlice<Double>) -> Double { whitened(row).reduce(0) { $0 + $1 * $1 } }

  /// The squared distance of each row; of each standardised row, if the shape is that of such.
  func squaredDistances(
    of matrix: Matrix, standardisedBy standardisation: Standardisation? = nil,
    within limit: Double = .greatestFiniteMagnitude, work: Work
  ) throws(Cancelled) -> [Double] {
    let d = center.count
    let product = RowProduct(root)
    let (zeros, ones) = ([Double](repeating: 0, count: d), [Double](repeating: 1, count: d))
    return try work.fill(matrix.rows, size: 256, stage: "distances") { range, target in
      product.squaredNorms(
        of: matrix.values.span.extracting(range.lowerBound * d..<range.upperBound * d),
        centers: standardisation?.centers ?? zeros, scales: standardisation?.scales ?? ones, limit: limit,
        offsets: center, into: &target)
    }
  }
}

extension Matrix {
  /// The mean and the covariance (over the sum of weights) of weighted rows; fixed chunks, added in order.
  func weightedMoments(
    _ weights: [Double], work: Work
  ) throws(Cancelled) -> (mean: [Double], covariance: Matrix) {
    let d = columns
    let total = weights.reduce(0, +)
    var mean = [Double](repeating: 0, count: d)
    let size = max(64, min(2048, (1 << 22) / (d * d)))
    let sums = try work.map((rows + size - 1) / size, stage: "moments") { chunk in
      var sum = [Double](repeating: 0, count: d)
      for row in chunk * size..<min(rows, (chunk + 1) * size) where weights[row] > 0 {
        for column in 0..<d { sum[column] += weights[row] * values[row * d + column] }
      }
      return sum
    }
    for sum in sums { for column in 0..<d { mean[column] += sum[column] / total } }
    let center = mean
    var covariance = Matrix(rows: d, columns: d)
    // A few parts at a time: in hundreds of columns all of them would take many times the memory of the rows.
    let (chunks, most) = ((rows + size - 1) / size, max(16, (1 << 20) / (d * d)))
    for first in stride(from: 0, to: chunks, by: most) {
      let end = min(chunks, first + most)
      let parts = try work.part(first..<end, of: chunks).map(end - first, stage: "moments") { place in
        let range = (first + place) * size..<min(rows, (first + place + 1) * size)
        var centered: [Double] = []
        centered.reserveCapacity(range.count * d)
        for row in range where weights[row] > 0 {
          let weight = (weights[row] / total).squareRoot()
          for column in 0..<d { centered.append(weight * (values[row * d + column] - center[column])) }
        }
        return Matrix(rows: centered.count / d, columns: d, values: centered).scatter()
      }
      for part in parts { for cell in 0..<d * d { covariance.values[cell] += part.values[cell] } }
    }
    return (mean, covariance)
  }
}
