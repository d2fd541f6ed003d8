import Notation

/// What a piece of text is, so that a terminal can colour it.
package enum Ink: Sendable, Equatable {
  case plain, dim, strong, name, good, warning, alarm, truth
  /// A line of a drawing; lanes take turns.
  case lane(Int)
  /// Two pixels above one another, as 0xRRGGBB.
  case pixels(upper: UInt32, lower: UInt32)

  /// The parameters of "select graphic rendition".
  package var code: String {
    switch self {
    case .plain: ""
    case .dim: "2"
    case .strong: "1"
    case .name: "36"
    case .good: "32"
    case .warning: "33"
    case .alarm: "1;31"
    case .truth: "33"
    case .pixels(let upper, let lower):
      "38;2;\(upper >> 16);\(upper >> 8 & 255);\(upper & 255);48;2;\(lower >> 16);\(lower >> 8 & 255);\(lower & 255)"
    case .lane(let number): ["36", "32", "35", "34", "33", "96", "92", "95"][number % 8]
    }
  }
}

/// A line of text in pieces of one ink each. Its text is safe to show.
package struct StyledLine: Sendable, Equatable {
  package struct Piece: Sendable, Equatable {
    package var text: String
    package var ink: Ink
  }

  package private(set) var pieces: [Piece] = []

  package init() {}
  package init(_ text: String, _ ink: Ink = .plain) { append(text, ink) }

  package mutating func append(_ text: String, _ ink: Ink = .plain) {
    if text.isEmpty { return }
    if let last = pieces.indices.last, pieces[last].ink == ink {
      pieces[last].text += text
    } else {
      pieces.append(Piece(text: text, ink: ink))
    }
  }

  package static func + (line: StyledLine, next: StyledLine) -> StyledLine {
    var sum = line
    for piece in next.pieces { sum.append(piece.text, piece.ink) }
    return sum
  }

  package var plain: String { pieces.map(\.text).joined() }
  package var width: Int { DisplayWidth.of(plain) }

  /// Without the spaces at the end, which nobody sees.
  package var trimmed: StyledLine {
    var line = self
    while let last = line.pieces.last, last.text.hasSuffix(" ") || last.text.isEmpty {
      let kept = last.text.reversed().drop { $0 == " " }.reversed()
      line.pieces.removeLast()
      if !kept.isEmpty {
        line.pieces.append(Piece(text: String(kept), ink: last.ink))
        break
      }
    }
    return line
  }

  /// The line within `width` columns, with `…` where something is missing.
  package func cut(to width: Int) -> StyledLine {
    if self.width <= width { return self }
    var room = width
    var line = StyledLine()
    for piece in pieces {
      let size = DisplayWidth.of(piece.text)
      // The last piece that fits must leave room for the mark.
      if size < room {
        line.append(piece.text, piece.ink)
        room -= size
      } else {
        line.append(DisplayWidth.cut(piece.text + " ", to: room), piece.ink)
        break
      }
    }
    return line
  }

  package func text(coloured: Bool) -> String {
    guard coloured else { return plain }
    return pieces.map { piece in
      piece.ink.code.isEmpty ? piece.text : "\u{1b}[\(piece.ink.code)m\(piece.text)\u{1b}[0m"
    }.joined()
  }
}
