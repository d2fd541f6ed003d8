/// Holds back text that may turn out to be a printed call, so that a reader never sees raw JSON scroll by.
package struct TextGate: Sendable, Equatable {
  /// How a printed call begins, at the start of a line.
  private static let openings = ["{", "[{", "```", "<tool_call>"]

  private var answer = AnswerStream()
  private var held = ""
  private var isHolding = false
  private var atLineStart = true

  package init() {}

  /// Gives what may be shown now.
  package mutating func feed(_ piece: String) -> String {
    // A constrained reply that is an answer is shown as it comes.
    let words = answer.feed(piece)
    if answer.hasBegun { return words }
    var shown = ""
    for character in piece {
      if isHolding {
        held.append(character)
      } else if atLineStart, !character.isWhitespace {
        held.append(character)
        if Self.openings.contains(where: held.hasPrefix) {
          isHolding = true
        } else if !Self.openings.contains(where: { $0.hasPrefix(held) }) {
          shown += held
          held = ""
          atLineStart = false
        }
      } else {
        // White space inside what may become an opening ends the doubt.
        atLineStart = character == "\n" || (atLineStart && held.isEmpty)
        shown += held
        held = ""
        shown.append(character)
      }
    }
    return shown
  }

  /// The answer is complete: gives what was held and is no call of these tools.
  package mutating func finish(tools: Set<String>) -> String {
    defer { self = TextGate() }
    if answer.hasBegun { return "" }
    return PrintedCalls(in: held, tools: tools).text
  }
}
