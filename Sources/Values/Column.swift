/// What the cells of a column are.
package enum ColumnType: String, Sendable, CaseIterable, Codable {
  case number, category, text, time, bool
}

/// How a column takes part: detectors and encoders only ever see features.
package enum ColumnRole: String, Sendable, Codable {
  case feature
  /// Ground truth. Never reaches a detector, a threshold or an encoder.
  case label
  /// Identifies rows; shown, never computed with.
  case identifier
}

/// The cells of a column. Under a null the cell is NaN, code -1, an empty text, 0 or false.
package enum Cells: Sendable, Equatable {
  case number([Double])
  case category(codes: [Int32], levels: [String])
  case text(TextColumn)
  /// Nanoseconds since 1970.
  case time([Int64])
  case bool([Bool])
}

/// A named, typed column with an optional unit and a null mask.
package struct Column: Sendable, Equatable {
  package var name: String
  package var unit: String?
  package var role: ColumnRole
  package let cells: Cells
  /// Set bits are missing cells; nil if none is missing.
  package let nulls: Mask?

  package init(
    _ name: String, _ cells: Cells, nulls: Mask? = nil, unit: String? = nil, role: ColumnRole = .feature
  ) {
    self.name = name
    self.cells = cells
    self.nulls = nulls.flatMap { $0.isEmpty ? nil : $0 }
    self.unit = unit
    self.role = role
    precondition(nulls == nil || nulls?.count == cells.count, "the null mask does not fit the column")
  }

  /// A column of numbers; NaN counts as missing.
  package init(numbers: [Double], name: String, unit: String? = nil, role: ColumnRole = .feature) {
    var nulls: Mask?
    for (row, number) in numbers.enumerated() where number.isNaN {
      if nulls == nil { nulls = Mask(count: numbers.count) }
      nulls?[row] = true
    }
    self.init(name, .number(numbers), nulls: nulls, unit: unit, role: role)
  }

  package var count: Int { cells.count }
  package var type: ColumnType { cells.type }
  package var nullCount: Int { nulls?.setCount ?? 0 }
  package func isNull(_ row: Int) -> Bool { nulls?[row] ?? false }

  /// The cells as numbers where that has one meaning: numbers, and bools as 0 and 1. Missing cells are NaN.
  package var numbers: [Double]? {
    switch cells {
    case .number(let numbers): numbers
    case .bool(let bits): bits.enumerated().map { isNull($0.offset) ? .nan : $0.element ? 1 : 0 }
    default: nil
    }
  }

  package func selecting(_ rows: [Int]) -> Column {
    Column(name, cells.selecting(rows), nulls: nulls?.selecting(rows), unit: unit, role: role)
  }
}

extension Cells {
  package var count: Int {
    switch self {
    case .number(let numbers): numbers.count
    case .category(let codes, _): codes.count
    case .text(let texts): texts.count
    case .time(let times): times.count
    case .bool(let bits): bits.count
    }
  }

  package var type: ColumnType {
    switch self {
    case .number: .number
    case .category: .category
    case .text: .text
    case .time: .time
    case .bool: .bool
    }
  }

  package func selecting(_ rows: [Int]) -> Cells {
    switch self {
    case .number(let numbers): .number(Self.gather(numbers, rows, 0))
    case .category(let codes, let levels): .category(codes: Self.gather(codes, rows, 0), levels: levels)
    case .text(let texts): .text(texts.selecting(rows))
    case .time(let times): .time(Self.gather(times, rows, 0))
    case .bool(let bits): .bool(Self.gather(bits, rows, false))
    }
  }

  @inline(__always)
  private static func gather<Cell>(_ cells: [Cell], _ rows: [Int], _ blank: Cell) -> [Cell] {
    var gathered = [Cell](repeating: blank, count: rows.count)
    let source = cells.span
    let places = rows.span
    var target = gathered.mutableSpan
    for i in 0..<target.count { target[i] = source[places[i]] }
    return gathered
  }
}

extension Cells {
  /// Categories in the order in which they come.
  package static func categories(_ names: [String]) -> Cells {
    var levels: [String] = []
    var places: [String: Int32] = [:]
    let codes = names.map { name -> Int32 in
      if let place = places[name] { return place }
      let place = Int32(levels.count)
      places[name] = place
      levels.append(name)
      return place
    }
    return .category(codes: codes, levels: levels)
  }
}
