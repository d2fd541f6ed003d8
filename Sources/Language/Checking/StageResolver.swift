/// Finds out what the first words of a stage mean: a command, a value or a literal.
struct StageResolver {
  let table: CommandTable
  let scope: any Scope
  let abbreviations: Bool

  /// The command and how many words name it; nil if the stage is a value or a literal.
  func command(_ stage: StageSyntax, isFirst: Bool) throws(Diagnostic) -> (CommandSpec, used: Int)? {
    let word = stage.words[0]
    let isBare = isFirst && stage.words.count == 1
    if isBare, !table.verbs.contains(word.text), isValue(word) { return nil }
    switch NameMatch(word.text, among: table.verbs, abbreviations: abbreviations && !isName(word.text)) {
    case .one(let verb): return try method(of: verb, stage)
    case .several(let found):
      throw Diagnostic(
        "E0202", "`\(word.text)` can mean several commands", at: word.range, label: "ambiguous",
        remedy: "write more letters: \(Suggestion.some(found))")
    case .none:
      if isBare, Reference(word) != nil || LiteralReader.strict(word) != nil { return nil }
      throw unknown(stage, isFirst: isFirst)
    }
  }

  private func isName(_ text: String) -> Bool {
    Word.isName(text) && scope.shape(of: Reference(root: .name(text))) != nil
  }

  private func isValue(_ word: WordSyntax) -> Bool {
    Reference(word).map { scope.shape(of: $0) != nil } ?? false
  }

  private func method(of verb: String, _ stage: StageSyntax) throws(Diagnostic) -> (CommandSpec, used: Int) {
    let specs = table.methods(of: verb)
    let plain = specs.first { $0.method == nil }
    let names = specs.compactMap(\.method)
    if names.isEmpty, let plain { return (plain, 1) }
    let list = Suggestion.some(names)
    guard stage.words.count > 1, !stage.words[1].isOption else {
      if let plain { return (plain, 1) }
      throw Diagnostic(
        "E0209", "`\(verb)` needs a method", at: stage.words[0].range, label: "which one?",
        remedy: "write one behind it: \(list)")
    }
    let word = stage.words[1]
    // Where a value may stand in its place, the name of one is no abbreviation.
    let isShort = abbreviations && !(plain != nil && isName(word.text))
    switch NameMatch(word.text, among: names, abbreviations: isShort) {
    case .one(let name):
      if let spec = table.spec(verb, name) { return (spec, 2) }
    case .several(let found):
      throw Diagnostic(
        "E0202", "`\(word.text)` can mean several methods", at: word.range, label: "ambiguous",
        remedy: "write more letters: \(Suggestion.some(found))")
    case .none: break
    }
    // A plain word with another one behind it was meant as a method.
    let isMethod = stage.words.count > 2 && !stage.words[2].isOption && Word.isName(word.text)
    if let plain, !isMethod { return (plain, 1) }
    let speaking = specs.filter { $0.speaks(of: word.value) }.map(\.name)
    let other =
      (1...3).contains(speaking.count)
      ? "the help of \(Suggestion.some(speaking)) speaks of it" : "it has \(list)"
    throw Diagnostic(
      "E0209", "`\(verb)` has no method `\(word.text)`", at: word.range, label: "not a method of `\(verb)`",
      remedy: Suggestion.remedy(for: word.value, among: names, else: other))
  }

  /// The value or literal that a line shows.
  func head(_ stage: StageSyntax) throws(Diagnostic) -> (Argument, ValueShape) {
    let word = stage.words[0]
    if let literal = LiteralReader.strict(word) { return (literal, ValueShape(kind: .scalar)) }
    guard let reference = Reference(word) else { throw unknown(stage, isFirst: true) }
    let reader = ArgumentReader(scope: scope, abbreviations: abbreviations, title: "the line")
    if case .name(let name) = reference.root, !isName(name) { throw unknown(stage, isFirst: true) }
    return (.reference(reference), try reader.shape(of: reference, word))
  }

  private func unknown(_ stage: StageSyntax, isFirst: Bool) -> Diagnostic {
    let word = stage.words[0]
    if isValue(word) {
      let verb = stage.words.count > 1 && table.verbs.contains(stage.words[1].text)
      return Diagnostic(
        "E0201", "`\(word.text)` is a value, not a command", at: word.range, label: "a value",
        remedy: verb
          ? "put a pipe between: `\(word.text) | \(stage.words[1].text) …`"
          : isFirst ? "write a command first, or `\(word.text)` alone to see it" : "write a command here")
    }
    let isLonely = isFirst && stage.words.count == 1
    let candidates = table.heads + (isLonely ? scope.names : [])
    let what = isLonely ? "no command or value is called" : "no command is called"
    return Diagnostic(
      "E0201", "\(what) `\(word.text)`", at: word.range, label: "not known here",
      remedy: Habits.remedy(for: word.text) ?? fileRemedy(word.text) ?? methodRemedy(word.text)
        ?? Suggestion.remedy(
          for: word.text, among: candidates, else: "`help` lists the commands; a question starts with `?`"))
  }

  /// For what looks like the name of a file.
  private func fileRemedy(_ text: String) -> String? {
    let last = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let parts = last.split(separator: ".")
    let hasEnding =
      parts.count > 1 && (1...8).contains(parts[parts.count - 1].count)
      && parts[parts.count - 1].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard hasEnding || text.dropFirst().contains("/"), table.verbs.contains("load") else { return nil }
    return "`load \(text)` reads a file"
  }

  /// For a method without its command.
  private func methodRemedy(_ text: String) -> String? {
    let verbs = table.verbs.filter { verb in table.methods(of: verb).contains { $0.method == text } }
    guard !verbs.isEmpty else { return nil }
    return "write " + verbs.prefix(3).map { "`\($0) \(text) …`" }.joined(separator: " or ")
  }
}
