import Notation

/// Cells of text under headers, laid out for a width.
struct TextTable {
  struct Column {
    var name: String
    /// Stands under the name: the unit or the type.
    var note = ""
    var cells: [String]
    var isRight = false
    var ink = Ink.plain
    /// Stays when the middle columns make way.
    var isPinned = false
    /// Says little when cut: names and moments.
    var isWhole = false
  }

  var columns: [Column]
  /// Rows are missing in front of this cell.
  var gap: Int?

  private static let space = 2
  /// Texts longer than this make way for other columns.
  private static let comfortable = 28
  /// No text is narrower than this, however many columns there are.
  private static let narrowest = 8

  /// A column as it is shown: its place in `columns` (nil for the ellipsis) and its width.
  private struct Slot {
    var column: Int?
    var width: Int
  }

  /// The lines, and how many columns they show.
  func lines(width: Int) -> (lines: [StyledLine], shownColumns: Int) {
    let slots = layout(width: width)
    var lines = [header(slots) { $0.name }.trimmed]
    if columns.contains(where: { !$0.note.isEmpty }) {
      var notes = StyledLine()
      for piece in header(slots, { $0.note }).pieces { notes.append(piece.text, .dim) }
      lines.append(notes.trimmed)
    }
    let count = columns.map(\.cells.count).max() ?? 0
    for row in 0..<count {
      if row == gap { lines.append(gapLine(slots)) }
      lines.append(self.row(slots, row))
    }
    return (lines, slots.count { $0.column != nil })
  }

  private func header(_ slots: [Slot], _ text: (Column) -> String) -> StyledLine {
    var line = StyledLine()
    for (position, slot) in slots.enumerated() {
      if position > 0 { line.append("  ") }
      guard let index = slot.column else {
        line.append("…", .dim)
        continue
      }
      let column = columns[index]
      line.append(fitted(text(column), slot.width, isRight: column.isRight), .strong)
    }
    return line
  }

  private func row(_ slots: [Slot], _ row: Int) -> StyledLine {
    var line = StyledLine()
    for (position, slot) in slots.enumerated() {
      if position > 0 { line.append("  ") }
      guard let index = slot.column else {
        line.append("…", .dim)
        continue
      }
      let column = columns[index]
      let cell = row < column.cells.count ? column.cells[row] : ""
      line.append(
        fitted(cell, slot.width, isRight: column.isRight), cell == TextTable.missing ? .dim : column.ink)
    }
    return line.trimmed
  }

  private func gapLine(_ slots: [Slot]) -> StyledLine {
    var line = StyledLine()
    for (position, slot) in slots.enumerated() {
      if position > 0 { line.append("  ") }
      let isRight = slot.column.map { columns[$0].isRight } ?? false
      line.append(fitted("⋮", slot.width, isRight: isRight), .dim)
    }
    return line.trimmed
  }

  /// How a missing cell looks.
  static let missing = "·"

  private func fitted(_ text: String, _ width: Int, isRight: Bool) -> String {
    DisplayWidth.padded(DisplayWidth.cut(text, to: width), to: width, isRight: isRight)
  }

  // MARK: - Layout

  private func layout(width: Int) -> [Slot] {
    let natural = columns.map { column in
      ([column.name, column.note] + column.cells).map { DisplayWidth.of($0) }.max() ?? 0
    }
    if total(natural) <= width {
      return natural.enumerated().map { Slot(column: $0.offset, width: $0.element) }
    }
    let least = zip(columns, natural).map { $0.isRight ? $1 : min($1, Self.comfortable) }
    if total(least) <= width { return grown(least, to: natural, width: width) }
    let tight = zip(columns, least).map { column, size in
      column.isRight || column.isPinned || column.isWhole
        ? size : min(size, max(Self.narrowest, DisplayWidth.of(column.name)))
    }
    if total(tight) <= width { return grown(tight, to: least, width: width) }
    return elided(tight, width: width)
  }

  private func total(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + Self.space * max(0, widths.count - 1)
  }

  /// Gives the room that is left to the columns that were cut, from the left.
  private func grown(_ widths: [Int], to natural: [Int], width: Int) -> [Slot] {
    var room = width - total(widths)
    return widths.indices.map { index in
      let more = min(room, natural[index] - widths[index])
      room -= more
      return Slot(column: index, width: widths[index] + more)
    }
  }

  /// Keeps pinned columns, then takes from the left and, for every two of those, one from the right.
  private func elided(_ widths: [Int], width: Int) -> [Slot] {
    var order = columns.indices.filter { columns[$0].isPinned }
    var left = 0
    var right = columns.count - 1
    while left <= right {
      order += [left, left + 1].filter { $0 <= right }
      left += 2
      if left <= right { order.append(right) }
      right -= 1
    }
    var chosen = Set<Int>()
    for index in order where !chosen.contains(index) {
      let slots = slots(chosen.union([index]), widths)
      if total(slots.map(\.width)) <= width {
        chosen.insert(index)
      } else if chosen.isEmpty {
        // Even the first column does not fit: show what there is room for.
        return [Slot(column: index, width: max(1, width - Self.space - 1)), Slot(column: nil, width: 1)]
      }
    }
    return slots(chosen, widths)
  }

  /// The chosen columns in order, with an ellipsis for each run of others.
  private func slots(_ chosen: Set<Int>, _ widths: [Int]) -> [Slot] {
    var slots: [Slot] = []
    for index in columns.indices {
      if chosen.contains(index) {
        slots.append(Slot(column: index, width: widths[index]))
      } else if slots.isEmpty || slots.last?.column != nil {
        slots.append(Slot(column: nil, width: 1))
      }
    }
    return slots
  }
}
