package import Numerics
package import Values

/// Scores rows by how far their features lie outside the middle quantiles.
///
/// - Input: `n` × `d`; missing values are skipped, a row without any value scores 0.
/// - Output: the distance beyond the nearer quantile over the range between the quantiles, ≥ 0, summarised over the
///   features; at most 1e100. With quarters, Tukey's fences stand at 1.5.
/// - Complexity: fit O(*n d* log *n*), score O(*n d*).
/// - Throws: `tooFewRows` below two rows.
/// - Source: Tukey, *Exploratory data analysis*, 1977, section 2D.
/// - Differs: a feature whose quantiles are equal uses its standard deviation as the range, and 1 if that is 0, too.
package struct QuantileRange: Detector, Equatable {
  package static let name = "iqr"
  /// The share of the training values on each side that lie beyond the quantiles.
  package let tail: Double
  package let summary: DeviationSummary

  package init(tail: Double = 0.25, summary: DeviationSummary = .largest) {
    self.tail = tail
    self.summary = summary
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(tail > 0 && tail < 0.5) { throw .parameter(name: "tail", reason: "must lie between 0 and 50%") }
    try training.require(rows: 2)
    let fitted = try training.mapFeatures(work: work) { values in
      let sorted = SortedSample(values)
      let low = sorted.quantile(tail) ?? 0
      let high = sorted.quantile(1 - tail) ?? 0
      if high > low { return (low, high, high - low) }
      let deviation = moments(of: values).deviation
      return (low, high, deviation > 0 ? deviation : 1)
    }
    let deviations = Deviations(
      centers: fitted.map { ($0.0 / 2 + $0.1 / 2) }, scales: fitted.map(\.2), summary: summary,
      reaches: fitted.map { $0.1 / 2 - $0.0 / 2 })
    return Model(deviations: deviations)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = QuantileRange.name
    let deviations: Deviations

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try deviations.scores(of: rows, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try deviations.contributions(to: rows, meaning: "ranges beyond the quantiles", work: work)
    }
  }
}
