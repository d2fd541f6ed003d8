import Chronology
import Notation
package import Numerics
package import Values

/// Columns as JSON Lines that read back equal: an object a row.
///
/// Missing cells have no member but in the first row, where they are null so that every column is known in its order.
/// Infinity is written as 1e999, which readers of doubles round to it; JSON has no word for it.
package enum ObjectWriter {
  private static let rowsAtOnce = 4096

  package static func bytes(of columns: [Column], work: Work) throws(Cancelled) -> [UInt8] {
    let count = columns.first?.count ?? 0
    let keys = columns.map { Array((JSON.string($0.name).description + ":").utf8) }
    let parts = try work.map((count + rowsAtOnce - 1) / rowsAtOnce, stage: "writing") { chunk in
      var part: [UInt8] = []
      for row in chunk * rowsAtOnce..<min(count, (chunk + 1) * rowsAtOnce) {
        part.append(UInt8(ascii: "{"))
        var isFirst = true
        for (column, key) in zip(columns, keys) {
          guard let cell = cell(column, row) ?? (row == 0 ? "null" : nil) else { continue }
          if !isFirst { part.append(UInt8(ascii: ",")) }
          isFirst = false
          part += key
          part += cell.utf8
        }
        part += [UInt8(ascii: "}"), 10]
      }
      return part
    }
    return Array(parts.joined())
  }

  private static func cell(_ column: Column, _ row: Int) -> String? {
    if column.isNull(row) { return nil }
    switch column.cells {
    case .number(let numbers):
      let number = numbers[row]
      if number.isNaN { return nil }
      return number.isFinite ? number.shortestText : number < 0 ? "-1e999" : "1e999"
    case .bool(let bits): return bits[row] ? "true" : "false"
    case .time(let times): return "\"\(Instant(nanoseconds: times[row]))Z\""
    case .category(let codes, let levels): return JSON.string(levels[Int(codes[row])]).description
    case .text(let texts): return JSON.string(texts[row]).description
    }
  }
}

extension Double {
  /// The fewest digits that read back to the same bits, without a fraction for whole numbers.
  var shortestText: String {
    if let whole = Int(exactly: self), abs(whole) < 1 << 53, sign == .plus || whole != 0 {
      return String(whole)
    }
    return description
  }
}
