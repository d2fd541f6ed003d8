import Numerics

/// Anomalies put into normal rows on purpose, so that methods can be compared without labels.
///
/// - Input: feature columns; the rows that may be changed, with stretches that nothing may cross.
/// - Output: the columns with the changes, and which rows were changed.
/// - Complexity: O(rows × columns).
/// - Source: the kinds of Carmona et al., *Neural contextual anomaly detection for time series*, IJCAI 2022, and Goswami et
///   al., *Unsupervised model selection for time-series anomaly detection*, ICLR 2023, section 4.2.
package struct Augmentation: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// One row far off, up or down.
    case spike
    /// A step to another level that ends with the stretch.
    case level
    /// A slow departure that is largest at its end.
    case drift
    /// The first value of the stretch stays.
    case stuck
    /// Noise is added.
    case noise
    /// What was measured one stretch earlier, again.
    case lag
    /// The cells are missing.
    case dropout
    /// Whole rows change places: each is normal by itself, and belongs to another row.
    case swap
  }

  package let kind: Kind
  /// Share of the rows that may be changed to change; at least one stretch.
  package let share: Double
  /// Rows a stretch; spikes and swapped rows stand alone.
  package let length: Int
  /// In spreads of the column.
  package let size: Double
  package let seed: UInt64

  package init(_ kind: Kind, share: Double, length: Int, size: Double, seed: UInt64) {
    self.kind = kind
    self.share = share
    self.length = kind == .spike || kind == .swap ? 1 : length
    self.size = size
    self.seed = seed
  }

  package struct Result: Sendable, Equatable {
    package let columns: [[Double]]
    package let isChanged: [Bool]
    package let stretches: [Range<Int>]
  }

  /// Changes one column at random in each stretch, or all that are named; `rows` ascend. nil if no stretch fits.
  package func apply(
    to columns: [[Double]], spreads: [Double], rows: [Int], runs: [Range<Int>], among named: [Int]?
  ) -> Result? {
    var random = SeededGenerator(seed: seed)
    var changed = columns
    let stretches = kind == .swap ? swapped(rows, &random) : placed(rows, runs, &random)
    if stretches.isEmpty || columns.isEmpty { return nil }
    if kind == .swap {
      let order = stretches.map(\.lowerBound)
      for (place, row) in order.enumerated() {
        for column in named ?? Array(columns.indices) {
          changed[column][row] = columns[column][order[(place + 1) % order.count]]
        }
      }
    } else {
      for stretch in stretches {
        for column in named ?? [random.below(columns.count)] {
          change(&changed[column], columns[column], stretch, spreads[column], &random)
        }
      }
    }
    var isChanged = [Bool](repeating: false, count: columns[0].count)
    for stretch in stretches { for row in stretch { isChanged[row] = true } }
    return Result(
      columns: changed, isChanged: isChanged, stretches: stretches.sorted { $0.lowerBound < $1.lowerBound })
  }

  /// Rows in random order, each to take the content of the next.
  private func swapped(_ rows: [Int], _ random: inout SeededGenerator) -> [Range<Int>] {
    let count = max(2, Int((share * Double(rows.count)).rounded()))
    if count > rows.count { return [] }
    return random.sample(count, of: rows.count).map { rows[$0]..<rows[$0] + 1 }
  }

  /// Stretches with an unchanged row between them.
  private func placed(_ rows: [Int], _ runs: [Range<Int>], _ random: inout SeededGenerator) -> [Range<Int>] {
    let wanted = max(1, Int((share * Double(rows.count) / Double(length)).rounded()))
    let end = runs.last?.upperBound ?? 0
    var isFree = [Bool](repeating: false, count: end)
    for row in rows { isFree[row] = true }
    var lastOfRun = [Int](repeating: 0, count: end)
    for run in runs { for row in run { lastOfRun[row] = run.upperBound } }
    var stretches: [Range<Int>] = []
    for place in random.sample(rows.count, of: rows.count) {
      let stretch = rows[place]..<rows[place] + length
      guard stretch.upperBound <= lastOfRun[stretch.lowerBound], stretch.allSatisfy({ isFree[$0] }) else {
        continue
      }
      // What comes again must lie in front of the stretch.
      if kind == .lag,
        stretch.lowerBound < length || lastOfRun[stretch.lowerBound - length] != lastOfRun[stretch.lowerBound]
      {
        continue
      }
      stretches.append(stretch)
      for row in max(0, stretch.lowerBound - 1)..<min(end, stretch.upperBound + 1) { isFree[row] = false }
      if stretches.count == wanted { break }
    }
    return stretches
  }

  private func change(
    _ column: inout [Double], _ before: [Double], _ stretch: Range<Int>, _ spread: Double,
    _ random: inout SeededGenerator
  ) {
    let direction = random.below(2) == 0 ? 1.0 : -1
    let first = before[stretch.lowerBound]
    for row in stretch {
      let reached = Double(row - stretch.lowerBound + 1) / Double(stretch.count)
      switch kind {
      case .spike, .level: column[row] += direction * size * spread
      case .drift: column[row] += direction * size * spread * reached
      case .stuck: column[row] = first
      case .noise: column[row] += random.normal() * size * spread
      case .lag: column[row] = before[row - length]
      case .dropout: column[row] = .nan
      case .swap: break
      }
    }
  }
}
