import Numerics
import Values

/// Rows of numbers and categories, some cells of which may be missing, and how far others are from them.
///
/// Over the features that both rows have: squared differences of numbers, 1 where categories differ; their sum grows by
/// all features over those.
///
/// - Complexity: as the index of neighbours for complete rows; incomplete ones are compared with all, O(*n d*) each.
/// - Source: Dixon, *Pattern recognition with partly missing data*, IEEE Transactions on Systems, Man and Cybernetics 1979,
///   for the missing cells; the simple matching of Gower, Biometrics 1971, for categories.
/// - Differs: two rows without a common feature are as far apart as rows are on average.
struct MixedNeighbors: Sendable, Codable, Equatable {
  let matrix: Matrix
  /// Known levels of each category; nil for numbers.
  private let levels: [Int?]
  private let complete: [Int]
  private let incomplete: [Int]
  /// The expected squared distance of two rows.
  private let typical: Double

  /// Keeps sums of squares finite.
  private static let farthest = 1e300

  init(_ training: Observations) {
    let matrix = training.matrix
    self.matrix = matrix
    levels = training.levels.isEmpty ? [Int?](repeating: nil, count: matrix.columns) : training.levels
    let gaps = (0..<matrix.rows).map { matrix.row($0).contains(where: \.isNaN) }
    complete = gaps.indices.filter { !gaps[$0] }
    incomplete = gaps.indices.filter { gaps[$0] }
    typical = min(
      Self.farthest,
      zip(levels, 0..<matrix.columns).reduce(0.0) { sum, feature in
        let values = matrix.column(feature.1).filter { !$0.isNaN }
        if feature.0 == nil {
          let deviation = moments(of: values).deviation
          return sum + min(2 * deviation * deviation, Self.farthest)
        }
        var counts: [Double: Double] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let total = Double(max(1, values.count))
        return sum + 1
          - counts.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value / (total * total) }
      })
  }

  /// Whether rows are complete numbers, so that plain distances do.
  private var isPlain: Bool { incomplete.isEmpty && levels.allSatisfy { $0 == nil } }

  func nearest(
    _ count: Int, to queries: Matrix, excludingSelf: Bool, work: Work
  ) throws(DetectionError) -> Neighbors {
    let isWhole = (0..<queries.rows).map { !queries.row($0).contains(where: \.isNaN) }
    if isPlain, isWhole.allSatisfy(\.self) {
      return try matrix.nearest(count, to: queries, excludingSelf: excludingSelf, work: work)
    }
    let whole = isWhole.indices.filter { isWhole[$0] }
    let isIndexed = complete.count > count
    let indexed =
      try isIndexed && !whole.isEmpty
      ? expanded(matrix.selecting(rows: complete)).nearest(
        count, to: expanded(queries.selecting(rows: whole)), excludingSelf: excludingSelf, work: work) : nil
    var places = [Int](repeating: -1, count: queries.rows)
    if indexed != nil { for (place, query) in whole.enumerated() { places[query] = place } }
    let (found, all, of) = (places, Array(0..<matrix.rows), complete)
    let cost = max(1, matrix.rows * matrix.columns)
    let cells = try cancellable { () throws(Cancelled) in
      try work.fillWithRows(
        queries.rows, stride: count, size: max(1, min(256, 20_000_000 / cost)), stage: "neighbours"
      ) { range, distances, rows in
        for query in range {
          var best = Nearest(count: count)
          if found[query] >= 0, let indexed {
            for rank in 0..<count {
              let cell = found[query] * count + rank
              best.take(indexed.squaredDistances[cell], of[Int(indexed.rows[cell])])
            }
          }
          let row = queries.row(query)
          for other in found[query] >= 0 ? incomplete : all where !(excludingSelf && other == query) {
            best.take(squaredDistance(row, matrix.row(other)), other)
          }
          for (rank, neighbor) in best.sorted.enumerated() {
            let cell = (query - range.lowerBound) * count + rank
            distances[cell] = neighbor.distance
            rows[cell] = Int32(neighbor.row)
          }
        }
      }
    }
    return Neighbors(count: count, squaredDistances: cells.numbers, rows: cells.rows)
  }

  private func squaredDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    var (sum, common) = (0.0, 0)
    for feature in levels.indices {
      let difference = a[a.startIndex + feature] - b[b.startIndex + feature]
      if difference.isNaN { continue }
      common += 1
      sum += levels[feature] == nil ? difference * difference : difference == 0 ? 0 : 1
    }
    return common == 0 ? typical : min(Self.farthest, sum * Double(levels.count) / Double(common))
  }

  /// Each feature's part of the squared distance between two rows; 0 where one lacks it.
  func parts(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> [Double] {
    levels.indices.map { feature in
      let difference = a[a.startIndex + feature] - b[b.startIndex + feature]
      if difference.isNaN { return 0 }
      return levels[feature] == nil ? difference * difference : difference == 0 ? 0 : 1
    }
  }

  /// Complete rows with a column for each level and for all unknown ones, so that rows of different levels are 1 apart.
  private func expanded(_ rows: Matrix) -> Matrix {
    if levels.allSatisfy({ $0 == nil }) { return rows }
    let widths = levels.map { ($0 ?? 0) + 1 }
    let width = widths.reduce(0, +)
    var result = Matrix(rows: rows.rows, columns: width)
    for row in 0..<rows.rows {
      var start = 0
      for (feature, count) in levels.enumerated() {
        let value = rows[row, feature]
        if let count {
          result[row, start + max(0, min(count, Int(value)))] = 0.5.squareRoot()
        } else {
          result[row, start] = value
        }
        start += widths[feature]
      }
    }
    return result
  }

  /// The nearest few, found one after another; of equals the lower row.
  private struct Nearest {
    let count: Int
    private(set) var sorted: [(distance: Double, row: Int)] = []

    init(count: Int) { self.count = count }

    mutating func take(_ distance: Double, _ row: Int) {
      if sorted.count == count, let last = sorted.last, (last.distance, last.row) <= (distance, row) {
        return
      }
      let place = sorted.firstIndex { ($0.distance, $0.row) > (distance, row) } ?? sorted.count
      sorted.insert((distance, row), at: place)
      if sorted.count > count { sorted.removeLast() }
    }
  }
}
