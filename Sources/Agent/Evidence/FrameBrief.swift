import Chronology
import Notation
import Values

/// The columns of a frame with their statistics, and its first rows.
struct FrameBrief {
  let frame: Frame
  let detail: ValueBrief.Detail
  var hasStatistics = true

  init(_ frame: Frame, detail: ValueBrief.Detail, hasStatistics: Bool = true) {
    self.frame = frame
    self.detail = detail
    self.hasStatistics = hasStatistics
  }

  var members: [(key: String, value: JSON)] {
    let shown = frame.columns.prefix(detail.columns)
    var members: [(key: String, value: JSON)] = []
    if hasStatistics { members.append(("columns", .array(shown.map(column)))) }
    if frame.columns.count > shown.count {
      members.append(("columns_left_out", .number(Double(frame.columns.count - shown.count))))
    }
    let names = shown.map { cell($0.name) }.joined(separator: ",")
    let rows = (0..<min(detail.rows, frame.rowCount)).map { row in
      "\(cell(frame.index.label(of: row)))," + shown.map { text($0, row: row) }.joined(separator: ",")
    }
    members.append(("head", .array(([",\(names)"] + rows).map(JSON.string))))
    return members
  }

  private func column(_ column: Column) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("name", .string(cell(column.name))), ("type", .string(column.type.rawValue)),
    ]
    if let unit = column.unit { members.append(("unit", .string(cell(unit)))) }
    if column.role != .feature { members.append(("role", .string(column.role.rawValue))) }
    if column.nullCount > 0 { members.append(("missing", .number(Double(column.nullCount)))) }
    switch column.cells {
    case .number(let numbers):
      let spread = Spread(of: numbers)
      members.append(("min_mean_max_sd", .string(spread.text)))
    case .category(_, let levels): members.append(("levels", .number(Double(levels.count))))
    case .bool(let bits): members.append(("true", .number(Double(bits.count { $0 }))))
    case .text, .time: break
    }
    return .object(members)
  }

  private func text(_ column: Column, row: Int) -> String {
    if column.isNull(row) { return "" }
    switch column.cells {
    case .number(let numbers): return Brief.text(numbers[row])
    case .category(let codes, let levels):
      let code = Int(codes[row])
      return levels.indices.contains(code) ? cell(levels[code]) : ""
    case .text(let texts): return cell(texts[row])
    case .time(let times): return Instant(nanoseconds: times[row]).description
    case .bool(let bits): return bits[row] ? "true" : "false"
    }
  }

  private func cell(_ text: String) -> String { SafeText.oneLine(text, limit: detail.characters) }
}

/// Smallest, mean, largest and standard deviation of what is there.
struct Spread {
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity
  private(set) var mean = 0.0
  private(set) var deviation = 0.0
  private(set) var count = 0

  init(of numbers: [Double]) {
    var squares = 0.0
    for number in numbers where number.isFinite {
      count += 1
      low = min(low, number)
      high = max(high, number)
      let difference = number - mean
      mean += difference / Double(count)
      squares += difference * (number - mean)
    }
    deviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : 0
  }

  var text: String {
    count == 0 ? "none" : [low, mean, high, deviation].map(Brief.text).joined(separator: " ")
  }
}
