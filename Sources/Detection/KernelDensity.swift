package import Numerics
import Values

/// Scores rows by how thin the training rows lie around them, smoothed by a normal kernel.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: −log density of the standardised row, in nats; at most 1e100.
/// - Complexity: fit O(*n d*), score O(*n m d*) for *m* rows against *n*; memory 16 *n d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Parzen, *On estimation of a probability density function and mode*, 1962, equation 1.5; Scott,
///   *Multivariate density estimation*, 1992, equation 6.42 (the width n^(−1/(d+4))).
/// - Differs: a training row's own kernel is left out of its density.
package struct KernelDensity: Detector, Equatable {
  package static let name = "kde"
  /// The kernel's standard deviation as a multiple of Scott's rule.
  package let width: Double

  package init(width: Double = 1) { self.width = width }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(width > 0) { throw .parameter(name: "width", reason: "must be above 0") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let scott = power(Double(training.rowCount), -1 / Double(training.matrix.columns + 4))
    return Model(rows: rows, bandwidth: width * scott)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = KernelDensity.name
    let rows: ReferenceRows
    package let bandwidth: Double

    /// What is that far below the largest term of a sum is lost in rounding.
    private static let vanishing = -50.0

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(of: rows, excludingSelf: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(of: training, excludingSelf: true, work: work)
    }

    private func scores(
      of rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let reference = self.rows.matrix
      let packed = PackedRows(reference)
      let precision = 1 / (2 * bandwidth * bandwidth)
      let count = Double(reference.rows - (excludingSelf ? 1 : 0))
      let constant =
        Double(reference.columns) * (logarithm(2 * Double.pi) / 2 + logarithm(bandwidth)) + logarithm(count)
      return try self.rows.scoreDistances(of: rows, to: packed, work: work) { row, squared in
        let skipped = excludingSelf ? squared.startIndex + row : -1
        var nearest = Double.infinity
        for cell in squared.indices where cell != skipped { nearest = min(nearest, squared[cell]) }
        var terms: [Double] = []
        terms.reserveCapacity(squared.count)
        for cell in squared.indices where cell != skipped {
          let fall = (nearest - squared[cell]) * precision
          if fall > Self.vanishing { terms.append(fall) }
        }
        Elementary.exponentiate(&terms)
        let sum = terms.reduce(0, +)
        return constant + nearest * precision - logarithm(sum)
      }
    }
  }
}
