package import Chronology

/// A checked argument, as a command and the canonical text see it.
package indirect enum Argument: Sendable, Equatable {
  case integer(Int)
  case real(Double)
  case span(TimeSpan)
  case instant(Instant)
  /// A time of day, since midnight; the data say of which day.
  case clock(TimeSpan)
  case text(String)
  case flag(Bool)
  /// One of a parameter's named choices.
  case choice(String)
  case path(String)
  case reference(Reference)
  /// A column of the input, or a glob over its columns.
  case column(String)
  case expression(Expression)
  /// A call literal with its arguments bound: `stats(10s)`.
  case call(CallLiteral)
  case range(Argument, Argument)
  case list([Argument])
}

/// A call literal such as `hold(5s)`, bound to its declaration.
package struct CallLiteral: Sendable, Equatable {
  package let name: String
  /// By parameter name; absent ones take the default.
  package let arguments: [String: Argument]

  package init(name: String, arguments: [String: Argument]) {
    self.name = name
    self.arguments = arguments
  }

  package subscript<Element>(parameter: Parameter<Element>) -> Element {
    parameter.decode(arguments[parameter.base.name] ?? parameter.base.fallback)
  }
}

/// A parsed expression of `where`, `derive` and `rule`, with the text that made it.
package struct Expression: Sendable, Equatable {
  /// The canonical text.
  package let text: String
  package let root: ExpressionNode

  package init(text: String, root: ExpressionNode) {
    self.text = text
    self.root = root
  }
}

/// A node of an expression. Types are proved by the checker before anything evaluates.
package indirect enum ExpressionNode: Sendable, Equatable {
  case number(Double)
  case text(String)
  case bool(Bool)
  case span(TimeSpan)
  case instant(Instant)
  case column(String)
  case negate(ExpressionNode)
  case not(ExpressionNode)
  case binary(BinaryOperator, ExpressionNode, ExpressionNode)
  /// `rolling(mean, Temperature, 10s)`; bare words such as `mean` are texts here.
  case call(String, [ExpressionNode])
  /// `x in (1, 2, 3)`.
  case member(ExpressionNode, [ExpressionNode])
}

package enum BinaryOperator: String, Sendable, CaseIterable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case power = "^"
}
