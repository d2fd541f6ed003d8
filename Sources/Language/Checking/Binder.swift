/// Gives the words of one call to its parameters: positional ones in order, options by name.
struct Binder {
  /// The words that one parameter got.
  struct Given {
    var words: [WordSyntax]
    /// Where to point when something is wrong with the whole.
    var range: Range<Int>
    /// For flags: `--name` or `--no-name`.
    var flag: Bool?
  }

  let spec: CommandSpec
  let abbreviations: Bool
  private(set) var given: [String: Given] = [:]
  /// Positional parameters that wait for a word.
  private var queue: [AnyParameter]

  init(
    _ spec: CommandSpec, words: [WordSyntax], abbreviations: Bool, input: WordSyntax?
  ) throws(Diagnostic) {
    self.spec = spec
    self.abbreviations = abbreviations
    queue = spec.parameters.filter { $0.placement == .positional }
    if let input { try fill(from: input) }
    var position = 0
    while position < words.count {
      if words[position].isOption {
        try takeOption(words, &position)
      } else {
        try takePositional(words, &position)
      }
    }
  }

  /// The pipe fills the first positional value.
  private mutating func fill(from input: WordSyntax) throws(Diagnostic) {
    guard let index = queue.firstIndex(where: { $0.kind.takesValue }) else {
      throw Diagnostic(
        "E0210", "`\(spec.name)` takes no value from a pipe", at: input.range, label: "has nowhere to go",
        remedy: "start a line of its own with `\(spec.name)`")
    }
    try give([input], to: queue[index], at: input.range)
    if !queue[index].isList { queue.remove(at: index) }
  }

  private mutating func takePositional(_ words: [WordSyntax], _ position: inout Int) throws(Diagnostic) {
    let word = words[position]
    while let next = queue.first, given[next.name] != nil, !next.isList { queue.removeFirst() }
    guard let parameter = queue.first else { throw unexpected(word) }
    if parameter.kind.isExpression || isAssigned(parameter) {
      let whole = Self.joined(words, &position)
      if parameter.kind.isExpression {
        queue.removeFirst()
        return try give([whole], to: parameter, at: whole.range)
      }
      return try takeAssignment(whole)
    }
    if !parameter.isList { queue.removeFirst() }
    try give([word], to: parameter, at: word.range)
    position += 1
  }

  /// Whether the parameter is the name in `name = expression`.
  private func isAssigned(_ parameter: AnyParameter) -> Bool {
    parameter.kind == .text && queue.count > 1 && queue[1].kind.isExpression
  }

  private mutating func takeAssignment(_ whole: WordSyntax) throws(Diagnostic) {
    guard let (left, right) = whole.splitOnce(at: UInt8(ascii: "=")), !left.text.isEmpty,
      !right.text.isEmpty, !right.text.hasPrefix("=")
    else {
      throw Diagnostic(
        "E0301", "`\(spec.name)` needs a name and an expression", at: whole.range, label: "not complete",
        remedy: "write `\(queue[0].name) = expression`")
    }
    try give([left], to: queue.removeFirst(), at: left.range)
    try give([right], to: queue.removeFirst(), at: right.range)
  }

  /// Everything up to the next option as one word.
  private static func joined(_ words: [WordSyntax], _ position: inout Int) -> WordSyntax {
    let start = words[position].range.lowerBound
    var text = ""
    var end = start
    while position < words.count, !words[position].isOption {
      let word = words[position]
      text += String(repeating: " ", count: max(0, word.range.lowerBound - end)) + word.text
      end = word.range.upperBound
      position += 1
    }
    return WordSyntax(text, at: start)
  }

  private mutating func takeOption(_ words: [WordSyntax], _ position: inout Int) throws(Diagnostic) {
    let word = words[position]
    position += 1
    let parts = word.splitOnce(at: UInt8(ascii: "="))
    let nameWord = parts?.0 ?? word
    let (parameter, isNegated) = try option(nameWord)
    if parameter.kind == .flag {
      if isNegated, let value = parts?.1 { throw unexpected(value) }
      return try give(
        parts.map { [$0.1] } ?? [], to: parameter, at: word.range, flag: parts == nil ? !isNegated : nil)
    }
    var value = parts?.1
    if value == nil, position < words.count, !words[position].isOption {
      if parameter.kind.isExpression {
        value = Self.joined(words, &position)
      } else {
        value = words[position]
        position += 1
      }
    }
    guard let value, !value.text.isEmpty else {
      throw Diagnostic(
        "E0304", "`--\(parameter.name)` needs a value", at: word.range, label: "nothing follows",
        remedy: "write \(parameter.kind.phrase) behind it")
    }
    try give([value], to: parameter, at: value.range, option: nameWord.range)
  }

