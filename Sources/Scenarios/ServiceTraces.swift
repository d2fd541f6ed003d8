import Chronology
import Numerics
package import Values

/// Traces of a small shop of six services, with three faults in the second half.
///
/// Requests come at random, about one a second. From 60 to 70 percent of the time payment is slow, from 75 to 82 percent
/// stock fails, from 88 to 95 percent search does not ask the catalogue any more.
package struct ServiceTraces: Sendable, Equatable {
  package let seed: UInt64
  package let count: Int

  package static let faults = ["none", "slow payment", "failing stock", "missing call"]
  /// 2026-03-01.
  private static let start: Int64 = 1_772_323_200_000_000_000

  package init(seed: UInt64, count: Int) {
    self.seed = seed
    self.count = count
  }

  private struct Span {
    var trace: Int
    var number: Int
    var parent: Int?
    var service: String
    var operation: String
    var start: Double
    var duration: Double
    var isError: Bool
    var fault: Int
  }

  private struct Call {
    var service: String
    var operation: String
    /// The median of its own time in seconds.
    var own: Double
    var calls: [Call] = []
  }

  private static let order = Call(
    service: "gateway", operation: "POST /order", own: 0.004,
    calls: [
      Call(
        service: "orders", operation: "place", own: 0.012,
        calls: [
          Call(service: "stock", operation: "reserve", own: 0.008),
          Call(service: "payment", operation: "charge", own: 0.045),
        ])
    ])
  private static let find = Call(
    service: "gateway", operation: "GET /search", own: 0.003,
    calls: [
      Call(
        service: "search", operation: "query", own: 0.015,
        calls: [Call(service: "catalogue", operation: "items", own: 0.02)])
    ])

  /// Events as `load spans` makes them, with the labels `fault` and `fault_kind` of each span.
  package func events() -> EventLog {
    var random = SeededGenerator(seed: seed)
    var spans: [Span] = []
    var segments: [Segment] = []
    var moment = 0.0
    for trace in 0..<count {
      moment -= logarithm(1 - random.unit())
      let fault = Self.fault(at: Double(trace) / Double(count))
      let first = spans.count
      _ = append(
        random.unit() < 0.4 ? Self.order : Self.find, trace: trace, parent: nil, at: moment, fault, first,
        &spans,
        &random)
      segments.append(Segment(name: Self.name(trace), rows: first..<spans.count))
    }
    let order = segments.flatMap { segment in
      segment.rows.sorted { (spans[$0].start, $0) < (spans[$1].start, $1) }
    }
    return log(order.map { spans[$0] }, segments)
  }

  /// What a shop that writes a log says of each span: that it came in, and how it went out.
  ///
  /// - Output: columns `message`, `service`, `level`, `trace`, `span`; the templates leave out the numbers of orders.
  package func log() -> Log {
    let frame = events().frame
    guard let axis = frame.index.time, let spans = frame.column("span"),
      let durations = frame.column("duration")?.numbers,
      case .category(let services, let names)? = frame.column("service")?.cells,
      case .bool(let errors)? = frame.column("error")?.cells, case .text(let numbers) = spans.cells
    else { return Log(frame: Frame(index: .rows(0), columns: []), templates: [], templateOfRow: []) }
    var lines: [(time: Int64, row: Int, template: Int32, trace: String)] = []
    for run in frame.index.runs {
      for row in run.rows {
        let start = axis[row].nanoseconds
        lines.append((start, row, 0, run.name))
        lines.append((start + Int64(durations[row] * 1e9), row, errors[row] ? 2 : 1, run.name))
      }
    }
    let order = lines.indices.sorted { (lines[$0].time, $0) < (lines[$1].time, $1) }
    let templates = ["request <*> taken", "request <*> answered", "request <*> failed"]
    func text(_ line: Int) -> String {
      templates[Int(lines[line].template)].replacing("<*>", with: lines[line].trace)
    }
    return Log(
      frame: Frame(
        index: Index(.time(.listed(order.map { lines[$0].time }))),
        columns: [
          Column("message", .text(TextColumn(order.lazy.map(text)))),
          Column("service", .category(codes: order.map { services[lines[$0].row] }, levels: names)),
          Column("level", .categories(order.map { lines[$0].template == 2 ? "ERROR" : "INFO" })),
          Column("trace", .text(TextColumn(order.lazy.map { lines[$0].trace })), role: .identifier),
          Column("span", .text(TextColumn(order.lazy.map { numbers[lines[$0].row] })), role: .identifier),
        ]), templates: templates, templateOfRow: order.map { lines[$0].template })
  }

  private static func fault(at share: Double) -> Int {
    switch share {
    case 0.6..<0.7: 1
    case 0.75..<0.82: 2
    case 0.88..<0.95: 3
    default: 0
    }
  }

  private static func name(_ number: Int) -> String { "t" + String(100_000 + number) }

  /// - Returns: how long the call took, and whether it failed.
  private func append(
    _ call: Call, trace: Int, parent: Int?, at start: Double, _ fault: Int, _ first: Int,
    _ spans: inout [Span],
    _ random: inout SeededGenerator
  ) -> (Double, Bool) {
    let place = spans.count
    spans.append(
      Span(
        trace: trace, number: place - first, parent: parent, service: call.service, operation: call.operation,
        start: start, duration: 0, isError: false, fault: 0))
    var own = call.own * exponential(0.25 * random.normal())
    var hit = 0
    if fault == 1, call.service == "payment" {
      own *= 6
      hit = 1
    }
    var failed = random.unit() < 0.002
    if fault == 2, call.service == "stock", random.unit() < 0.7 {
      failed = true
      hit = 2
    }
    var time = start + own / 2
    for inner in call.calls {
      if fault == 3, inner.service == "catalogue" {
        hit = 3
        continue
      }
      let (duration, isError) = append(
        inner, trace: trace, parent: place - first, at: time, fault, first, &spans, &random)
      time += duration
      if isError {
        failed = true
        break
      }
    }
    spans[place].duration = time + own / 2 - start
    spans[place].isError = failed
    spans[place].fault = hit
    return (spans[place].duration, failed)
  }

  private func log(_ spans: [Span], _ segments: [Segment]) -> EventLog {
    let places = Dictionary(
      uniqueKeysWithValues: spans.map { (($0.trace << 8) | $0.number, $0.parent) })
    func depth(_ span: Span) -> Double {
      var depth = 0.0
      var above = span.parent
      while let place = above {
        depth += 1
        above = places[(span.trace << 8) | place] ?? nil
      }
      return depth
    }
    func name(_ number: Int?) -> String { number.map { "s" + String($0) } ?? "" }
    return EventLog(
      frame: Frame(
        index: Index(
          .time(.listed(spans.map { Self.start + Int64(($0.start * 1e9).rounded()) })), segments: segments),
        columns: [
          Column("case", .text(TextColumn(spans.lazy.map { Self.name($0.trace) })), role: .identifier),
          Column("activity", .categories(spans.map { $0.service + " " + $0.operation })),
          Column("service", .categories(spans.map(\.service))),
          Column("operation", .categories(spans.map(\.operation))),
          Column("span", .text(TextColumn(spans.lazy.map { name($0.number) })), role: .identifier),
          Column(
            "parent", .text(TextColumn(spans.lazy.map { name($0.parent) })),
            nulls: Mask(spans.map { $0.parent == nil }),
            role: .identifier),
          Column(numbers: spans.map(\.duration), name: "duration", unit: "s"),
          Column(numbers: spans.map(depth), name: "depth"),
          Column("error", .bool(spans.map(\.isError))),
          Column("fault", .bool(spans.map { $0.fault > 0 }), role: .label),
          Column("fault_kind", .categories(spans.map { Self.faults[$0.fault] }), role: .label),
        ]))
  }
}
