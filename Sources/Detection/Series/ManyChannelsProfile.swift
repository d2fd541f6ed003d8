package import Numerics
import Values

/// Scores moments of several channels by how unlike every other stretch they are in the channels that agree best.
///
/// - Input: complete, evenly spaced rows; at least two windows, the same rows to fit and to score or others: rows are
///   compared among themselves alone.
/// - Output: for each row, the mean over `dimensions` channels of the z-normalised distances of the window centered on
///   it to its nearest neighbour; windows that start less than a quarter window apart do not meet.
/// - Complexity: O(*n² d*) for *d* channels, memory O(*n d*) a thread.
/// - Source: see `WindowProfile.selfJoin(_:dimensions:exclusion:work:)`: with *k* dimensions, a window is odd if no
///   other is like it in any *k* channels.
package struct ManyChannelsProfile: Detector, Equatable {
  package static let name = "mstamp"
  package let window: Int
  /// Channels that must agree; nil for all.
  package let dimensions: Int?

  package init(window: Int, dimensions: Int? = nil) {
    self.window = window
    self.dimensions = dimensions
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if window < 4 { throw .parameter(name: "window", reason: "must hold at least 4 rows") }
    if let dimensions, !(1...training.features.count).contains(dimensions) {
      throw .parameter(name: "dimensions", reason: "must lie in 1...\(training.features.count), the channels")
    }
    try training.require(rows: 2 * window)
    try training.requireComplete()
    return Model(
      window: window, dimensions: dimensions ?? training.features.count, channels: training.features.count)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ManyChannelsProfile.name
    package static let readsSeries = true
    let window: Int
    let dimensions: Int
    let channels: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: channels)
      try rows.require(rows: window)
      try rows.requireComplete()
      let profiles = (0..<channels).map { column in
        let values = rows.matrix.column(column)
        let center = Selection.median(of: values) ?? 0
        let reach = values.reduce(0.0) { max($0, abs($1 - center)) }
        return WindowProfile(values, window: window, center: center, scale: reach > 0 ? reach : 1)
      }
      let distances = try cancellable { () throws(Cancelled) in
        try WindowProfile.selfJoin(
          profiles, dimensions: dimensions, exclusion: (window + 3) / 4 + 1, work: work)
      }
      return WindowShape(window: window, form: .shape, channels: channels)
        .spread(distances, over: rows.rowCount)
    }
  }
}
