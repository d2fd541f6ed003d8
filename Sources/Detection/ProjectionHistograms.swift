package import Numerics
import Values

/// Scores rows by how empty the histogram bins are that sparse random projections of them fall into.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: the mean of −log probability of the bins, in nats.
/// - Complexity: fit and score O(*n t d*), as one matrix product, which up to some thousand columns is faster than O(*n t* √*d*)
///   term by term; memory 8 *t* (*d* + *b*) bytes for *t* projections with *b* bins.
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
    let (bins, matrix) = (bins, rows.matrix)
    let histograms = try cancellable { () throws(Cancelled) in
      try Model.histograms(of: matrix, under: drawn, bins: bins, work: work)
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

      init(counts: ArraySlice<Double>, over range: BinRange) {
        (low, width) = (range.low, range.width)
        let total = counts.reduce(0, +)
        outside = logarithm(total + 1)
        surprises = counts.map { $0 > 0 ? -logarithm($0 / total) : logarithm(total + 1) }
      }

      init(_ values: [Double], bins: Int) {
        let range = BinRange(from: values.min() ?? 0, to: values.max() ?? 0, bins: bins)
        let places = BinPlaces([range], bins: bins)
        var counts = [Double](repeating: 0, count: places.width)
        var target = counts.mutableSpan
        places.count(values.span, into: &target)
        self.init(counts: counts[1...bins], over: range)
      }

      func surprise(of value: Double) -> Double {
        let position = (value - low) / width
        if !(position >= 0 && position <= Double(surprises.count)) { return outside }
        return surprises[min(surprises.count - 1, Int(position))]
      }
    }

    /// Where equally wide bins begin, and how wide they are.
    struct BinRange: Sendable {
      let low: Double
      let width: Double

      init(from low: Double, to high: Double, bins: Int) {
        let step = (high - low) / Double(bins)
        let isSpread = (1 / step).isFinite
        width = isSpread ? step : 1
        self.low = isSpread ? low : low - 0.5 * Double(bins)
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

    /// All weights, one projection a column, zeros where it leaves a feature out: a whole product takes less time than a
    /// walk along the terms.
    private static func product(of projections: [[Term]], features: Int) -> RowProduct {
      var weights = Matrix(rows: features, columns: projections.count)
      for (number, terms) in projections.enumerated() {
        for term in terms { weights[term.column, number] = term.weight }
      }
      return RowProduct(weights)
    }

    private static let blockRows = 256

    /// One histogram a projection; the rows are projected once for the ranges and once for the counts, never kept.
    static func histograms(
      of rows: Matrix, under projections: [[Term]], bins: Int, work: Work
    ) throws(Cancelled) -> [Histogram] {
      let product = Self.product(of: projections, features: rows.columns)
      let count = projections.count
      let size = 16 * blockRows
      let chunks = (rows.rows + size - 1) / size
      let ends = try work.fill(chunks, stride: 2 * count, size: 1, stage: "ranges") { chunk, target in
        for number in 0..<count {
          (target[number], target[count + number]) = (.infinity, -.infinity)
        }
        eachBlock(of: rows, chunk.lowerBound * size, size, product) { projected in
          for start in stride(from: 0, to: projected.count, by: count) {
            for number in 0..<count {
              target[number] = min(target[number], projected[start + number])
              target[count + number] = max(target[count + number], projected[start + number])
            }
          }
        }
      }
      let ranges = (0..<count).map { number in
        let cells = (0..<chunks).map { 2 * count * $0 + number }
        return BinRange(
          from: cells.reduce(.infinity) { min($0, ends[$1]) },
          to: cells.reduce(-.infinity) { max($0, ends[$1 + count]) }, bins: bins)
      }
      let places = BinPlaces(ranges, bins: bins)
      let span = places.width * count
      let parts = try work.fill(chunks, stride: span, size: 1, stage: "counting") { chunk, target in
        eachBlock(of: rows, chunk.lowerBound * size, size, product) { places.count($0, into: &target) }
      }
      return ranges.indices.map { number in
        var counts = [Double](repeating: 0, count: bins)
        for chunk in 0..<chunks {
          let start = chunk * span + number * places.width + 1
          for bin in 0..<bins { counts[bin] += parts[start + bin] }
        }
        return Histogram(counts: counts[...], over: ranges[number])
      }
    }

    private static func eachBlock(
      of rows: Matrix, _ first: Int, _ size: Int, _ product: RowProduct, _ body: (Span<Double>) -> Void
    ) {
      let end = min(rows.rows, first + size)
      for start in stride(from: first, to: end, by: blockRows) {
        let block = start..<min(end, start + blockRows)
        body(projected(rows.values.span, block, product).span)
      }
    }

    /// The product of some rows with all projections, one row behind the other.
    private static func projected(_ values: Span<Double>, _ rows: Range<Int>, _ product: RowProduct)
      -> [Double]
    {
      let d = product.inner
      var projected = [Double](repeating: 0, count: rows.count * product.columns)
      var target = projected.mutableSpan
      product.multiply(values.extracting(rows.lowerBound * d..<rows.upperBound * d), into: &target)
      return projected
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try self.rows.require(rows)
      let product = Self.product(of: projections, features: self.rows.matrix.columns)
      let places = BinPlaces(histograms)
      return try cancellable { () throws(Cancelled) in
        try work.fill(rows.rowCount, size: Self.blockRows, stage: "scoring") { range, target in
          let values = self.rows.scaled(rows, range)
          places.addSurprises(of: Self.projected(values.span, 0..<range.count, product).span, into: &target)
          for place in 0..<range.count { target[place] /= Double(projections.count) }
        }
      }
    }
  }
}

