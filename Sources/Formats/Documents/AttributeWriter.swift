import Chronology
package import Values

/// Columns as a Weka file (ARFF).
package enum AttributeWriter {
  package static func bytes(of columns: [Column], relation: String) -> [UInt8] {
    var text = "@relation \(quoted(relation))\n\n"
    for column in columns { text += "@attribute \(quoted(column.name)) \(type(of: column))\n" }
    text += "\n@data\n"
    var bytes = Array(text.utf8)
    for row in 0..<(columns.first?.count ?? 0) {
      for (place, column) in columns.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += Array(cell(column, row).utf8)
      }
      bytes.append(10)
    }
    return bytes
  }

  private static func type(of column: Column) -> String {
    switch column.cells {
    case .number: "numeric"
    case .category(_, let levels): "{" + levels.map(quoted).joined(separator: ",") + "}"
    case .text: "string"
    case .time: "date \"yyyy-MM-dd'T'HH:mm:ss\""
    case .bool: "{false,true}"
    }
  }

  private static func cell(_ column: Column, _ row: Int) -> String {
    if column.isNull(row) { return "?" }
    switch column.cells {
    case .number(let numbers):
      return Int64(exactly: numbers[row]).map { numbers[row].sign == .minus && $0 == 0 ? "-0" : String($0) }
        ?? String(numbers[row])
    case .category(let codes, let levels): return quoted(levels[Int(codes[row])])
    case .text(let texts): return quoted(texts[row])
    case .time(let times): return "\"\(Instant(nanoseconds: times[row]))\""
    case .bool(let bits): return bits[row] ? "true" : "false"
    }
  }

  /// Line breaks cannot stand in a row, and become blanks.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || [45, 46, 95].contains(byte)
      }
    if isPlain { return text }
    var quoted = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'", "\\": quoted += "\\" + String(scalar)
      case "\n", "\r", "\t": quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "'"
  }
}
