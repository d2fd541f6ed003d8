import Chronology
import Numerics
import Values

/// Who calls whom in spans of traces, and how long each service takes of its own.
struct ServiceCalls {
  let services: [String]
  let serviceOfRow: [Int32]
  /// The row of the span above; -1 without one.
  let parentOfRow: [Int32]
  let starts: [Int64]
  let durations: [Double]
  let failed: [Bool]
  let knowsErrors: Bool

  /// nil for events that are no spans.
  init?(_ log: EventLog) {
    let frame = log.frame
    guard case .category(let codes, let levels)? = frame.column("service")?.cells,
      let span = frame.column("span"), let parent = frame.column("parent"),
      let durations = frame.column("duration")?.numbers, let time = frame.index.time
    else { return nil }
    services = levels
    serviceOfRow = codes
    self.durations = durations.map { $0.isFinite ? max(0, $0) : 0 }
    starts = (0..<frame.rowCount).map { time[$0].nanoseconds }
    let errors = frame.column("error")?.numbers
    knowsErrors = errors != nil
    failed = errors?.map { $0 > 0 } ?? [Bool](repeating: false, count: frame.rowCount)
    var parents = [Int32](repeating: -1, count: frame.rowCount)
    for trace in frame.index.runs {
      var places: [String: Int32] = [:]
      for row in trace.rows { places[span.plainText(row) ?? ""] = Int32(row) }
      for row in trace.rows where !parent.isNull(row) {
        guard let place = places[parent.plainText(row) ?? ""], Int(place) != row else { continue }
        parents[row] = place
      }
    }
    parentOfRow = parents
  }

  /// Whether a span is a call of its service from outside: its parent belongs to another one, or is unknown.
  func isEntry(_ row: Int) -> Bool {
    parentOfRow[row] < 0 || serviceOfRow[Int(parentOfRow[row])] != serviceOfRow[row]
  }

  /// Seconds of each span during which none of the spans below it ran.
  ///
  /// - Complexity: O(*n* log *n*).
  func ownTimes() -> [Double] {
    let children = starts.indices.filter { parentOfRow[$0] >= 0 }.sorted {
      (parentOfRow[$0], starts[$0], $0) < (parentOfRow[$1], starts[$1], $1)
    }
    var own = durations
    var at = 0
    while at < children.count {
      let parent = Int(parentOfRow[children[at]])
      var covered = 0.0
      // Seconds since the parent began.
      var reached = 0.0
      while at < children.count, Int(parentOfRow[children[at]]) == parent {
        let begin = Double(starts[children[at]] &- starts[parent]) * 1e-9
        let end = min(begin + durations[children[at]], durations[parent])
        let from = max(begin, reached)
        if end > from {
          covered += end - from
          reached = end
        }
        at += 1
      }
      own[parent] = max(0, durations[parent] - covered)
    }
    return own
  }
}

/// What is known of the calls of one service, or along one edge.
struct CallTally {
  var calls = 0.0
  var errors = 0.0
  var own = 0.0
  var durations: [Double] = []

  enum Measure: String, CaseIterable { case calls, errors, mean, p50, p95, p99, max, own }

  func value(_ measure: Measure, _ sample: SortedSample) -> Double {
    switch measure {
    case .calls: calls
    case .errors: errors
    case .mean: calls > 0 ? durations.reduce(0, +) / calls : .nan
    case .p50: sample.quantile(0.5) ?? .nan
    case .p95: sample.quantile(0.95) ?? .nan
    case .p99: sample.quantile(0.99) ?? .nan
    case .max: sample.values.last ?? .nan
    case .own: calls > 0 ? own / calls : .nan
    }
  }

  func values(_ measures: [Measure]) -> [Double] {
    let sample = SortedSample(durations)
    return measures.map { value($0, sample) }
  }
}
