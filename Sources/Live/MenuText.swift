import Notation
import Workbench

/// A completion menu as lines below the prompt.
struct MenuText {
  let lines: [String]
  private static let mostRows = 14

  init(_ menu: LineMenu, width: Int, hasColour: Bool) {
    let items = menu.items
    lines =
      items.contains { !$0.detail.isEmpty }
      ? Self.described(items, width, hasColour) : Self.grid(items.map(\.text), width)
  }

  private static func described(_ items: [LineMenu.Item], _ width: Int, _ hasColour: Bool) -> [String] {
    let shown = items.prefix(items.count > mostRows ? mostRows - 1 : mostRows)
    let longest = shown.map { DisplayWidth.of(Visible.line($0.text)) }.max() ?? 0
    let column = min(longest, max(8, width / 2))
    var lines = shown.map { item in
      let name = "  " + DisplayWidth.padded(DisplayWidth.cut(Visible.line(item.text), to: column), to: column)
      let room = width - column - 5
      guard !item.detail.isEmpty, room > 8 else { return name }
      let detail = DisplayWidth.cut(Visible.line(item.detail), to: room)
      return name + "  " + (hasColour ? "\u{1b}[2m\(detail)\u{1b}[0m" : detail)
    }
    if shown.count < items.count { lines.append("  … \(items.count - shown.count) more") }
    return lines
  }

  /// Names alone stand in columns, read from top to bottom.
  private static func grid(_ names: [String], _ width: Int) -> [String] {
    let names = names.map(Visible.line)
    let column = min(max(1, width - 2), (names.map { DisplayWidth.of($0) }.max() ?? 0) + 2)
    let columns = max(1, (width - 2) / column)
    let rows = (names.count + columns - 1) / columns
    var lines = (0..<min(rows, mostRows)).map { row in
      "  "
        + stride(from: row, to: names.count, by: rows).map {
          DisplayWidth.padded(DisplayWidth.cut(names[$0], to: column - 2), to: column)
        }.joined()
    }
    if rows > mostRows { lines.append("  … \(names.count) in all; another letter narrows them down") }
    return lines
  }
}

extension LineMenu {
  /// What all the items begin with.
  var commonPrefix: String {
    guard var prefix = items.first?.text else { return "" }
    for item in items.dropFirst() {
      var end = prefix.startIndex
      for (a, b) in zip(prefix, item.text) {
        if a != b { break }
        end = prefix.index(after: end)
      }
      prefix = String(prefix[..<end])
    }
    return prefix
  }
}
