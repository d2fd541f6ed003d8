package import Numerics

/// Signs of failure in what agents did, read from the log alone: no label and no model.
///
/// - Input: the steps of runs in order, with the question first; perhaps which runs had the same task.
/// - Output: for each sign one number a step, 0 where there is none and for all that is not an agent's step.
/// - Complexity: O(*n* log *n*) in the numbers of a run, O(*n*) in its words.
/// - Differs: no published method. The signs are those of the taxonomy's oversight (SentinelAgent, 2025, section 4): of
///   nodes errors, repetition and inconsistent claims, of edges unexpected ones, of paths loops, missing steps and what
///   policies forbid. A judge by model is left out.
package struct TraceSigns: Sendable, Equatable {
  package enum Sign: String, Sendable, CaseIterable {
    /// An error that the next reply reports, or that the step itself admits.
    case errors
    /// Share of the words of a step without calls that the same agent's such step before had, from one half on.
    case repeats
    /// Logarithm of one more than the count of its numbers that no earlier step holds.
    case inventions
    /// The same agent has made exactly this move before.
    case loops
    /// The agent hardly ever follows the one before it, or hardly ever calls this tool.
    case edges
    /// A call that nobody answers, an end without an answer, a role or tool that nearly all runs use.
    case missing
    /// Share of the other runs of the same task that do not make this call.
    case disagreement
    /// How many of the forbidden things hold.
    case policy
  }

  /// By sign, one number a step.
  package let values: [Sign: [Double]]
  private let trace: Trace
  /// How far the calls of each run are from those of the other runs of its task.
  private let distances: [Double]

  package subscript(sign: Sign) -> [Double] { values[sign] ?? [] }

  private static let words = [
    "error", "traceback", "exception", "failed", "failure", "not found", "unable", "cannot", "invalid",
    "exitcode: 1",
  ]
  /// Steps with fewer different words repeat by chance.
  private static let fewestWords = 4
  /// Of a step's text, so many bytes are read.
  private static let longestText = 20_000
  /// An edge is judged where its beginning was seen so often, and is unexpected below this share.
  private static let fewestSteps = 20
  private static let rareShare = 0.05
  /// What so large a share of at least so many runs does is expected of the others.
  private static let fewestRuns = 10
  private static let usualShare = 0.9

  /// `groups` names the task of each run; `violations` counts what is forbidden, one number a step.
  package init(
    _ trace: Trace, groups: [String?]? = nil, violations: [Double]? = nil, work: Work = Work()
  ) throws(Cancelled) {
    self.trace = trace
    let own = try work.map(trace.runs.count, stage: "reading runs") { number in
      Self.ofOneRun(Array(trace.steps[trace.runs[number].rows]))
    }
    var values = Dictionary(
      uniqueKeysWithValues: Sign.allCases.map { ($0, [Double](repeating: 0, count: trace.steps.count)) })
    for (run, signs) in zip(trace.runs, own) {
      for (sign, numbers) in signs {
        for (row, number) in zip(run.rows, numbers) { values[sign]?[row] = number }
      }
    }
    for (row, number) in Self.edges(trace) { values[.edges]?[row] = number }
    for (row, number) in Self.missing(trace) { values[.missing]?[row] += number }
    var distances = [Double](repeating: 0, count: trace.runs.count)
    if let groups {
      let found = Self.disagreement(trace, groups)
      for (row, number) in found.steps { values[.disagreement]?[row] = number }
      distances = found.runs
    }
    self.distances = distances
    if let violations { values[.policy] = violations }
    self.values = values
  }

  // MARK: - Nodes

  private static func ofOneRun(_ steps: [TraceStep]) -> [Sign: [Double]] {
    let texts = steps.map { String(decoding: $0.text.utf8.prefix(longestText), as: UTF8.self).lowercased() }
    let hits = texts.map { text in words.contains(where: text.contains) ? 1.0 : 0 }
    var signs = [Sign: [Double]]()
    var evidence = NumberCheck.Evidence()
    var lastWords: [String: Set<Substring>] = [:]
    var moves: Set<String> = []
    for (position, step) in steps.enumerated() {
      defer { evidence.add(texts[position]) }
      guard step.kind == .agent else {
        for sign in [Sign.errors, .repeats, .inventions, .loops] { signs[sign, default: []].append(0) }
        continue
      }
      let next = position + 1
      let isReported = next < steps.count && steps[next].kind == .reply && hits[next] > 0
      signs[.errors, default: []].append((isReported ? 1 : 0) + hits[position] / 2)
      let words = Set(texts[position].split { !$0.isLetter && !$0.isNumber })
      let before = lastWords[step.actor] ?? []
      // The notation of calls is the same each time; calls made again are loops.
      let isShort = words.count < fewestWords || !step.call.isEmpty
      let share =
        isShort ? 0 : Double(words.intersection(before).count) / Double(words.union(before).count)
      if step.call.isEmpty { lastWords[step.actor] = words }
      signs[.repeats, default: []].append(share >= 0.5 ? share : 0)
      signs[.inventions, default: []].append(logarithm(1 + evidence.unsupported(in: texts[position]).count))
      let move = move(step, text: texts[position])
      let isNew = moves.insert(step.actor + "\u{0}" + move).inserted
      signs[.loops, default: []].append(isNew ? 0 : 1)
    }
    return signs
  }

  /// What a step does: its words, or its call with the arguments.
  private static func move(_ step: TraceStep, text: String) -> String {
    step.call.isEmpty || step.arguments.isEmpty ? text : step.call + " " + step.arguments
  }

  /// Whole bits are enough to tell a few from many.
  private static func logarithm(_ count: Int) -> Double {
    Double(Int.bitWidth - count.leadingZeroBitCount) - 1
  }

  // MARK: - Edges

  private struct Edge: Hashable {
    let from: String
    let to: String
  }

  private static func edges(_ trace: Trace) -> [(Int, Double)] {
    var next: [(Int, Edge)] = []
    var calls: [(Int, Edge)] = []
    for run in trace.runs {
      for row in run.rows where trace.steps[row].kind == .agent {
        let step = trace.steps[row]
        if row > run.rows.lowerBound {
          next.append((row, Edge(from: trace.steps[row - 1].actor, to: step.actor)))
        }
        calls.append((row, Edge(from: step.actor, to: step.call)))
      }
    }
    var found: [Int: Double] = [:]
    for edges in [next, calls] {
      var counts: [Edge: Double] = [:]
      var leaving: [String: Double] = [:]
      for (_, edge) in edges {
        counts[edge, default: 0] += 1
        leaving[edge.from, default: 0] += 1
      }
      for (row, edge) in edges {
        let all = leaving[edge.from] ?? 0
        if all >= Double(fewestSteps), (counts[edge] ?? 0) / all <= rareShare { found[row, default: 0] += 1 }
      }
    }
    return found.map { ($0.key, $0.value) }
  }

  // MARK: - Paths

  private static func missing(_ trace: Trace) -> [(Int, Double)] {
    var found: [(Int, Double)] = []
    let actors = trace.runs.map { run -> Set<String> in
      let steps = trace.steps[run.rows]
      return Set(steps.map(\.actor) + steps.map(\.call).filter { !$0.isEmpty })
    }
    var runsWith: [String: Int] = [:]
    for actor in actors.joined() { runsWith[actor, default: 0] += 1 }
    for (run, present) in zip(trace.runs, actors) {
      let agents = run.rows.filter { trace.steps[$0].kind == .agent }
      guard let last = agents.last, let end = run.rows.last else { continue }
      for row in agents where !trace.steps[row].call.isEmpty {
        if row == end || trace.steps[row + 1].kind == .agent { found.append((row, 1)) }
      }
      // A person may have the last word; a tool may not.
      if last < end, !trace.steps[last].call.isEmpty, trace.steps[end].kind == .reply {
        found.append((last, 1))
      }
      guard trace.runs.count > fewestRuns else { continue }
      let absent = runsWith.filter { actor, count in
        !present.contains(actor) && Double(count) >= usualShare * Double(trace.runs.count - 1)
      }
      if !absent.isEmpty { found.append((last, Double(absent.count))) }
    }
    return found
  }

  private static func calls(of trace: Trace, in run: Trace.Run) -> [(row: Int, move: String)] {
    run.rows.filter { trace.steps[$0].kind == .agent && !trace.steps[$0].call.isEmpty }
      .map { ($0, move(trace.steps[$0], text: trace.steps[$0].text)) }
  }

  /// By step, and by run as the mean Jaccard distance between its calls and those of the others of its group.
  private static func disagreement(
    _ trace: Trace, _ groups: [String?]
  ) -> (steps: [(Int, Double)], runs: [Double]) {
    let calls = trace.runs.map { Self.calls(of: trace, in: $0) }
    let sets = calls.map { Set($0.map(\.move)) }
    let members = Dictionary(grouping: trace.runs.indices.filter { groups[$0] != nil }) { groups[$0] ?? "" }
    var found: [(Int, Double)] = []
    var ofRuns = [Double](repeating: 0, count: trace.runs.count)
    for runs in members.values where runs.count > 1 {
      let others = Double(runs.count - 1)
      for run in runs {
        for (row, move) in calls[run] {
          let lacking = runs.count { $0 != run && !sets[$0].contains(move) }
          found.append((row, Double(lacking) / others))
        }
        for other in runs where other != run {
          let all = sets[run].union(sets[other]).count
          if all > 0 {
            ofRuns[run] += (1 - Double(sets[run].intersection(sets[other]).count) / Double(all)) / others
          }
        }
      }
    }
    return (found, ofRuns)
  }

  // MARK: - Scores

  /// Signs of a step as shares of the largest in its run, so that none drowns the others.
  package var shares: [Sign: [Double]] {
    values.mapValues { numbers in
      var shares = numbers
      for run in trace.runs {
        let largest = numbers[run.rows].max() ?? 0
        for row in run.rows { shares[row] = largest > 0 ? numbers[row] / largest : 0 }
      }
      return shares
    }
  }

  /// How suspicious each step is: the sum of its shares. Higher is worse.
  package func stepScores(by signs: [Sign] = Sign.allCases) -> [Double] {
    let shares = shares
    return trace.steps.indices.map { row in signs.reduce(0) { $0 + (shares[$1]?[row] ?? 0) } }
  }

  /// The signs of each run: of disagreement the mean Jaccard distance to the calls of the others, of the rest the sum.
  package var ofRuns: [Sign: [Double]] {
    var totals = values.mapValues { numbers in trace.runs.map { numbers[$0.rows].reduce(0, +) } }
    totals[.disagreement] = distances
    return totals
  }

  /// How suspicious each run is: the mean, over the signs in which runs differ, of the share of runs that show less
  /// (ties count half). Ranks need no weights.
  package func runScores(by signs: [Sign] = Sign.allCases) -> [Double] {
    let ofRuns = ofRuns
    let signs = signs.compactMap { ofRuns[$0] }.filter { Set($0).count > 1 }
    let ranks = signs.map(Self.ranks)
    return trace.runs.indices.map { run in
      ranks.isEmpty ? 0 : ranks.reduce(0) { $0 + $1[run] } / Double(ranks.count)
    }
  }

  private static func ranks(_ numbers: [Double]) -> [Double] {
    let sorted = numbers.sorted()
    let others = Double(max(1, numbers.count - 1))
    func count(below number: Double, orEqual: Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < number || (orEqual && sorted[middle] == number) {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return low
    }
    return numbers.map { number in
      let below = count(below: number, orEqual: false)
      let equal = count(below: number, orEqual: true) - below - 1
      return (Double(below) + Double(equal) / 2) / others
    }
  }

  /// The step of an agent to look at first; the earlier one of equals, because what follows a fault follows from it.
  package func suspect(in run: Trace.Run) -> Int? {
    let scores = stepScores()
    return run.rows.filter { trace.steps[$0].kind == .agent }
      .max { (scores[$0], -$0) < (scores[$1], -$1) }
  }
}
