package import Numerics

/// Scores a sequence by the share of its events that training never showed.
///
/// - Complexity: fit O(*n*) events, score O(*l*) of a sequence of *l*; memory O(kinds).
/// - Source: Landauer, Skopik and Wurzenberger, *A critical review of common log data sets used for evaluation of
///   sequence-based anomaly detection techniques*, FSE 2024, section 4.1 (new events).
package struct NewEvents: SequenceMethod {
  package static let name = "newevent"
  package init() {}

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    return Model(known: Set(sequences.joined()))
  }

  package struct Model: FittedSequences {
    let known: Set<Int32>
    package func score(of sequence: [Int32]) -> Double {
      Double(sequence.count { !known.contains($0) }) / Double(max(sequence.count, 1))
    }
    package static let partMeaning = "share of new events"
    package static let isSum = true
    package func parts(of sequence: [Int32]) -> [Int32: Double] {
      sequence.reduce(into: [:]) {
        if !known.contains($1) { $0[$1, default: 0] += 1 / Double(sequence.count) }
      }
    }
  }
}

/// Scores a sequence by how far its length lies outside of the lengths that training showed.
///
/// - Output: 0 within the shortest and the longest; beyond, the difference of the logarithms.
/// - Source: as `NewEvents`, section 4.1 (sequence lengths); the score beyond the limits is ours.
package struct SequenceLength: SequenceMethod {
  package static let name = "length"
  package init() {}

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    let lengths = sequences.map(\.count)
    return Model(shortest: lengths.min() ?? 0, longest: lengths.max() ?? 0)
  }

  package struct Model: FittedSequences {
    let shortest: Int
    let longest: Int
    package func score(of sequence: [Int32]) -> Double {
      func logarithmic(_ count: Int) -> Double { logarithm(Double(count) + 1) }
      let count = sequence.count
      if count > longest { return logarithmic(count) - logarithmic(longest) }
      return max(0, logarithmic(shortest) - logarithmic(count))
    }
  }
}

/// Scores a sequence by how much its counts of events differ from those of the training sequence most like it.
///
/// - Output: Σ|a - b| / Σ(a + b) over the kinds of events, in 0...1; 0 for counts that training showed.
/// - Complexity: score O(*u k*) for *u* different training vectors of at most *k* kinds; memory O(*u k*).
/// - Source: as `NewEvents`, section 4.1 (event count vectors), with the normalised Manhattan distance.
package struct EventCounts: SequenceMethod {
  package static let name = "counts"
  package init() {}

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    var seen: Set<[Int32: Int]> = []
    var known: [[Int32: Int]] = []
    for (step, sequence) in sequences.enumerated() {
      try work.pause(at: step)
      let counts = Model.counts(sequence)
      if seen.insert(counts).inserted { known.append(counts) }
    }
    return Model(known: known)
  }

  package struct Model: FittedSequences {
    let known: [[Int32: Int]]

    static func counts(_ sequence: [Int32]) -> [Int32: Int] {
      sequence.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    package func score(of sequence: [Int32]) -> Double {
      let own = Self.counts(sequence)
      var least = 1.0
      for other in known {
        var (shared, total) = (0, sequence.count)
        for (event, count) in other {
          total += count
          shared += min(count, own[event] ?? 0)
        }
        least = min(least, total == 0 ? 0 : 1 - 2 * Double(shared) / Double(total))
        if least == 0 { break }
      }
      return least
    }
  }
}

/// Scores a sequence by how many edits part it from the training sequence most like it.
///
/// - Output: Levenshtein's distance over the length of the longer, in 0...1.
/// - Complexity: score O(*u l²*) for *u* different training sequences of *l* events; memory O(*u l*).
/// - Source: Levenshtein, 1966; as a detector, as `NewEvents`, section 4.1.
/// - Differs: only the first `longest` events of a sequence count.
package struct EditDistance: SequenceMethod {
  package static let name = "edit"
  package let longest: Int
  package init(longest: Int = 500) { self.longest = longest }

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    if longest < 1 { throw .parameter(name: "longest", reason: "must be at least 1") }
    var seen: Set<[Int32]> = []
    let known = sequences.map { Array($0.prefix(longest)) }.filter { seen.insert($0).inserted }
    return Model(known: known, longest: longest)
  }

  package struct Model: FittedSequences {
    let known: [[Int32]]
    let longest: Int

    package func score(of sequence: [Int32]) -> Double {
      let own = Array(sequence.prefix(longest))
      var least = 1.0
      for other in known {
        let length = Double(max(own.count, other.count))
        if length == 0 { return 0 }
        // The difference of the lengths is the least that can come out.
        if Double(abs(own.count - other.count)) >= least * length { continue }
        least = min(least, Double(Self.edits(own, other)) / length)
        if least == 0 { return 0 }
      }
      return least
    }

    static func edits(_ a: [Int32], _ b: [Int32]) -> Int {
      var row = Array(0...b.count)
      for i in a.indices {
        var corner = row[0]
        row[0] = i + 1
        for j in b.indices {
          let change = corner + (a[i] == b[j] ? 0 : 1)
          corner = row[j + 1]
          row[j + 1] = min(change, min(row[j], row[j + 1]) + 1)
        }
      }
      return row[b.count]
    }
  }
}
