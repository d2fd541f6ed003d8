import Chronology
import Language
import Numerics
import Values

struct Templates: PureCommand {
  static let input = Parameter<Reference>.value("value", [.log], help: "The log.")
  static let rare = Parameter<Bool>.flag("rare", help: "The seldom ones first.")

  let spec = CommandSpec(
    "templates", nil, "Counts the kinds of messages in a log, with when and where they occur.",
    discussion: """
      One row a template that `load log` has found: how often it occurs, its share, the rows of its first and last \
      message, the time of the first where the log has times, and the first message itself. The number of a template is \
      its place in the order of first appearance.
      """,
    parameters: [input.base, rare.base], output: .table, reach: .read,
    examples: [
      Example("events = generate pump-station --part log --minutes 5 --seed 7"),
      Example("kinds = templates events"),
      Example("events | templates --rare"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .log(let log) = call[Self.input].value else { throw call.unexpectedKind(Self.input.base) }
    let count = log.templates.count
    var counts = [Int](repeating: 0, count: count)
    var first = [Int](repeating: -1, count: count)
    var last = first
    for (row, template) in log.templateOfRow.enumerated() {
      let place = Int(template)
      counts[place] += 1
      if first[place] < 0 { first[place] = row }
      last[place] = row
    }
    let seen = counts.indices.filter { counts[$0] > 0 }
    let order = seen.sorted { a, b in
      call[Self.rare] ? (counts[a], a) < (counts[b], b) : (counts[b], a) < (counts[a], b)
    }
    let total = Double(max(1, log.templateOfRow.count))
    let messages = log.frame.column("message")
    var columns = [
      Column(numbers: order.map(Double.init), name: "number", role: .identifier),
      Column("template", .text(TextColumn(order.map { log.templates[$0] }))),
      Column(numbers: order.map { Double(counts[$0]) }, name: "count"),
      Column(numbers: order.map { Double(counts[$0]) / total }, name: "share"),
      Column(numbers: order.map { Double(first[$0]) }, name: "first"),
      Column(numbers: order.map { Double(last[$0]) }, name: "last"),
    ]
    if let axis = log.frame.index.time {
      columns.append(Column("since", .time(order.map { axis[first[$0]].nanoseconds })))
    }
    if let messages {
      columns.append(Column("example", .text(TextColumn(order.map { messages.plainText(first[$0]) ?? "" }))))
    }
    return .table(Frame(index: .rows(order.count), columns: columns))
  }
}
