/// A value that other arguments speak about.
struct Subject {
  /// As people call it: `pump`, or "the result before".
  let name: String
  let shape: ValueShape
}

extension ArgumentReader {
  func reference(_ word: WordSyntax, _ kinds: [ValueKind]) throws(Diagnostic) -> Reference {
    guard let reference = Reference(word) else {
      throw Diagnostic(
        "E0211", "`\(word.text)` does not name a value", at: word.range, label: "not a name",
        remedy: "write `name`, `name.column`, `name@2`, `_` or `r12`")
    }
    let shape = try shape(of: reference, word)
    guard kinds.isEmpty || kinds.contains(shape.kind) else { throw wrongKind(word, shape.kind, kinds) }
    return reference
  }

  /// The shape of a value or of the part of it that the reference picks.
  func shape(of reference: Reference, _ word: WordSyntax) throws(Diagnostic) -> ValueShape {
    guard let whole = scope.shape(of: reference) else { throw unknown(reference, word) }
    guard let column = reference.column, let columns = whole.columns else { return whole }
    let name = Reference(root: reference.root, version: reference.version).description
    let subject = Subject(name: name, shape: whole)
    let length = column.utf8.count
    let isTail = word.text.hasSuffix(column)
    let range = isTail ? word.range.upperBound - length..<word.range.upperBound : word.range
    if let dot = column.firstIndex(of: "."), let slot = columns.first(where: { $0.name == column[..<dot] }),
      let kind = slot.kind
    {
      return ValueShape(kind: kind, rowCount: whole.rowCount)
    }
    let picked = columns.filter { $0.name == column || Glob.matches($0.name, column) }
    guard let first = picked.first else { throw noColumn(column, range, subject) }
    if picked.count == 1, let kind = first.kind { return ValueShape(kind: kind, rowCount: whole.rowCount) }
    return ValueShape(kind: whole.kind, columns: picked, rowCount: whole.rowCount)
  }

  private func unknown(_ reference: Reference, _ word: WordSyntax) -> Diagnostic {
    if let version = reference.version, scope.shape(of: Reference(root: reference.root)) != nil {
      let name = Reference(root: reference.root).description
      return Diagnostic(
        "E0208", "`\(name)` has no version \(version)", at: word.range, label: "no such version",
        remedy: "write `\(name)` for the newest one")
    }
    switch reference.root {
    case .last, .pipe:
      return Diagnostic(
        "E0208", "there is no result yet", at: word.range, label: "nothing was computed before",
        remedy: "name a value: `name = load table FILE`")
    case .result(let number):
      return Diagnostic(
        "E0208", "there is no result \(number)", at: word.range, label: "no such result",
        remedy: "write `_` for the last result or the name of a value")
    case .name(let name):
      return Diagnostic(
        "E0205", "no value is called `\(name)`", at: word.range, label: "not known here",
        remedy: Suggestion.remedy(for: name, among: scope.names, else: knownNames))
    }
  }

  private var knownNames: String {
    scope.names.isEmpty
      ? "make it first: `name = load table FILE`" : "known are \(Suggestion.some(scope.names))"
  }

  private func wrongKind(_ word: WordSyntax, _ kind: ValueKind, _ wanted: [ValueKind]) -> Diagnostic {
    let kinds = Suggestion.list(wanted.map(\.rawValue), "or")
    let fitting = scope.names.prefix(200).filter { name in
      scope.shape(of: Reference(root: .name(name))).map { wanted.contains($0.kind) } ?? false
    }
    let subject = word.text == "|" ? "the pipe hands on" : "`\(word.text)` is"
    return Diagnostic(
      "E0206", "\(subject) \(kind.withArticle), and `\(title)` takes \(kinds)", at: word.range,
      label: kind.withArticle,
      remedy: sibling(for: kind, word)
        ?? (fitting.isEmpty
          ? maker(of: wanted, from: kind, word) ?? "`help commands` lists what makes \(kinds)"
          : "give one of these: \(Suggestion.some(fitting, of: 3))"))
  }

