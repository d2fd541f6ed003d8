extension CheckedStatement {
  /// The one way to write the line: full names, positional arguments first, options in declared order.
  package var canonical: String {
    switch self {
    case .blank: ""
    case .comment(let text): "#" + text
    case .pipeline(let pipeline): pipeline.canonical
    case .parameter(let name, let value): "param \(name) = \(value.canonicalLiteral)"
    case .definition(let definition): definition.formatted
    case .session(let session): session.formatted
    case .question(let role, let text): "?\(role ?? "") \(text)"
    case .shell(let text): "!\(text)"
    }
  }
}

extension Argument {
  /// As a line that is nothing but a literal: a text keeps its quotes, so that it is not read as a name.
  fileprivate var canonicalHead: String {
    if case .text(let text) = self { Word.quoted(text) } else { canonical }
  }

  /// As `param` takes it: a text that looks like a number, a time or a list keeps its quotes.
  fileprivate var canonicalLiteral: String {
    switch self {
    case .text(let text) where LiteralReader.strict(WordSyntax(text, at: 0)) != nil: Word.quoted(text)
    case .list(let items): items.map(\.canonicalLiteral).joined(separator: ",")
    default: canonical
    }
  }
}

extension CheckedPipeline {
  package var canonical: String {
    if let sweep { return (name.map { "\($0) = " } ?? "") + sweep.canonical }
    let parts = (head.map { [$0.canonicalHead] } ?? []) + calls.map(\.canonical)
    return (name.map { "\($0) = " } ?? "") + parts.joined(separator: " | ")
  }
}

extension CheckedCall {
  /// `detect iforest joint --trees 200`; what a pipe fills is left out.
  package var canonical: String {
    var words = [spec.name]
    var isNamed = false
    let positional = spec.parameters.filter { $0.placement == .positional }
    for (index, parameter) in positional.enumerated() {
      guard let argument = arguments[parameter.name] else {
        isNamed = true
        continue
      }
      if index > 0, isAssignment(positional[index - 1], parameter), !isNamed { words.append("=") }
      words += self.words(of: parameter, argument, isNamed: isNamed)
    }
    for parameter in spec.parameters where parameter.placement == .option {
      if let argument = arguments[parameter.name] {
        words += self.words(of: parameter, argument, isNamed: true)
      }
    }
    return words.joined(separator: " ")
  }

  private func isAssignment(_ name: AnyParameter, _ expression: AnyParameter) -> Bool {
    name.kind == .text && expression.kind.isExpression
  }

  private func words(of parameter: AnyParameter, _ argument: Argument, isNamed: Bool) -> [String] {
    if case .flag(let on) = argument { return [on ? "--\(parameter.name)" : "--no-\(parameter.name)"] }
    if case .reference(.pipe) = argument { return [] }
    var text = written[parameter.name] ?? argument.canonical(as: parameter.kind)
    if !isNamed, parameter.isList, case .list(let items) = argument {
      let shown = items.filter { $0 != .reference(.pipe) }
      if shown.isEmpty { return [] }
      if written[parameter.name] == nil {
        text = shown.map { $0.canonical(as: parameter.kind.inner) }.joined(separator: " ")
      }
    }
    return isNamed ? ["--\(parameter.name)", text] : [text]
  }
}
