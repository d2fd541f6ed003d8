import Language
import Notation
import Values
package import Workbench

/// Writes what happens in a session: for a person where the screen is a terminal, else for other programs.
///
/// On a terminal everything fits the width, and every named result gets a line. Elsewhere results stand alone on
/// their screen, whole and unpainted; everything else goes to the other one.
package struct EventWriter {
  private let results: any Screen
  private let messages: any Screen

  package init(results: any Screen, messages: any Screen) {
    self.results = results
    self.messages = messages
  }

  private static let unlimited = 1_000_000
  /// Seconds from which on a reader wants to know how many they were.
  private static let long = 1.0

  package func write(_ event: SessionEvent) {
    switch event {
    case .result(let result): write(result)
    case .diagnostic(let diagnostic): write(diagnostic)
    case .text(let text):
      let width = results.isTerminal ? results.width : Self.unlimited
      write(View.wrapped(text, width: width).map { StyledLine($0) }, to: results)
    case .notice(let text): write([StyledLine("note: " + Visible.line(text), .warning)], to: messages)
    case .question, .suggestion, .secret: return
    }
  }

  private func write(_ result: LineResult) {
    let name = result.name ?? (result.number > 0 ? "r\(result.number)" : Self.subject(of: result))
    if result.isShown {
      write(
        view(of: result.value, name: name, showsAllRows: result.showsAllRows).lines(of: result.value),
        to: results)
    } else if results.isTerminal {
      var line = StyledLine(name + (result.version > 1 ? "@\(result.version)" : ""), .name)
      line.append("  " + Visible.line(result.value.shortDescription))
      if result.seconds >= 0.1 { line.append("  \(NumberFormat.fixed(result.seconds, decimals: 1)) s", .dim) }
      write([line], to: results)
    }
    if result.isShown, results.isTerminal, result.seconds >= Self.long {
      write([StyledLine("  \(NumberFormat.fixed(result.seconds, decimals: 1)) s", .dim)], to: results)
    }
    for remark in result.remarks {
      let text = (messages.isTerminal ? "  " : "note: ") + Visible.paragraph(remark)
      let width = messages.isTerminal ? messages.width : Self.unlimited
      write(View.wrapped(text, width: width).map { StyledLine($0, .dim) }, to: messages)
    }
  }

  /// What a line that only looks is about.
  private static func subject(of result: LineResult) -> String {
    let words = result.canonical.split(separator: " ")
    return words.count > 1 && words[0] == "show" ? String(words[1]) : result.canonical
  }

  private func view(of value: Value, name: String, showsAllRows: Bool) -> View {
    if results.isTerminal {
      var view = View(width: results.width, name: name, showsAllRows: showsAllRows)
      view.pictures = results.pictures
      return view
    }
    // Drawings and prose are set for a width; all else is as wide as it is.
    let isFlowing =
      switch value {
      case .figure, .answer, .audio: true
      default: false
      }
    return View(width: isFlowing ? View.plainWidth : Self.unlimited, name: name, showsAllRows: true)
  }

  private func write(_ diagnostic: Diagnostic) {
    let text = diagnostic.text(diagnostic.place == nil ? .framed : .placed)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    write(
      lines.enumerated().flatMap { number, line in
        if number == 0 { return set(line).map { StyledLine($0, .strong) } }
        if line.hasPrefix("help: ") {
          return set(line.dropFirst(6), indent: 6).enumerated().map { place, part in
            place == 0 ? StyledLine("help", .good) + StyledLine(": " + part) : StyledLine("      " + part)
          }
        }
        return [StyledLine(line, number == lines.count - 2 && lines.count > 2 ? .alarm : .plain)]
      }, to: messages)
  }

  /// Words of a message, wrapped where a person reads them.
  private func set(_ text: some StringProtocol, indent: Int = 0) -> [String] {
    messages.isTerminal ? View.wrapped(String(text), width: max(20, messages.width - indent)) : [String(text)]
  }

  package func write(_ lines: [StyledLine], to screen: any Screen) {
    let text = lines.map { $0.text(coloured: screen.hasColour) + "\n" }.joined()
    screen.write(screen.hasUnicode ? text : ASCIIText.of(text))
  }
}
