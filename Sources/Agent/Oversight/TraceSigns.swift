/// Signs of failure in the steps of one run, read from the log alone.
///
/// - Input: the steps of a run in order, with the question as the first.
/// - Output: for each step how many errors it met, how much of it was said before by the same agent, and which of its
///   numbers nothing before it holds.
/// - Complexity: O(*n²*) in the steps for the numbers, O(*n*) in the words for the rest.
/// - Differs: no published method; the signs are those of the taxonomy's oversight: failures, loops, inconsistent claims.
package struct TraceSigns: Sendable, Equatable {
  /// An error that the next reply reports, or that the step itself admits.
  package let errors: [Double]
  /// Share of the step's words that the same agent's step before had, from one half on.
  package let repeats: [Double]
  /// Logarithm of one more than the count of its numbers that no earlier step holds.
  package let inventions: [Double]

  private static let words = [
    "error", "traceback", "exception", "failed", "failure", "not found", "unable", "cannot", "invalid",
    "exitcode: 1",
  ]
  /// Steps with fewer different words repeat by chance.
  private static let fewestWords = 4
  /// Of a step's text, so many bytes are read.
  private static let longestText = 20_000

  package init(_ steps: [TraceStep]) {
    let texts = steps.map { SafeText.bounded($0.text, limit: Self.longestText).lowercased() }
    let hits = texts.map { text in Self.words.contains(where: text.contains) ? 1.0 : 0 }
    errors = steps.indices.map { position in
      guard steps[position].kind == .agent else { return 0 }
      let next = position + 1
      let isReported = next < steps.count && steps[next].kind == .reply && hits[next] > 0
      return (isReported ? 1 : 0) + hits[position] / 2
    }
    var lastWords: [String: Set<Substring>] = [:]
    var repeats: [Double] = []
    var inventions: [Double] = []
    for position in steps.indices {
      guard steps[position].kind == .agent else {
        repeats.append(0)
        inventions.append(0)
        continue
      }
      let words = Set(texts[position].split { !$0.isLetter && !$0.isNumber })
      let before = lastWords[steps[position].actor] ?? []
      let share =
        words.count < Self.fewestWords
        ? 0 : Double(words.intersection(before).count) / Double(words.union(before).count)
      repeats.append(share >= 0.5 ? share : 0)
      lastWords[steps[position].actor] = words
      let invented = NumberCheck.unsupported(in: texts[position], evidence: Array(texts[..<position])).count
      inventions.append(Self.logarithm(1 + invented))
    }
    self.repeats = repeats
    self.inventions = inventions
  }

  /// Whole bits are enough to tell a few from many.
  private static func logarithm(_ count: Int) -> Double {
    Double(Int.bitWidth - count.leadingZeroBitCount) - 1
  }

  /// How suspicious each step is: the sum of its signs, each as a share of the largest in the run. Higher is worse; ties
  /// are for the earlier step to win, because what follows a fault follows from it.
  package var stepScores: [Double] {
    let parts = [errors, repeats, inventions].map { signs in
      let largest = signs.max() ?? 0
      return signs.map { largest > 0 ? $0 / largest : 0 }
    }
    return errors.indices.map { position in parts.reduce(0) { $0 + $1[position] } }
  }

  /// How suspicious the run is: its signs in total. Unlike shares, totals can be compared between runs.
  package var runScore: Double {
    errors.reduce(0, +) + repeats.reduce(0, +) + inventions.reduce(0, +)
  }

  /// The step to look at first; nil if the run has none of an agent.
  package static func firstSuspect(_ steps: [TraceStep]) -> Int? {
    let scores = TraceSigns(steps).stepScores
    let agents = steps.indices.filter { steps[$0].kind == .agent }
    return agents.max { (scores[$0], -$0) < (scores[$1], -$1) }
  }
}
