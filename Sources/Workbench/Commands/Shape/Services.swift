import Chronology
import Language
import Numerics
import Values

/// What `services rates` and `services graph` share.
enum ServiceInput {
  static let input = Parameter<Reference>.value(
    "spans", [.events], help: "Traces of services, as `load spans` makes them.")

  static func calls(_ call: Invocation) throws(Failure) -> ServiceCalls {
    guard case .events(let log) = call[input].value, let calls = ServiceCalls(log) else {
      throw call.blame(
        input.base, "E0549", "these events are no spans of services", label: "no service, span and parent",
        remedy: "Read traces by `load spans`.")
    }
    return calls
  }
}

struct ServiceRates: PureCommand {
  static let every = Parameter<TimeSpan>.required(
    "every", .span(AlignmentOptions.steps), placement: .option, help: "The distance of rows, such as 1min."
  ) { if case .span(let span) = $0 { span } else { TimeSpan(seconds: 60) } }
  static let measures = Parameter<[String]>(
    AnyParameter(
      "measures",
      .list(
        .choice([
          Choice("calls", "how many"), Choice("errors", "how many failed"), Choice("mean", "mean duration"),
          Choice("p50", "median duration"), Choice("p95", "95th percentile"),
          Choice("p99", "99th percentile"),
          Choice("max", "longest duration"),
          Choice("own", "mean time that no span below accounts for, of all spans of the service, a call"),
        ])),
      default: .list(["calls", "errors", "p50", "p95"].map { .choice($0) }), help: "Columns of each service.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .choice(let name) = $0 { name } else { nil } }
  }
  static let services = Parameter<[String]>.names(
    "only", help: "Services that are wanted; all if absent.")

  let spec = CommandSpec(
    "services", "rates", "Counts and times the calls of each service, a row a step of time.",
    discussion: """
      A call is a span whose parent belongs to another service or is unknown; it counts in the step in which it begins. \
      Columns are `SERVICE.calls`, `SERVICE.errors` and so on, durations in seconds. Steps lie at whole multiples since 1970; one without a call has \
      0 calls and 0 errors, and no durations. `errors` is left out if no span tells whether it failed.
      """,
    parameters: [ServiceInput.input.base, every.base, measures.base, services.base], output: .series,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("rates = services rates calls --every 10s"),
      Example("services rates calls --every 30s --measures own,p99 --only payment,stock"),
    ])

  /// More cells are not made.
  private static let mostCells = 100_000_000

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let calls = try ServiceInput.calls(call)
    var measures = call[Self.measures].compactMap(CallTally.Measure.init)
    if !calls.knowsErrors { measures.removeAll { $0 == .errors } }
    let wanted = try services(calls, call)
    let step = call[Self.every].nanoseconds
    guard let low = calls.starts.min(), let high = calls.starts.max() else {
      throw call.blame(
        ServiceInput.input.base, "E0542", "there is no span", label: "empty", remedy: "Choose other spans.")
    }
    let first = low.flooredQuotient(step)
    let count = Int(high.flooredQuotient(step) - first + 1)
    guard count < Self.mostCells / max(1, wanted.count * measures.count) else {
      throw call.blame(
        Self.every.base, "E0550", "\(count) steps of \(wanted.count) services are too many",
        label: "too short",
        remedy: "Choose a longer step, or fewer services by `--only`.")
    }
    let tallies = try tally(calls, wanted, first: first, step: step, count: count, work: work)
    var columns: [Column] = []
    for (place, service) in wanted.enumerated() {
      let values = tallies[place].map { $0.values(measures) }
      for (number, measure) in measures.enumerated() {
        let isCount = measure == .calls || measure == .errors
        columns.append(
          Column(
            numbers: values.map { $0[number] }, name: calls.services[service] + "." + measure.rawValue,
            unit: isCount ? nil : "s"))
      }
      if work.isCancelled() { throw .cancelled }
    }
    let axis = TimeAxis.regular(
      start: Instant(nanoseconds: first * step), step: TimeSpan(nanoseconds: step), count: count)
    return .series(
      Frame(index: Index(.time(axis), extent: TimeSpan(nanoseconds: step)), columns: columns))
  }

  private func services(_ calls: ServiceCalls, _ call: Invocation) throws(Failure) -> [Int] {
    let names = call[Self.services]
    guard !names.isEmpty else { return Array(calls.services.indices) }
    var places: [Int] = []
    for name in names {
      guard let place = calls.services.firstIndex(of: name) else {
        throw call.blame(
          Self.services.base, "E0524", "there is no service `\(name)`", label: "not there",
          remedy: Suggestion.remedy(
            for: name, among: calls.services, else: "There are \(Suggestion.some(calls.services))."))
      }
      places.append(place)
    }
    return places
  }

  private func tally(
    _ calls: ServiceCalls, _ wanted: [Int], first: Int64, step: Int64, count: Int, work: Work
  ) throws(Failure) -> [[CallTally]] {
    var places = [Int](repeating: -1, count: calls.services.count)
    for (place, service) in wanted.enumerated() { places[service] = place }
    var tallies = [[CallTally]](
      repeating: [CallTally](repeating: CallTally(), count: count), count: wanted.count)
    let own = calls.ownTimes()
    for row in calls.starts.indices {
      if row % 65_536 == 0, work.isCancelled() { throw .cancelled }
      let service = Int(calls.serviceOfRow[row])
      guard places.indices.contains(service), places[service] >= 0 else { continue }
      let at = Int(calls.starts[row].flooredQuotient(step) - first)
      tallies[places[service]][at].own += own[row]
      guard calls.isEntry(row) else { continue }
      tallies[places[service]][at].calls += 1
      if calls.failed[row] { tallies[places[service]][at].errors += 1 }
      tallies[places[service]][at].durations.append(calls.durations[row])
    }
    return tallies
  }
}

