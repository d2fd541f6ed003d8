extension ArgumentReader {
  /// Reads `name(argument, key=value)` or `name` alone.
  func call(_ word: WordSyntax, _ specs: [CallSpec], depth: Int) throws(Diagnostic) -> CallLiteral {
    guard depth < Self.deepest else { throw unreadable(word, .call(specs)) }
    let bytes = Array(word.text.utf8)
    let open = bytes.firstIndex(of: UInt8(ascii: "("))
    let nameWord = word.part(0..<(open ?? bytes.count))
    let spec = try callSpec(nameWord, specs)
    guard let open else { return try bind([], to: spec, nameWord, depth: depth) }
    guard bytes.last == UInt8(ascii: ")") else {
      throw badCall(spec, word, "text follows the closing bracket", "not expected")
    }
    let inner = word.part(open + 1..<bytes.count - 1)
    return try bind(
      inner.text.isEmpty ? [] : inner.split(at: UInt8(ascii: ",")), to: spec, nameWord, depth: depth)
  }

  /// More calls are listed by their names alone.
  private static let mostUsages = 16

  private func callSpec(_ word: WordSyntax, _ specs: [CallSpec]) throws(Diagnostic) -> CallSpec {
    let names = specs.map(\.name)
    let match = NameMatch(word.text, among: names, abbreviations: abbreviations)
    if case .several(let found) = match { throw ambiguous(word, found) }
    guard case .one(let name) = match, let spec = specs.first(where: { $0.name == name }) else {
      throw Diagnostic(
        "E0309", "`\(title)` does not know `\(word.text)`", at: word.range, label: "not known here",
        remedy: Suggestion.remedy(
          for: word.text, among: names,
          else: "choose \(Suggestion.list(names.count > Self.mostUsages ? names : specs.map(\.usage), "or"))")
      )
    }
    return spec
  }

  private func bind(
    _ parts: [WordSyntax], to spec: CallSpec, _ nameWord: WordSyntax, depth: Int
  ) throws(Diagnostic) -> CallLiteral {
    var arguments: [String: Argument] = [:]
    var isNamed = false
    for (position, part) in parts.enumerated() {
      let (parameter, value) = try parameter(of: part, position, spec, isNamed: &isNamed)
      guard arguments[parameter.name] == nil else {
        throw badCall(spec, part, "`\(parameter.name)` is given twice", "given before")
      }
      var inner = ArgumentReader(
        scope: scope, abbreviations: abbreviations, title: "\(spec.name)(\(parameter.name))")
      inner.fallback = parameter.fallback
      inner.subject = subject
      arguments[parameter.name] = try inner.read(parameter.kind, value, depth: depth + 1)
    }
    for parameter in spec.parameters where parameter.isRequired && arguments[parameter.name] == nil {
      throw badCall(spec, nameWord, "`\(spec.name)` needs `\(parameter.name)`", "not complete")
    }
    return CallLiteral(name: spec.name, arguments: arguments)
  }

  private func parameter(
    of part: WordSyntax, _ position: Int, _ spec: CallSpec, isNamed: inout Bool
  ) throws(Diagnostic) -> (AnyParameter, WordSyntax) {
    if let (key, value) = part.splitOnce(at: UInt8(ascii: "=")), !key.isQuoted {
      isNamed = true
      guard let parameter = spec.parameters.first(where: { $0.name == key.text }) else {
        throw badCall(spec, key, "`\(spec.name)` has no `\(key.text)`", "not known here")
      }
      return (parameter, value)
    }
    guard !isNamed, position < spec.parameters.count else {
      throw badCall(
        spec, part, isNamed ? "a plain argument follows a named one" : "`\(spec.name)` takes fewer arguments",
        "not expected")
    }
    return (spec.parameters[position], part)
  }

  private func badCall(
    _ spec: CallSpec, _ word: WordSyntax, _ summary: String, _ label: String
  ) -> Diagnostic {
    let usage = spec.parameters.isEmpty ? "`\(spec.name)` alone" : "`\(spec.usage)`"
    return Diagnostic("E0310", summary, at: word.range, label: label, remedy: "write \(usage)")
  }
}
