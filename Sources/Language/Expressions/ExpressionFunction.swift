/// A function of expressions: its name, what it takes and gives, and help. Checker and evaluator share the table.
package struct ExpressionFunction: Sendable, Equatable {
  /// What an argument may be.
  package enum Take: Sendable, Equatable {
    case value(ExpressionType)
    /// Of the type of the first such argument, which the function also gives.
    case same
    /// A literal number of rows, or a literal length of time.
    case window
    /// A literal whole number of rows from 1 on.
    case rows
    /// A literal share from 0 to 1.
    case share
    /// One of the bare words in `statistics`.
    case statistic
    /// A literal text.
    case pattern
  }

  package struct Input: Sendable, Equatable {
    package let name: String
    package let take: Take
    package var isOptional = false
    /// May stand several times, as the last.
    package var isRepeated = false
  }

  /// One way to call it; the result is nil where it has the type of `same`.
  package struct Signature: Sendable, Equatable {
    package let inputs: [Input]
    package let result: ExpressionType?
  }

  package let name: String
  package let signatures: [Signature]
  /// A sentence.
  package let help: String

  /// `rolling(statistic, x, window[, q])`.
  package var usage: String {
    guard let signature = signatures.first else { return name + "()" }
    var text = ""
    for (position, input) in signature.inputs.enumerated() {
      let shown = (position == 0 ? "" : ", ") + input.name + (input.isRepeated ? "…" : "")
      text += input.isOptional ? "[\(shown)]" : shown
    }
    return "\(name)(\(text))"
  }

  /// The words that `rolling` takes first.
  package static let statistics = ["mean", "median", "std", "mad", "min", "max", "sum", "quantile"]

  package static func named(_ name: String) -> ExpressionFunction? { all.first { $0.name == name } }
}

extension ExpressionFunction.Input {
  static func value(_ name: String, _ type: ExpressionType) -> Self { Self(name: name, take: .value(type)) }
  static func number(_ name: String) -> Self { value(name, .number) }
  static func text(_ name: String) -> Self { value(name, .text) }
  static func condition(_ name: String) -> Self { value(name, .bool) }
  static func same(_ name: String) -> Self { Self(name: name, take: .same) }
  static var window: Self { Self(name: "window", take: .window) }
  static var rows: Self { Self(name: "rows", take: .rows, isOptional: true) }

  var optional: Self { Self(name: name, take: take, isOptional: true, isRepeated: isRepeated) }
  var repeated: Self { Self(name: name, take: take, isOptional: isOptional, isRepeated: true) }
}