extension Int64 {
  /// Division that rounds down, for moments before 1970, too.
  func flooredQuotient(_ step: Int64) -> Int64 {
    let quotient = self / step
    return self % step < 0 ? quotient - 1 : quotient
  }
}

struct ServiceGraph: PureCommand {
  let spec = CommandSpec(
    "services", "graph", "Makes the graph of which service calls which.",
    discussion: """
      A node is a service with `calls` from outside, `errors`, `mean`, `p95` and `own` (time of its own a call) in seconds; an edge \
      goes from the caller to the called one with `calls`, `errors`, `mean` and `p95`. Calls within a service are none.
      """,
    parameters: [ServiceInput.input.base], output: .graph,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("services graph calls"), Example("shop = services graph calls"),
      Example("encode shop --use structure"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let calls = try ServiceInput.calls(call)
    var nodes = [CallTally](repeating: CallTally(), count: calls.services.count)
    var edges: [[Int32]: CallTally] = [:]
    let own = calls.ownTimes()
    for row in calls.starts.indices {
      if row % 65_536 == 0, work.isCancelled() { throw .cancelled }
      let service = Int(calls.serviceOfRow[row])
      guard nodes.indices.contains(service) else { continue }
      nodes[service].own += own[row]
      guard calls.isEntry(row) else { continue }
      func add(_ tally: inout CallTally) {
        tally.calls += 1
        if calls.failed[row] { tally.errors += 1 }
        tally.durations.append(calls.durations[row])
      }
      add(&nodes[service])
      if calls.parentOfRow[row] >= 0 {
        let caller = calls.serviceOfRow[Int(calls.parentOfRow[row])]
        if caller >= 0 { add(&edges[[caller, Int32(service)], default: CallTally()]) }
      }
    }
    var measures: [CallTally.Measure] = [.calls, .errors, .mean, .p95]
    if !calls.knowsErrors { measures.removeAll { $0 == .errors } }
    let order = edges.keys.sorted { $0.lexicographicallyPrecedes($1) }
    return .graph(
      Graph(
        nodes: Frame(
          index: Index(.sample(TextColumn(calls.services))), columns: Self.columns(nodes, measures + [.own])),
        sources: order.map { $0[0] }, targets: order.map { $0[1] },
        edges: Frame(
          index: .rows(order.count), columns: Self.columns(order.compactMap { edges[$0] }, measures)),
        isDirected: true))
  }

  private static func columns(_ tallies: [CallTally], _ measures: [CallTally.Measure]) -> [Column] {
    let values = tallies.map { $0.values(measures) }
    return measures.enumerated().map { place, measure in
      let isCount = measure == .calls || measure == .errors
      return Column(numbers: values.map { $0[place] }, name: measure.rawValue, unit: isCount ? nil : "s")
    }
  }
}
