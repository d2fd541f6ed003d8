/// Cuts texts into words or into runs of characters.
package enum Words {
  /// Runs of at least two letters, digits or underscores, in lower case, as scikit-learn cuts them.
  package static func words(of text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    func finish() {
      // Letters beyond ASCII take several bytes: count characters.
      if word.count > 1 {
        let text = String(decoding: word, as: UTF8.self)
        if word.count > 4 || text.unicodeScalars.count > 1 { words.append(text) }
      }
      word.removeAll(keepingCapacity: true)
    }
    let utf8 = text.utf8
    if utf8.allSatisfy({ $0 < 128 }) {
      for byte in utf8 {
        switch byte {
        case 65...90: word.append(byte | 32)
        case 48...57, 95, 97...122: word.append(byte)
        default: finish()
        }
      }
    } else {
      for scalar in text.lowercased().unicodeScalars {
        if scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" {
          word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        } else {
          finish()
        }
      }
    }
    finish()
    return words
  }

  /// Every run of `length` characters of the text in lower case, blanks run together.
  package static func runs(of text: String, length: Int) -> [String] {
    let characters = Array(
      text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ").unicodeScalars)
    guard characters.count >= length else {
      return characters.isEmpty ? [] : [String(String.UnicodeScalarView(characters))]
    }
    return (0...characters.count - length).map { start in
      String(String.UnicodeScalarView(characters[start..<start + length]))
    }
  }
}
