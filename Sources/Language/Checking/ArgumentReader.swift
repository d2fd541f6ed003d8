import Chronology

/// Reads one written argument as its parameter's kind demands.
struct ArgumentReader {
  let scope: any Scope
  let abbreviations: Bool
  /// For messages: `--trees`, or `value` for positional ones.
  let title: String
  /// What the argument becomes when nothing is given; an example for the remedy.
  var fallback: Argument?
  /// All commands, to tell which of them makes a value of the right kind.
  var commands: [CommandSpec] = []
  /// Of the first argument: the commands of the same verb, one of which may take what this one does not.
  var siblings: [CommandSpec] = []
  /// The first value argument, whose columns others name.
  var subject: Subject?

  static let deepest = 16

  func read(_ kind: ParameterKind, _ word: WordSyntax, depth: Int = 0) throws(Diagnostic) -> Argument {
    switch kind {
    case .integer(let range): return .integer(try bounded(word, kind, range, NumberText.integer(word.value)))
    case .real(let range, let unit):
      let value = unit.map { NumberText.quantity(word.value, unit: $0) } ?? NumberText.real(word.value)
      return .real(try bounded(word, kind, range, value))
    case .fraction(let range):
      return .real(try bounded(word, kind, range, NumberText.fraction(word.value)))
    case .span(let range): return .span(try bounded(word, kind, range, NumberText.span(word.value)))
    case .instant:
      guard let instant = Instant(word.value) else { throw unreadable(word, kind) }
      return .instant(instant)
    case .moment:
      if let clock = TimeSpan(clock: word.value) { return .clock(clock) }
      guard let instant = Instant(word.value) else { throw unreadable(word, kind) }
      return .instant(instant)
    case .text: return .text(word.value)
    case .flag: return .flag(try flag(word))
    case .choice(let choices): return .choice(try choice(word, choices))
    case .input(let many): return .path(try input(word, many: many))
    case .output: return .path(try output(word))
    case .value(let kinds): return .reference(try reference(word, kinds))
    case .column(let types): return .column(try column(word, types))
    case .expression: return .expression(try expression(word, wants: nil))
    case .condition: return .expression(try expression(word, wants: .bool))
    case .call(let specs): return .call(try call(word, specs, depth: depth))
    case .range(let inner): return try range(word, inner, depth: depth)
    case .list(let inner): return .list(try list(word, inner, depth: depth))
    }
  }

  private func expression(_ word: WordSyntax, wants: ExpressionType?) throws(Diagnostic) -> Expression {
    try Expression(
      reading: word, columns: subject?.shape.columns, of: subject?.name ?? "the value",
      wants: wants)
  }

  private func bounded<Value: Comparable>(
    _ word: WordSyntax, _ kind: ParameterKind, _ range: ClosedRange<Value>, _ value: Value?
  ) throws(Diagnostic) -> Value {
    guard let value else { throw unreadable(word, kind) }
    guard range.contains(value) else {
      throw Diagnostic(
        "E0307", "`\(word.text)` is out of range", at: word.range, label: "out of range",
        remedy: "`\(title)` takes \(kind.phrase)")
    }
    return value
  }

  func unreadable(_ word: WordSyntax, _ kind: ParameterKind) -> Diagnostic {
    let example = fallback.map { ", for example `\($0.canonical)`" } ?? ""
    return Diagnostic(
      "E0306", word.text.isEmpty ? "a value is missing" : "`\(word.text)` does not fit `\(title)`",
      at: word.range, label: "not \(kind.noun)", remedy: "`\(title)` takes \(kind.phrase)\(example)")
  }

  private func flag(_ word: WordSyntax) throws(Diagnostic) -> Bool {
    switch word.value {
    case "yes", "true": return true
    case "no", "false": return false
    default:
      throw Diagnostic(
        "E0312", "`\(word.text)` is neither yes nor no", at: word.range, label: "not yes or no",
        remedy: "write `\(title)` alone for yes")
    }
  }

  private func choice(_ word: WordSyntax, _ choices: [Choice]) throws(Diagnostic) -> String {
    let names = choices.map(\.name)
    switch NameMatch(word.value, among: names, abbreviations: abbreviations) {
    case .one(let name): return name
    case .several(let found): throw ambiguous(word, found)
    case .none:
      throw Diagnostic(
        "E0308", "`\(title)` has no choice `\(word.value)`", at: word.range, label: "not a choice",
        remedy: Suggestion.remedy(
          for: word.value, among: names, else: "choose \(Suggestion.list(names, "or"))"))
    }
  }

  func ambiguous(_ word: WordSyntax, _ names: [String]) -> Diagnostic {
    Diagnostic(
      "E0202", "`\(word.text)` can mean several things", at: word.range, label: "ambiguous",
      remedy: "write more letters: \(Suggestion.some(names))")
  }

  private func range(
    _ word: WordSyntax, _ kind: ParameterKind, depth: Int
  ) throws(Diagnostic) -> Argument {
    let dots = word.offsets(of: UInt8(ascii: "."))
    guard let offset = zip(dots, dots.dropFirst()).first(where: { $1 == $0 + 1 })?.0 else {
      let isInteger = if case .integer = kind { true } else { false }
      throw Diagnostic(
        "E0311", "`\(word.text)` is not a range", at: word.range, label: "not a range",
        remedy: "write both ends with two dots between: \(isInteger ? "`0..9` are the first ten" : "`a..b`")")
    }
    let low = try read(kind, word.part(0..<offset), depth: depth + 1)
    let high = try read(kind, word.part(offset + 2..<word.text.utf8.count), depth: depth + 1)
    guard low.isOrdered(before: high) else {
      throw Diagnostic(
        "E0311", "the range `\(word.text)` runs backwards", at: word.range, label: "backwards",
        remedy: "write the smaller end first: `\(high.canonical)..\(low.canonical)`")
    }
    return .range(low, high)
  }

  func list(_ word: WordSyntax, _ kind: ParameterKind, depth: Int) throws(Diagnostic) -> [Argument] {
    guard depth < Self.deepest else { throw unreadable(word, kind) }
    var items: [Argument] = []
    for part in word.split(at: UInt8(ascii: ",")) {
      guard !part.text.isEmpty else {
        throw Diagnostic(
          "E0306", "an item of the list is missing", at: word.range, label: "nothing between two commas",
          remedy: "write a value there or remove the comma")
      }
      items.append(try read(kind, part, depth: depth + 1))
    }
    return items
  }
}

extension Argument {
  /// Whether a range may run from this to the other.
  fileprivate func isOrdered(before other: Argument) -> Bool {
    switch (self, other) {
    case (.integer(let a), .integer(let b)): a <= b
    case (.real(let a), .real(let b)): a <= b
    case (.span(let a), .span(let b)): a <= b
    case (.instant(let a), .instant(let b)): a <= b
    default: true
    }
  }
}
