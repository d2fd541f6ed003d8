import Chronology

extension Argument {
  /// The text that reads back as the same argument.
  package var canonical: String { canonical(as: nil) }

  /// The kind gives the order of a call literal's arguments.
  package func canonical(as kind: ParameterKind?) -> String {
    switch self {
    case .integer(let number): String(number)
    case .real(let number): NumberText.canonical(number)
    case .span(let span): span.description
    case .instant(let instant): instant.description
    case .clock(let clock): clock.clockText
    case .text(let text), .choice(let text), .path(let text), .column(let text): Word.written(text)
    case .flag(let on): on ? "true" : "false"
    case .reference(let reference): reference.description
    case .expression(let expression): expression.text
    case .call(let call): call.canonical(among: kind?.calls ?? [])
    case .range(let low, let high): low.canonical(as: kind?.inner) + ".." + high.canonical(as: kind?.inner)
    case .list(let items): items.map { $0.canonical(as: kind?.inner) }.joined(separator: ",")
    }
  }
}

extension CallLiteral {
  /// Arguments by position as long as none is missing before them, then by name.
  func canonical(among specs: [CallSpec]) -> String {
    guard !arguments.isEmpty else { return name }
    var parts: [String] = []
    var isNamed = false
    for parameter in specs.first(where: { $0.name == name })?.parameters ?? [] {
      guard let argument = arguments[parameter.name] else {
        isNamed = true
        continue
      }
      let text = argument.canonical(as: parameter.kind)
      parts.append(isNamed ? "\(parameter.name)=\(text)" : text)
    }
    if parts.isEmpty {
      parts = arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.canonical)" }
    }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }
}

extension ParameterKind {
  /// The kind of a list's items or of a range's ends.
  var inner: ParameterKind? {
    switch self {
    case .list(let kind), .range(let kind): kind
    default: nil
    }
  }

  var calls: [CallSpec] { if case .call(let specs) = self { specs } else { [] } }
}

extension Word {
  /// The text as a word: bare if it can be, else in quotes.
  ///
  /// Braces mean a parameter in double quotes, so that such texts prefer single ones.
  package static func written(_ text: String) -> String {
    if isPlain(text) { return text }
    guard text.utf8.contains(UInt8(ascii: "{")) else { return quoted(text) }
    let isRaw = text.unicodeScalars.allSatisfy { $0 != "'" && !isHidden($0) }
    return isRaw ? "'\(text)'" : quoted(text, escapingBraces: true)
  }
}
