import Chronology
package import Numerics
package import Values

/// Describes each case of an event log: how long it is, what happens in it, and what follows what.
///
/// - Input: an event log; the activities and pairs of the cases to fit on make the vocabulary.
/// - Output: one vector a case: events, different activities, repetitions, duration and longest wait (logarithms of
///   1 + seconds), the mean and the largest surprise of a step, −ln of its share among the steps from the same activity
///   with one added to each count, a count for each of the *most* common activities, and one for each of the *most*
///   common pairs of neighbours.
/// - Complexity: O(*events* + *cases* · *most*).
/// - Source: counts after Bose and van der Aalst, *Trace alignment in process mining*, 2012, section 2 (k-gram features);
///   surprise is that of a first-order Markov chain with Laplace's rule, which Hawkins and others use as a baseline.
package struct TraceEncoder: Sendable, Equatable {
  package var most: Int

  package init(most: Int = 50) {
    precondition(most > 0, "a vocabulary has terms")
    self.most = most
  }

  /// The vectors and the index of the cases, addressed by name.
  package func encode(_ log: EventLog, work: Work) throws(EncodingError) -> (index: Index, encoded: Encoded) {
    let index = log.frame.index
    let runs = index.runs
    let (codes, levels) = log.activities
    guard !codes.isEmpty else { throw .noRows }
    let chain = Chain(codes, levels.count, runs, index.splits)
    let activities = chain.common(most)
    let pairs = chain.commonPairs(most)
    let features =
      ["events", "different", "repeated", "duration", "longest wait", "surprise", "largest surprise"]
      + activities.map { levels[$0] } + pairs.map { "\(levels[$0.from]) > \(levels[$0.to])" }
    var activityPlaces = [Int](repeating: -1, count: levels.count)
    for (place, activity) in activities.enumerated() { activityPlaces[activity] = place }
    var pairPlaces: [Pair: Int] = [:]
    for (place, pair) in pairs.enumerated() { pairPlaces[pair] = place }
    let (knownActivities, knownPairs) = (activityPlaces, pairPlaces)
    let axis = index.time
    let encoded = try encodeRows(runs.count, features: features, stage: "cases", work: work) { row, vector in
      let events = runs[row].rows
      let trace = events.map { Int(codes[$0]) }
      var counts = [Double](repeating: 0, count: activities.count + pairs.count)
      for activity in trace where activity >= 0 && knownActivities[activity] >= 0 {
        counts[knownActivities[activity]] += 1
      }
      var (surprise, largest) = (0.0, 0.0)
      for (from, to) in zip(trace, trace.dropFirst()) where from >= 0 && to >= 0 {
        let pair = Pair(from: from, to: to)
        if let place = knownPairs[pair] { counts[activities.count + place] += 1 }
        let step = chain.surprise(pair)
        surprise += step
        largest = max(largest, step)
      }
      var (duration, wait) = (Double.nan, Double.nan)
      if let axis {
        duration = Double(axis[events.upperBound - 1].nanoseconds - axis[events.lowerBound].nanoseconds) / 1e9
        wait = 0
        for event in events.dropFirst() {
          wait = max(wait, Double(axis[event].nanoseconds - axis[event - 1].nanoseconds) / 1e9)
        }
      }
      let different = Set(trace).count
      vector += [
        Double(trace.count), Double(different), Double(trace.count - different),
        axis == nil ? 0 : logarithm1p(max(0, duration)), axis == nil ? 0 : logarithm1p(max(0, wait)),
        surprise / Double(max(1, trace.count - 1)), largest,
      ]
      vector += counts
      return true
    }
    var cases = Index(.sample(TextColumn(runs.map(\.name))))
    if let splits = index.splits { cases.splits = runs.map { splits[$0.rows.lowerBound] } }
    return (cases, encoded)
  }
}

private struct Pair: Hashable {
  let from: Int
  let to: Int
}

/// Which activity follows which, in the cases to fit on.
private struct Chain {
  private var counts: [Int]
  private var pairs: [Pair: Int] = [:]
  private var leaving: [Int]

  init(_ codes: [Int32], _ levels: Int, _ runs: [Segment], _ splits: [Split]?) {
    counts = [Int](repeating: 0, count: levels)
    leaving = counts
    for run in runs where splits.map({ $0[run.rows.lowerBound] == .fit }) ?? true {
      for row in run.rows where codes[row] >= 0 {
        counts[Int(codes[row])] += 1
        guard row > run.rows.lowerBound, codes[row - 1] >= 0 else { continue }
        pairs[Pair(from: Int(codes[row - 1]), to: Int(codes[row])), default: 0] += 1
        leaving[Int(codes[row - 1])] += 1
      }
    }
  }

  func common(_ most: Int) -> [Int] {
    counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(most).map(
      \.self)
  }

  func commonPairs(_ most: Int) -> [Pair] {
    pairs.sorted { ($1.value, $0.key.from, $0.key.to) < ($0.value, $1.key.from, $1.key.to) }.prefix(most).map(
      \.key)
  }

  func surprise(_ pair: Pair) -> Double {
    -logarithm(Double(1 + pairs[pair, default: 0]) / Double(counts.count + leaving[pair.from]))
  }
}
