package import Numerics

/// A way of learning which sequences of events are normal: the system calls of a process, the templates of a session.
package protocol SequenceMethod: Sendable {
  associatedtype Model: FittedSequences
  static var name: String { get }
  /// Events are numbers of kinds; there is at least one sequence.
  func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model
}

/// What a method has learned of sequences. Higher scores are more anomalous, all finite.
package protocol FittedSequences: Sendable, Codable {
  /// Of one sequence, by itself.
  func score(of sequence: [Int32]) -> Double
}

extension FittedSequences {
  /// One score a sequence, in parallel.
  package func scores(of sequences: [[Int32]], work: Work) throws(DetectionError) -> [Double] {
    try cancellable { () throws(Cancelled) in
      try work.map(sequences.count, stage: "scoring") { score(of: sequences[$0]) }
    }
  }
}

extension SequenceMethod {
  /// Refuses to learn from nothing.
  func requireSome(_ sequences: [[Int32]]) throws(DetectionError) {
    if sequences.isEmpty { throw .tooFewRows(needed: 1, got: 0) }
  }
}
