package import Numerics
package import Values

/// Weighs the terms of documents by how often they occur here and how seldom elsewhere.
///
/// - Input: documents. The vocabulary and the weights come from fit rows, or from all rows if nothing was split.
/// - Output: the *most* terms that occur in most fit documents (ties by alphabet), each count times
///   ln((1 + *n*) / (1 + *df*)) + 1, rows of unit length. A document without a known term is all zeros.
/// - Complexity: O(characters + *n* · *most*).
/// - Source: Salton and Buckley, *Term-weighting approaches in automatic text retrieval*, 1988, with the smoothed
///   weights that scikit-learn's `TfidfVectorizer` computes by default.
package struct FrequencyEncoder: Sendable, Equatable {
  package enum Terms: Sendable, Equatable {
    case words
    /// Runs of so many characters.
    case characters(Int)
  }

  package var terms: Terms
  package var most: Int
  /// Counts by 1 + ln, so that a word said ten times does not weigh ten times as much.
  package var isLogarithmic = false
  /// Leaves out English words that every text has.
  package var skipsFunctionWords = false

  package init(terms: Terms = .words, most: Int = 2000) {
    precondition(most > 0, "a vector has numbers")
    self.terms = terms
    self.most = most
  }

  package func encode(_ documents: Documents, work: Work) throws(EncodingError) -> Encoded {
    let texts = documents.texts
    let (terms, isLogarithmic) = (terms, isLogarithmic)
    let skipped = skipsFunctionWords && terms == .words ? FunctionWords.english : []
    if texts.count == 0 { throw .noRows }
    let counted = try orCancelled { () throws(Cancelled) in
      try work.map(texts.count, stage: "counting words") { row in
        Self.counts(terms, of: texts[row]).filter { !skipped.contains($0.key) }
      }
    }
    let fitRows = documents.frame.index.rows(in: .fit)
    var frequency: [String: Int] = [:]
    for row in fitRows { for term in counted[row].keys { frequency[term, default: 0] += 1 } }
    if frequency.isEmpty { throw .noFeatures }
    let vocabulary = frequency.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(most).map(\.key)
      .sorted()
    var places: [String: Int] = [:]
    var weights: [Double] = []
    for (place, term) in vocabulary.enumerated() {
      places[term] = place
      weights.append(logarithm(Double(1 + fitRows.count) / Double(1 + frequency[term, default: 0])) + 1)
    }
    let (known, inverse) = (places, weights)
    return try encodeRows(
      texts.count, features: vocabulary, stage: "weighing words", perChunk: 32, work: work
    ) { row, vector in
      var weighed = [Double](repeating: 0, count: inverse.count)
      for (term, count) in counted[row] {
        if let place = known[term] {
          weighed[place] = (isLogarithmic ? 1 + logarithm(Double(count)) : Double(count)) * inverse[place]
        }
      }
      let length = weighed.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vector += length > 0 ? weighed.map { $0 / length } : weighed
      return true
    }
  }

  static func counts(_ terms: Terms, of text: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    let found =
      switch terms {
      case .words: Words.words(of: text)
      case .characters(let length): Words.runs(of: text, length: length)
      }
    for term in found { counts[term, default: 0] += 1 }
    return counts
  }
}
