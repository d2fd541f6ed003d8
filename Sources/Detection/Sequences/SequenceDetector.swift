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
  /// What each kind of event adds to the score; exact where the method is a sum over events.
  func parts(of sequence: [Int32]) -> [Int32: Double]
  /// What the parts are, for the reader.
  static var partMeaning: String { get }
  /// Whether all sequences can be asked for their parts, or only the highest.
  static var isSum: Bool { get }
}

extension FittedSequences {
  package static var partMeaning: String { "fall of the score without the event" }
  package static var isSum: Bool { false }

  /// How far the score falls when all events of a kind are left out.
  package func parts(of sequence: [Int32]) -> [Int32: Double] {
    let whole = score(of: sequence)
    var parts: [Int32: Double] = [:]
    for kind in Set(sequence) {
      let rest = sequence.filter { $0 != kind }
      parts[kind] = rest.isEmpty ? max(0, whole) : max(0, whole - score(of: rest))
    }
    return parts
  }
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
