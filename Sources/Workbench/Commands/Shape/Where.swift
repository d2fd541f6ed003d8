import Language
import Numerics
import Values

struct Where: PureCommand {
  static let input = Parameter<Reference>.value(
    "value",
    [
      .table, .series, .scores, .alarms, .log, .embedding, .images, .video, .cloud, .text, .events, .graph,
    ], help: "Whose rows (of a graph: nodes) to choose.")
  static let condition = AnyParameter(
    "condition", .condition, placement: .positional, required: true,
    help: "An expression over the columns that is true for the rows to keep.")

  let spec = CommandSpec(
    "where", nil, "Keeps the rows for which a condition holds.",
    discussion: """
      The condition is an expression over the columns, such as `Temperature > 70 and not fault`; scores have the column \
      `score`, alarms also `alarm`. Rows for which it is missing are left out, as in SQL. Functions that look at \
      other rows (lag, diff, rolling and so on) see all rows of the value, not only those that are kept. `help \
      expressions` lists the operators and functions.
      """,
    parameters: [Self.input.base, Self.condition], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("hot = pump | where Temperature > rolling(median, Temperature, 60s) + 0.5"),
      Example("first = pump | where time() < 2026-03-01T08:01"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    shape.rowCount = nil
    return shape
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame else { throw call.noRows(Self.input.base) }
    let condition = try call.expression(Self.condition, over: frame, of: input.name, wants: .bool)
    let rows: [Int]
    do throws(ExpressionFailure) {
      rows = try condition.rows(over: frame, work: work)
    } catch {
      throw call.failure(error, of: input.name, at: Self.condition)
    }
    if rows.count == frame.rowCount { return input.value }
    if rows.isEmpty { call.note("no row of \(frame.rowCount) fits") }
    return try call.selecting(rows, of: Self.input, work: work)
  }
}

extension Invocation {
  /// The chosen rows of a value.
  func selecting(_ rows: [Int], of parameter: Parameter<Reference>, work: Work) throws(Failure) -> Value {
    let selected: Value?
    do throws(Cancelled) {
      selected = try self[parameter].value.selecting(rows: rows, work: work)
    } catch {
      throw .cancelled
    }
    guard let selected else { throw noRows(parameter.base) }
    return selected
  }
}

extension Command {
  /// The shape of a value argument with only the columns that its reference picks.
  static func subjectShape(
    of call: CheckedCall, _ parameter: AnyParameter, in scope: any Scope
  ) -> ValueShape {
    guard case .reference(let reference) = call.arguments[parameter.name],
      var shape = scope.shape(of: reference)
    else { return ValueShape(kind: call.spec.output ?? .table) }
    guard let pattern = reference.column, let columns = shape.columns else { return shape }
    let exact = columns.filter { $0.name == pattern }
    let picked = exact.isEmpty ? columns.filter { Glob.matches($0.name, pattern) } : exact
    if shape.kind == .bundle {
      // A slot of a bundle: its own columns are not known here.
      let slot = picked.first ?? columns.first { pattern.hasPrefix($0.name + ".") }
      return ValueShape(
        kind: slot?.type.flatMap(ValueKind.init(rawValue:)) ?? .table, rowCount: shape.rowCount)
    }
    shape.columns = picked
    if shape.kind == .log { shape.kind = .table }
    return shape
  }
}
