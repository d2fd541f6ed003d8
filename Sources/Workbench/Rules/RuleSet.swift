import Language
import Values

/// One rule: a condition under which a row is abnormal, or normal after all.
package struct Rule: Sendable, Equatable {
  package enum Verdict: String, Sendable { case abnormal, normal }

  package let verdict: Verdict
  /// The canonical text of the condition.
  package let condition: String

  package var text: String { "\(verdict.rawValue) when \(condition)" }
}

/// Rules in the language of expressions, as a value: written by hand, by a model or by `improve rules`.
package struct RuleSet: StoredModel, Equatable {
  package let rules: [Rule]
  package let features: [String]

  package var method: String { "rules" }
  package var fittedRows: Int { 0 }
  package func encoded() -> [UInt8] { Array(rules.map(\.text).joined(separator: "\n").utf8) }

  package init(rules: [Rule], features: [String]) {
    self.rules = rules
    self.features = features
  }
}
