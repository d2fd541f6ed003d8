package import Numerics
import Values

/// Scores rows by what the main components in the space of a normal kernel leave over.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: the squared distance from the flat of the retained components, 0...4 (every row has length 1 in that space).
/// - Complexity: fit O(*n m d* + *n m²* + *m³*), score O(*m d* + *m²*) a row for *m* landmarks; memory 8 (*m d* + 2 *m²*) bytes.
/// - Randomness: draws the landmarks if there are more rows.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Hoffmann, *Kernel PCA for novelty detection*, Pattern Recognition 2007, equation 7; Williams and Seeger, *Using
///   the Nyström method to speed up kernel machines*, NIPS 2000.
/// - Differs: with more rows than landmarks, components are sought within the landmarks' span; what a row has outside of it
///   counts as left over. With as many landmarks as rows this is Hoffmann's score exactly.
package struct KernelComponents: Detector, Equatable {
  package static let name = "kpca"
  /// The kernel is exp(−gamma × squared distance); nil means one over the number of columns.
  package let gamma: Double?
  package let landmarks: Int
  /// The share of the variance that the retained components explain at least.
  package let explained: Double

  package init(gamma: Double? = nil, landmarks: Int = 300, explained: Double = 0.9) {
    self.gamma = gamma
    self.landmarks = landmarks
    self.explained = explained
  }

  /// Directions of the landmarks' span with less than this share of the largest variance are left out.
  private static let negligible = 1e-10

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if let gamma, !(gamma > 0) { throw .parameter(name: "gamma", reason: "must be above 0") }
    if landmarks < 2 { throw .parameter(name: "landmarks", reason: "must be at least 2") }
    if !(explained > 0 && explained <= 1) { throw .parameter(name: "explained", reason: "must lie in 0...1") }
    let rows = try ReferenceRows(training, atLeast: 3, scaling: .standard, work: work)
    let width = max(1e-300, min(gamma ?? 1 / Double(training.matrix.columns), 1e150))
    let chosen =
      training.rowCount <= landmarks
      ? Array(0..<training.rowCount) : random.sample(landmarks, of: training.rowCount).sorted()
    let kept = rows.keeping(chosen)
    let kernel = Model.kernel(kept.matrix, to: kept.matrix, gamma: width)
    guard let root = Self.inverseRoot(kernel) else {
      throw .parameter(name: "gamma", reason: "gives a kernel whose components could not be computed")
    }
    let features = try cancellable { () throws(Cancelled) in
      try Model.features(rows.matrix, kept.matrix, root, gamma: width, work: work)
    }
    let (mean, covariance) = try cancellable { () throws(Cancelled) in
      try features.weightedMoments([Double](repeating: 1, count: features.rows), work: work)
    }
    guard let eigen = SymmetricEigen(covariance) else {
      throw .parameter(name: "gamma", reason: "gives components that could not be computed")
    }
    return Model(
      rows: kept, gamma: width, root: root, mean: mean,
      components: eigen.vectors.selecting(columns: Array(0..<retained(eigen.values))))
  }

  private func retained(_ variances: [Double]) -> Int {
    let total = variances.reduce(0) { $0 + max($1, 0) }
    var (sum, count) = (0.0, 0)
    while count < variances.count, sum < explained * total, variances[count] > Self.negligible * variances[0]
    {
      sum += variances[count]
      count += 1
    }
    return count
  }

  /// V λ^(−1/2) of the directions that vary.
  private static func inverseRoot(_ kernel: Matrix) -> Matrix? {
    guard let eigen = SymmetricEigen(kernel), let largest = eigen.values.first, largest > 0 else {
      return nil
    }
    let used = eigen.values.indices.filter { eigen.values[$0] > negligible * largest }
    var root = eigen.vectors.selecting(columns: used)
    for row in 0..<root.rows {
      for column in used.indices { root[row, column] /= eigen.values[used[column]].squareRoot() }
    }
    return root
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = KernelComponents.name
    package static let needsCompleteRows = true
    /// The landmarks.
    let rows: ReferenceRows
    let gamma: Double
    /// Turns kernel values to the landmarks into coordinates in their span.
    let root: Matrix
    let mean: [Double]
    /// One retained component a column.
    let components: Matrix

    static func kernel(_ landmarks: Matrix, to rows: Matrix, gamma: Double) -> Matrix {
      var values = PackedRows(landmarks).squaredDistances(of: rows, 0..<rows.rows)
      for cell in values.indices { values[cell] *= -gamma }
      Elementary.exponentiate(&values)
      return Matrix(rows: rows.rows, columns: landmarks.rows, values: values)
    }

    /// Coordinates of rows in the span of the landmarks.
    static func features(
      _ rows: Matrix, _ landmarks: Matrix, _ root: Matrix, gamma: Double, work: Work
    ) throws(Cancelled) -> Matrix {
      let (product, packed) = (RowProduct(root), PackedRows(landmarks))
      let values = try work.fill(rows.rows, stride: root.columns, size: 64, stage: "kernel") {
        range, target in
        var kernel = packed.squaredDistances(of: rows, range)
        for cell in kernel.indices { kernel[cell] *= -gamma }
        Elementary.exponentiate(&kernel)
        product.multiply(kernel.span, into: &target)
      }
      return Matrix(rows: rows.rows, columns: root.columns, values: values)
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let scaled = try self.rows.scaled(rows, work: work)
      do throws(Cancelled) {
        let features = try Self.features(scaled, self.rows.matrix, root, gamma: gamma, work: work)
        let (width, product) = (features.columns, RowProduct(components))
        return try work.fill(features.rows, size: 64, stage: "scoring") { range, target in
          var centered = Array(features.values[range.lowerBound * width..<range.upperBound * width])
          var outside = [Double](repeating: 1, count: range.count)
          for place in 0..<range.count {
            for cell in place * width..<(place + 1) * width {
              outside[place] -= centered[cell] * centered[cell]
              centered[cell] -= mean[cell - place * width]
            }
          }
          var shares = [Double](repeating: 0, count: range.count * components.columns)
          var part = shares.mutableSpan
          product.multiply(centered.span, into: &part)
          for place in 0..<range.count {
            // What lies outside the span, and inside it away from the mean, less what the components explain.
            let inside = centered[place * width..<(place + 1) * width].reduce(0) { $0 + $1 * $1 }
            let explained = shares[place * components.columns..<(place + 1) * components.columns]
              .reduce(0) { $0 + $1 * $1 }
            target[place] = max(0, max(0, outside[place]) + inside - explained)
          }
        }
      } catch {
        throw .cancelled
      }
    }
  }
}
