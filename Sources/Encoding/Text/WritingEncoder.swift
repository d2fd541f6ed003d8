package import Numerics
package import Values

/// Describes how documents are written: length, words, letters, digits, signs.
///
/// - Input: documents.
/// - Output: characters and words (as logarithms of 1 + count), mean word length, share of different words, shares of
///   upper-case letters, digits, signs and blanks, and how many web addresses there are.
/// - Complexity: O(characters).
package struct WritingEncoder: Sendable, Equatable {
  package init() {}

  private static let features = [
    "characters", "words", "word length", "different words", "upper case", "digits", "signs", "blanks",
    "addresses",
  ]

  package func encode(_ documents: Documents, work: Work) throws(EncodingError) -> Encoded {
    let texts = documents.texts
    if texts.count == 0 { throw .noRows }
    return try encodeRows(
      texts.count, features: Self.features, stage: "describing texts", perChunk: 32, work: work
    ) { row, vector in
      let text = texts[row]
      let words = Words.words(of: text)
      var (upper, digits, signs, blanks, count) = (0, 0, 0, 0, 0)
      for scalar in text.unicodeScalars {
        count += 1
        if scalar.properties.isWhitespace {
          blanks += 1
        } else if scalar.properties.numericType != nil {
          digits += 1
        } else if scalar.properties.isAlphabetic {
          upper += scalar.properties.isUppercase ? 1 : 0
        } else {
          signs += 1
        }
      }
      let characters = Double(max(1, count))
      let letters = words.reduce(0) { $0 + $1.unicodeScalars.count }
      let addresses = text.split(separator: "://").count - 1
      vector += [
        logarithm1p(Double(count)), logarithm1p(Double(words.count)),
        Double(letters) / Double(max(1, words.count)),
        Double(Set(words).count) / Double(max(1, words.count)), Double(upper) / characters,
        Double(digits) / characters, Double(signs) / characters, Double(blanks) / characters,
        Double(max(0, addresses)),
      ]
      return true
    }
  }
}
