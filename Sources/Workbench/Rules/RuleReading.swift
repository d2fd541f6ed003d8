import Language
import Numerics
import Values

extension Rule {
  /// Reads `abnormal when CONDITION` or `normal when CONDITION`; columns are checked if they are given.
  init(reading text: String, over columns: [ColumnShape]?, of subject: String) throws(Diagnostic) {
    let trimmed = text.drop(while: \.isWhitespace)
    let verdict: Verdict
    let rest: Substring
    if trimmed.hasPrefix("abnormal when ") {
      (verdict, rest) = (.abnormal, trimmed.dropFirst("abnormal when ".count))
    } else if trimmed.hasPrefix("normal when ") {
      (verdict, rest) = (.normal, trimmed.dropFirst("normal when ".count))
    } else {
      throw Diagnostic(
        "R0701", "`\(text.prefix(80))` is no rule: it does not say when a row is abnormal or normal",
        remedy: "Write `abnormal when CONDITION` or `normal when CONDITION`.")
    }
    let condition = try Expression(
      reading: WordSyntax(String(rest), at: 0), columns: columns, of: subject, wants: .bool)
    let cost = condition.root.cost
    guard cost <= Self.highestCost else {
      throw Diagnostic(
        "R0702", "the rule costs \(cost), more than \(Self.highestCost): `\(text.prefix(60))`",
        remedy: "Use fewer functions over windows, or shorter windows.")
    }
    self.init(verdict: verdict, condition: condition.text)
  }

  /// Operations a row that a rule may take.
  static let highestCost = 100_000

  /// The condition over columns that are there.
  func expression(over frame: Frame, of name: String) throws(Diagnostic) -> Expression {
    try Expression(
      reading: WordSyntax(condition, at: 0), columns: frame.columns.map(\.shape), of: name, wants: .bool)
  }
}

extension RuleSet {
  init(reading texts: [String], over columns: [ColumnShape]?, of subject: String) throws(Diagnostic) {
    var rules: [Rule] = []
    var names: [String] = []
    for text in texts {
      let rule = try Rule(reading: text, over: columns, of: subject)
      if rules.contains(rule) { continue }
      rules.append(rule)
      let condition = try Expression(
        reading: WordSyntax(rule.condition, at: 0), columns: columns, of: subject, wants: .bool)
      for name in condition.root.columnNames.sorted() where !names.contains(name) { names.append(name) }
    }
    self.init(rules: rules, features: names)
  }

  /// Which rows each rule holds for.
  func fired(over frame: Frame, of name: String, work: Work) throws(RuleFailure) -> [[Int]] {
    var fired: [[Int]] = []
    for rule in rules {
      let expression: Expression
      do throws(Diagnostic) {
        expression = try rule.expression(over: frame, of: name)
      } catch {
        throw .unreadable(rule.text, error)
      }
      do throws(ExpressionFailure) {
        fired.append(try expression.rows(over: frame, work: work))
      } catch {
        throw .failed(error)
      }
    }
    return fired
  }
}

enum RuleFailure: Error {
  case unreadable(String, Diagnostic)
  case failed(ExpressionFailure)
}

extension ExpressionNode {
  /// Operations a row: one a node, and what a window looks at again for each row.
  var cost: Int {
    switch self {
    case .number, .text, .bool, .span, .instant, .column: 1
    case .negate(let inner), .not(let inner): 1 + inner.cost
    case .binary(_, let left, let right): 1 + left.cost + right.cost
    case .member(let item, let list): 1 + item.cost * max(1, list.count) + list.reduce(0) { $0 + $1.cost }
    case .call(let name, let arguments):
      arguments.reduce(Self.callCost(name, arguments)) { $0 + $1.cost }
    }
  }

  /// Medians and quantiles keep their window sorted; the other statistics are updated.
  private static func callCost(_ name: String, _ arguments: [ExpressionNode]) -> Int {
    guard name == "rolling", case .text(let statistic)? = arguments.first, arguments.count > 2,
      ["median", "mad", "quantile"].contains(statistic)
    else { return 4 }
    if case .number(let rows) = arguments[2], rows.isFinite, rows > 0 { return 4 + Int(min(rows, 1e6)) / 8 }
    return 64
  }
}

extension Invocation {
  func failure(_ error: RuleFailure, of name: String, at parameter: AnyParameter) -> Failure {
    switch error {
    case .unreadable(let rule, let diagnostic):
      blame(
        parameter, "R0703", "the rule `\(rule)` does not fit `\(name)`: \(diagnostic.summary)",
        remedy: diagnostic.remedy)
    case .failed(let failure): self.failure(failure, of: name, at: parameter)
    }
  }
}
