import Chronology
package import Numerics
package import Values

/// Writes columns as comma-separated text that reads back equal: the address first, then every column.
///
/// Numbers have the shortest digits that give the same bits; times are ISO 8601 in UTC; missing cells are empty. Quotes
/// stand only where they are needed: around marks and outer blanks, empty texts, and texts such as NA.
package struct DelimitedWriter: Sendable {
  package let delimiter: UInt8
  private static let rowsAtOnce = 8192

  package init(delimiter: UInt8 = 44) { self.delimiter = delimiter }

  package func bytes(of frame: Frame, work: Work) throws(Cancelled) -> [UInt8] {
    let columns = frame.addressedColumns
    var text = columns.map { quoted(Array($0.name.utf8)) }.joined(separator: [delimiter]) + [10]
    let chunks = (frame.rowCount + Self.rowsAtOnce - 1) / Self.rowsAtOnce
    let writers = columns.map { CellWriter($0) }
    let parts = try work.map(chunks, stage: "writing") { chunk in
      var part: [UInt8] = []
      for row in chunk * Self.rowsAtOnce..<min(frame.rowCount, (chunk + 1) * Self.rowsAtOnce) {
        for (place, writer) in writers.enumerated() {
          if place > 0 { part.append(delimiter) }
          writer.write(row, to: &part, quoted: quoted)
        }
        // A line without any byte would be no row.
        if writers.count == 1, part.isEmpty || part.last == 10 { part += Array("NA".utf8) }
        part.append(10)
      }
      return part
    }
    text.reserveCapacity(text.count + parts.reduce(0) { $0 + $1.count })
    for part in parts { text += part }
    return Array(text)
  }

  private static let nulls = NullWords()

  private func isBlank(_ byte: UInt8?) -> Bool { byte == 32 || byte == 9 }

  private func quoted(_ text: [UInt8]) -> [UInt8] {
    let isPlain =
      !text.contains { $0 == delimiter || $0 == 34 || $0 == 10 || $0 == 13 }
      && !isBlank(text.first) && !isBlank(text.last) && !Self.nulls.contains(text)
    if isPlain { return text }
    var quoted: [UInt8] = [34]
    for byte in text {
      if byte == 34 { quoted.append(34) }
      quoted.append(byte)
    }
    return quoted + [34]
  }
}

extension Frame {
  /// The columns with the address of the rows as the first, unless it is one of them anyway.
  package var addressedColumns: [Column] {
    func free(_ name: String) -> String {
      var name = name
      while column(name) != nil { name += "_" }
      return name
    }
    switch index.address {
    case .row: return columns
    case .time(let axis):
      return [Column(free("time"), .time((0..<axis.count).map { axis[$0].nanoseconds }))] + columns
    case .sample(let ids):
      if columns.contains(where: { $0.role == .identifier && $0.cells == .text(ids) }) { return columns }
      return [Column(free("id"), .text(ids))] + columns
    }
  }
}

/// Writes the cells of one column.
private struct CellWriter: Sendable {
  private let column: Column
  private let levels: [[UInt8]]

  init(_ column: Column) {
    self.column = column
    if case .category(_, let levels) = column.cells {
      self.levels = levels.map { Array($0.utf8) }
    } else {
      levels = []
    }
  }

  func write(_ row: Int, to text: inout [UInt8], quoted: ([UInt8]) -> [UInt8]) {
    if column.isNull(row) { return }
    switch column.cells {
    case .number(let numbers):
      text += numbers[row].shortestText.utf8
    case .bool(let bits): text += Array((bits[row] ? "true" : "false").utf8)
    case .time(let times): text += Array((Instant(nanoseconds: times[row]).description + "Z").utf8)
    case .category(let codes, _): text += quoted(levels[Int(codes[row])])
    case .text(let texts):
      text += quoted(Array(texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]]))
    }
  }
}
