package import Notation

extension Checker {
  /// Checks a tool call as if somebody had typed it; diagnostics point into the line that it stands for.
  ///
  /// Lenient where the meaning is plain: numbers may be texts, a list may be one text, null means absent.
  package func check(verb: String, arguments: JSON) throws(Diagnostic) -> CheckedStatement {
    guard let members = arguments.members else {
      throw Diagnostic(
        "E0313", "the arguments of `\(verb)` are not an object", remedy: "send {\"name\": value, …}")
    }
    var line = ToolLine()
    if let name = members.last(where: { $0.key == "as" })?.value, name != .null {
      line.setName(name.string ?? name.description)
    }
    line.add(verb)
    let specs = table.methods(of: verb)
    let takesMethod = specs.contains { $0.method != nil }
    let method = takesMethod ? arguments["method"]?.string : nil
    if let method { line.add(Word.written(method)) }
    let rest = members.filter { $0.key != "as" && !(takesMethod && $0.key == "method") && $0.value != .null }
    line.add(rest, of: table.spec(verb, method))
    do throws(Diagnostic) {
      if let name = line.name, !Word.isName(name.text) { throw StatementParser.notAName(name) }
      let stage = StageSyntax(words: line.words)
      return .pipeline(try check(PipelineSyntax(name: line.name, stages: [stage])))
    } catch {
      var diagnostic = error
      diagnostic.source = line.text
      throw diagnostic
    }
  }
}

/// The line that a tool call stands for. Words are made directly, so that no text can smuggle in an option or pipe.
private struct ToolLine {
  private(set) var text = ""
  private(set) var words: [WordSyntax] = []
  private(set) var name: NameSyntax?

  mutating func setName(_ name: String) {
    self.name = NameSyntax(name, range: 0..<max(1, name.utf8.count))
    text = name + " ="
  }

  mutating func add(_ word: String, isOption: Bool = false) {
    if !text.isEmpty { text += " " }
    words.append(WordSyntax(word, at: text.utf8.count, isOption: isOption))
    text += word
  }

  /// Positional arguments in order as long as none is missing, the rest by name.
  mutating func add(_ members: [(key: String, value: JSON)], of spec: CommandSpec?) {
    var rest = members
    let positional = spec?.parameters.filter { $0.placement == .positional } ?? []
    for (index, parameter) in positional.enumerated() {
      let isAssigned =
        parameter.kind == .text && positional.dropFirst(index + 1).first?.kind.isExpression == true
      guard !isAssigned, let member = rest.firstIndex(where: { $0.key == parameter.name }) else { break }
      let value = rest.remove(at: member).value
      if parameter.isList, let items = value.array {
        for item in items { add(Self.word(item, parameter.kind.inner)) }
      } else {
        add(Self.word(value, parameter.kind))
      }
    }
    for (key, value) in rest {
      let parameter = spec?.parameters.first { $0.name == key }
      if parameter?.kind == .flag, let on = value.bool {
        add(on ? "--\(key)" : "--no-\(key)", isOption: true)
      } else {
        add("--\(key)", isOption: true)
        add(Self.word(value, parameter?.kind))
      }
    }
  }

  /// The value as it would be written in a line.
  private static func word(_ value: JSON, _ kind: ParameterKind?) -> String {
    switch value {
    case .null: return ""
    case .bool(let bool): return bool ? "true" : "false"
    case .number(let number): return NumberText.canonical(number)
    case .string(let text): return word(text, kind)
    case .array(let items):
      if case .range(let inner) = kind { return items.map { word($0, inner) }.joined(separator: "..") }
      return items.map { word($0, kind?.inner) }.joined(separator: ",")
    case .object: return value.description
    }
  }

  private static func word(_ text: String, _ kind: ParameterKind?) -> String {
    switch kind {
    case .text, .choice, .input, .output, .column: return Word.written(text)
    case .list(let inner) where inner.isText:
      let isLoose = text.utf8.allSatisfy { $0 != 34 && $0 != 39 && $0 != 96 && Nesting.closer(of: $0) == nil }
      return isLoose ? text : Word.written(text)
    default: return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
  }
}

extension ParameterKind {
  /// Whether any text can be an argument, so that it may need quotes.
  fileprivate var isText: Bool {
    switch self {
    case .text, .choice, .input, .output, .column: true
    default: false
    }
  }
}
