import Numerics

/// Judges rows of a stream by the verdicts on the nearest rows that have passed.
///
/// For streams whose truth becomes known after the fact: the analyst's, or that of a slower test.
///
/// - Input: complete rows; after each row is judged, its verdict may be told.
/// - Output: the share of anomalous rows among the *k* nearest of the last *m* rows with a verdict, 0...1.
/// - Complexity: O(*m d*) a row, memory O(*m d*).
/// - Source: nearest neighbours in a sliding window, as in Losing, Hammer and Wersing, *KNN classifier with self adjusting
///   memory*, ICDM 2016, section III (its short-term memory); features scaled by their running deviations.
package struct TaughtNeighbors: Sendable {
  private let neighbors: Int
  private let memory: Int
  private var rows: [Double] = []
  private var verdicts: [Bool] = []
  private var next = 0
  private var scales: [RunningMoments]

  package init(features: Int, neighbors: Int = 3, memory: Int = 1000) {
    precondition(neighbors > 0 && memory >= neighbors, "the memory holds the neighbours")
    self.neighbors = neighbors
    self.memory = memory
    scales = [RunningMoments](repeating: RunningMoments(), count: features)
  }

  package func score(_ row: [Double]) -> Double {
    let width = scales.count
    let weights = scales.map { $0.deviation > 0 ? 1 / $0.deviation : 1 }
    var nearest = [(square: Double, isAnomalous: Bool)](
      repeating: (.infinity, false), count: min(neighbors, verdicts.count))
    if nearest.isEmpty { return 0 }
    for place in verdicts.indices {
      var square = 0.0
      for column in 0..<width {
        let difference = (rows[place * width + column] - row[column]) * weights[column]
        square += difference * difference
      }
      guard square < nearest[nearest.count - 1].square else { continue }
      var rank = nearest.count - 1
      while rank > 0, nearest[rank - 1].square > square {
        nearest[rank] = nearest[rank - 1]
        rank -= 1
      }
      nearest[rank] = (square, verdicts[place])
    }
    return Double(nearest.count(where: \.isAnomalous)) / Double(nearest.count)
  }

  package mutating func learn(_ row: [Double], isAnomalous: Bool) {
    for (column, value) in row.enumerated() { scales[column].take(value) }
    if verdicts.count < memory {
      rows += row
      verdicts.append(isAnomalous)
      return
    }
    for (column, value) in row.enumerated() { rows[next * row.count + column] = value }
    verdicts[next] = isAnomalous
    next = (next + 1) % memory
  }
}
