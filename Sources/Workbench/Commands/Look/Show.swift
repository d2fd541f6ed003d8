import Chronology
import Language
import Numerics
import Values

struct Show: PureCommand {
  static let verb = "show"
  static let input = Parameter<Reference>.value("value", [], help: "What to look at.")
  static let rows = Parameter<ClosedRange<Int>?>.optional(
    "rows", .range(.integer(0...Int.max)), help: "First and last row, from 0 on; of alarms, the segments."
  ) { argument -> ClosedRange<Int>? in
    guard case .range(.integer(let first), .integer(let last)) = argument, first <= last else { return nil }
    return first...last
  }
  static let all = Parameter<Bool>.flag("all", help: "All rows.")
  static let around = Parameter<Moment?>.moment(
    "around", help: "The row nearest to this time and its neighbours.")
  static let margin = Parameter<Int>.integer(
    "margin", in: 0...100_000, default: 5, help: "Rows on each side with `--around`.")

  let spec = CommandSpec(
    verb, nil, "Shows a value, or a stretch of its rows in full.",
    discussion: """
      Without options it shows what typing the name alone does. Looking makes no result and stands in no script; with a \
      name in front, as in `part = show pump --rows 0..99`, the rows become a value. Scores, logs and the nodes of \
      graphs show as the table of their rows.
      """,
    parameters: [Self.input.base, Self.rows.base, Self.all.base, Self.around.base, Self.margin.base],
    output: nil, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example(
        "show pump.Temperature --rows 0..1",
        prints: """
          time                     Temperature
          time                              °C
          2026-03-01T08:00:00.357       61.826
          2026-03-01T08:00:01.384       61.994
          2 rows, 1 column
          """),
      Example(
        "show pump.Flow --around 2026-03-01T08:02 --margin 1",
        prints: """
          time                       Flow
          time                      l/min
          2026-03-01T08:01:59.364  31.246
          2026-03-01T08:02:00.359  31.802
          2026-03-01T08:02:01.387  34.373
          3 rows, 1 column
          """),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    guard Self.isPart(call) else { return shape }
    if [.scores, .log, .graph].contains(shape.kind) { shape.kind = .table }
    shape.rowCount = nil
    return shape
  }

  /// Whether rows are asked for, which then all want to be seen.
  static func isPart(_ call: CheckedCall) -> Bool {
    call.spec.verb == verb && (call[rows] != nil || call[all] || call[around] != nil)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard Self.isPart(call.call) else { return input.value }
    if case .alarms(let alarms) = input.value, call[Self.around] == nil {
      let chosen = try range(call, of: alarms.segments.count, "segments")
      return .alarms(alarms.with(segments: Array(alarms.segments[chosen])))
    }
    if case .report(let report) = input.value, let table = report.table {
      let chosen = try range(call, of: table.rowCount, "rows")
      let part = table.selecting(rows: Array(chosen))
      return .report(
        Report(title: report.title, metrics: report.metrics, table: part, remarks: report.remarks))
    }
    if call[Self.all], input.value.index == nil { return input.value }
    guard let index = input.value.index, input.value.kind != .audio else {
      throw call.blame(
        Self.rows.base, "R0506", "`\(input.name)` has no rows to pick", label: "no rows",
        remedy: "Type `\(input.name)` alone to see it.")
    }
    let chosen: Range<Int>
    if let moment = call[Self.around]?.instant(from: index.start) {
      chosen = try rows(around: moment, in: index, call)
    } else {
      chosen = try range(call, of: index.count, "rows")
    }
    return try part(chosen, of: call, work)
  }

  private func range(_ call: Invocation, of count: Int, _ noun: String) throws(Failure) -> Range<Int> {
    guard let rows = call[Self.rows] else { return 0..<count }
    guard rows.lowerBound < count else {
      throw call.blame(
        Self.rows.base, "R0507", "`\(call[Self.input].name)` has only \(count) \(noun)",
        label: "behind the end",
        remedy: count == 0 ? "It is empty." : "The last one is \(count - 1).")
    }
    return rows.lowerBound..<min(rows.upperBound, count - 1) + 1
  }

  private func rows(around moment: Instant, in index: Index, _ call: Invocation) throws(Failure) -> Range<Int>
  {
    guard let axis = index.time, index.count > 0 else {
      throw call.blame(
        Self.around.base, "R0508", "`\(call[Self.input].name)` has no times", label: "no times",
        remedy: "Give row numbers with `--rows`.")
    }
    let nearest = (0..<index.count).min {
      (axis[$0] - moment).nanoseconds.magnitude < (axis[$1] - moment).nanoseconds.magnitude
    }
    let row = nearest ?? 0
    let margin = call[Self.margin]
    return max(0, row - margin)..<min(index.count, row + margin + 1)
  }

  /// Rows known by number keep their numbers.
  private func part(_ rows: Range<Int>, of call: Invocation, _ work: Work) throws(Failure) -> Value {
    let chosen = Array(rows)
    let value = call[Self.input].value
    switch value {
    case .scores, .alarms:
      guard let frame = value.cellFrame else { return value }
      let numbers = Column(numbers: (0..<frame.rowCount).map(Double.init), name: "row", role: .identifier)
      let isTimed = frame.index.time != nil
      let table = frame.with(columns: (isTimed ? [numbers] : []) + frame.columns)
      return .table(table.selecting(rows: chosen).with(index: frame.index.naming(chosen)))
    case .table(let frame): return .table(frame.part(chosen))
    case .series(let frame): return .series(frame.part(chosen))
    case .log(let log): return .table(log.frame.part(chosen))
    case .graph(let graph):
      var degrees = [Double](repeating: 0, count: graph.nodes.rowCount)
      for end in graph.sources + graph.targets { degrees[Int(end)] += 1 }
      let degree = Column(numbers: degrees, name: "degree")
      return .table(graph.nodes.with(columns: [degree] + graph.nodes.columns).part(chosen))
    default: return try call.selecting(chosen, of: Self.input, work: work)
    }
  }
}

extension Frame {
  fileprivate func part(_ rows: [Int]) -> Frame {
    rows.count == rowCount ? self : selecting(rows: rows).with(index: index.naming(rows))
  }
}

extension CheckedPipeline {
  /// Whether the last call asks for certain rows, which a view must not cut down.
  var asksForRows: Bool { calls.last.map(Show.isPart) ?? false }
}
