package import Numerics
package import Values

/// Adds up the words of documents in a fixed number of places, found by a hash: no vocabulary, nothing to learn.
///
/// - Input: documents.
/// - Output: *places* numbers a row, each word adding +1 or −1 to its place; rows of unit length.
/// - Complexity: O(characters + *n* · *places*).
/// - Source: Weinberger, Dasgupta, Langford, Smola and Attenberg, *Feature hashing for large scale multitask learning*,
///   ICML 2009, equation 1.
/// - Differs: the hash is FNV-1a of 64 bits; its top bit gives the sign.
package struct HashEncoder: Sendable, Equatable {
  package var places: Int

  package init(places: Int = 512) {
    precondition(places > 0, "a vector has numbers")
    self.places = places
  }

  package func encode(_ documents: Documents, work: Work) throws(EncodingError) -> Encoded {
    let texts = documents.texts
    let places = places
    if texts.count == 0 { throw .noRows }
    return try encodeRows(
      texts.count, features: (0..<places).map { "hash.\($0)" }, stage: "hashing words", perChunk: 32,
      work: work
    ) { row, vector in
      var sums = [Double](repeating: 0, count: places)
      for word in Words.words(of: texts[row]) {
        let hash = Self.hash(word)
        sums[Int(hash % UInt64(places))] += hash >> 63 == 0 ? 1 : -1
      }
      let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vector += length > 0 ? sums.map { $0 / length } : sums
      return true
    }
  }

  /// Fowler, Noll and Vo's hash 1a.
  static func hash(_ word: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
