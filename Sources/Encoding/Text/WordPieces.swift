/// Cuts texts into the pieces of a vocabulary, as BERT and its kin were taught on.
///
/// - Source: Devlin, Chang, Lee and Toutanova, *BERT*, NAACL 2019; the longest piece of the vocabulary from the left on,
///   pieces inside a word with `##` before them.
/// - Differs: accents are taken off by decomposing the common Latin letters only.
package struct WordPieces: TextPieces {
  private let pieces: [String: Int64]
  private let isLowercase: Bool
  /// Longer words are unknown.
  private static let longest = 100

  package var padding: Int64 { pieces["[PAD]"] ?? 0 }

  /// One piece a line, in the order of their numbers; nil if the usual marks are not among them.
  package init?(vocabulary: String, isLowercase: Bool) {
    var pieces: [String: Int64] = [:]
    for (number, line) in vocabulary.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let piece = line.hasSuffix("\r") ? String(line.dropLast()) : String(line)
      if pieces[piece] == nil { pieces[piece] = Int64(number) }
    }
    guard pieces["[UNK]"] != nil, pieces["[CLS]"] != nil, pieces["[SEP]"] != nil else { return nil }
    self.pieces = pieces
    self.isLowercase = isLowercase
  }

  /// The numbers of the pieces of a text between the marks of its beginning and end, cut to `most`.
  package func numbers(of text: String, most: Int) -> [Int64] {
    var numbers = [pieces["[CLS]"] ?? 0]
    for word in Self.words(of: isLowercase ? Self.plain(text) : text) {
      numbers += cut(word)
      if numbers.count >= most { break }
    }
    return Array(numbers.prefix(max(1, most - 1))) + [pieces["[SEP]"] ?? 0]
  }

  private func cut(_ word: [Unicode.Scalar]) -> [Int64] {
    let unknown = [pieces["[UNK]"] ?? 0]
    guard word.count <= Self.longest else { return unknown }
    var found: [Int64] = []
    var start = 0
    while start < word.count {
      var end = word.count
      var piece: Int64?
      while end > start, piece == nil {
        var text = start > 0 ? "##" : ""
        text.unicodeScalars.append(contentsOf: word[start..<end])
        piece = pieces[text]
        if piece == nil { end -= 1 }
      }
      guard let piece else { return unknown }
      found.append(piece)
      start = end
    }
    return found
  }

  /// Runs of letters and digits; every sign and every ideograph is a word of its own.
  private static func words(of text: String) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    func finish() {
      if !word.isEmpty { words.append(word) }
      word = []
    }
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        finish()
      } else if isSign(scalar) || (0x4E00...0x9FFF).contains(scalar.value)
        || (0x3400...0x4DBF).contains(scalar.value)
      {
        finish()
        words.append([scalar])
      } else if scalar.properties.generalCategory != .control, scalar.properties.generalCategory != .format {
        word.append(scalar)
      }
    }
    finish()
    return words
  }

  private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: true
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation:
        true
      default: false
      }
    }
  }

  /// Small letters without their accents.
  private static func plain(_ text: String) -> String {
    var plain = ""
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.generalCategory == .nonspacingMark { continue }
      plain.unicodeScalars.append(accented[scalar] ?? scalar)
    }
    return plain
  }

  private static let accented: [Unicode.Scalar: Unicode.Scalar] = {
    let rows: [(String, Unicode.Scalar)] = [
      ("àáâãäåāăą", "a"), ("çćĉċč", "c"), ("ďđ", "d"), ("èéêëēĕėęě", "e"), ("ĝğġģ", "g"), ("ìíîïĩīĭį", "i"),
      ("ñńņň", "n"),
      ("òóôõöōŏő", "o"), ("ŕŗř", "r"), ("śŝşš", "s"), ("ţť", "t"), ("ùúûüũūŭůűų", "u"), ("ýÿŷ", "y"),
      ("źżž", "z"),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (letters, plain) in rows { for scalar in letters.unicodeScalars { table[scalar] = plain } }
    return table
  }()
}
