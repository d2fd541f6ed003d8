package import Numerics
package import Values

/// Scores rows by how empty the histogram bins are that their features fall into.
///
/// - Input: `n` × `d`; a missing value adds nothing, a level of a category counts as a bin of width 1. The regularisation of densities makes the score depend on the unit
///   of a column: scale the columns to a common range first.
/// - Output: −Σ log₂(density + 0.1), in bits; may be negative.
/// - Complexity: fit and score O(*n d*), with `auto` bins fit O(*n* √*n* *d*).
/// - Throws: `tooFewRows` below two rows.
/// - Source: Goldstein and Dengel, *Histogram-based outlier score (HBOS)*, KI 2012, section 3 (static bins); Birgé and
///   Rozenholc, *How many bins should be put in a regular histogram*, ESAIM 2006, equation 1.2 (`auto`).
/// - Differs: densities are regularised by 0.1 and bins not scaled to height 1, as in PyOD; a value beyond the range by
///   more than half a bin counts as the emptiest bin.
package struct HistogramScore: Detector, Equatable {
  package static let name = "hbos"

  /// How many bins a feature gets.
  package enum Bins: Sendable, Codable, Equatable {
    case count(Int)
    /// Chosen for each feature by penalised likelihood, fewer than √n.
    case auto
  }

  package let bins: Bins

  package init(bins: Bins = .count(10)) { self.bins = bins }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    if case .count(let count) = bins, count < 2 {
      throw .parameter(name: "bins", reason: "must be at least 2")
    }
    let bins = bins
    let histograms = try training.mapFeatures(work: work) { values in
      switch bins {
      case .count(let count): Histogram(values, bins: count)
      case .auto: Histogram(values, bins: Histogram.bestCount(for: values))
      }
    }
    return Model(
      histograms: histograms.indices.map { column in
        guard !training.levels.isEmpty, let levels = training.levels[column] else {
          return histograms[column]
        }
        return Histogram(places: training.matrix.column(column), levels: levels)
      })
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = HistogramScore.name
    package static let takesCategories = true
    let histograms: [Histogram]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: histograms.count)
      return try rows.sumColumns(work: work) { column in
        let histogram = histograms[column]
        return { histogram.surprise(of: $0) }
      }
    }

    /// A feature's surprise above that of its fullest bin.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try rows.require(features: histograms.count)
      let least = histograms.map { $0.surprises.min() ?? 0 }
      let values = try rows.mapCells(work: work, stage: "contributions") { value, column in
        value.isNaN ? 0 : histograms[column].surprise(of: value) - least[column]
      }
      return rows.contributions(values, meaning: "bits above the fullest bin")
    }
  }
}

/// The surprise of each bin of one feature.
struct Histogram: Sendable, Codable, Equatable {
  let low: Double
  let width: Double
  /// −log₂(density + 0.1), one a bin.
  let surprises: [Double]
  let emptiest: Double

  /// Keeps the logarithm of an empty bin finite.
  private static let regularisation = 0.1
  /// How much of a bin a value may lie beyond the range and still count to the last bin.
  private static let tolerance = 0.5
  private static let largestDensity = 1e300

  init(_ values: [Double], bins: Int) {
    let (low, high) = Self.range(of: values)
    width = max((high - low) / Double(bins), .leastNormalMagnitude)
    let counts = Self.counts(values, bins: bins, low: low, width: width)
    let mass = Double(max(values.count, 1)) * width
    surprises = counts.map { count in
      -logarithm2(min(Double(count) / mass, Self.largestDensity) + Self.regularisation)
    }
    self.low = low
    emptiest = surprises.max() ?? 0
  }

  /// One bin of width 1 a level, and an empty one for all levels that were never seen.
  init(places: [Double], levels: Int) {
    var counts = [Double](repeating: 0, count: levels + 1)
    for place in places where !place.isNaN { counts[Int(place)] += 1 }
    let total = max(1, counts.reduce(0, +))
    (low, width) = (-0.5, 1)
    surprises = counts.map { -logarithm2($0 / total + Self.regularisation) }
    emptiest = surprises.max() ?? 0
  }

  /// A column that never varies has the range of one around its value.
  private static func range(of values: [Double]) -> (Double, Double) {
    guard let low = values.min(), let high = values.max() else { return (0, 1) }
    if low < high { return (low, high) }
    let reach = max(0.5, abs(low) * 1e-12)
    return (low - reach, high + reach)
  }

  /// Bins hold their lower edge, the last one also its upper edge.
  private static func counts(_ values: [Double], bins: Int, low: Double, width: Double) -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      let position = min((value - low) / width, Double(bins))
      var bin = min(bins - 1, max(0, Int(position)))
      // Rounding must not carry a value across an edge.
      if bin > 0, value < low + Double(bin) * width {
        bin -= 1
      } else if bin < bins - 1, value >= low + Double(bin + 1) * width {
        bin += 1
      }
      counts[bin] += 1
    }
    return counts
  }

  /// The bin that holds a value's upper edge: edges belong to the bin below, as in PyOD's scoring.
  func surprise(of value: Double) -> Double {
    if value.isNaN { return 0 }
    let position = (value - low) / width
    let count = surprises.count
    if position <= 0 { return -position <= Self.tolerance ? surprises[0] : emptiest }
    if position > Double(count) {
      return position - Double(count) <= Self.tolerance ? surprises[count - 1] : emptiest
    }
    var bin = min(count - 1, Int(position))
    if bin > 0, value <= low + Double(bin) * width {
      bin -= 1
    } else if bin < count - 1, value > low + Double(bin + 1) * width {
      bin += 1
    }
    return surprises[bin]
  }

  /// The number of bins with the largest penalised likelihood.
  static func bestCount(for values: [Double]) -> Int {
    let (low, high) = range(of: values)
    let total = Double(values.count)
    var best = (count: 2, value: -Double.infinity)
    let most = max(3, Int(total.squareRoot()))
    for bins in 2..<most {
      let likelihood = counts(
        values, bins: bins, low: low, width: max((high - low) / Double(bins), .leastNormalMagnitude)
      ).reduce(0.0) { sum, count in
        count == 0 ? sum : sum + Double(count) * logarithm(Double(bins) * Double(count) / total)
      }
      let value = likelihood - (Double(bins) - 1 + power(logarithm(Double(bins)), 2.5))
      if value > best.value { best = (bins, value) }
    }
    return best.count
  }
}
