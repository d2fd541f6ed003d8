import Notation

extension Diagnostic {
  /// How a diagnostic is set.
  package enum Style: Sendable {
    /// For a person at the prompt: the line, a caret, what is wrong and what to do.
    case framed
    /// For pipes and editors: `file:line:column: error[E0203]: …` in front of the same.
    case placed
  }

  /// Plain text without a line break at the end.
  ///
  ///     error[E0203]: no column `tmp` in `pump`
  ///       plot pump.tmp
  ///                 ^^^ not a column of `pump`
  ///     help: did you mean `Temperature`?
  package func text(_ style: Style = .framed) -> String {
    var head = "error[\(code)]: \(Visible.line(summary))"
    let excerpt = Excerpt(self)
    if style == .placed, let place {
      let column = excerpt.map { ":\($0.column)" } ?? ""
      head = "\(Visible.line(place.file)):\(place.line + (excerpt?.lineOffset ?? 0))\(column): " + head
    }
    var lines = [head]
    if let excerpt { lines += ["  " + excerpt.line, "  " + excerpt.marks] }
    lines.append("help: \(Visible.line(remedy))")
    return lines.joined(separator: "\n")
  }
}

/// The offending line with marks under the offending part.
private struct Excerpt {
  let line: String
  let marks: String
  /// 1-based, in characters.
  let column: Int
  /// How many lines of the source stand before it.
  let lineOffset: Int
  private static let widest = 160

  init?(_ diagnostic: Diagnostic) {
    guard let source = diagnostic.source, let range = diagnostic.range else { return nil }
    let bytes = Array(source.utf8)
    let low = min(max(0, range.lowerBound), bytes.count)
    let high = min(max(low, range.upperBound), bytes.count)
    let start = bytes[..<low].lastIndex(of: 10).map { $0 + 1 } ?? 0
    let end = bytes[low...].firstIndex(of: 10) ?? bytes.count
    lineOffset = bytes[..<start].count { $0 == 10 }
    let before = String(decoding: bytes[start..<low], as: UTF8.self)
    let blamed = String(decoding: bytes[low..<min(high, end)], as: UTF8.self)
    let after = String(decoding: bytes[min(high, end)..<end], as: UTF8.self)
    column = before.count + 1
    // Long lines show the part around the blamed text.
    let shownBefore = Self.tail(Visible.line(before), Self.widest / 2)
    let shownBlamed = String(Visible.line(blamed).prefix(Self.widest / 2))
    let shownAfter = String(Visible.line(after).prefix(Self.widest / 2))
    line = shownBefore + shownBlamed + shownAfter
    let carets = String(repeating: "^", count: max(1, DisplayWidth.of(shownBlamed)))
    let label = diagnostic.label.isEmpty ? "" : " " + Visible.line(diagnostic.label)
    marks = String(repeating: " ", count: DisplayWidth.of(shownBefore)) + carets + label
  }

  private static func tail(_ text: String, _ count: Int) -> String {
    text.count > count ? "…" + text.suffix(count - 1) : text
  }
}
