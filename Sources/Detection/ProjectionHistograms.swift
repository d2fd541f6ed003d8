package import Numerics
import Values

/// Scores rows by how empty the histogram bins are that sparse random projections of them fall into.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: the mean of −log probability of the bins, in nats.
/// - Complexity: fit O(*n t* √*d*), score O(*n t* √*d*); memory O(*t b*); *t* projections with *b* bins.
/// - Randomness: draws the projections; the same seed draws the same ones on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Pevný, *LODA: lightweight on-line detector of anomalies*, Machine Learning 2016, algorithms 1 and 2.
/// - Differs: equally many bins in every histogram; 1 / (n + 1) as the probability of an empty bin and beyond the range.
package struct ProjectionHistograms: Detector, Equatable {
  package static let name = "loda"
  package let projections: Int
  package let bins: Int

  package init(projections: Int = 100, bins: Int = 10) {
    self.projections = projections
    self.bins = bins
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if projections < 1 { throw .parameter(name: "projections", reason: "must be at least 1") }
    if bins < 2 { throw .parameter(name: "bins", reason: "must be at least 2") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let drawn = Model.draw(projections, features: training.matrix.columns, using: &random)
    let bins = bins
    let matrix = rows.matrix
    let histograms = try cancellable { () throws(Cancelled) in
      try work.map(drawn.count, stage: "fitting") { number -> Model.Histogram in
        // Results of a cancelled pass are thrown away, so it may end early.
        var projected: [Double] = []
        projected.reserveCapacity(matrix.rows)
        for row in 0..<matrix.rows {
          if row % 4096 == 0, work.isCancelled() { break }
          projected.append(Model.project(matrix.row(row), drawn[number]))
        }
        return Model.Histogram(projected, bins: bins)
      }
    }
    return Model(rows: rows.keeping([]), projections: drawn, histograms: histograms)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ProjectionHistograms.name

    struct Term: Sendable, Codable, Equatable {
      let column: Int
      let weight: Double
    }

    struct Histogram: Sendable, Codable, Equatable {
      let low: Double
      let width: Double
      /// −log probability, one a bin.
      let surprises: [Double]
      let outside: Double

      init(_ values: [Double], bins: Int) {
        let low = values.min() ?? 0
        let span = (values.max() ?? 0) - low
        width = span > 0 ? span / Double(bins) : 1
        self.low = span > 0 ? low : low - 0.5 * Double(bins)
        var counts = [Double](repeating: 0, count: bins)
        for value in values { counts[min(bins - 1, max(0, Int((value - self.low) / width)))] += 1 }
        let total = Double(values.count)
        outside = logarithm(total + 1)
        surprises = counts.map { $0 > 0 ? -logarithm($0 / total) : logarithm(total + 1) }
      }

      func surprise(of value: Double) -> Double {
        let position = (value - low) / width
        if !(position >= 0 && position <= Double(surprises.count)) { return outside }
        return surprises[min(surprises.count - 1, Int(position))]
      }
    }

    let rows: ReferenceRows
    let projections: [[Term]]
    let histograms: [Histogram]

    /// Each projection weighs about √d of the features by normal numbers.
    static func draw(_ count: Int, features: Int, using random: inout SeededGenerator) -> [[Term]] {
      let kept = max(1, Int(Double(features).squareRoot().rounded()))
      return (0..<count).map { _ in
        random.sample(kept, of: features).map { Term(column: $0, weight: random.normal()) }
      }
    }

    static func project(_ row: ArraySlice<Double>, _ terms: [Term]) -> Double {
      var sum = 0.0
      for term in terms { sum += term.weight * row[row.startIndex + term.column] }
      return sum
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try self.rows.scoreRows(rows, cost: 100 * projections.count, work: work) { _, values in
        var sum = 0.0
        for (terms, histogram) in zip(projections, histograms) {
          sum += histogram.surprise(of: Self.project(values, terms))
        }
        return sum / Double(projections.count)
      }
    }
  }
}
