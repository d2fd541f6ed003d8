import Notation

/// The choices at the cursor as lines below the prompt.
package enum CompletionMenu {
  private static let mostRows = 20

  /// Choices with a meaning stand one a line; bare ones share lines.
  package static func text(_ items: [LineMenu.Item], width: Int) -> String {
    let width = max(20, width - 1)
    let shown = items.prefix(mostRows * 8)
    let lines =
      shown.contains { !$0.detail.isEmpty } ? explained(Array(shown), width) : packed(Array(shown), width)
    var kept = Array(lines.prefix(mostRows))
    let hidden = lines.count - kept.count + (items.count - shown.count)
    if hidden > 0 { kept.append("… and \(hidden) more; type on to narrow them down") }
    return kept.map { $0 + "\n" }.joined()
  }

  private static func explained(_ items: [LineMenu.Item], _ width: Int) -> [String] {
    let column = min(width / 2, items.map { DisplayWidth.of($0.text) }.max() ?? 0)
    return items.map { item in
      let head = DisplayWidth.padded(DisplayWidth.cut(Visible.line(item.text), to: column), to: column)
      return DisplayWidth.cut("  \(head)  \(Visible.line(item.detail))", to: width)
    }
  }

  private static func packed(_ items: [LineMenu.Item], _ width: Int) -> [String] {
    let texts = items.map { Visible.line($0.text) }
    let cell = (texts.map { DisplayWidth.of($0) }.max() ?? 0) + 2
    let columns = max(1, (width - 2) / cell)
    return stride(from: 0, to: texts.count, by: columns).map { start in
      DisplayWidth.cut(
        "  "
          + texts[start..<min(start + columns, texts.count)].map { DisplayWidth.padded($0, to: cell) }
          .joined(),
        to: width)
    }
  }
}
