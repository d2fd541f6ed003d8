package import Numerics

/// Scores a sequence by the share of its runs of *n* events that training never showed.
///
/// - Output: in 0...1. A sequence shorter than *n* is one run.
/// - Complexity: fit O(*N n*) for *N* events, score O(*l n*); memory O(different runs × *n*).
/// - Source: Forrest, Hofmeyr, Somayaji and Longstaff, *A sense of self for Unix processes*, S&P 1996, section 3 (runs of
///   6 system calls); the share of mismatches as in Warrender, Forrest and Pearlmutter, S&P 1999 (stide).
package struct EventGrams: SequenceMethod {
  package static let name = "ngram"
  package let length: Int
  package init(length: Int = 6) { self.length = length }

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    if length < 1 { throw .parameter(name: "length", reason: "must be at least 1") }
    var known: Set<[Int32]> = []
    for (step, sequence) in sequences.enumerated() {
      try work.pause(at: step)
      for gram in Model.grams(sequence, length) { known.insert(Array(gram)) }
    }
    return Model(length: length, known: known)
  }

  package struct Model: FittedSequences {
    let length: Int
    let known: Set<[Int32]>

    static func grams(_ sequence: [Int32], _ length: Int) -> [ArraySlice<Int32>] {
      if sequence.count <= length { return [sequence[...]] }
      return (0...sequence.count - length).map { sequence[$0..<$0 + length] }
    }

    package func score(of sequence: [Int32]) -> Double {
      let grams = Self.grams(sequence, length)
      return Double(grams.count { !known.contains(Array($0)) }) / Double(grams.count)
    }
    package static let partMeaning = "share of new runs, counted where they end"
    package static let isSum = true
    package func parts(of sequence: [Int32]) -> [Int32: Double] {
      let grams = Self.grams(sequence, length)
      return grams.reduce(into: [:]) { parts, gram in
        guard let last = gram.last, !known.contains(Array(gram)) else { return }
        parts[last, default: 0] += 1 / Double(grams.count)
      }
    }
  }
}

/// Scores a sequence by how little each event was to be expected behind the one before it.
///
/// - Output: the mean of -log₂ of the chance of each event, the first among first events.
/// - Complexity: fit O(*N*), score O(*l*); memory O(different pairs).
/// - Source: Ye, *A Markov chain model of temporal behavior for anomaly detection*, IEEE SMC 2000, equations 2 to 5.
/// - Differs: chances are smoothed by adding 1/(kinds + 1) to every count, so that a new pair is improbable, not
///   impossible.
package struct EventChain: SequenceMethod {
  package static let name = "markov"
  package init() {}

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    var pairs: [Int64: Double] = [:]
    var totals: [Int32: Double] = [:]
    for (step, sequence) in sequences.enumerated() {
      try work.pause(at: step)
      var before = Model.start
      for event in sequence {
        pairs[Model.key(before, event), default: 0] += 1
        totals[before, default: 0] += 1
        before = event
      }
    }
    return Model(pairs: pairs, totals: totals, kinds: Double(Set(sequences.joined()).count))
  }

  package struct Model: FittedSequences {
    let pairs: [Int64: Double]
    let totals: [Int32: Double]
    let kinds: Double
    static let start = Int32.min

    static func key(_ before: Int32, _ event: Int32) -> Int64 {
      Int64(before) << 32 | Int64(UInt32(bitPattern: event))
    }

    package func score(of sequence: [Int32]) -> Double {
      surprises(sequence).reduce(0, +) / Double(max(sequence.count, 1))
    }
    package static let partMeaning = "surprise of the event in bits, over the length"
    package static let isSum = true
    package func parts(of sequence: [Int32]) -> [Int32: Double] {
      zip(sequence, surprises(sequence)).reduce(into: [:]) {
        $0[$1.0, default: 0] += $1.1 / Double(sequence.count)
      }
    }

    private func surprises(_ sequence: [Int32]) -> [Double] {
      var before = Self.start
      return sequence.map { event in
        let count = pairs[Self.key(before, event)] ?? 0
        defer { before = event }
        return -logarithm2((count + 1 / (kinds + 1)) / ((totals[before] ?? 0) + 1))
      }
    }
  }
}