  private func option(_ word: WordSyntax) throws(Diagnostic) -> (AnyParameter, isNegated: Bool) {
    let name = String(word.text.dropFirst(2))
    let flags = spec.parameters.filter { $0.kind == .flag }.map { "no-" + $0.name }
    let names = spec.parameters.map(\.name)
    switch NameMatch(name, among: names + (name.hasPrefix("no-") ? flags : []), abbreviations: abbreviations)
    {
    case .one(let found):
      if let parameter = spec.parameters.first(where: { $0.name == found }) { return (parameter, false) }
      if let parameter = spec.parameters.first(where: { "no-" + $0.name == found }) {
        return (parameter, true)
      }
    case .several(let found):
      throw Diagnostic(
        "E0202", "`\(word.text)` can mean several options", at: word.range, label: "ambiguous",
        remedy: "write more letters: \(Suggestion.some(found.map { "--" + $0 }))")
    case .none: break
    }
    let options = spec.parameters.filter { $0.placement == .option }.map { "--" + $0.name }
    throw Diagnostic(
      "E0302", "`\(spec.name)` has no option `\(word.text)`", at: word.range, label: "not an option of it",
      remedy: Suggestion.remedy(
        for: word.text, among: options, known: Suggestion.options(named: name, among: names),
        else: options.isEmpty ? "remove it" : "its options are \(Suggestion.some(options))"))
  }

  private mutating func give(
    _ words: [WordSyntax], to parameter: AnyParameter, at range: Range<Int>, option: Range<Int>? = nil,
    flag: Bool? = nil
  ) throws(Diagnostic) {
    if var before = given[parameter.name] {
      guard parameter.isList, option == nil else {
        throw Diagnostic(
          "E0303", "`\(parameter.title)` is given twice", at: option ?? range, label: "given before",
          remedy: "keep one of them")
      }
      before.words += words
      before.range = before.range.lowerBound..<max(before.range.upperBound, range.upperBound)
      given[parameter.name] = before
    } else {
      given[parameter.name] = Given(words: words, range: range, flag: flag)
    }
  }

  private func unexpected(_ word: WordSyntax) -> Diagnostic {
    let options = spec.parameters.filter { $0.placement == .option }.map(\.name)
    let near = Suggestion.nearest(to: word.value, among: options)
    let method = spec.method == nil ? "" : " after `\(spec.name)`"
    return Diagnostic(
      "E0305", "`\(word.text)` is one word too many\(method)", at: word.range, label: "not expected",
      remedy: near.isEmpty
        ? "write `\(spec.usage)`; a text with spaces stands in quotes"
        : "did you mean \(Suggestion.list(near.map { "--" + $0 }, "or"))?")
  }
}

extension ParameterKind {
  /// A value or a list of values.
  package var takesValue: Bool {
    switch self {
    case .value: true
    case .list(let kind): kind.takesValue
    default: false
    }
  }

  /// Whether the argument names columns of a value.
  package var namesColumn: Bool {
    switch self {
    case .column, .expression, .condition: true
    case .list(let kind), .range(let kind): kind.namesColumn
    case .call(let calls): calls.contains { $0.parameters.contains { $0.kind.namesColumn } }
    default: false
    }
  }

  /// Whether a value of the kind can be the argument.
  package func takes(_ kind: ValueKind) -> Bool {
    switch self {
    case .value(let kinds): kinds.isEmpty || kinds.contains(kind)
    case .list(let element): element.takes(kind)
    default: false
    }
  }
}

extension AnyParameter {
  /// `--trees`, or `value` for positional ones.
  package var title: String { placement == .option ? "--" + name : name }

  /// A positional list takes all the words that follow.
  package var isList: Bool { if case .list = kind { placement == .positional } else { false } }
}

extension CommandSpec {
  /// `detect iforest VALUE [--trees …]`, without the options that may stay away.
  package var usage: String {
    var text = name
    for parameter in parameters where parameter.placement == .positional {
      let shown = parameter.name.uppercased() + (parameter.isList ? "…" : "")
      text += parameter.isRequired ? " \(shown)" : " [\(shown)]"
    }
    for parameter in parameters where parameter.placement == .option && parameter.isRequired {
      text += " --\(parameter.name) …"
    }
    return text
  }
}
