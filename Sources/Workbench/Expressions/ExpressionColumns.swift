import Language
import Values

extension ExpressionNode {
  /// The columns that it names.
  var columnNames: Set<String> {
    switch self {
    case .number, .text, .bool, .span, .instant: []
    case .column(let name): [name]
    case .negate(let inner), .not(let inner): inner.columnNames
    case .binary(_, let left, let right): left.columnNames.union(right.columnNames)
    case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.columnNames) }
    case .member(let item, let list): list.reduce(into: item.columnNames) { $0.formUnion($1.columnNames) }
    }
  }

  /// The unit of the result, where what is computed keeps the unit of its columns; nil if it does not.
  func unit(_ unitOf: (String) -> String?) -> String? {
    switch self {
    case .column(let name): unitOf(name)
    case .negate(let inner): inner.unit(unitOf)
    case .binary(.add, let left, let right), .binary(.subtract, let left, let right):
      Self.common([left, right], unitOf)
    case .call(let name, let arguments): Self.unit(name, arguments, unitOf)
    case .number, .text, .bool, .span, .instant, .not, .binary, .member: nil
    }
  }

  private static func unit(
    _ function: String, _ arguments: [ExpressionNode], _ unitOf: (String) -> String?
  ) -> String? {
    switch function {
    case "abs", "floor", "ceil", "round", "diff", "lag", "lead", "cumsum", "ewm":
      arguments.first?.unit(unitOf)
    case "rolling": arguments.count > 1 ? arguments[1].unit(unitOf) : nil
    case "min", "max", "clip", "coalesce": common(arguments, unitOf)
    case "if": common(Array(arguments.dropFirst()), unitOf)
    default: nil
    }
  }

  /// The unit that all have, literals aside.
  private static func common(_ nodes: [ExpressionNode], _ unitOf: (String) -> String?) -> String? {
    let units = nodes.filter { if case .number = $0 { false } else { true } }.map { $0.unit(unitOf) }
    guard let first = units.first, units.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}

extension Invocation {
  /// The expression of a call, read again over the columns that turned out to be there.
  func expression(
    _ parameter: AnyParameter, over frame: Frame, of name: String, wants: ExpressionType? = nil
  ) throws(Failure) -> Expression {
    guard case .expression(let given) = call.arguments[parameter.name] else {
      throw blame(parameter, "E0301", "an expression is missing", remedy: "Write one, such as `x > 3`.")
    }
    do throws(Diagnostic) {
      return try Expression(
        reading: WordSyntax(given.text, at: 0), columns: frame.columns.map(\.shape), of: name, wants: wants)
    } catch {
      var diagnostic = error
      diagnostic.range = call.ranges[parameter.name]
      throw .diagnostic(diagnostic)
    }
  }

  /// Why an expression cannot be computed, as people read it.
  func failure(_ error: ExpressionFailure, of name: String, at parameter: AnyParameter) -> Failure {
    switch error {
    case .noTimes(let function):
      blame(
        parameter, "R0501", "`\(function)` needs the times of rows, and `\(name)` has none",
        label: "no times",
        remedy: "Load it with `--time COLUMN`, or count rows: a window of 10 in place of 10s.")
    case .notAscending(let function):
      blame(
        parameter, "R0502", "`\(function)` needs rows in the order of time", label: "not in order",
        remedy: "Bring them into order first: put `| sort` before it.")
    case .mismatch(let function):
      blame(
        parameter, "R0503", "`\(function)` does not fit these columns", label: "does not fit",
        remedy: "See their types with `describe \(name)`.")
    case .cancelled: .cancelled
    }
  }
}
