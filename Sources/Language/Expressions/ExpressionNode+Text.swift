import Chronology

extension ExpressionNode {
  /// The canonical text: single spaces, only the brackets that are needed.
  package var text: String {
    switch self {
    case .number(let number): NumberText.canonical(number)
    case .text(let text): Word.quoted(text, escapingBraces: true)
    case .bool(let bool): bool ? "true" : "false"
    case .span(let span): span.description
    case .instant(let instant): instant.description
    case .column(let name): Self.written(name)
    case .negate(let inner): "-" + inner.text(above: Self.unaryStrength, isBehindMinus: true)
    case .not(let inner): "not " + inner.text(above: Self.notStrength)
    case .binary(let mark, let left, let right):
      left.text(above: mark.strength + (mark == .power ? 1 : 0)) + " \(mark.rawValue) "
        + right.text(above: mark.strength + (mark == .power ? 0 : 1))
    case .call(let name, let arguments):
      "\(name)(\(arguments.enumerated().map { $1.argument(of: name, $0) }.joined(separator: ", ")))"
    case .member(let item, let list):
      item.text(above: BinaryOperator.equal.strength + 1)
        + " in (\(list.map(\.text).joined(separator: ", ")))"
    }
  }

  /// The statistic of `rolling` is a bare word.
  private func argument(of function: String, _ position: Int) -> String {
    if case .text(let word) = self, function == "rolling", position == 0 { return word }
    return text
  }

  private func text(above strength: Int, isBehindMinus: Bool = false) -> String {
    let text = text
    let isWeak = self.strength < strength || (isBehindMinus && text.hasPrefix("-"))
    return isWeak ? "(\(text))" : text
  }

  static let notStrength = 3
  static let unaryStrength = 7

  private var strength: Int {
    switch self {
    case .binary(let mark, _, _): mark.strength
    case .member: BinaryOperator.equal.strength
    case .not: Self.notStrength
    case .negate: Self.unaryStrength
    case .number(let number): number.sign == .minus ? Self.unaryStrength : .max
    case .span(let span): span.nanoseconds < 0 ? Self.unaryStrength : .max
    default: .max
    }
  }

  /// A column's name, in backticks if it could be read as something else.
  package static func written(_ name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy(Nesting.isWordByte)
        && part.unicodeScalars.allSatisfy { $0.value < 0x80 || $0.properties.isAlphabetic }
    }
    let startsPlain = name.utf8.first.map { !Nesting.isDigit($0) } ?? false
    if isPlain, startsPlain, !reserved.contains(name) { return name }
    return "`\(name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``"))`"
  }

  static let reserved: Set<String> = ["and", "or", "not", "in", "true", "false"]
}

extension BinaryOperator {
  /// Larger binds tighter.
  var strength: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 4
    case .add, .subtract: 5
    case .multiply, .divide, .remainder: 6
    case .power: 8
    }
  }
}
