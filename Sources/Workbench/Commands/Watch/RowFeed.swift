/// Rows of numbers out of text that arrives in pieces: a header, then lines of cells.
package struct RowFeed {
  package struct Row: Equatable {
    /// 1 is the first line behind the header.
    package let number: Int
    package let time: String
    /// NaN where a cell is no number.
    package let values: [Double]

    package init(number: Int, time: String, values: [Double]) {
      self.number = number
      self.time = time
      self.values = values
    }
  }

  /// Names of the header; empty until it has come.
  package private(set) var names: [String] = []
  private var delimiter: UInt8 = 44
  private var rest: [UInt8] = []
  private var lines = 0
  private var chosen: [Int] = []
  private var timePlace: Int?

  package init() {}

  /// A line beyond this length is cut into pieces that are no rows.
  private static let longest = 1 << 20

  /// Complete lines of what has come, as cells.
  package mutating func take(_ bytes: [UInt8]) -> [[String]] {
    var found: [[String]] = []
    for byte in bytes {
      if byte != 10 {
        if rest.count < Self.longest { rest.append(byte) }
        continue
      }
      if rest.last == 13 { rest.removeLast() }
      if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
      if !rest.isEmpty {
        if names.isEmpty {
          let counts = [44, 59, 9, 124].map { mark in (rest.count { $0 == UInt8(mark) }, UInt8(mark)) }
          delimiter = counts.max { $0.0 < $1.0 }?.1 ?? 44
          names = cells(rest)
        } else {
          found.append(cells(rest))
        }
      }
      rest.removeAll(keepingCapacity: true)
    }
    return found
  }

  /// Which cells are the row's values, and which its time.
  package mutating func choose(_ columns: [Int], time: Int?) {
    chosen = columns
    timePlace = time
  }

  package mutating func row(_ cells: [String]) -> Row {
    lines += 1
    return Row(
      number: lines, time: timePlace.flatMap { $0 < cells.count ? cells[$0] : nil } ?? "",
      values: chosen.map { $0 < cells.count ? Self.number(cells[$0]) ?? .nan : .nan })
  }

  /// A finite number, with a point or, where nothing else can be meant, a comma.
  static func number(_ cell: String) -> Double? {
    let text = cell.contains(",") && !cell.contains(".") ? cell.replacing(",", with: ".") : cell
    return Double(text).flatMap { $0.isFinite && abs($0) <= 1e150 ? $0 : nil }
  }

  private func cells(_ line: [UInt8]) -> [String] {
    var cells: [String] = []
    var cell: [UInt8] = []
    var isQuoted = false
    for byte in line {
      if byte == 34 {
        isQuoted.toggle()
      } else if byte == delimiter, !isQuoted {
        cells.append(Self.text(cell))
        cell.removeAll(keepingCapacity: true)
      } else {
        cell.append(byte)
      }
    }
    cells.append(Self.text(cell))
    return cells
  }

  /// Without blanks around it, and without what could steer a terminal.
  private static func text(_ bytes: [UInt8]) -> String {
    var text = String(decoding: bytes, as: UTF8.self)
    text.unicodeScalars.removeAll { $0.value < 32 || (127..<160).contains($0.value) }
    return String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
