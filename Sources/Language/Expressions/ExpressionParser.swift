/// Reads an expression and proves its types on the way up.
struct ExpressionParser {
  /// A part of the expression with its type and place.
  struct Part {
    var node: ExpressionNode
    var type: ExpressionType
    var range: Range<Int>
  }

  static let deepest = 48
  static let mostNodes = 500

  let columns: [ColumnShape]?
  /// What the columns belong to, for messages.
  let subject: String
  private let tokens: [ExpressionToken]
  private var position = 0
  private var nodeCount = 0
  private var depth = 0

  init(_ word: WordSyntax, columns: [ColumnShape]?, subject: String) throws(Diagnostic) {
    self.columns = columns
    self.subject = subject
    tokens = try ExpressionLexer(word).tokens
  }

  var token: ExpressionToken { tokens[position] }
  private func isNext(_ text: String) -> Bool { token.kind == .mark(text) || token.kind == .name(text) }

  mutating func advance() { if position < tokens.count - 1 { position += 1 } }

  mutating func take(_ text: String) -> Bool {
    guard isNext(text) else { return false }
    advance()
    return true
  }

  mutating func whole() throws(Diagnostic) -> Part {
    let part = try expression(atLeast: 0)
    guard token.kind == .end else {
      throw Diagnostic(
        "E0401", "the expression ended before this", at: token.range, label: "not expected",
        remedy: isNext(")") ? "remove the `)`" : "put an operator between: + - * / == < > and or")
    }
    return part
  }

  /// Precedence climbing: reads operators that bind at least so tightly.
  mutating func expression(atLeast strength: Int) throws(Diagnostic) -> Part {
    depth += 1
    defer { depth -= 1 }
    try checkSize()
    var left = try operand(atLeast: strength)
    while true {
      if strength <= BinaryOperator.equal.strength, let isNegated = takesMember() {
        left = try member(left, isNegated: isNegated)
        continue
      }
      guard let mark = mark(), mark.strength >= strength else { return left }
      let range = token.range
      advance()
      let right = try expression(atLeast: mark == .power ? mark.strength : mark.strength + 1)
      left = try ExpressionTypes.combine(mark, left, right, at: range)
      try count()
    }
  }

  private func mark() -> BinaryOperator? {
    switch token.kind {
    case .mark(let text): BinaryOperator(rawValue: text)
    case .name("and"): .and
    case .name("or"): .or
    default: nil
    }
  }

  /// `in` and `not in`.
  private mutating func takesMember() -> Bool? {
    if take("in") { return false }
    guard isNext("not"), position + 1 < tokens.count, tokens[position + 1].kind == .name("in") else {
      return nil
    }
    advance()
    advance()
    return true
  }

  private mutating func operand(atLeast strength: Int) throws(Diagnostic) -> Part {
    let start = token.range
    if isNext("not"), strength <= ExpressionNode.notStrength {
      advance()
      let inner = try expression(atLeast: ExpressionNode.notStrength)
      try count()
      try ExpressionTypes.require(inner, .bool, "`not`")
      return Part(node: .not(inner.node), type: .bool, range: start.lowerBound..<inner.range.upperBound)
    }
    if take("-") {
      let inner = try expression(atLeast: ExpressionNode.unaryStrength)
      try count()
      return try ExpressionTypes.negate(inner, start)
    }
    if take("+") { return try expression(atLeast: ExpressionNode.unaryStrength) }
    return try primary()
  }

  private mutating func primary() throws(Diagnostic) -> Part {
    let token = token
    try count()
    advance()
    switch token.kind {
    case .number(let number): return Part(node: .number(number), type: .number, range: token.range)
    case .span(let span): return Part(node: .span(span), type: .span, range: token.range)
    case .instant(let instant): return Part(node: .instant(instant), type: .time, range: token.range)
    case .text(let text): return Part(node: .text(text), type: .text, range: token.range)
    case .column(let name): return try column(name, token.range)
    case .name("true"): return Part(node: .bool(true), type: .bool, range: token.range)
    case .name("false"): return Part(node: .bool(false), type: .bool, range: token.range)
    case .name(let name) where isNext("("): return try call(name, token.range)
    case .name(let name) where !ExpressionNode.reserved.contains(name): return try column(name, token.range)
    case .mark("("):
      var part = try expression(atLeast: 0)
      try close(token.range)
      part.range = token.range.lowerBound..<tokens[position - 1].range.upperBound
      return part
    default:
      throw Diagnostic(
        "E0401", token.kind == .end ? "the expression ends too early" : "a value is missing here",
        at: token.range.isEmpty ? token.range.lowerBound..<token.range.lowerBound + 1 : token.range,
        label: "a value should stand here",
        remedy: token.kind == .name("not")
          ? "put `not …` in brackets" : "write a column, a number or a function")
    }
  }

