/// How well the parts to which scores are traced back name the true causes of events.
///
/// - Input: for each event, candidates from the likeliest on, and the true causes, of which one at least is a candidate.
/// - Source: AC@k and Avg@k as in Wang et al., *CloudRanger*, CCGRID 2018, equations 6 and 7: hits among the first k over
///   the smaller of k and the number of causes.
package struct CauseRanking: Sendable, Equatable {
  package struct Event: Sendable, Equatable {
    package let ranking: [String]
    package let causes: Set<String>

    package init(ranking: [String], causes: Set<String>) {
      self.ranking = ranking
      self.causes = causes
    }
  }

  package let events: [Event]
  package init(_ events: [Event]) { self.events = events }

  /// The share of causes that stand among the first `k`, mean over the events; NaN without events.
  package func accuracy(at k: Int) -> Double {
    mean { event in
      let hits = event.ranking.prefix(k).count { event.causes.contains($0) }
      return Double(hits) / Double(min(k, event.causes.count))
    }
  }

  /// The mean of the accuracies at 1...k.
  package func average(upTo k: Int) -> Double {
    (1...k).reduce(0) { $0 + accuracy(at: $1) } / Double(k)
  }

  /// The mean of 1 / rank of the first true cause; 0 where none is ranked.
  package var reciprocalRank: Double {
    mean { event in
      event.ranking.firstIndex { event.causes.contains($0) }.map { 1 / Double($0 + 1) } ?? 0
    }
  }

  /// What a random order would reach at `k`, on average.
  package func chance(at k: Int) -> Double {
    mean { event in
      let candidates = Double(event.ranking.count)
      let causes = Double(event.causes.count)
      return min(Double(k), candidates) * causes / candidates / Double(min(k, event.causes.count))
    }
  }

  private func mean(_ value: (Event) -> Double) -> Double {
    events.isEmpty ? .nan : events.reduce(0) { $0 + value($1) } / Double(events.count)
  }
}
