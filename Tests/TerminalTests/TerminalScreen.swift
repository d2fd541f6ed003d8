import Notation

/// What a terminal shows: enough of an xterm to see what a line editor does.
struct TerminalScreen {
  private(set) var columns: Int
  private(set) var rows: Int
  /// The right half of a wide character is nil.
  private var cells: [[Character?]]
  private(set) var row = 0
  private(set) var column = 0
  /// Whether the terminal marks pasted text.
  private(set) var marksPastes = false
  /// A character in the last column wraps only when the next one comes.
  private var isAtMargin = false
  private var escape: String?

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  var lines: [String] {
    cells.map { row in
      let text = String(row.compactMap(\.self))
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The lines that are not empty.
  var text: String { lines.filter { !$0.isEmpty }.joined(separator: "\n") }

  mutating func resize(columns: Int, rows: Int) {
    cells = cells.map { Array(($0 + Array(repeating: " ", count: columns)).prefix(columns)) }
    self.columns = columns
    column = min(column, columns - 1)
    isAtMargin = false
  }

  mutating func show(_ text: String) {
    for scalar in text.unicodeScalars { take(scalar) }
  }

  private mutating func take(_ scalar: Unicode.Scalar) {
    if let open = escape {
      let sequence = open + String(Character(scalar))
      let isControl = sequence.hasPrefix("[")
      let isDone = isControl ? sequence.count > 1 && (0x40...0x7e).contains(scalar.value) : true
      escape = isDone || sequence == "[" ? nil : sequence
      if sequence == "[" { escape = sequence } else if isDone, isControl { act(on: sequence) }
      return
    }
    switch scalar {
    case "\u{1b}": escape = ""
    case "\r": (column, isAtMargin) = (0, false)
    case "\n": lineFeed()
    case "\u{8}": (column, isAtMargin) = (max(0, column - 1), false)
    case _ where scalar.value < 0x20: break
    default: put(Character(scalar))
    }
  }

  private mutating func put(_ character: Character) {
    let width = DisplayWidth.of(character)
    guard width > 0 else { return }
    if isAtMargin || column + width > columns {
      column = 0
      lineFeed()
    }
    cells[row][column] = character
    if width == 2 { cells[row][column + 1] = nil }
    column += width
    isAtMargin = column >= columns
    if isAtMargin { column = columns - 1 }
  }

  private mutating func lineFeed() {
    isAtMargin = false
    guard row == rows - 1 else {
      row += 1
      return
    }
    cells.removeFirst()
    cells.append(Array(repeating: " ", count: columns))
  }

  private mutating func act(on sequence: String) {
    let final = sequence.last ?? "m"
    let body = sequence.dropFirst().dropLast()
    if body.hasPrefix("?") {
      if body == "?2004" { marksPastes = final == "h" }
      return
    }
    let numbers = body.split(separator: ";").map { Int($0) ?? 0 }
    let count = max(1, numbers.first ?? 1)
    isAtMargin = false
    switch final {
    case "A": row = max(0, row - count)
    case "B": row = min(rows - 1, row + count)
    case "C": column = min(columns - 1, column + count)
    case "D": column = max(0, column - count)
    case "G": column = min(columns - 1, count - 1)
    case "H":
      row = min(rows - 1, count - 1)
      column = min(columns - 1, (numbers.count > 1 ? max(1, numbers[1]) : 1) - 1)
    case "J": eraseDisplay(numbers.first ?? 0)
    case "K": eraseLine(numbers.first ?? 0)
    case "P":
      cells[row].removeSubrange(column..<min(columns, column + count))
      cells[row] += Array(repeating: " ", count: columns - cells[row].count)
    case "@":
      cells[row].insert(contentsOf: Array(repeating: " ", count: count), at: column)
      cells[row].removeSubrange(columns...)
    default: break
    }
  }

  private mutating func eraseLine(_ mode: Int) {
    let range = mode == 0 ? column..<columns : mode == 1 ? 0..<column + 1 : 0..<columns
    for column in range { cells[row][column] = " " }
  }

  private mutating func eraseDisplay(_ mode: Int) {
    if mode == 0 { eraseLine(0) }
    for other in mode == 0 ? row + 1..<rows : 0..<rows {
      cells[other] = Array(repeating: " ", count: columns)
    }
  }
}
