/// Proves a line before anything runs: names, kinds, columns, options, ranges and files.
package struct Checker {
  package let table: CommandTable
  package let scope: any Scope
  /// Whether unambiguous prefixes count, as they do at the prompt.
  package let abbreviations: Bool
  package let shapeOf: ShapeOf

  package init(
    table: CommandTable, scope: any Scope, abbreviations: Bool = false, shapeOf: @escaping ShapeOf
  ) {
    self.table = table
    self.scope = scope
    self.abbreviations = abbreviations
    self.shapeOf = shapeOf
  }

  /// Reads and checks one logical line.
  package func check(_ line: String) throws(Diagnostic) -> CheckedStatement {
    try check(Statement(parsing: line))
  }

  package func check(_ statement: Statement) throws(Diagnostic) -> CheckedStatement {
    do throws(Diagnostic) {
      return try checkBody(statement.body)
    } catch {
      var diagnostic = error
      if diagnostic.source == nil { diagnostic.source = statement.source }
      throw diagnostic
    }
  }

  private func checkBody(_ body: Statement.Body) throws(Diagnostic) -> CheckedStatement {
    switch body {
    case .blank: return .blank
    case .comment(let text): return .comment(text)
    case .question(let role, let text): return .question(role: role, text: text)
    case .shell(let text): return .shell(text)
    case .session(let session): return .session(session)
    case .parameter(let name, let word):
      try checkFree(name)
      return .parameter(name: name.text, value: try LiteralReader.literal(word))
    case .definition(let definition):
      try checkDefinition(definition)
      return .definition(definition)
    case .pipeline(let pipeline): return .pipeline(try check(pipeline))
    }
  }

  func checkFree(_ name: NameSyntax) throws(Diagnostic) {
    guard table.isReserved(name.text) else { return }
    throw Diagnostic(
      "E0204", "`\(name.text)` is the name of a command", at: name.range, label: "taken",
      remedy: "choose another name, such as `my_\(name.text)` or `\(name.text)1`")
  }

  package func check(_ pipeline: PipelineSyntax) throws(Diagnostic) -> CheckedPipeline {
    if let name = pipeline.name { try checkFree(name) }
    if let swept = try checkSweep(pipeline) { return swept }
    let stages = try Expansion(table: table).expand(pipeline.stages)
    var state = PipelineState()
    for stage in stages {
      do throws(Diagnostic) {
        try check(stage.syntax, &state)
      } catch {
        guard let range = stage.blame, let name = stage.definition else { throw error }
        var diagnostic = error
        diagnostic.range = range
        diagnostic.label = "in `\(name)`" + (error.label.isEmpty ? "" : ": " + error.label)
        throw diagnostic
      }
    }
    return CheckedPipeline(
      name: pipeline.name?.text, head: state.calls.isEmpty ? state.head?.argument : nil, calls: state.calls,
      shape: state.shape)
  }

  /// What the stages so far have made.
  private struct PipelineState {
    var head: (argument: Argument, word: WordSyntax)?
    var calls: [CheckedCall] = []
    var shape = ValueShape(kind: .scalar)
  }

  private func check(_ stage: StageSyntax, _ state: inout PipelineState) throws(Diagnostic) {
    let isFirst = state.head == nil && state.calls.isEmpty
    let resolver = StageResolver(table: table, scope: scope, abbreviations: abbreviations)
    guard let (spec, used) = try resolver.command(stage, isFirst: isFirst) else {
      let (argument, shape) = try resolver.head(stage)
      state.head = (argument, stage.words[0])
      state.shape = shape
      return
    }
    var input: WordSyntax?
    if let last = stage.words.first, !state.calls.isEmpty {
      input = WordSyntax("|", standingFor: last)
    }
    if state.calls.isEmpty, let head = state.head {
      guard case .reference = head.argument else {
        throw Diagnostic(
          "E0210", "a literal cannot be piped", at: head.word.range, label: "a literal",
          remedy: "name it first: `x = \(head.argument.canonical)`")
      }
      input = head.word
    }
    let inner: any Scope = state.calls.isEmpty ? scope : PipeScope(outer: scope, shape: state.shape)
    let words = stage.words
    let checker = CallChecker(
      spec: spec, scope: inner, abbreviations: abbreviations, commands: table.specs,
      head: words[0].range.lowerBound..<words[used - 1].range.upperBound)
    let call: CheckedCall
    do throws(Diagnostic) {
      call = try checker.check(Array(words.dropFirst(used)), input: input)
    } catch {
      let before = state.calls.isEmpty ? state.head.flatMap { _ in state.shape } : state.shape
      throw writers(with: methods(of: spec, with: error, in: stage), in: stage, behind: before)
    }
    do throws(Diagnostic) {
      state.shape = try shapeOf(call, inner)
    } catch {
      var diagnostic = error
      if diagnostic.range == nil { diagnostic.range = stage.range }
      throw diagnostic
    }
    state.calls.append(call)
  }

  /// A file that a command does not write, others do: `show pump --to a.png` means `plot pump --to a.png`.
  private func writers(
    with error: Diagnostic, in stage: StageSyntax, behind before: ValueShape?
  ) -> Diagnostic {
    guard error.code == "E0302", let range = error.range,
      let place = stage.words.firstIndex(where: { $0.range == range })
    else { return error }
    let option = stage.words[place].text.dropFirst(2).prefix { $0 != "=" }
    let named = stage.words.dropFirst().lazy.compactMap { word in
      Reference(word).flatMap { reference in scope.shape(of: reference).map { (word.text, $0.kind) } }
    }.first
    guard let kind = before?.kind ?? named?.1 else { return error }
    let having = table.specs.filter { spec in
      spec.parameters.contains { $0.name == option && $0.kind == .output }
        && spec.parameters.first { $0.kind.takesValue }?.kind.takes(kind) == true
    }
    guard let first = having.first else { return error }
    var error = error
    let words = [first.name] + [before == nil ? named?.0 : nil].compactMap(\.self)
    let rest = stage.words[place...].prefix(2).map(\.text)
    error.remedy =
      "write `\((words + rest).joined(separator: " "))`"
      + (having.count > 1 ? " (also \(Suggestion.some(having.dropFirst().map(\.name), of: 4)))" : "")
    return error
  }

  /// An option that the bare verb lacks may be one of its methods': `load x.csv --time t` needs `load table`.
  private func methods(of spec: CommandSpec, with error: Diagnostic, in stage: StageSyntax) -> Diagnostic {
    guard error.code == "E0302", spec.method == nil, let range = error.range,
      let word = stage.words.first(where: { $0.range == range })
    else { return error }
    let option = word.text.dropFirst(2).prefix { $0 != "=" }
    let having = table.methods(of: spec.verb).filter { method in
      method.method != nil && method.parameters.contains { $0.name == option }
    }
    // The one whose examples have such a file is meant most likely.
    let file = stage.words.dropFirst().first { !$0.isOption }?.value ?? ""
    let ending = file.lastIndex(of: ".").map { file[$0...] }
    let likely = having.first { method in
      ending.map { ending in method.examples.contains { $0.line.contains(ending) } } ?? false
    }
    guard let first = likely ?? having.first else { return error }
    let others = having.filter { $0.name != first.name }
    var error = error
    let rest = stage.words.dropFirst().map(\.text).joined(separator: " ")
    error.remedy =
      "write `\(first.name) \(rest)`"
      + (others.isEmpty ? "" : " (also \(Suggestion.some(others.map(\.name), of: 4)))")
    return error
  }
}
