import Language

/// What arguments look like in a workspace: words to choose from, or a regular expression.
///
/// What fits reads as an argument of its kind. The expressions use only what model servers understand (groups, alternatives,
/// classes, counts) and hold no double quote, which would end the JSON text around them.
struct ArgumentPatterns {
  /// Where a word stands: a text of a tool call's arguments, or a word of a line, which may need quotes.
  enum Place { case text, line }

  let scope: any Scope
  /// Values by name, and results by number.
  private(set) var names: [String]
  /// Words of the question; columns of such names come first.
  let named: Set<String>
  let files: [String]
  /// Paths that the question names, there or not.
  let paths: [String]
  /// The endings of files that a command is known to write.
  var endings: [String] = []
  private var mostColumns = Int.max

  init(scope: any Scope, names: [String], named: Set<String>, files: [String], paths: [String]) {
    self.scope = scope
    self.names = names
    self.named = named
    self.files = files
    self.paths = paths
  }

  /// Leaves so many values, and columns of each.
  mutating func keep(_ most: (names: Int, columns: Int)) {
    names = Array(names.prefix(most.names))
    mostColumns = most.columns
  }

  /// The words that an argument can be; nil if there are too many kinds of them to be listed.
  func words(_ kind: ParameterKind, _ subject: ValueShape?, _ place: Place) -> [String]? {
    switch kind {
    case .choice(let choices): return choices.map { Self.word($0.name, place) }.compactMap(\.self)
    case .value(let kinds): return names.flatMap { references($0, kinds, place) }
    case .column(let types):
      return subject?.columns.map { columns in
        columns.filter { types.isEmpty || $0.type.map(types.contains) ?? true }
          .compactMap { Self.word($0.name, place) }
      }
    case .input(let many):
      return files.filter { many || scope.files(matching: $0).count == 1 }.compactMap { Self.word($0, place) }
    default: return nil
    }
  }

  /// The value, and each of its columns; a part of a bundle is a value of another kind.
  private func references(_ name: String, _ kinds: [ValueKind], _ place: Place) -> [String] {
    guard let shape = shape(of: name) else { return [] }
    func fits(_ kind: ValueKind?) -> Bool { kind.map { kinds.isEmpty || kinds.contains($0) } ?? false }
    let columns = (shape.columns ?? []).filter { column in
      fits(shape.kind == .bundle ? column.type.flatMap(ValueKind.init) : shape.kind)
    }
    return (fits(shape.kind) ? [name] : [])
      + columns.compactMap { column in
        if Word.isPlainColumn(column.name) { return "\(name).\(column.name)" }
        return (place == .text ? Word.quoted(column.name) : Self.quoted(column.name)).map { "\(name).\($0)" }
      }
  }

  /// With the columns that can be named.
  func shape(of name: String) -> ValueShape? {
    let number = name.hasPrefix("r") ? Int(name.dropFirst()) : nil
    let root = number.map(Reference.Root.result) ?? .name(name)
    guard var shape = scope.shape(of: Reference(root: root)) else { return nil }
    if let columns = shape.columns, columns.count > mostColumns {
      shape.columns = Array(
        (columns.filter { named.contains($0.name) } + columns.filter { !named.contains($0.name) }).prefix(
          mostColumns))
    }
    return shape
  }

  /// An expression for the argument; nil if nothing can fit. `subject` is the value whose columns it names.
  func pattern(_ kind: ParameterKind, _ subject: ValueShape?, _ place: Place) -> String? {
    guard let kind = kind.bounded(by: subject) else { return nil }
    if case .value(let kinds) = kind {
      return NumberPattern.any(
        names.compactMap { name in
          let words = references(name, kinds, place)
          let columns = words.filter { $0 != name }.map { Self.escaped(String($0.dropFirst(name.count + 1))) }
          guard let any = NumberPattern.any(columns) else { return words.first.map(Self.escaped) }
          let name = Self.escaped(name) + "\\.\(any)"
          return words.count > columns.count ? "\(Self.escaped(words[0]))(\\.\(any))?" : name
        })
    }
    if let words = words(kind, subject, place) { return NumberPattern.any(words.map(Self.escaped)) }
    switch kind {
    case .integer(let range): return NumberPattern.whole(range)
    case .real(let range, _): return NumberPattern.real(range)
    case .fraction(let range): return NumberPattern.share(range)
    case .span(let range): return NumberPattern.span(range)
    case .instant: return Self.instant
    case .moment: return "(\(Self.instant)|\(Self.clock))"
    case .text: return place == .text ? "[A-Za-z0-9_]\(Self.character){0,119}" : Self.text
    case .flag: return "(true|false)"
    // Of a value whose columns nobody knows, or none.
    case .column: return subject == nil || subject?.columns == nil ? "[A-Za-z_][A-Za-z0-9_]{0,30}" : nil
    case .output: return output(place)
    case .expression: return ExpressionPattern(subject)?.value
    case .condition: return ExpressionPattern(subject)?.condition
    case .call(let calls): return NumberPattern.any(calls.compactMap { pattern($0, subject) })
    case .range(let inner): return pattern(inner, subject, place).map { "\($0)\\.\\.\($0)" }
    case .list(let inner): return pattern(inner, subject, place).map { "\($0)(,\($0)){0,7}" }
    case .choice, .value, .input: return nil
    }
  }

