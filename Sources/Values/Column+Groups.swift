extension Column {
  /// A number for each row, equal where the cells are, counted from 0 in the order of the first row; nil where missing.
  package var groups: (ofRow: [Int?], count: Int) {
    var numbers: [Cell: Int] = [:]
    let ofRow = (0..<count).map { row -> Int? in
      guard let cell = Cell(self, row) else { return nil }
      if let number = numbers[cell] { return number }
      numbers[cell] = numbers.count
      return numbers.count - 1
    }
    return (ofRow, numbers.count)
  }

  private enum Cell: Hashable {
    case number(Double), code(Int64), text(String)

    init?(_ column: Column, _ row: Int) {
      if column.isNull(row) { return nil }
      switch column.cells {
      case .number(let numbers): self = .number(numbers[row])
      case .bool(let bits): self = .code(bits[row] ? 1 : 0)
      case .category(let codes, _): self = .code(Int64(codes[row]))
      case .time(let times): self = .code(times[row])
      case .text(let texts): self = .text(texts[row])
      }
    }
  }
}
