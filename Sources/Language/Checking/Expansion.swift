/// Replaces calls of pipelines that `def` named by their stages.
struct Expansion {
  /// A stage, and the call to blame if it came out of a definition.
  struct Stage {
    let syntax: StageSyntax
    let definition: String?
    let blame: Range<Int>?
  }

  let table: CommandTable
  static let deepest = 16
  static let mostStages = 256

  func expand(_ stages: [StageSyntax]) throws(Diagnostic) -> [Stage] {
    guard !table.definitions.isEmpty else {
      return stages.map { Stage(syntax: $0, definition: nil, blame: nil) }
    }
    var expanded: [Stage] = []
    for stage in stages {
      let origin = Stage(syntax: stage, definition: nil, blame: nil)
      try expand(origin, into: &expanded, depth: 0)
    }
    return expanded
  }

  private func expand(_ stage: Stage, into stages: inout [Stage], depth: Int) throws(Diagnostic) {
    let words = stage.syntax.words
    let range = stage.blame ?? stage.syntax.range
    guard let definition = table.definitions[words[0].text] else {
      stages.append(stage)
      return
    }
    guard depth < Self.deepest, stages.count < Self.mostStages else {
      throw Diagnostic(
        "E0212", "`\(words[0].text)` unfolds without end", at: range, label: "too deep",
        remedy: "let no definition use itself")
    }
    let isPiped = !stages.isEmpty
    let body = try Self.body(of: definition, words, isPiped: isPiped, range)
    for syntax in body {
      try expand(
        Stage(syntax: syntax, definition: stage.definition ?? definition.name.text, blame: range),
        into: &stages,
        depth: depth + 1)
    }
  }

  /// The definition's stages with the call's words in place of the parameters.
  private static func body(
    of definition: DefinitionSyntax, _ words: [WordSyntax], isPiped: Bool, _ range: Range<Int>
  ) throws(Diagnostic) -> [StageSyntax] {
    let parameters = definition.parameters.map(\.text)
    let given = words.dropFirst()
    let usage = ([definition.name.text] + parameters).joined(separator: " ")
    guard given.count + (isPiped ? 1 : 0) == parameters.count, !given.contains(where: \.isOption) else {
      throw Diagnostic(
        "E0213", "`\(definition.name.text)` takes \(parameters.count) values", at: range,
        label: "\(given.count + (isPiped ? 1 : 0)) given", remedy: "write `\(usage)`")
    }
    var stages = definition.body.stages
    if isPiped {
      guard let first = stages.first, first.words.count == 1, first.words[0].text == parameters[0] else {
        throw Diagnostic(
          "E0213", "`\(definition.name.text)` cannot take a pipe", at: range,
          label: "not at the end of a pipe",
          remedy: "name the value first, then write `\(usage)`")
      }
      stages.removeFirst()
    }
    let values = Dictionary(
      zip(isPiped ? parameters.dropFirst() : parameters[...], given), uniquingKeysWith: { first, _ in first })
    return stages.map { StageSyntax(words: $0.words.map { replaced($0, values) }) }
  }

  private static func replaced(_ word: WordSyntax, _ values: [String: WordSyntax]) -> WordSyntax {
    guard !word.isOption else { return word }
    let dot = word.offsets(of: UInt8(ascii: ".")).first
    let head = dot.map { word.part(0..<$0).text } ?? word.text
    guard let value = values[head] else { return word }
    let tail = String(decoding: Array(word.text.utf8).dropFirst(head.utf8.count), as: UTF8.self)
    return WordSyntax(value.text + tail, at: word.range.lowerBound)
  }
}

extension Checker {
  /// Looks at what can be known before a definition is used: its commands and options.
  func checkDefinition(_ definition: DefinitionSyntax) throws(Diagnostic) {
    if !(table.definitions.keys.contains(definition.name.text)) { try checkFree(definition.name) }
    let names = definition.parameters.map(\.text)
    for (offset, name) in definition.parameters.enumerated() where names[..<offset].contains(name.text) {
      throw Diagnostic(
        "E0204", "`\(name.text)` stands twice in the definition", at: name.range, label: "given before",
        remedy: "give each parameter its own name")
    }
    let resolver = StageResolver(table: table, scope: scope, abbreviations: false)
    for (offset, stage) in definition.body.stages.enumerated() {
      let word = stage.words[0]
      if table.definitions[word.text] != nil || word.text == definition.name.text { continue }
      if offset == 0, stage.words.count == 1, names.contains(word.text) { continue }
      guard let (spec, used) = try resolver.command(stage, isFirst: offset == 0) else { continue }
      let input = offset == 0 ? nil : WordSyntax("|", at: word.range.lowerBound)
      _ = try Binder(spec, words: Array(stage.words.dropFirst(used)), abbreviations: false, input: input)
    }
  }
}
