import Chronology
import Foundation
import Language
import Numerics
import Values
import Workbench

/// A million rows of six number columns, a category and times: what the commands for tables do with them.
///
/// The columns are made by the same arithmetic as in `frames.py`, so that no file is needed.
enum FrameBenchmark: String, CaseIterable {
  case filter = "where", filterText = "where-text", derive, conditional = "derive-if", lag = "derive-lag"
  case rollingMean = "rolling-mean", rollingMedian = "rolling-median", rollingSpan = "rolling-60s"
  case sort, sortText = "sort-text", describe

  private static let rows = 1_000_000

  private var expression: String? {
    switch self {
    case .filter: "x0 > 0.3 and x1 < 0.5 or x2 * 2 > x3 + 0.9"
    case .filterText: "k == \"k7\" or contains(k, \"3\")"
    case .derive: "(x0 - x1) / (abs(x2) + 1) * sqrt(x3 + 1)"
    case .conditional: "if(x0 > 0.5, min(x1, x2), x3 ^ 2 - x4)"
    case .lag: "x0 - lag(x0, 5)"
    case .rollingMean: "rolling(mean, x0, 60)"
    case .rollingMedian: "rolling(median, x0, 60)"
    case .rollingSpan: "rolling(std, x0, 60s)"
    case .sort, .sortText, .describe: nil
    }
  }

  func measure(threads: Int) throws -> String {
    let frame = Self.frame()
    let work = Work(threads: threads)
    var seconds = Double.infinity
    var sum = 0.0
    for _ in 0..<5 {
      let clock = ContinuousClock()
      let start = clock.now
      let result = try run(over: frame, work: work)
      let span = (clock.now - start).components
      seconds = min(seconds, Double(span.seconds) + Double(span.attoseconds) * 1e-18)
      sum = Self.checksum(result)
    }
    return """
      {"case": "\(rawValue)", "impl": "sonde", "threads": \(threads), "seconds": \(seconds), \
      "rows": \(Self.rows), "sum": \(sum)}
      """
  }

  private func run(over frame: Frame, work: Work) throws -> [Double] {
    switch self {
    case .sort, .sortText:
      let key = self == .sort ? frame.columns[0] : frame.columns[6]
      let order = try RowOrder([(key.cells, key.nulls)], isDescending: false, work: work)
      return try frame.selecting(rows: order.rows, work: work).columns[1].numbers ?? []
    case .describe:
      let columns = frame.columns
      return try work.map(columns.count) { ColumnSummary(columns[$0]).quantiles[2] }
    default: break
    }
    let shapes = frame.columns.map {
      ColumnShape(name: $0.name, type: $0.type.rawValue, unit: nil)
    }
    let text = expression ?? ""
    let expression = try Expression(reading: WordSyntax(text, at: 0), columns: shapes)
    if self == .filter || self == .filterText {
      let rows = try expression.rows(over: frame, work: work)
      return try frame.selecting(rows: rows, work: work).columns[1].numbers ?? []
    }
    guard case .numbers(let lane) = try expression.evaluate(over: frame, work: work) else { return [] }
    return lane.cells(Self.rows)
  }

  private static func checksum(_ numbers: [Double]) -> Double {
    numbers.indices.reduce(0) { $0 + (numbers[$1].isNaN ? 0 : numbers[$1] * Double($1 % 7)) }
  }

  /// Multiplicative hashing of row and column, as NumPy does it with wrapping integers.
  private static func frame() -> Frame {
    func unit(_ row: Int, _ column: Int) -> Double {
      var z = UInt64(row * 8 + column) &* 0x9e37_79b9_7f4a_7c15
      z = (z ^ (z >> 32)) &* 0xd6e8_feb8_6659_fd93
      z ^= z >> 32
      return Double(z >> 11) * 0x1p-53
    }
    var columns = (0..<6).map { column in
      Column(
        numbers: (0..<rows).map { row in
          column == 4 && row % 50 == 7 ? .nan : unit(row, column)
        }, name: "x\(column)")
    }
    let codes = (0..<rows).map { Int32(unit($0, 6) * 40) }
    columns.append(Column("k", .category(codes: codes, levels: (0..<40).map { "k\($0)" })))
    return Frame(
      index: Index(.time(.listed((0..<rows).map { 1_772_352_000_000_000_000 + Int64($0) * 1_000_000_000 }))),
      columns: columns)
  }
}