  private mutating func close(_ open: Range<Int>) throws(Diagnostic) {
    guard take(")") else {
      throw Diagnostic(
        "E0401", "the bracket is not closed here", at: token.kind == .end ? open : token.range,
        label: token.kind == .end ? "opened here" : "not expected", remedy: "add `)`")
    }
  }

  private func column(_ name: String, _ range: Range<Int>) throws(Diagnostic) -> Part {
    guard let columns else { return Part(node: .column(name), type: .any, range: range) }
    guard let column = columns.first(where: { $0.name == name }) else {
      let names = columns.map(\.name)
      throw Diagnostic(
        "E0203", "no column `\(name)` in `\(subject)`", at: range, label: "not a column of `\(subject)`",
        remedy: Suggestion.remedy(
          for: name, among: names,
          else: names.isEmpty ? "`\(subject)` has no columns" : "it has \(Suggestion.some(names))"))
    }
    return Part(node: .column(name), type: ExpressionType(column: column.type), range: range)
  }

  private mutating func member(_ item: Part, isNegated: Bool) throws(Diagnostic) -> Part {
    let open = token.range
    guard take("(") else {
      throw Diagnostic(
        "E0401", "`in` needs a list", at: open, label: "a list should stand here",
        remedy: "write `x in (1, 2, 3)`")
    }
    var list: [ExpressionNode] = []
    repeat {
      let part = try expression(atLeast: 0)
      list.append(try ExpressionTypes.comparable(item, part))
    } while take(",")
    try close(open)
    try count()
    let range = item.range.lowerBound..<tokens[position - 1].range.upperBound
    let node = ExpressionNode.member(item.node, list)
    return Part(node: isNegated ? .not(node) : node, type: .bool, range: range)
  }

  private mutating func call(_ name: String, _ nameRange: Range<Int>) throws(Diagnostic) -> Part {
    guard let function = ExpressionFunction.named(name) else {
      throw Diagnostic(
        "E0402", "no function is called `\(name)`", at: nameRange, label: "not known",
        remedy: Suggestion.remedy(
          for: name, among: ExpressionFunction.all.map(\.name), else: "`help expressions` lists them"))
    }
    let open = token.range
    advance()
    var arguments: [Part] = []
    if !take(")") {
      repeat { arguments.append(try argument(of: function, arguments.count)) } while take(",")
      try close(open)
    }
    let range = nameRange.lowerBound..<tokens[position - 1].range.upperBound
    return try FunctionTypes(function: function, range: range).call(arguments)
  }

  /// One argument; where a statistic is wanted, a bare word.
  private mutating func argument(
    of function: ExpressionFunction, _ position: Int
  ) throws(Diagnostic) -> Part {
    let inputs = function.signatures[0].inputs
    if position < inputs.count, inputs[position].take == .statistic, case .name(let word) = token.kind {
      let part = Part(node: .text(word), type: .text, range: token.range)
      advance()
      return part
    }
    return try expression(atLeast: 0)
  }

  private mutating func count() throws(Diagnostic) {
    nodeCount += 1
    try checkSize()
  }

  private func checkSize() throws(Diagnostic) {
    guard nodeCount <= Self.mostNodes, depth <= Self.deepest else {
      throw Diagnostic(
        "E0405", "the expression is too large", at: token.range.isEmpty ? nil : token.range,
        label: nodeCount > Self.mostNodes ? "more than \(Self.mostNodes) parts" : "nested too deep",
        remedy: "give its parts names with `derive`")
    }
  }
}
