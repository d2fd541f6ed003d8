package import Numerics
package import Values

/// Scores rows by how many robust standard deviations their features lie from the median.
///
/// Up to half of the training rows may be anomalies without moving the scale much.
///
/// - Input: `n` × `d`; missing values are skipped, a row without any value scores 0.
/// - Output: |x − median| / (1.4826 MAD) ≥ 0, summarised over the features; at most 1e100. With a side, values on the other
///   one score below 0.
/// - Complexity: fit and score O(*n d*).
/// - Throws: `tooFewRows` below two rows.
/// - Source: Iglewicz and Hoaglin, *How to detect and handle outliers*, ASQC 1993, section 3.3.
/// - Differs: a feature whose MAD is 0 uses 1.2533 times the mean absolute deviation from the median, and 1 if that is
///   0, too.
package struct MedianDeviation: Detector, Equatable {
  package static let name = "mad"
  package let summary: DeviationSummary
  /// Both if nil.
  package let side: DeviationSide?

  /// Makes the mean absolute deviation estimate a normal standard deviation: √(π / 2).
  private static let meanConsistency = 1.2533141373155001

  package init(summary: DeviationSummary = .largest, side: DeviationSide? = nil) {
    self.summary = summary
    self.side = side
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    let fitted = try training.mapFeatures(work: work) { values in
      let (median, deviation) = medianMoments(of: values)
      if deviation > 0 { return (median, deviation) }
      let mean = values.reduce(0.0) { $0 + abs($1 - median) / Double(values.count) }
      return (median, mean > 0 ? Self.meanConsistency * mean : 1)
    }
    return Model(
      deviations: Deviations(centers: fitted.map(\.0), scales: fitted.map(\.1), summary: summary, side: side))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = MedianDeviation.name
    let deviations: Deviations

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try deviations.scores(of: rows, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try deviations.contributions(
        to: rows, meaning: "robust standard deviations from the median", work: work)
    }
  }
}