  private static let clock = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
  static let instant = "20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T\(clock)"
  private static let character = "[A-Za-z0-9 _.,:;/()?!=+*%<>-]"
  private static let text = "([A-Za-z0-9_][A-Za-z0-9_./:@%+*-]{0,39}|'\(character){1,120}')"

  /// A call literal: what is required, then the rest by order as far as it goes.
  private func pattern(_ call: CallSpec, _ subject: ValueShape?) -> String? {
    var optional = ""
    var required: [String] = []
    for parameter in call.parameters.reversed() {
      // A comma would end the argument.
      let kind = if case .list(let inner) = parameter.kind { inner } else { parameter.kind }
      guard let pattern = pattern(kind, subject, .line) else {
        if parameter.isRequired { return nil }
        optional = ""
        continue
      }
      if parameter.isRequired {
        required.insert(pattern, at: 0)
      } else if required.isEmpty {
        let comma = parameter == call.parameters.first ? "" : ", ?"
        optional = "(\(comma)\(pattern)\(optional))?"
      }
    }
    if required.isEmpty, optional.isEmpty { return call.name }
    let inner = required.joined(separator: ", ?") + optional
    return required.isEmpty ? "\(call.name)(\\(\(inner.dropLast())\\))?" : "\(call.name)\\(\(inner)\\)"
  }

  private func output(_ place: Place) -> String? {
    let known = paths.filter { path in endings.contains { path.hasSuffix($0) } }.compactMap {
      Self.word($0, place)
    }
    guard let ending = NumberPattern.any(endings.map(Self.escaped)) else { return nil }
    return NumberPattern.any(known.map(Self.escaped) + ["[A-Za-z0-9][A-Za-z0-9_-]{0,39}\(ending)"])
  }

  /// The text as it stands there; nil if it cannot.
  static func word(_ text: String, _ place: Place) -> String? {
    place == .text || Word.isPlain(text) ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String? {
    text.unicodeScalars.contains { "'\"\\{".unicodeScalars.contains($0) || Word.isHidden($0) }
      ? nil : "'\(text)'"
  }

  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      result += "^$.[](){}|*+?".contains(character) ? "\\\(character)" : String(character)
    }
  }
}

/// What expressions over the columns of a value look like: not all of the language, but the most of what is asked.
private struct ExpressionPattern {
  let value: String
  let condition: String

  /// nil without known columns.
  init?(_ subject: ValueShape?) {
    let columns = subject?.columns ?? []
    func written(_ types: Set<ExpressionType>) -> String? {
      NumberPattern.any(
        columns.filter { types.contains(ExpressionType(column: $0.type)) }.compactMap { column in
          if Word.isName(column.name) { return ArgumentPatterns.escaped(column.name) }
          let isOdd = column.name.unicodeScalars.contains {
            "`\"\\".unicodeScalars.contains($0) || Word.isHidden($0)
          }
          return isOdd || column.name.isEmpty ? nil : "`\(ArgumentPatterns.escaped(column.name))`"
        })
    }
    let number = "-?[0-9]{1,6}(\\.[0-9]{1,4})?"
    var conditions: [String] = []
    var values: [String] = []
    if let numbers = written([.number]) {
      let window = "[1-9][0-9]{0,3}(ms|s|min|h|d)"
      let function = "(abs|sqrt|exp|log|log10|floor|ceil|round|sign|diff|lag|lead|cumsum|zscore|rank)"
      let over = "rolling\\((mean|median|std|mad|min|max|sum), ?\(numbers), ?\(window)"
      let term =
        "(\(numbers)|\(function)\\((\(numbers)|\(function)\\(\(numbers)\\))\\)|\(over)\\)|zscore\\(\(numbers), ?\(window)\\)"
        + "|ewm\\(\(numbers), ?0\\.[1-9]\\))"
      values.append("\(term)( [+*/-] (\(term)|[0-9]{1,6}(\\.[0-9]{1,4})?)){0,2}")
      conditions.append("\(term) (>|>=|<|<=|==|!=) (\(number)|\(term)( [+*/-] [0-9]{1,6}(\\.[0-9]{1,4})?)?)")
    }
    // Values that may have times.
    if subject.map({ ![.table, .text, .graph, .cloud].contains($0.kind) }) == true {
      conditions.append("time\\(\\) (>|>=|<|<=) \(ArgumentPatterns.instant)")
    }
    if let texts = written([.text]) {
      conditions.append("\(texts) (==|!=) '[A-Za-z0-9 _.,:/-]{1,40}'")
      conditions.append("(contains|starts)\\(\(texts), ?'[A-Za-z0-9 _.,:/-]{1,40}'\\)")
    }
    if let flags = written([.bool]) { conditions.append("(not )?\(flags)") }
    if let all = written(Set(ExpressionType.allCases)) { conditions.append("(not )?isnull\\(\(all)\\)") }
    guard let condition = NumberPattern.any(conditions) else { return nil }
    self.condition = "\(condition)( (and|or) \(condition)){0,2}"
    value = NumberPattern.any(values) ?? self.condition
  }
}
