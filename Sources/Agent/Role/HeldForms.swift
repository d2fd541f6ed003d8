package import Language
package import Notation

/// The commands behind a role's tools.
package struct ToolCommands: Sendable, Equatable {
  /// Those that have a tool, by verb.
  package var tools: [String: [CommandSpec]] = [:]
  /// Those that only a line reaches; empty if the role takes no lines.
  package var lines: [CommandSpec] = []

  package init() {}
}

/// What a model that is held to a schema can write of a role's commands, here and now.
///
/// Each command gets the values, columns and files that there are, its own options and what these take; so whatever
/// is written reads and checks. What nothing fits, nobody can call.
package struct HeldForms {
  /// What a question says about the form of its calls.
  package struct Question {
    package var text = ""
    /// Whether it speaks of an option.
    package var speaks: (String) -> Bool = { _ in true }
    /// Methods that it names, by verb; no others of these verbs are offered.
    package var methods: [String: Set<String>] = [:]

    package init() {}
  }

  private let commands: ToolCommands
  private let question: Question
  private let mostOptional: Int
  private let checker: Checker
  private let patterns: ArgumentPatterns

  /// Small models fill whatever place there is.
  package static let fewOptional = 2
  private static let mostNames = 40
  private static let mostFiles = 40

  package init(
    _ commands: ToolCommands, for question: Question, by checker: Checker, results: [Int] = [],
    mostOptional: Int = Self.fewOptional
  ) {
    self.commands = commands
    self.question = question
    self.mostOptional = mostOptional
    self.checker = checker
    let scope = checker.scope
    let names = scope.names.filter { scope.shape(of: Reference(root: .name($0))) != nil }
    let paths = Self.paths(in: question.text, scope)
    let there = paths.filter { !scope.files(matching: $0).isEmpty }
    // A file that is not there is not replaced by another one.
    let files = paths.isEmpty ? scope.files(matching: "*") : there
    patterns = ArgumentPatterns(
      scope: scope, names: Array((names + results.map { "r\($0)" }).prefix(Self.mostNames)),
      files: Array(files.prefix(Self.mostFiles)), paths: paths)
  }

  /// Words that look like files and are no columns.
  private static func paths(in text: String, _ scope: any Scope) -> [String] {
    let words = text.prefix(4000).split { $0.isWhitespace || "\"'`,;()<>|".contains($0) }
    return words.map { word in
      var word = word
      while let last = word.last, ".:?!".contains(last) { word.removeLast() }
      return String(word)
    }.filter { word in
      let parts = word.split(separator: ".", omittingEmptySubsequences: false)
      let ending = parts.last ?? ""
      let hasEnding =
        parts.count > 1 && !parts[0].isEmpty && (1...8).contains(ending.count)
        && ending.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } && ending.contains { $0.isLetter }
      guard hasEnding || word.dropFirst().contains("/") else { return false }
      return scope.shape(of: Reference(root: .name(String(parts[0])))) == nil
    }
  }

  /// By tool, the objects of arguments that it can be given.
  package var byTool: [String: [JSON]] {
    var forms = commands.tools.mapValues { specs in
      let named = specs.filter { question.methods[$0.verb]?.contains($0.method ?? "") == true }
      return (named.isEmpty ? specs : named).flatMap { self.forms(of: $0) }
    }
    if !commands.lines.isEmpty {
      forms[Toolbox.runName] = line.map { [Self.object([("line", Self.text($0))], required: ["line"])] } ?? []
    }
    return forms
  }

  // MARK: - Objects

  private func forms(of spec: CommandSpec) -> [JSON] {
    let parameters = parameters(of: spec)
    return subjects(of: spec, parameters).compactMap { subject in
      var properties: [(key: String, value: JSON)] = []
      var required: [String] = []
      if let method = spec.method {
        properties.append(("method", ["const": .string(method)]))
        required.append("method")
      }
      for parameter in parameters {
        guard let schema = schema(parameter, subject, of: spec) else {
          if parameter.isRequired { return nil }
          continue
        }
        properties.append((parameter.name, schema))
        if isGiven(parameter) { required.append(parameter.name) }
      }
      if ![.report, .figure, .answer].contains(spec.output) {
        properties.append(("as", Self.text("^\(freeName)$")))
      }
      return Self.object(properties, required: required)
    }
  }

  private func schema(_ parameter: AnyParameter, _ subject: Subject, of spec: CommandSpec) -> JSON? {
    if parameter.name == subject.parameter, let name = subject.name {
      let choice: JSON = ["type": "string", "enum": [.string(name)]]
      return parameter.isList ? Self.array(of: choice, most: 1) : choice
    }
    return schema(parameter.kind, subject.shape, of: spec)
  }

  private func schema(_ kind: ParameterKind, _ subject: ValueShape?, of spec: CommandSpec) -> JSON? {
    switch kind {
    case .flag: return ["type": "boolean"]
    case .list(let inner): return schema(inner, subject, of: spec).map { Self.array(of: $0) }
    case .integer:
      guard case .integer(let range) = kind.bounded(by: subject) else { return nil }
      return [
        "type": "integer", "minimum": .number(Double(max(range.lowerBound, -Self.largest))),
        "maximum": .number(Double(min(range.upperBound, Self.largest))),
      ]
    default: break
    }
    let patterns = patterns(for: spec)
    if let words = patterns.words(kind, subject, .text) {
      return words.isEmpty ? nil : ["type": "string", "enum": .array(words.map(JSON.string))]
    }
    return patterns.pattern(kind, subject, .text).map { Self.text("^\($0)$") }
  }

  private static let largest = 999_999_999
  private static let mostItems = 8

  private static func array(of item: JSON, most: Int = mostItems) -> JSON {
    ["type": "array", "items": item, "minItems": 1, "maxItems": .number(Double(most))]
  }

  private static func text(_ pattern: String) -> JSON { ["type": "string", "pattern": .string(pattern)] }

  private static func object(_ properties: [(key: String, value: JSON)], required: [String]) -> JSON {
    [
      "type": "object", "properties": .object(properties), "required": .array(required.map(JSON.string)),
      "additionalProperties": false,
    ]
  }

  // MARK: - Lines

  /// Verbs with their methods, where methods of one verb that take the same stand together.
  package var line: String? {
    var verbs: [String: [(rest: String, methods: [String])]] = [:]
    for spec in commands.lines where spec.reach != .network {
      let isNamed = question.methods[spec.verb]?.contains(spec.method ?? "") == true
      // Of a verb that has a tool, a line reaches what the question names.
      if commands.tools[spec.verb] != nil, !isNamed { continue }
      guard let rest = rest(of: spec) else { continue }
      let method = spec.method ?? ""
      if let place = verbs[spec.verb]?.firstIndex(where: {
        $0.rest == rest && ($0.methods == [""]) == method.isEmpty
      }) {
        verbs[spec.verb]?[place].methods.append(method)
      } else {
        verbs[spec.verb, default: []].append((rest, [method]))
      }
    }
    let commands = checker.table.verbs.compactMap { verb in
      verbs[verb].flatMap { groups in
        NumberPattern.any(
          groups.map { rest, methods in
            methods == [""] ? rest : " " + (NumberPattern.any(methods) ?? "") + rest
          }
        ).map { verb + $0 }
      }
    }
    return NumberPattern.any(commands).map { "^(\(freeName) = )?\($0)$" }
  }

  /// What follows the name of a command.
  private func rest(of spec: CommandSpec) -> String? {
    let parameters = parameters(of: spec)
    return NumberPattern.any(
      subjects(of: spec, parameters).compactMap { subject in
        var text = ""
        for (place, parameter) in parameters.enumerated() {
          guard let words = words(parameter, subject, of: spec) else {
            if isGiven(parameter) { return nil }
            continue
          }
          let isAssigned = place > 0 && parameter.kind.isExpression && parameters[place - 1].kind == .text
          let word = (isAssigned ? " = " : " ") + words
          text += isGiven(parameter) ? word : "(\(word))?"
        }
        return text
      })
  }

  private func words(_ parameter: AnyParameter, _ subject: Subject, of spec: CommandSpec) -> String? {
    let option = parameter.placement == .option ? "--\(parameter.name)" : ""
    if parameter.kind == .flag { return option }
    let patterns = patterns(for: spec)
    if parameter.name == subject.parameter, let name = subject.name, spec.readsFile || !parameter.isList {
      return ArgumentPatterns.word(name, .line).map(ArgumentPatterns.escaped)
    }
    if parameter.isList, case .list(let inner) = parameter.kind {
      guard let item = patterns.pattern(inner, subject.shape, .line) else { return nil }
      let first = parameter.name == subject.parameter ? subject.name ?? item : item
      return "\(first)( \(item)){0,\(Self.mostItems - 1)}"
    }
    let pattern = patterns.pattern(parameter.kind, subject.shape, .line)
    return pattern.map { option.isEmpty ? $0 : "\(option) \($0)" }
  }

  // MARK: - Parameters

  /// The value whose columns the other arguments name.
  private struct Subject {
    var parameter = ""
    /// nil where no argument depends on it.
    var name: String?
    var shape: ValueShape?
  }

  /// All in order, and of the options those that are spoken of.
  private func parameters(of spec: CommandSpec) -> [AnyParameter] {
    let optional = spec.parameters.filter { parameter in
      // What a file is like inside is not to be guessed.
      let isGuess = spec.readsFile && parameter.kind.isForm
      return !isGiven(parameter) && !parameter.isSeed && !isGuess && question.speaks(parameter.name)
    }
    let kept = Set(optional.prefix(mostOptional).map(\.name))
    return spec.parameters.filter { isGiven($0) || kept.contains($0.name) }
  }

  /// Whether a call has it in any case; what stands in its place by order does.
  private func isGiven(_ parameter: AnyParameter) -> Bool {
    parameter.isRequired || parameter.placement == .positional
  }

  /// One for each value or file that the command can take, if the other arguments depend on it.
  private func subjects(of spec: CommandSpec, _ parameters: [AnyParameter]) -> [Subject] {
    if let first = parameters.first, spec.readsFile {
      let files = patterns.words(first.kind.single, nil, .line) ?? []
      return zip(patterns.words(first.kind.single, nil, .text) ?? [], files).compactMap { name, word in
        file(name, word, spec).map { Subject(parameter: first.name, name: name, shape: $0) }
      }
    }
    let values = parameters.filter(\.kind.takesValue)
    guard let first = values.first(where: { $0.placement == .positional }) ?? values.first else {
      return [Subject()]
    }
    if !parameters.contains(where: \.kind.namesColumn) {
      guard parameters.contains(where: \.kind.numbersRows) else { return [Subject()] }
      return (patterns.words(first.kind.single, nil, .text) ?? []).map { name in
        let root = String(name.prefix { $0 != "." })
        return Subject(parameter: first.name, name: name, shape: patterns.shape(of: root))
      }
    }
    return patterns.names.compactMap { name in
      guard let shape = patterns.shape(of: name), first.kind.takes(shape.kind) else { return nil }
      return Subject(parameter: first.name, name: name, shape: shape)
    }
  }

  /// What a file holds, as far as a look tells; nil if the command cannot read it.
  private func file(_ name: String, _ word: String, _ spec: CommandSpec) -> ValueShape? {
    func read(_ command: String) throws(Diagnostic) -> ValueShape? {
      guard case .pipeline(let pipeline) = try checker.check("\(command) \(word)") else { return nil }
      return pipeline.shape
    }
    do throws(Diagnostic) { _ = try read(spec.name) } catch {
      // It may need more arguments.
      if error.code != "E0301" { return nil }
    }
    return (try? read("load")) ?? ValueShape(kind: .table)
  }

  /// Files are written with the endings that the examples of the command show.
  private func patterns(for spec: CommandSpec) -> ArgumentPatterns {
    var patterns = patterns
    let words = spec.examples.flatMap { $0.line.split(separator: " ") }
    patterns.endings = Array(
      Set(
        words.compactMap { word in word.lastIndex(of: ".").map { String(word[$0...]) } }.filter { ending in
          (2...8).contains(ending.count) && ending.dropFirst().allSatisfy { $0.isLowercase || $0.isNumber }
            && ending.contains { $0.isLetter }
        })
    ).sorted()
    return patterns
  }

  /// A name for a result: a word of the question, or one that is surely no command's.
  private var freeName: String {
    let words = question.text.prefix(2000).split {
      !($0.isASCII && ($0.isLetter || $0.isNumber)) && $0 != "_"
    }
    .map(String.init)
    var seen: Set<String> = []
    let free = words.filter { word in
      word.count > 2 && word.count <= 32 && Word.isName(word) && !checker.table.isReserved(word)
        && seen.insert(word).inserted
    }
    return NumberPattern.any(free.prefix(Self.mostNames) + ["[a-z][a-z0-9]{0,15}_[a-z0-9]{1,15}"]) ?? ""
  }
}

extension CommandSpec {
  /// Whether its first argument is a file to read.
  fileprivate var readsFile: Bool {
    if case .input = parameters.first?.kind.single {
      parameters.first?.placement == .positional
    } else {
      false
    }
  }
}

extension ParameterKind {
  /// The kind of one item.
  fileprivate var single: ParameterKind { if case .list(let item) = self { item } else { self } }

  /// What tells the form of something: a text, a number, or one of a few words.
  fileprivate var isForm: Bool {
    switch single {
    case .text, .choice, .integer, .real, .range: true
    default: false
    }
  }
}
