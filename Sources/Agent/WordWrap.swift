import Notation

/// Breaks lines between words while a text arrives, so that a terminal never breaks one inside a word.
struct WordWrap: Sendable, Equatable {
  private let width: Int
  private var column = 0
  private var word = ""
  private var space = ""

  init(width: Int) { self.width = max(20, width) }

  /// Gives what can be written now: all but the word that may go on.
  mutating func feed(_ text: String) -> String {
    var out = ""
    for character in text {
      if character == "\n" {
        out += flush() + "\n"
        column = 0
        space = ""
      } else if character == " " || character == "\t" {
        out += flush()
        space += " "
      } else {
        word.append(character)
        if DisplayWidth.of(word) >= width { out += flush() }
      }
    }
    return out
  }

  /// Gives the word that was held.
  mutating func flush() -> String {
    if word.isEmpty { return "" }
    let length = DisplayWidth.of(word)
    var out = ""
    if column > 0, column + space.count + length > width {
      out = "\n"
      column = 0
    } else {
      out = space
      column += space.count
    }
    out += word
    column += length
    word = ""
    space = ""
    return out
  }

  mutating func reset() {
    column = 0
    space = ""
  }
}
