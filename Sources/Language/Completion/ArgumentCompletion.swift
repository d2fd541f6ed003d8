/// Completes the words behind a command's name.
struct ArgumentCompletion {
  let spec: CommandSpec
  let scope: any Scope
  /// The value whose columns are named.
  let subject: ValueShape?
  var isPiped = false

  init(spec: CommandSpec, scope: any Scope, subject: ValueShape?) {
    self.spec = spec
    self.scope = scope
    self.subject = subject
  }

  private typealias Item = Completer.Item

  func complete(_ words: [WordSyntax], _ current: WordSyntax) -> Completer.Result {
    if current.text.hasPrefix("-") {
      if let equals = current.text.utf8.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(current.text[..<equals].dropFirst(2))
        let length = current.text.utf8.distance(from: current.text.startIndex, to: equals) + 1
        let value = current.part(length..<current.text.utf8.count)
        return values(spec.parameters.first { $0.name == name }, value)
      }
      return Completer.Result(
        range: current.range, items: options(without: words).starting(with: current.text))
    }
    if let last = words.last, last.isOption, !last.text.contains("="),
      let parameter = spec.parameters.first(where: { $0.name == last.text.dropFirst(2) }),
      parameter.kind != .flag
    {
      return values(parameter, current)
    }
    guard let parameter = positional(behind: words) else {
      let items = current.text.isEmpty ? options(without: words) : []
      return Completer.Result(range: current.range, items: items)
    }
    let result = values(parameter, current)
    // What may stay away leaves room for options.
    guard current.text.isEmpty, !parameter.isRequired || isGiven(parameter, words) else { return result }
    return Completer.Result(range: result.range, items: result.items + options(without: words))
  }

  // MARK: Which parameter

  /// Words that are neither options nor their values.
  private func positionals(_ words: [WordSyntax]) -> [WordSyntax] {
    var rest: [WordSyntax] = []
    var isValue = false
    for word in words {
      if word.isOption {
        let parameter = spec.parameters.first { $0.name == word.text.dropFirst(2) }
        isValue = parameter.map { $0.kind != .flag } ?? false
      } else if isValue {
        isValue = false
      } else {
        rest.append(word)
      }
    }
    return rest
  }

  private var queue: [AnyParameter] {
    var queue = spec.parameters.filter { $0.placement == .positional }
    if isPiped, let index = queue.firstIndex(where: { $0.kind.takesValue }), !queue[index].isList {
      queue.remove(at: index)
    }
    return queue
  }

  private func positional(behind words: [WordSyntax]) -> AnyParameter? {
    let queue = queue
    let index = positionals(words).count
    if let list = queue.firstIndex(where: { $0.isList || $0.kind.isExpression }), index >= list {
      return queue[list]
    }
    return index < queue.count ? queue[index] : nil
  }

  private func isGiven(_ parameter: AnyParameter, _ words: [WordSyntax]) -> Bool {
    parameter.isList && (isPiped || positionals(words).count >= queue.count)
  }

  private func options(without words: [WordSyntax]) -> [Completer.Item] {
    let given = Set(words.filter(\.isOption).map { $0.text.dropFirst(2).prefix { $0 != "=" } })
    return spec.parameters.filter { $0.placement == .option && !given.contains($0.name[...]) }.map {
      Item("--" + $0.name, detail: Self.detail($0))
    }
  }

  /// Help, range and default.
  private static func detail(_ parameter: AnyParameter) -> String {
    var facts: [String] = []
    switch parameter.kind {
    case .flag, .text, .choice, .call: break
    default: facts.append(parameter.kind.phrase)
    }
    if parameter.isRequired { facts.append("required") }
    if let fallback = parameter.fallback, parameter.kind != .flag, !parameter.isSeed {
      facts.append("default \(fallback.canonical)")
    }
    return parameter.help + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
  }

  // MARK: Values

  private func values(_ parameter: AnyParameter?, _ word: WordSyntax) -> Completer.Result {
    guard let parameter else { return Completer.Result(range: word.range, items: []) }
    let result = values(parameter.kind, word)
    guard result.items.isEmpty, word.text.isEmpty, let fallback = parameter.fallback else { return result }
    return Completer.Result(
      range: word.range, items: [Item(fallback.canonical, detail: "the default; \(parameter.kind.phrase)")])
  }

  private func values(_ kind: ParameterKind, _ word: WordSyntax) -> Completer.Result {
    var items: [Completer.Item] = []
    switch kind {
    case .choice(let choices): items = choices.map { Item($0.name, detail: $0.help) }
    case .value(let kinds): items = references(word.text, kinds)
    case .column(let types): items = columns(types).map { Item($0.text, detail: $0.detail) }
    case .call(let calls):
      items = calls.map {
        Item(
          $0.parameters.isEmpty ? $0.name : $0.name + "(", detail: "\($0.usage): \($0.summary)",
          isComplete: false)
      }
    case .input, .output:
      // They begin like that already, and some stand in quotes.
      return Completer.Result(range: word.range, items: Completer.files(word.text, scope: scope))
    case .list(.value(let kinds)): items = references(word.text, kinds)
    case .list(let kind):
      let start = word.offsets(of: UInt8(ascii: ",")).last.map { $0 + 1 } ?? 0
      let part = WordSyntax(
        String(decoding: Array(word.text.utf8)[start...], as: UTF8.self), at: word.range.lowerBound + start)
      let result = values(kind, part)
      return Completer.Result(
        range: result.range, items: result.items.map { Item($0.text, detail: $0.detail, isComplete: false) })
    case .expression, .condition: return expression(word)
    case .flag, .integer, .real, .fraction, .span, .instant, .moment, .text, .range: break
    }
    return Completer.Result(range: word.range, items: items.starting(with: word.text))
  }

  /// Names of values of these kinds, and of columns behind a dot.
  private func references(_ text: String, _ kinds: [ValueKind]) -> [Completer.Item] {
    guard let dot = text.firstIndex(of: ".") else { return Self.names(scope, kinds: kinds) }
    let name = String(text[..<dot])
    guard let reference = Reference(WordSyntax(name, at: 0)), let shape = scope.shape(of: reference) else {
      return []
    }
    return (shape.columns ?? []).map { Item("\(name).\(Self.written($0.name))", detail: Self.detail($0)) }
  }

  /// The names of all values that fit, newest first.
  static func names(_ scope: any Scope, kinds: [ValueKind]) -> [Completer.Item] {
    scope.names.compactMap { name in
      guard let shape = scope.shape(of: Reference(root: .name(name))) else { return nil }
      if kinds.isEmpty || kinds.contains(shape.kind) { return Item(name, detail: detail(shape)) }
      let slots = shape.columns ?? []
      let hasSlot = slots.contains { slot in kinds.contains { $0.rawValue == slot.type } }
      return hasSlot ? Item(name + ".", detail: detail(shape), isComplete: false) : nil
    }
  }

  private static func detail(_ shape: ValueShape) -> String {
    var text = shape.kind.rawValue
    if let rows = shape.rowCount { text += ", \(rows) rows" }
    if let columns = shape.columns { text += ", \(columns.count) columns" }
    return text
  }

  private static func detail(_ column: ColumnShape) -> String {
    [column.type, column.unit].compactMap(\.self).joined(separator: ", ")
  }

  private static func written(_ column: String) -> String {
    Word.isPlainColumn(column) ? column : Word.quoted(column)
  }

  private func columns(_ types: [String]) -> [(text: String, detail: String)] {
    (subject?.columns ?? []).filter { types.isEmpty || $0.type.map(types.contains) ?? true }.map {
      (Word.written($0.name), Self.detail($0))
    }
  }

  /// Columns and functions, for the name that the text ends in.
  private func expression(_ word: WordSyntax) -> Completer.Result {
    let bytes = Array(word.text.utf8)
    let start = bytes.lastIndex { !Nesting.isWordByte($0) }.map { $0 + 1 } ?? 0
    let typed = String(decoding: bytes[start...], as: UTF8.self)
    let names = columns([]).map { Item($0.text, detail: $0.detail, isComplete: false) }
    let functions = ExpressionFunction.all.map {
      Item($0.name + "(", detail: "\($0.usage): \($0.help)", isComplete: false)
    }
    return Completer.Result(
      range: word.range.lowerBound + start..<word.range.upperBound,
      items: (names + functions).starting(with: typed))
  }
}

extension Completer {
  /// Files and folders that begin like that.
  package static func files(_ text: String, scope: any Scope) -> [Item] {
    if text.contains("\"") || text.contains("'") { return [] }
    let slashes = text.utf8.count { $0 == UInt8(ascii: "/") }
    var seen = Set<String>()
    var items: [Item] = []
    for file in ["*/*", "*/*/*"].flatMap({ scope.files(matching: text + $0) }) {
      let parts = file.split(separator: "/", omittingEmptySubsequences: false)
      let folder = parts.prefix(slashes + 1).joined(separator: "/") + "/"
      if Word.isPlain(folder), seen.insert(folder).inserted { items.append(Item(folder, isComplete: false)) }
    }
    for file in scope.files(matching: text + "*") where seen.insert(file).inserted {
      items.append(Item(Word.written(file)))
    }
    return items
  }
}
