/// Finds what can stand at a cursor, from declarations, names and shapes; it reads no data and runs nothing.
package struct Completer {
  package struct Item: Sendable, Equatable {
    package let text: String
    /// Meaning, range and default, for the reader.
    package let detail: String
    /// Whether the word is finished with it.
    package let isComplete: Bool

    package init(_ text: String, detail: String = "", isComplete: Bool = true) {
      self.text = text
      self.detail = detail
      self.isComplete = isComplete
    }
  }

  package struct Result: Sendable, Equatable {
    /// The UTF-8 offsets that an item replaces.
    package let range: Range<Int>
    package let items: [Item]

    package init(range: Range<Int>, items: [Item]) {
      self.range = range
      self.items = items
    }
  }

  let table: CommandTable
  let scope: any Scope
  /// What a pipeline gives, if that can be proved.
  let shapeOf: (String) -> ValueShape?
  private static let mostItems = 200

  package init(table: CommandTable, scope: any Scope, shapeOf: @escaping (String) -> ValueShape?) {
    self.table = table
    self.scope = scope
    self.shapeOf = shapeOf
  }

  /// What can stand at `cursor`, an offset into the UTF-8 of a line of data commands.
  package func complete(_ line: String, cursor: Int) -> Result {
    let bytes = Array(line.utf8.prefix(cursor))
    let site = CompletionSite(bytes)
    let piped = site.pipeline.flatMap(shapeOf)
    guard let head = site.words.first else { return heads(site, piped) }
    if site.words.count == 1, let result = methods(of: head, site, piped) { return result }
    guard let (spec, used) = spec(of: site.words) else {
      return Result(range: site.current.range, items: [])
    }
    var reader = ArgumentCompletion(spec: spec, scope: scope, subject: subject(of: spec, site, used, piped))
    reader.isPiped = site.pipeline != nil
    return limited(reader.complete(Array(site.words.dropFirst(used)), site.current))
  }

  // MARK: Heads

  private func heads(_ site: CompletionSite, _ piped: ValueShape?) -> Result {
    var items: [Item] = []
    for verb in table.verbs where table.methods(of: verb).contains(where: { takes($0, site, piped) }) {
      let methods = table.methods(of: verb)
      let detail =
        methods.count == 1 ? methods[0].summary : methods.compactMap(\.method).joined(separator: " ")
      items.append(Item(verb, detail: detail))
    }
    items += table.definitions.keys.sorted().map { Item($0, detail: "a definition") }
    if site.pipeline == nil {
      items.append(Item(CheckedSweep.keyword, detail: "a pipeline tried with several values"))
      items = ArgumentCompletion.names(scope, kinds: []) + items
    }
    return limited(Result(range: site.current.range, items: items.starting(with: site.current.text)))
  }

  private func methods(of head: WordSyntax, _ site: CompletionSite, _ piped: ValueShape?) -> Result? {
    let specs = table.methods(of: head.text).filter { $0.method != nil && takes($0, site, piped) }
    guard !specs.isEmpty else { return nil }
    let items = specs.map { Item($0.method ?? "", detail: $0.summary) }.starting(with: site.current.text)
    if items.isEmpty, table.spec(head.text, nil) != nil { return nil }
    return limited(Result(range: site.current.range, items: items))
  }

  /// Whether a command can follow the pipe, as far as is known.
  private func takes(_ spec: CommandSpec, _ site: CompletionSite, _ piped: ValueShape?) -> Bool {
    guard site.pipeline != nil else { return true }
    guard
      let kinds = spec.parameters.first(where: { $0.placement == .positional && $0.kind.takesValue })?
        .kind.valueKinds
    else { return false }
    guard let piped else { return true }
    return kinds.isEmpty || kinds.contains(piped.kind)
  }

  private func spec(of words: [WordSyntax]) -> (CommandSpec, used: Int)? {
    if words.count > 1, let spec = table.spec(words[0].text, words[1].text) { return (spec, 2) }
    return table.spec(words[0].text, nil).map { ($0, 1) }
  }

  /// The value whose columns the other arguments name.
  private func subject(
    of spec: CommandSpec, _ site: CompletionSite, _ used: Int, _ piped: ValueShape?
  ) -> ValueShape? {
    if site.pipeline != nil { return piped }
    for word in site.words.dropFirst(used) where !word.isOption {
      if let reference = Reference(word), let shape = scope.shape(of: reference) { return shape }
    }
    return nil
  }

  private func limited(_ result: Result) -> Result {
    Result(range: result.range, items: Array(result.items.prefix(Self.mostItems)))
  }
}

extension [Completer.Item] {
  /// Those that begin like that; if none does, those that do when case is ignored.
  func starting(with prefix: String) -> [Completer.Item] {
    let exact = filter { $0.text.hasPrefix(prefix) }
    return exact.isEmpty ? filter { $0.text.lowercased().hasPrefix(prefix.lowercased()) } : exact
  }
}

extension ParameterKind {
  /// The kinds that a value or a list of values may have.
  var valueKinds: [ValueKind]? {
    switch self {
    case .value(let kinds): kinds
    case .list(let kind): kind.valueKinds
    default: nil
    }
  }
}
