import Chronology

/// The types that operators take and give.
enum ExpressionTypes {
  typealias Part = ExpressionParser.Part

  static func require(_ part: Part, _ type: ExpressionType, _ who: String) throws(Diagnostic) {
    guard part.type.fits(type) else {
      throw mismatch(part, "\(who) takes \(type.phrase)")
    }
  }

  static func mismatch(_ part: Part, _ summary: String, remedy: String? = nil) -> Diagnostic {
    Diagnostic(
      "E0404", "\(summary), not \(part.type.phrase)", at: part.range, label: "this is \(part.type.phrase)",
      remedy: remedy ?? hint(part))
  }

  private static func hint(_ part: Part) -> String {
    if case .text(let text) = part.node, !text.contains("`") {
      return "quotes make a text; a column with odd characters stands in backticks: `\(text)`"
    }
    return switch part.type {
    case .text: "compare texts with == or use a function of texts: contains, starts, matches, len"
    case .bool: "use if(condition, a, b) to make a value of a condition"
    case .number: "compare the number first, for example with > 0"
    case .time: "subtract two times to get a length of time"
    case .span, .any: "divide lengths of time by a length, such as 1s, to get a number"
    }
  }

  static func negate(_ inner: Part, _ start: Range<Int>) throws(Diagnostic) -> Part {
    let range = start.lowerBound..<inner.range.upperBound
    guard inner.type.fits(.number) || inner.type == .span else {
      throw mismatch(inner, "`-` takes a number or a length of time")
    }
    let node: ExpressionNode =
      switch inner.node {
      case .number(let number): .number(number == 0 ? 0 : -number)
      case .span(let span) where span.nanoseconds != .min:
        .span(TimeSpan(nanoseconds: -span.nanoseconds))
      default: .negate(inner.node)
      }
    return Part(node: node, type: inner.type, range: range)
  }

  static func combine(
    _ mark: BinaryOperator, _ left: Part, _ right: Part, at range: Range<Int>
  ) throws(Diagnostic) -> Part {
    let whole = left.range.lowerBound..<max(left.range.upperBound, right.range.upperBound)
    switch mark {
    case .and, .or:
      try require(left, .bool, "`\(mark.rawValue)`")
      try require(right, .bool, "`\(mark.rawValue)`")
      return Part(node: .binary(mark, left.node, right.node), type: .bool, range: whole)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return try compare(mark, left, right, whole)
    default:
      guard let type = result(mark, left.type, right.type) else {
        throw Diagnostic(
          "E0404", "`\(mark.rawValue)` does not fit \(left.type.phrase) and \(right.type.phrase)", at: whole,
          label: "\(left.type.phrase) \(mark.rawValue) \(right.type.phrase)",
          remedy: hint(left.type.fits(.number) ? right : left))
      }
      return Part(node: .binary(mark, left.node, right.node), type: type, range: whole)
    }
  }

  private static func compare(
    _ mark: BinaryOperator, _ left: Part, _ right: Part, _ whole: Range<Int>
  ) throws(Diagnostic) -> Part {
    let leftNode = try comparable(right, left)
    let rightNode = try comparable(Part(node: leftNode, type: type(leftNode, left), range: left.range), right)
    let hasOrder = [ExpressionType.number, .time, .span, .any].contains(type(leftNode, left))
    guard mark == .equal || mark == .notEqual || hasOrder else {
      throw mismatch(
        left, "`\(mark.rawValue)` takes a number, a time or a length of time",
        remedy: "texts and conditions are compared with == and !=")
    }
    return Part(node: .binary(mark, leftNode, rightNode), type: .bool, range: whole)
  }

  /// The second part's node, made comparable with the first: beside a time, a text that is one; beside a
  /// condition, 0 and 1.
  static func comparable(_ item: Part, _ other: Part) throws(Diagnostic) -> ExpressionNode {
    if item.type == .time, case .text(let text) = other.node {
      guard let instant = Instant(text) else {
        throw Diagnostic(
          "E0404", "`\(text)` is not a time", at: other.range, label: "compared with a time",
          remedy: "write a time such as 2026-03-01T08:00")
      }
      return .instant(instant)
    }
    if other.type == .time, case .text(let text) = item.node, Instant(text) != nil { return other.node }
    if item.type == .bool, case .number(let number) = other.node, number == 0 || number == 1 {
      return .bool(number == 1)
    }
    if other.type == .bool, item.node == .number(0) || item.node == .number(1) { return other.node }
    guard item.type.fits(other.type) else {
      throw Diagnostic(
        "E0404", "\(item.type.phrase) cannot equal \(other.type.phrase)", at: other.range,
        label: "this is \(other.type.phrase)",
        remedy: item.type == .text ? "put the text in quotes" : "compare it with \(item.type.phrase)")
    }
    return other.node
  }

  private static func type(_ node: ExpressionNode, _ part: Part) -> ExpressionType {
    switch node {
    case .instant: .time
    case .bool: .bool
    default: part.type
    }
  }

  /// The type that arithmetic gives; nil if the operator does not fit.
  static func result(
    _ mark: BinaryOperator, _ left: ExpressionType, _ right: ExpressionType
  ) -> ExpressionType? {
    if [left, right].contains(where: { $0 == .text || $0 == .bool }) { return nil }
    switch (mark, left, right) {
    case (_, .number, .number): return .number
    case (.add, .time, .span), (.add, .span, .time), (.subtract, .time, .span): return .time
    case (.subtract, .time, .time): return .span
    case (.add, .span, .span), (.subtract, .span, .span): return .span
    case (.multiply, .span, .number), (.multiply, .number, .span), (.divide, .span, .number): return .span
    case (.divide, .span, .span): return .number
    case (.remainder, .span, .span): return .span
    case (_, .any, .any), (_, .any, .number), (_, .number, .any): return .any
    case (.add, _, _), (.subtract, _, _), (.multiply, _, _), (.divide, _, _), (.remainder, _, _):
      return left == .any || right == .any ? .any : nil
    default: return nil
    }
  }
}
