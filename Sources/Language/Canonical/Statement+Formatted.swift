extension Statement {
  /// The line with single spaces between its words; nothing else changes.
  package var formatted: String {
    let text =
      switch body {
      case .blank: ""
      case .comment(let text): "#" + text
      case .pipeline(let pipeline): pipeline.formatted
      case .parameter(let name, let value): "param \(name.text) = \(value.text)"
      case .definition(let definition): definition.formatted
      case .session(let session): session.formatted
      case .question(let role, let text): "?\(role ?? "") \(text)"
      case .shell(let text): "!\(text)"
      }
    return comment.map { "\(text)  \($0)" } ?? text
  }
}

extension PipelineSyntax {
  package var formatted: String {
    let text = stages.map { $0.words.map(\.formatted).joined(separator: " ") }.joined(separator: " | ")
    return name.map { "\($0.text) = \(text)" } ?? text
  }
}

extension DefinitionSyntax {
  package var formatted: String {
    "def \(name.text)(\(parameters.map(\.text).joined(separator: ", "))) = \(body.formatted)"
  }
}

extension SessionSyntax {
  package var formatted: String { (["/" + name.text] + words.map(\.formatted)).joined(separator: " ") }
}

extension WordSyntax {
  /// As written; in quotes if it ended in a backslash, which would continue the line.
  fileprivate var formatted: String { text.hasSuffix("\\") ? Word.quoted(value) : text }
}
