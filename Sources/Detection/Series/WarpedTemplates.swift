package import Numerics

/// Scores windows by how much they must be warped in time to match the nearest template.
///
/// - Input: see `StretchDetector`.
/// - Output: dynamic time warping distance of the z-normalised window to the nearest template, ≥ 0.
/// - Complexity: score O(*n t m r*) at worst for *t* templates of *m* rows and a band of *r*; most are skipped by a bound.
/// - Randomness: draws the first centers.
/// - Source: Sakoe and Chiba, *Dynamic programming algorithm optimization for spoken word recognition*, IEEE TASSP 1978 (the
///   band); Keogh and Ratanamahatana, *Exact indexing of dynamic time warping*, KAIS 2005, equation 9 (the bound).
/// - Differs: templates are the training windows nearest to the centers of k-means; squared differences are added and the
///   root is taken at the end.
package struct WarpedTemplates: StretchMethod {
  package static let name = "dtw"
  package let window: Int?
  package let templates: Int
  /// Rows by which a match may lag, as a share of the window.
  package let band: Double

  package init(window: Int? = nil, templates: Int = 10, band: Double = 0.1) {
    self.window = window
    self.templates = templates
    self.band = band
  }

  private static let mostWindows = 2000

  package func fit(
    _ values: [Double], window: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Fitted {
    if templates < 1 { throw .parameter(name: "templates", reason: "must be at least 1") }
    if !(band >= 0 && band <= 1) { throw .parameter(name: "band", reason: "must lie in 0...1") }
    let starts = Shapes.starts(in: values.count, window: window, apart: 1, most: Self.mostWindows)
    let shapes = starts.map { Shapes.standard(values, at: $0, window: window) }
    let matrix = Matrix(rows: shapes.count, columns: window, values: shapes.flatMap(\.self))
    let count = min(templates, shapes.count)
    do throws(Cancelled) {
      let found = try Clustering(matrix, clusters: count, using: &random, work: work)
      var nearest = [Int](repeating: -1, count: count)
      var distances = [Double](repeating: .infinity, count: count)
      for (place, cluster) in found.labels.enumerated() {
        let squared = matrix.row(place).squaredDistance(to: found.centers.row(cluster))
        if squared < distances[cluster] { (nearest[cluster], distances[cluster]) = (place, squared) }
      }
      return Fitted(
        templates: nearest.filter { $0 >= 0 }.map { shapes[$0] },
        band: Int((band * Double(window)).rounded(.up)))
    } catch {
      throw .cancelled
    }
  }

  package struct Fitted: FittedStretches {
    let templates: [[Double]]
    let band: Int

    package func scores(of values: [Double], window: Int, work: Work) throws(DetectionError) -> [Double] {
      let envelopes = templates.map { Warping.envelope($0, band: band) }
      let cost = templates.count * window * (2 * band + 1) * 4
      return try Shapes.map(values, window: window, cost: cost, work: work) { shape in
        var best = Double.infinity
        for (template, envelope) in zip(templates, envelopes)
        where Warping.bound(shape, envelope) < best {
          best = min(best, Warping.squared(shape, template, band: band, within: best))
        }
        return best.squareRoot()
      }
    }
  }
}

/// Dynamic time warping within a band.
package enum Warping {
  /// The least sum of squared differences over monotonous matchings; infinite if it must be above `limit`.
  package static func squared(
    _ a: [Double], _ b: [Double], band: Int, within limit: Double = .infinity
  ) -> Double {
    let count = a.count
    var before = [Double](repeating: .infinity, count: count + 1)
    var row = before
    before[0] = 0
    for i in 0..<count {
      let (low, high) = (max(0, i - band), min(count - 1, i + band))
      row[low] = .infinity
      var least = Double.infinity
      for j in low...high {
        let difference = a[i] - b[j]
        row[j + 1] = difference * difference + min(before[j], before[j + 1], row[j])
        least = min(least, row[j + 1])
      }
      if least > limit { return .infinity }
      if high + 2 <= count { row[high + 2] = .infinity }
      swap(&before, &row)
    }
    return before[count]
  }

  package static func envelope(_ values: [Double], band: Int) -> (low: [Double], high: [Double]) {
    let parts = values.indices.map { values[max(0, $0 - band)...min(values.count - 1, $0 + band)] }
    return (parts.map { $0.min() ?? 0 }, parts.map { $0.max() ?? 0 })
  }

  /// Never above the squared distance to what lies in the envelope.
  package static func bound(_ values: [Double], _ envelope: (low: [Double], high: [Double])) -> Double {
    var sum = 0.0
    for (place, value) in values.enumerated() {
      let outside = max(0, value - envelope.high[place], envelope.low[place] - value)
      sum += outside * outside
    }
    return sum
  }
}
