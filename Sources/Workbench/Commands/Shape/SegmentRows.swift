import Language
import Numerics
import Values

struct SegmentRows: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .log, .text], help: "Whose rows to divide.")
  static let column = Parameter<String>.required(
    "column", .column([]), help: "What tells which rows belong together."
  ) { if case .column(let name) = $0 { name } else { "" } }

  let spec = CommandSpec(
    "segment", nil, "Brings the rows of each device, person or run together.",
    discussion: """
      Long tables hold many runs in one file: a row names its device and its time, and times repeat. Each value of the \
      column becomes a segment, in the order of its first row; rows keep their order within it. Windows, `lag` and \
      `rolling`, forecasts and gaps never cross the border of a segment, `split` divides each by itself, and \
      `threshold --per segment` decides for each. Rows without a value are a segment of their own, `·`, the last. The column stays, as \
      a label if it was one.
      """,
    parameters: [Self.input.base, Self.column.base], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7 | derive half = minute() % 2"),
      Example("halves = segment pump half"),
      Example("segment halves half | derive change = diff(Pressure)"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    Self.subjectShape(of: call, Self.input.base, in: scope)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let column = try call.column(call[Self.column], of: Self.input, named: Self.column.base)
    let groups = column.groups
    // Rows that nothing is known of come last.
    var rows = [[Int]](repeating: [], count: groups.count + 1)
    for (row, group) in groups.ofRow.enumerated() { rows[group ?? groups.count].append(row) }
    var segments: [Segment] = []
    var names: Set<String> = []
    for rows in rows where !rows.isEmpty {
      let start = segments.last?.rows.upperBound ?? 0
      // Segments go by their names, and one without a name would stand for all rows.
      var name = column.plainText(rows[0]) ?? ""
      if name.isEmpty { name = "·" }
      while !names.insert(name).inserted { name += "·" }
      segments.append(Segment(name: name, rows: start..<start + rows.count))
    }
    let ordered = try call.selecting(rows.flatMap(\.self), of: Self.input, work: work)
    let named = segments.prefix(5).map { "\($0.name) (\($0.rows.count))" }.joined(separator: ", ")
    let rest = segments.count > 5 ? " and \(segments.count - 5) more" : ""
    call.note("\(counted(segments.count, "segment")): \(named)\(rest)")
    guard let divided = ordered.with(segments: segments) else { throw call.noRows(Self.input.base) }
    return divided
  }
}
