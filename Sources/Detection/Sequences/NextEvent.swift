import Learning
package import Numerics

/// Scores a sequence by how far down the list of what was to come next its most unexpected event stands.
///
/// A recurrent network reads the last events and ranks all kinds of events by how likely they come next.
///
/// - Output: by rank, how many kinds were more likely than the most unexpected event, over all kinds: alarms above
///   *g* / kinds, less one kind, are those of DeepLog with *g* candidates. By surprise, −log₂ of that event's chance.
/// - Complexity: fit O(*e w l h²*) for *e* epochs of *w* runs of *l* events; score O(*l h²*) an event. Memory
///   O(*w l* + *h*²).
/// - Randomness: weights, and which runs are learned from where there are too many; the same seed gives the same network.
/// - Source: Du, Li, Zheng and Srikumar, *DeepLog: anomaly detection and diagnosis from system logs through deep learning*,
///   CCS 2017, section 3.1 (10 events before).
/// - Differs: one layer of 32 numbers in place of two of 64, an embedding of 16; at most 20,000 runs, drawn at random; the
///   first events of a sequence are judged, too; an event that training never showed stands last.
package struct NextEvent: SequenceMethod, Equatable {
  package static let name = "deeplog"

  package enum Score: String, Sendable, Codable, CaseIterable {
    case rank, surprise
  }

  /// Events before the one that is foretold.
  package let history: Int
  package let hidden: Int
  package let epochs: Int
  package let score: Score
  package let seed: UInt64

  package init(
    history: Int = 10, hidden: Int = 32, epochs: Int = 30, score: Score = .rank, seed: UInt64 = 1
  ) {
    self.history = history
    self.hidden = hidden
    self.epochs = epochs
    self.score = score
    self.seed = seed
  }

  private static let mostRuns = 20_000

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    if history < 1 { throw .parameter(name: "history", reason: "must be at least 1") }
    if hidden < 1 { throw .parameter(name: "hidden", reason: "must be at least 1") }
    let kinds = Array(Set(sequences.joined())).sorted()
    if kinds.isEmpty { throw .tooFewRows(needed: 1, got: 0) }
    var random = SeededGenerator(seed: seed)
    let (network, parameters) = EventNetwork.start(kinds: kinds.count, hidden: hidden, using: &random)
    var model = Model(
      history: history, hidden: hidden, score: score, kinds: kinds, parameters: parameters, network: network)
    let runs = try runs(sequences, model, using: &random, work: work)
    let watched = runs.count < 20 ? 0 : runs.count / 10
    let fitted = try cancellable { () throws(Cancelled) in
      try Descent(epochs: epochs, batchSize: 128, rate: 3e-3, patience: 4).fit(
        parameters, rows: Array(watched..<runs.count), watched: Array(0..<watched), using: &random,
        work: work
      ) { tape, nodes, rows, _ in
        let logits = network.logits(rows.map { runs[$0].before }, on: &tape, nodes)
        return tape.softmaxLoss(logits, classes: rows.map { runs[$0].next })
      }
    }
    model.parameters = fitted.parameters
    return model
  }

  private struct Run: Sendable {
    let before: [Int]
    let next: Int
  }

  private func runs(
    _ sequences: [[Int32]], _ model: Model, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> [Run] {
    let total = sequences.reduce(0) { $0 + $1.count }
    let chosen = random.sample(min(total, Self.mostRuns), of: total)
    var starts = [0]
    for sequence in sequences { starts.append(starts[starts.count - 1] + sequence.count) }
    let coded = sequences.map(model.coded)
    var runs: [Run] = []
    for (step, place) in chosen.enumerated() {
      try work.pause(at: step)
      var (low, high) = (0, sequences.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if starts[middle] <= place { low = middle } else { high = middle }
      }
      let event = place - starts[low]
      runs.append(Run(before: model.before(event, in: coded[low]), next: coded[low][event]))
    }
    return runs
  }

  package struct Model: FittedSequences {
    let history: Int
    let hidden: Int
    let score: Score
    let kinds: [Int32]
    var parameters: [Matrix]
    /// Where each layer's parameters stand, which the sizes tell.
    private let network: EventNetwork

    private static let together = 256

    fileprivate init(
      history: Int, hidden: Int, score: Score, kinds: [Int32], parameters: [Matrix], network: EventNetwork
    ) {
      self.history = history
      self.hidden = hidden
      self.score = score
      self.kinds = kinds
      self.parameters = parameters
      self.network = network
    }

    private enum CodingKeys: CodingKey { case history, hidden, score, kinds, parameters }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      history = try container.decode(Int.self, forKey: .history)
      hidden = try container.decode(Int.self, forKey: .hidden)
      score = try container.decode(Score.self, forKey: .score)
      kinds = try container.decode([Int32].self, forKey: .kinds)
      parameters = try container.decode([Matrix].self, forKey: .parameters)
      var random = SeededGenerator(seed: 0)
      network = EventNetwork.start(kinds: kinds.count, hidden: hidden, using: &random).network
    }

    /// Places of kinds; what training never showed comes behind them.
    fileprivate func coded(_ sequence: [Int32]) -> [Int] {
      sequence.map { event in
        var (low, high) = (0, kinds.count)
        while low < high {
          let middle = (low + high) / 2
          if kinds[middle] < event { low = middle + 1 } else { high = middle }
        }
        return low < kinds.count && kinds[low] == event ? low : kinds.count
      }
    }

    /// The last events before a place, filled up in front.
    fileprivate func before(_ place: Int, in coded: [Int]) -> [Int] {
      let known = coded[max(0, place - history)..<place]
      return [Int](repeating: kinds.count + 1, count: history - known.count) + known
    }

    package func score(of sequence: [Int32]) -> Double {
      let coded = coded(sequence)
      var asked: [[Int]: Set<Int>] = [:]
      for place in coded.indices { asked[before(place, in: coded), default: []].insert(coded[place]) }
      let questions = asked.keys.sorted { $0.lexicographicallyPrecedes($1) }
      var worst = 0.0
      for start in stride(from: 0, to: questions.count, by: Self.together) {
        let part = Array(questions[start..<min(start + Self.together, questions.count)])
        let logits = network.logits(part, parameters)
        for (row, question) in part.enumerated() {
          for event in asked[question] ?? [] { worst = max(worst, oddness(of: event, logits.row(row))) }
        }
      }
      return worst
    }

    private func oddness(of event: Int, _ logits: ArraySlice<Double>) -> Double {
      switch score {
      case .rank:
        if event == kinds.count { return 1 }
        let own = logits[logits.startIndex + event]
        return Double(logits.count { $0 > own }) / Double(kinds.count)
      case .surprise:
        let highest = logits.max() ?? 0
        let total = logits.reduce(0) { $0 + exponential($1 - highest) }
        // As improbable as the least likely kind, and one kind more.
        let own = event == kinds.count ? (logits.min() ?? 0) : logits[logits.startIndex + event]
        let bits = (logarithm(total) + highest - own) / logarithm(2)
        return event == kinds.count ? bits + logarithm2(Double(kinds.count + 1)) : bits
      }
    }
  }
}

