package import Numerics

/// Scores a sequence by how improbable its longest run of one event is.
///
/// An event that repeats itself with the chance *p* in training begins a run of at least *l* events with the chance
/// *p*^(*l* − 1).
///
/// - Output: −log₂ of the chance of the most improbable run, in bits; 0 for a sequence in which nothing repeats.
/// - Complexity: fit O(*N*) for *N* events, score O(*l*); memory O(kinds).
/// - Source: Feller, *An introduction to probability theory and its applications I*, 1968, section XIII.7 (runs are
///   geometric); a stuck or flooding source is what it finds.
/// - Differs: chances are smoothed by half a repetition and half of another event.
package struct EventRuns: SequenceMethod {
  package static let name = "runs"
  package init() {}

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    var repeats: [Int32: Double] = [:]
    var totals: [Int32: Double] = [:]
    for (step, sequence) in sequences.enumerated() {
      try work.pause(at: step)
      for (event, next) in zip(sequence, sequence.dropFirst()) {
        totals[event, default: 0] += 1
        if event == next { repeats[event, default: 0] += 1 }
      }
    }
    var bits: [Int32: Double] = [:]
    for (event, total) in totals { bits[event] = Model.bits(repeats[event] ?? 0, of: total) }
    return Model(bits: bits)
  }

  package struct Model: FittedSequences {
    /// What one more event of a run takes, for each kind.
    let bits: [Int32: Double]

    static func bits(_ repeats: Double, of total: Double) -> Double {
      -logarithm2((repeats + 0.5) / (total + 1))
    }

    package func score(of sequence: [Int32]) -> Double {
      var largest = 0.0
      var run = 0.0
      for (event, next) in zip(sequence, sequence.dropFirst()) {
        run = event == next ? run + (bits[event] ?? Self.bits(0, of: 0)) : 0
        largest = max(largest, run)
      }
      return largest
    }
  }
}
