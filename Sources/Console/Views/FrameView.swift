import Chronology
import Notation
import Values

extension View {
  func frameLines(_ frame: Frame) -> [StyledLine] {
    if frame.rowCount == 0 {
      let names = frame.columns.map { Visible.line($0.name) }.joined(separator: ", ")
      return footer(["no rows", "columns: " + names], more: nil)
    }
    let (rows, gap) = rowsToShow(of: frame.rowCount)
    var columns = [addressColumn(of: frame, rows: rows)].compactMap(\.self)
    let addresses = columns.count
    columns += frame.columns.map { tableColumn($0, rows: rows) }
    // The first texts tell what the row is about.
    if let first = columns.firstIndex(where: { !$0.isRight && !$0.isPinned }) {
      columns[first].isWhole = true
    }
    let (lines, shown) = TextTable(columns: columns, gap: gap).lines(width: width)
    var facts = [Self.counted(frame.rowCount, "row", shown: rows.count)]
    facts.append(Self.counted(frame.columns.count, "column", shown: shown - addresses))
    facts.append(Self.splitFact(frame.index))
    if frame.index.segments.count > 1 { facts.append("\(frame.index.segments.count) segments") }
    return lines + footer(facts, more: more(of: frame.rowCount, gap: gap))
  }

  /// The command that shows the rows that are missing.
  func more(of count: Int, gap: Int?) -> String? {
    guard let gap else { return nil }
    return "show \(name) --rows \(gap)..\(min(gap + Self.mostRows, count) - 1)"
  }

  static func counted(_ count: Int, _ noun: String, shown: Int) -> String {
    let plural = count == 1 ? noun : noun + "s"
    return shown < count ? "\(count) \(plural) (\(shown) shown)" : "\(count) \(plural)"
  }

  /// How many rows fit, calibrate and test.
  static func splitFact(_ index: Index) -> String {
    guard let splits = index.splits else { return "" }
    let counts = Split.allCases.map { split in (split, splits.count { $0 == split }) }
    return counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.name)" }.joined(separator: " + ")
  }

  /// The addresses of the rows, unless a column tells them already.
  func addressColumn(of frame: Frame, rows: [Int]) -> TextTable.Column? {
    if case .time(let axis) = frame.index.address {
      let repeated = frame.columns.contains { column in
        guard case .time(let times) = column.cells, column.nulls == nil else { return false }
        return times.indices.allSatisfy { times[$0] == axis[$0].nanoseconds }
      }
      if repeated { return nil }
    }
    return addressColumn(of: frame.index, rows: rows)
  }

  func addressColumn(of index: Index, rows: [Int]) -> TextTable.Column {
    switch index.address {
    case .row:
      TextTable.Column(name: "row", cells: rows.map(String.init), isRight: true, ink: .dim, isPinned: true)
    case .time(let axis):
      TextTable.Column(
        name: "time", note: "time", cells: Self.times(rows.map { axis[$0] }), ink: .dim, isPinned: true)
    case .sample(let ids):
      TextTable.Column(
        name: "sample", note: "text", cells: rows.map { Visible.line(ids[$0]) }, ink: .dim, isPinned: true)
    }
  }

  /// Which segment each row belongs to; nil if there is one only.
  func segmentColumn(of index: Index, rows: [Int]) -> TextTable.Column? {
    let names = rows.compactMap { index.segment(of: $0)?.name }
    return names.count == rows.count && !names.isEmpty
      ? TextTable.Column(name: "in", cells: names.map(Visible.line), ink: .dim) : nil
  }

  func tableColumn(_ column: Column, rows: [Int]) -> TextTable.Column {
    var cells: [String]
    var isRight = false
    var isWhole = false
    switch column.cells {
    case .number(let numbers):
      let shown = rows.map { column.isNull($0) ? Double.nan : numbers[$0] }
      let format = NumberFormat(for: shown)
      cells = shown.map(format.text)
      isRight = true
    case .category(let codes, let levels):
      cells = rows.map { row in
        let code = Int(codes[row])
        return levels.indices.contains(code) ? Visible.line(levels[code]) : TextTable.missing
      }
    case .text(let texts): cells = rows.map { Visible.line(texts[$0]) }
    case .time(let times):
      cells = Self.times(rows.map { Instant(nanoseconds: times[$0]) })
      isWhole = true
    case .bool(let bits): cells = rows.map { bits[$0] ? "true" : "false" }
    }
    for (position, row) in rows.enumerated() where column.isNull(row) { cells[position] = TextTable.missing }
    let type = column.unit.map(Visible.line) ?? column.type.rawValue
    return TextTable.Column(
      name: Visible.line(column.name), note: column.role == .label ? "label" : type, cells: cells,
      isRight: isRight, ink: column.role == .label ? .truth : .plain, isPinned: column.role == .label,
      isWhole: isWhole)
  }

  /// Moments with the digits that tell them apart, at most down to milliseconds if steps are not finer.
  static func times(_ instants: [Instant]) -> [String] {
    let gaps = zip(instants, instants.dropFirst()).map { ($1 - $0).nanoseconds.magnitude }
    let finest = gaps.filter { $0 > 0 }.min() ?? .max
    let isFine = finest < 1_000_000
    return instants.map { instant in
      if isFine { return instant.description }
      let step: Int64 = 1_000_000
      var rest = instant.nanoseconds % step
      if rest < 0 { rest += step }
      let rounded = rest * 2 >= step ? instant.nanoseconds - rest &+ step : instant.nanoseconds - rest
      return Instant(nanoseconds: rounded).description
    }
  }
}