/// Numbers for each kind of event, a cell that remembers, and a guess at what comes next.
private struct EventNetwork: Sendable, Equatable {
  private let table: Int
  private let cell: RecurrentCell
  private let output: ParameterBook.Dense

  private static let embedding = 16

  /// One row of the table more for what was never seen, one for what was before the first event.
  static func start(
    kinds: Int, hidden: Int, using random: inout SeededGenerator
  ) -> (network: EventNetwork, parameters: [Matrix]) {
    var book = ParameterBook()
    let network = EventNetwork(
      table: book.row((kinds + 2) * embedding, size: 0.3, using: &random),
      cell: book.recurrent(.lstm, embedding, hidden, using: &random),
      output: book.dense(hidden, kinds, using: &random))
    return (network, book.matrices)
  }

  /// A row for each run of events, a column for each kind.
  func logits(_ runs: [[Int]], on tape: inout Tape, _ nodes: [Tape.Node]) -> Tape.Node {
    let vectors = tape.reshaped(nodes[table], columns: Self.embedding)
    let steps = (runs.first ?? []).indices.map { step in
      tape.selected(vectors, rows: runs.map { $0[step] })
    }
    let said = tape.recurrent(steps, cell, nodes)
    return tape.dense(said[said.count - 1], output, nodes)
  }

  func logits(_ runs: [[Int]], _ parameters: [Matrix]) -> Matrix {
    var tape = Tape()
    let nodes = parameters.map { tape.leaf($0) }
    let found = logits(runs, on: &tape, nodes)
    return tape.value(of: found)
  }
}
