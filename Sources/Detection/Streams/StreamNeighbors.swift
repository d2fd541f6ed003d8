package import Numerics

/// Judges a row by how much farther its nearest remembered rows are than is usual.
///
/// - Input: see `StreamDetector`; several features are put on one scale by their running deviations.
/// - Output: the mean distance to the *k* nearest of the last *m* rows, less its running mean, over its running
///   deviation: the same in any unit.
/// - Complexity: O(*m d*) a row, memory O(*m d*).
/// - Source: Burnaev and Ishimtsev, *Conformalized density- and distance-based anomaly detection in time-series data*,
///   2016 (nearest neighbours in a sliding reference); Ramaswamy, Rastogi and Shim, SIGMOD 2000.
/// - Differs: single rows in place of windows of rows, and a running standard score in place of the conformal rank,
///   whose smallest value *m* limits.
package struct StreamNeighbors: StreamMethod {
  package static let name = "streamknn"
  package let neighbors: Int
  package let memory: Int
  package let warmup: Int

  package init(neighbors: Int = 5, memory: Int = 10_000, warmup: Int = 50) {
    self.neighbors = neighbors
    self.memory = memory
    self.warmup = warmup
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if neighbors < 1 { throw .parameter(name: "neighbors", reason: "must be at least 1") }
    if memory < neighbors {
      throw .parameter(name: "memory", reason: "must hold at least `--neighbors` rows")
    }
    return State(
      neighbors: neighbors, memory: memory, warmup: max(warmup, neighbors + 1),
      scales: [RunningMoments](repeating: RunningMoments(), count: features))
  }

  package struct State: StreamState {
    let neighbors: Int
    let memory: Int
    package let warmup: Int
    private var rows: [Double] = []
    private var seen = 0
    private var scales: [RunningMoments]
    private var usual = RunningMoments()

    init(neighbors: Int, memory: Int, warmup: Int, scales: [RunningMoments]) {
      self.neighbors = neighbors
      self.memory = memory
      self.warmup = warmup
      self.scales = scales
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      let distance = seen >= neighbors ? distance(of: row) : 0
      let result: StreamScore
      if seen < warmup {
        result = .learning(remaining: warmup - seen)
      } else {
        let spread = usual.deviation
        let excess = distance - usual.mean
        result = .score(spread > 0 ? excess / spread : excess > 0 ? largestScore : 0)
      }
      if seen >= neighbors { usual.take(min(distance, largestScore)) }
      remember(row)
      return result
    }

    private mutating func remember(_ row: [Double]) {
      for (place, value) in row.enumerated() { scales[place].take(value) }
      if rows.count < memory * row.count {
        rows += row
      } else {
        let place = seen % memory * row.count
        for (column, value) in row.enumerated() { rows[place + column] = value }
      }
      seen += 1
    }

    /// The mean over the nearest, kept sorted as they are found.
    private func distance(of row: [Double]) -> Double {
      let width = row.count
      // One feature needs no scale, and a scale that moves would only blur what is usual.
      let weights = width == 1 ? [1] : scales.map { $0.deviation > 0 ? 1 / $0.deviation : 1 }
      var nearest = [Double](repeating: .infinity, count: neighbors)
      var cell = 0
      while cell < rows.count {
        var square = 0.0
        for column in 0..<width {
          let difference = (rows[cell + column] - row[column]) * weights[column]
          square += difference * difference
        }
        cell += width
        if square < nearest[neighbors - 1] {
          var place = neighbors - 1
          while place > 0, nearest[place - 1] > square {
            nearest[place] = nearest[place - 1]
            place -= 1
          }
          nearest[place] = square
        }
      }
      return nearest.reduce(0) { $0 + $1.squareRoot() } / Double(neighbors)
    }
  }
}
