/// What people marked in a WFDB record (annot(5), the MIT format).
package struct RecordAnnotations: Sendable, Equatable {
  package struct Mark: Sendable, Equatable {
    /// In samples of the record's rate.
    package let sample: Int
    package let code: Int
    package var note = ""
  }

  package let marks: [Mark]

  /// What the codes from 0 on are called.
  private static let names = [
    "", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "", "|", "", "s", "T", "*", "D",
    "\"", "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@", "x", "f", "(", ")", "r",
  ]

  package static func name(of code: Int) -> String {
    names.indices.contains(code) && !names[code].isEmpty ? names[code] : "#\(code)"
  }

  /// Beats that AAMI EC57 counts as supraventricular (S), ventricular (V) or fusion (F).
  package static func isEctopic(_ code: Int) -> Bool {
    ["A", "a", "J", "S", "V", "E", "F", "!"].contains(name(of: code))
  }

  package init(_ source: any ByteSource) throws(FormatError) {
    guard source.count <= 1 << 28 else { throw .unsupported("it has more than 256 MB") }
    let bytes = try source.read(at: 0, count: source.count)
    func word(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    var marks: [Mark] = []
    var (at, sample) = (0, 0)
    while at + 1 < bytes.count {
      let (code, step) = (word(at) >> 10, word(at) & 1023)
      at += 2
      switch code {
      case 0 where step == 0:
        self.marks = marks
        return
      case 59:
        guard at + 4 <= bytes.count else { throw .malformed("it ends within a mark", offset: at) }
        sample += Int(Int32(truncatingIfNeeded: word(at) << 16 | word(at + 2)))
        at += 4
      case 60, 61, 62: continue
      case 63:
        guard at + step <= bytes.count else { throw .malformed("it ends within a note", offset: at) }
        let note = bytes[at..<at + step].prefix { $0 != 0 }.text
        if !marks.isEmpty { marks[marks.count - 1].note = note }
        at += step + step % 2
      default:
        sample += step
        marks.append(Mark(sample: sample, code: code))
      }
    }
    throw .malformed("it has no end", offset: at)
  }
}
