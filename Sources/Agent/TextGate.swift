/// Holds back text that may turn out to be a printed call, so that a reader never sees raw JSON scroll by.
package struct TextGate: Sendable, Equatable {
  private var held = ""
  private var isHolding = false
  private var atLineStart = true

  package init() {}

  /// Gives what may be shown now.
  package mutating func feed(_ piece: String) -> String {
    if isHolding {
      held += piece
      return ""
    }
    var shown = ""
    for character in piece {
      if isHolding {
        held.append(character)
      } else if atLineStart, character == "{" || character == "[" || character == "`" || character == "<" {
        isHolding = true
        held = String(character)
      } else {
        atLineStart = character == "\n" || (atLineStart && character.isWhitespace)
        shown.append(character)
      }
    }
    return shown
  }

  /// The answer is complete: gives what was held and is no call.
  package mutating func finish(tools: Set<String>) -> String {
    defer { held = "" }
    return PrintedCalls(in: held, tools: tools).text
  }
}