  /// The method of the same verb that is for such values, where a verb has few.
  private func sibling(for kind: ValueKind, _ word: WordSyntax) -> String? {
    let fitting = siblings.filter { $0.firstPositional?.kind.takes(kind) ?? false }
    guard let first = fitting.first, siblings.count <= 4 else { return nil }
    return "`\(first.name)\(word.text == "|" ? "" : " \(word.text)")` takes \(kind.withArticle)"
  }

  /// The first verb that makes one of the wanted kinds of what was given, in the order of `help`.
  private func maker(of wanted: [ValueKind], from kind: ValueKind, _ word: WordSyntax) -> String? {
    let target = wanted.first { target in commands.contains { $0.makes(target, of: kind) } }
    guard let target, let maker = commands.first(where: { $0.makes(target, of: kind) }) else { return nil }
    let call = word.text == "|" ? maker.verb : "\(maker.verb) \(word.text)"
    let method = maker.method == nil ? "" : " with a method"
    return "`\(call)`\(method) makes \(target.withArticle) of it"
  }

  func column(_ word: WordSyntax, _ types: [String]) throws(Diagnostic) -> String {
    let name = word.value
    guard !name.isEmpty else { throw unreadable(word, .column(types)) }
    guard let subject, let columns = subject.shape.columns else { return name }
    let exact = columns.filter { $0.name == name }
    let picked = exact.isEmpty ? columns.filter { Glob.matches($0.name, name) } : exact
    guard let first = picked.first else { throw noColumn(name, word.range, subject) }
    guard types.isEmpty || picked.contains(where: { $0.type.map(types.contains) ?? true }) else {
      throw Diagnostic(
        "E0207", "column `\(first.name)` holds \(first.type ?? "something else")", at: word.range,
        label: "not \(Suggestion.list(types, "or"))",
        remedy: Self.columnsRemedy(subject, columns.filter { $0.type.map(types.contains) ?? true }))
    }
    return name
  }

  func noColumn(_ name: String, _ range: Range<Int>, _ subject: Subject) -> Diagnostic {
    let columns = subject.shape.columns ?? []
    return Diagnostic(
      "E0203", "no column `\(name)` in `\(subject.name)`", at: range,
      label: "not a column of `\(subject.name)`",
      remedy: (name.hasSuffix(")") ? Habits.remedy(for: name) : nil)
        ?? Suggestion.remedy(
          for: name, among: columns.map(\.name), else: Self.columnsRemedy(subject, columns)))
  }

  private static func columnsRemedy(_ subject: Subject, _ columns: [ColumnShape]) -> String {
    columns.isEmpty
      ? "`describe \(subject.name)` shows what it holds"
      : "`\(subject.name)` has \(Suggestion.some(columns.map(\.name)))"
  }
}

extension ColumnShape {
  /// The kind of a bundle's slot.
  var kind: ValueKind? { type.flatMap { $0 == "text" ? nil : ValueKind(rawValue: $0) } }
}

extension ValueKind {
  /// "a table", "an embedding", "scores".
  package var withArticle: String {
    switch self {
    case .audio, .images, .text, .events, .tokens, .scores, .alarms, .rules, .series: rawValue
    case .embedding, .answer: "an \(rawValue)"
    default: "a \(rawValue)"
    }
  }
}

extension CommandSpec {
  /// Whether it turns a value of one kind into another, without reading or writing anything else.
  fileprivate func makes(_ target: ValueKind, of kind: ValueKind) -> Bool {
    guard output == target, target != kind, reach == .compute, case .value(let kinds)? = firstPositional?.kind
    else { return false }
    return kinds.contains(kind)
  }

  var firstPositional: AnyParameter? { parameters.first { $0.placement == .positional } }
}
