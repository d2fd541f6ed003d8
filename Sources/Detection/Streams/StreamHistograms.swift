package import Numerics

/// Judges a row by how empty the bins of the last window are into which random projections of it fall.
///
/// - Input: see `StreamDetector`; the first window sets location and scale of each feature.
/// - Output: the mean of −log probability of the bins, in nats.
/// - Complexity: O(*t* √*d*) a row and O(*t* (*w* + *b*)) at the end of a window; memory O(*t w*).
/// - Randomness: draws the projections.
/// - Source: Pevný, *LODA: lightweight on-line detector of anomalies*, Machine Learning 2016, algorithms 1 and 2 and the
///   two alternating histograms of its section on streams: one judges while the other fills.
/// - Differs: as `ProjectionHistograms`; a histogram spans the values of its own window.
package struct StreamHistograms: StreamMethod {
  package static let name = "streamloda"
  package let projections: Int
  package let bins: Int
  package let window: Int

  package init(projections: Int = 100, bins: Int = 10, window: Int = 256) {
    self.projections = projections
    self.bins = bins
    self.window = window
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if projections < 1 { throw .parameter(name: "projections", reason: "must be at least 1") }
    if bins < 2 { throw .parameter(name: "bins", reason: "must be at least 2") }
    if window < 2 { throw .parameter(name: "rows", reason: "must be at least 2") }
    return State(
      window: window, bins: bins,
      drawn: ProjectionHistograms.Model.draw(projections, features: features, using: &random))
  }

  package struct State: StreamState {
    let window: Int
    let bins: Int
    package var warmup: Int { window }
    private let drawn: [[ProjectionHistograms.Model.Term]]
    private var first: [[Double]] = []
    private var centers: [Double] = []
    private var scales: [Double] = []
    private var judging: [ProjectionHistograms.Model.Histogram] = []
    /// The projections of the window that is filling, one list a projection.
    private var filling: [[Double]]
    private var seen = 0

    init(window: Int, bins: Int, drawn: [[ProjectionHistograms.Model.Term]]) {
      self.window = window
      self.bins = bins
      self.drawn = drawn
      filling = [[Double]](repeating: [], count: drawn.count)
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      seen += 1
      if seen <= window {
        first.append(row)
        if seen == window { begin() }
        return .learning(remaining: window - seen + 1)
      }
      let places = projected(row)
      let surprise = zip(judging, places).reduce(0.0) { $0 + $1.0.surprise(of: $1.1) }
      fill(places)
      return .score(surprise / Double(drawn.count))
    }

    private mutating func begin() {
      for column in first[0].indices {
        let (mean, deviation) = moments(of: first.map { $0[column] })
        centers.append(mean)
        scales.append(deviation > 0 ? deviation : 1)
      }
      for row in first { fill(projected(row)) }
      first = []
    }

    /// Counts a row; at the end of a window its histograms begin to judge.
    private mutating func fill(_ places: [Double]) {
      for (number, place) in places.enumerated() { filling[number].append(place) }
      if filling[0].count < window { return }
      let bins = bins
      judging = filling.map { ProjectionHistograms.Model.Histogram($0, bins: bins) }
      for number in filling.indices { filling[number].removeAll(keepingCapacity: true) }
    }

    private func projected(_ row: [Double]) -> [Double] {
      var values = row
      for column in values.indices {
        values[column] = max(-1e60, min((row[column] - centers[column]) / scales[column], 1e60))
      }
      return drawn.map { ProjectionHistograms.Model.project(values[...], $0) }
    }
  }
}