/// Where projected values fall in their histograms: a place before the first bin, one a bin, one behind the last.
private struct BinPlaces: Sendable {
  private let lows: [Double]
  private let factors: [Double]
  /// Places a projection.
  let width: Int
  /// As many a projection as places; none while only counting.
  private let surprises: [Double]

  /// A little below 1, so that rounding never takes the highest value out of the last bin.
  private static let inward = 1 - 4 * Double.ulpOfOne

  init(_ ranges: [ProjectionHistograms.Model.BinRange], bins: Int) {
    self.init(lows: ranges.map(\.low), widths: ranges.map(\.width), bins: bins, surprises: [])
  }

  init(_ histograms: [ProjectionHistograms.Model.Histogram]) {
    self.init(
      lows: histograms.map(\.low), widths: histograms.map(\.width),
      bins: histograms.first?.surprises.count ?? 0,
      surprises: histograms.flatMap { [$0.outside] + $0.surprises + [$0.outside] })
  }

  private init(lows: [Double], widths: [Double], bins: Int, surprises: [Double]) {
    self.lows = lows
    factors = widths.map { Self.inward / $0 }
    width = bins + 2
    self.surprises = surprises
  }

  /// Adds 1 at the place of each value, one value a projection after the other.
  func count(_ projected: Span<Double>, into counts: inout MutableSpan<Double>) {
    let (lows, factors) = (lows.span, factors.span)
    let highest = Double(width - 2)
    var start = 0
    while start < projected.count {
      var first = 0
      for number in lows.indices {
        let position = (projected[start + number] - lows[number]) * factors[number]
        counts[first + Int(max(-1, min(position, highest)) + 1)] += 1
        first += width
      }
      start += lows.count
    }
  }

  /// The sum of the surprises of each row's values.
  func addSurprises(of projected: Span<Double>, into sums: inout MutableSpan<Double>) {
    let (lows, factors, surprises) = (lows.span, factors.span, surprises.span)
    let highest = Double(width - 2)
    var start = 0
    for row in sums.indices {
      var (sum, first) = (0.0, 0)
      for number in lows.indices {
        let position = (projected[start + number] - lows[number]) * factors[number]
        sum += surprises[first + Int(max(-1, min(position, highest)) + 1)]
        first += width
      }
      sums[row] = sum
      start += lows.count
    }
  }
}
