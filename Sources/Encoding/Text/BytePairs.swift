/// Cuts texts into pieces that a network counts.
package protocol TextPieces: Sendable {
  /// The numbers of the pieces of a text between the marks of its beginning and end, cut to `most`.
  func numbers(of text: String, most: Int) -> [Int64]
  /// What fills up to a fixed length.
  var padding: Int64 { get }
}

/// Cuts texts into pieces that were joined pair by pair, as CLIP and its kin were taught on.
///
/// - Source: Sennrich, Haddow and Birch, *Neural machine translation of rare words with subword units*, ACL 2016, algorithm 1, over bytes as
///   in Radford et al., 2019; lower case and a mark at the end of each word as in Radford et al., *Learning transferable visual models from
///   natural language supervision*, ICML 2021.
/// - Complexity: O(*letters*²) a word.
package struct BytePairs: TextPieces {
  private struct Pair: Hashable {
    let first: String
    let second: String
  }

  private let numbers: [String: Int64]
  private let ranks: [Pair: Int]
  private let start: Int64
  private let end: Int64

  private static let endOfWord = "</w>"
  /// Longer words are cut.
  private static let longest = 100

  package var padding: Int64 { end }

  /// - Parameter vocabulary: the number of each piece.
  /// - Parameter merges: a pair a line, the first ones joined first; lines that begin with `#version` are left out.
  /// - Returns: nil if the marks of beginning and end are not among the pieces, or no pair is told.
  package init?(vocabulary: [String: Int64], merges: String) {
    guard let start = vocabulary["<|startoftext|>"], let end = vocabulary["<|endoftext|>"] else { return nil }
    var ranks: [Pair: Int] = [:]
    for line in merges.split(whereSeparator: \.isNewline) where !line.hasPrefix("#version") {
      let parts = line.split(separator: " ")
      guard parts.count == 2 else { continue }
      let pair = Pair(first: String(parts[0]), second: String(parts[1]))
      if ranks[pair] == nil { ranks[pair] = ranks.count }
    }
    if ranks.isEmpty { return nil }
    (numbers, self.ranks, self.start, self.end) = (vocabulary, ranks, start, end)
  }

  package func numbers(of text: String, most: Int) -> [Int64] {
    var found = [start]
    for word in Self.words(of: text.lowercased()) {
      found += pieces(of: word).compactMap { numbers[$0] }
      if found.count >= most { break }
    }
    return Array(found.prefix(max(1, most - 1))) + [end]
  }

  /// The pieces of a word: its bytes, joined as long as the list knows a pair.
  package func pieces(of word: String) -> [String] {
    var pieces = word.utf8.prefix(Self.longest).map { Self.letters[Int($0)] }
    guard let last = pieces.popLast() else { return [] }
    pieces.append(last + Self.endOfWord)
    while pieces.count > 1 {
      let known = zip(pieces, pieces.dropFirst()).compactMap { ranks[Pair(first: $0, second: $1)] }
      guard let rank = known.min() else { break }
      var joined: [String] = []
      for piece in pieces {
        if let before = joined.last, ranks[Pair(first: before, second: piece)] == rank {
          joined[joined.count - 1] = before + piece
        } else {
          joined.append(piece)
        }
      }
      pieces = joined
    }
    return pieces
  }

  /// Bytes as letters that can be seen: those of Latin-1 that can, others from U+0100 on.
  private static let letters: [String] = {
    var next: UInt32 = 256
    return (UInt32(0)..<256).map { byte in
      let isSeen = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      let code = isSeen ? byte : next
      if !isSeen { next += 1 }
      return Unicode.Scalar(code).map { String($0) } ?? ""
    }
  }()

  private enum Sort: Equatable { case letter, digit, sign }

  private static let endings = ["s", "t", "re", "ve", "m", "ll", "d"]

  /// Runs of letters, single digits, runs of signs; `'s` and its like by themselves.
  static func words(of text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var words: [String] = []
    var at = 0
    while at < scalars.count {
      if scalars[at].properties.isWhitespace {
        at += 1
        continue
      }
      if scalars[at] == "'", let ending = Self.ending(scalars, at + 1) {
        words.append("'" + ending)
        at += 1 + ending.unicodeScalars.count
        continue
      }
      let sort = Self.sort(of: scalars[at])
      var end = at + 1
      while sort != .digit, end < scalars.count, !scalars[end].properties.isWhitespace,
        Self.sort(of: scalars[end]) == sort
      {
        end += 1
      }
      var word = ""
      word.unicodeScalars.append(contentsOf: scalars[at..<end])
      words.append(word)
      at = end
    }
    return words
  }

  private static func ending(_ scalars: [Unicode.Scalar], _ start: Int) -> String? {
    endings.first { ending in
      let wanted = Array(ending.unicodeScalars)
      return start + wanted.count <= scalars.count && Array(scalars[start..<start + wanted.count]) == wanted
    }
  }

  private static func sort(of scalar: Unicode.Scalar) -> Sort {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
    case .decimalNumber, .letterNumber, .otherNumber: .digit
    default: .sign
    }
  }
}
