import Numerics
import Values

/// How far out in the tails of each feature values lie: what `ecod` and `copod` share.
struct TailSurprises: Sendable, Codable, Equatable {
  /// What a feature's term is made of.
  enum Rule: String, Sendable, Codable {
    /// The largest of left, right and the tail that the skewness chooses.
    case largest
    /// The larger of the tail that the skewness chooses and the mean of both.
    case skewed
  }

  /// On which side a column's distribution has the longer tail.
  private enum Skew: String, Sendable, Codable { case left, right, none }

  private let columns: [SortedColumn]
  private let skews: [Skew]
  private let rule: Rule
  /// −log of the share of each level, and that of a level never seen; empty for numbers.
  private let levels: [[Double]]

  /// Scores of the training rows, which come with the sorting.
  private var own = Remembered<[Double]>(nil)

  private enum CodingKeys: CodingKey { case columns, skews, rule, levels }

  init(_ training: Observations, rule: Rule, work: Work) throws(DetectionError) {
    let skews = try cancellable { () throws(Cancelled) in
      try ColumnFigures(training.matrix, work: work).skews.map { $0 < 0 ? Skew.left : $0 > 0 ? .right : .none }
    }
    let levels = (0..<training.matrix.columns).map { column -> [Double] in
      guard !training.levels.isEmpty, let count = training.levels[column] else { return [] }
      var counts = [Double](repeating: 0, count: count)
      for place in training.matrix.column(column) where !place.isNaN { counts[Int(place)] += 1 }
      let total = counts.reduce(0, +)
      return counts.map { $0 > 0 ? -logarithm($0 / total) : logarithm(total + 1) } + [logarithm(total + 1)]
    }
    var columns: [SortedColumn] = []
    var own = [Double](repeating: 0, count: training.rowCount)
    let complete = Term.surprises(training.rowCount)
    // A few columns at a time, so that what they add to the rows takes little room.
    for start in stride(from: 0, to: levels.count, by: 8 * work.threads) {
      let chosen = start..<min(levels.count, start + 8 * work.threads)
      let found = try training.mapFeatures(chosen, work: work.part(chosen, of: levels.count)) { values, column in
        let (ascending, places) = RadixSort.sorted(values)
        let term = Term(
          column: SortedColumn(ascending: ascending), skew: skews[column], rule: rule,
          surprises: values.count == training.rowCount ? complete : Term.surprises(values.count),
          levels: levels[column])
        return (term.column, term.values(places: places))
      }
      for (number, (column, terms)) in found.enumerated() {
        columns.append(column)
        if terms.count == own.count {
          for row in own.indices { own[row] += terms[row] }
          continue
        }
        var place = 0
        for row in own.indices where !training.matrix[row, start + number].isNaN {
          own[row] += terms[place]
          place += 1
        }
      }
    }
    self.columns = columns
    self.skews = skews
    self.rule = rule
    self.levels = levels
    self.own = Remembered(own)
  }

  func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
    guard let own = own.value else { return try scores(of: training, work: work) }
    precondition(training.rowCount == own.count, "these are not the training rows")
    return own
  }

  func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
    try rows.require(features: columns.count)
    let terms = self.terms
    return try rows.sumColumns(work: work) { column in
      let term = terms[column]
      return { term.value($0) }
    }
  }

  func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions {
    try rows.require(features: columns.count)
    let terms = self.terms
    let values = try rows.mapCells(work: work, stage: "contributions") { terms[$1].value($0) }
    return rows.contributions(values, meaning: "surprise in nats")
  }

  private var terms: [Term] {
    var tables: [Int: [Double]] = [:]
    return columns.indices.map { number in
      let (column, skew) = (columns[number], skews[number])
      let table = tables[column.count] ?? Term.surprises(column.count)
      tables[column.count] = table
      return Term(column: column, skew: skew, rule: rule, surprises: table, levels: levels[number])
    }
  }

  /// One feature's part of the score.
  private struct Term: Sendable {
    let column: SortedColumn
    let skew: Skew
    let rule: Rule
    /// −log(i / n) at i; at 0 that of a value beyond the range.
    let surprises: [Double]
    let levels: [Double]

    static func surprises(_ count: Int) -> [Double] {
      let total = Double(max(count, 1))
      return [logarithm(total + 1)] + (0..<count).map { -logarithm(Double($0 + 1) / total) }
    }

    func value(_ value: Double) -> Double {
      if value.isNaN || column.count == 0 { return 0 }
      if !levels.isEmpty { return levels[min(max(0, Int(value)), levels.count - 1)] }
      let atMost = column.countAtMost(value)
      return surprise(atMost: atMost, below: column.countBelow(value, atMost: atMost))
    }

    /// Of the column's own values, each at the place where it stood before sorting.
    func values(places: [Int32]) -> [Double] {
      let ascending = column.values
      var result = [Double](repeating: 0, count: ascending.count)
      var start = 0
      while start < ascending.count {
        var end = start + 1
        while end < ascending.count, ascending[end] == ascending[start] { end += 1 }
        let term = levels.isEmpty ? surprise(atMost: end, below: start) : value(ascending[start])
        for place in start..<end { result[Int(places[place])] = term }
        start = end
      }
      return result
    }

    private func surprise(atMost: Int, below: Int) -> Double {
      let left = surprises[atMost]
      let right = surprises[column.count - below]
      switch (skew, rule) {
      case (.none, _): return left + right
      case (_, .largest): return max(left, right)
      case (.left, .skewed): return max(left, (left + right) / 2)
      case (.right, .skewed): return max(right, (left + right) / 2)
      }
    }
  }
}
