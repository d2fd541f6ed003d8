package import Language
package import Notation

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

    func names(_ spec: CommandSpec) -> Bool { methods[spec.verb]?.contains(spec.method ?? "") == true }
  }

  private let commands: ToolCommands
  private let question: Question
  private let mostOptional: Int
  private let checker: Checker
  private var patterns: ArgumentPatterns
  /// A name for a result.
  private let name: String

  /// Small models fill whatever place there is.
  package static let fewOptional = 2
  private static let mostFiles = 12
  /// How many values, and columns of each, are named; less where the schema would grow too long.
  private static let levels = [(names: 40, columns: 24), (20, 12), (10, 12), (10, 6), (5, 3)]
  /// Bytes; llama.cpp was seen to take 300,000 without being slower and to refuse 790,000.
  private static let longest = 250_000

  package init(
    _ commands: ToolCommands, for question: Question, by checker: Checker, results: [Int] = [],
    mostOptional: Int = Self.fewOptional
  ) {
    self.commands = commands
    self.question = question
    self.mostOptional = mostOptional
    self.checker = checker
    let scope = checker.scope
    let named = Set(question.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    let known = scope.names.filter { scope.shape(of: Reference(root: .name($0))) != nil }
    // What the question names, then the newest.
    let names = known.filter(named.contains) + known.filter { !named.contains($0) }
    let paths = Self.paths(in: question.text, scope)
    // A file that is named and not there is not replaced by another one.
    let files =
      paths.isEmpty ? scope.files(matching: "*") : paths.filter { !scope.files(matching: $0).isEmpty }
    patterns = ArgumentPatterns(
      scope: scope, names: names + results.map { "r\($0)" }, named: named,
      files: Array(files.prefix(Self.mostFiles)), paths: paths)
    patterns.keep(Self.levels[0])
    name = Self.name(in: question.text, besides: names, by: checker)
  }

  private static let mostWords = 40

  /// A word of the question, or one that is surely no command's. What there is keeps its name, and a word behind an
  /// article means something that is known.
  private static func name(in text: String, besides names: [String], by checker: Checker) -> String {
    let words = text.prefix(2000).split { !($0.isASCII && ($0.isLetter || $0.isNumber)) && $0 != "_" }
      .map(String.init)
    var seen = Set(names)
    let free = zip([""] + words, words).filter { before, word in
      !["the", "a", "an", "its", "their", "this"].contains(before.lowercased())
        && (3...32).contains(word.count) && Word.isName(word) && !checker.table.isReserved(word)
        && seen.insert(word).inserted
    }.map(\.1)
    // Who names it is to get that name.
    let isNamed = !Set(words).isDisjoint(with: ["name", "named", "call", "called"]) && !free.isEmpty
    let other = isNamed ? [] : ["[a-z]{2,12}_[a-z]{2,12}[0-9]?"]
    return "(\((free.prefix(mostWords) + other).joined(separator: "|")))"
  }

  /// Words that look like files, and are no columns unless there is such a file.
  static func paths(in text: String, _ scope: any Scope) -> [String] {
    let words = text.prefix(4000).split { $0.isWhitespace || "\"'`,;()<>|".contains($0) }
    return words.map { word in
      var word = word
      while let last = word.last, ".:?!".contains(last) { word.removeLast() }
      return String(word)
    }.filter { word in
      let parts = word.split(separator: ".", omittingEmptySubsequences: false)
      guard let ending = parts.last, let first = parts.first, !first.isEmpty else { return false }
      let hasEnding =
        parts.count > 1 && (1...12).contains(ending.count) && ending.contains(where: \.isLetter)
        && ending.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      guard hasEnding || word.dropFirst().contains("/") else { return false }
      return scope.shape(of: Reference(root: .name(String(first)))) == nil
        || !scope.files(matching: word).isEmpty
    }
  }

  /// By tool, the objects of arguments that it can be given.
  package var byTool: [String: [JSON]] {
    var held = self
    for level in Self.levels.dropLast() {
      held.patterns.keep(level)
      let forms = held.forms
      if forms.values.joined().reduce(0, { $0 + $1.description.utf8.count }) <= Self.longest { return forms }
    }
    held.patterns.keep(Self.levels[Self.levels.count - 1])
    return held.forms
  }

  private var forms: [String: [JSON]] {
    var forms = commands.tools.mapValues { specs in
      let named = specs.filter(question.names)
      return (named.isEmpty ? specs : named).flatMap { form(of: $0).objects(name: name) }
    }
    if !commands.lines.isEmpty {
      forms[Toolbox.runName] =
        line.map { [CommandForm.object([("line", CommandForm.text($0))], required: ["line"])] } ?? []
    }
    return forms
  }

  /// Verbs with their methods, where methods of one verb that take the same stand together; nil if nothing can be written.
  package var line: String? {
    var verbs: [String: [(rest: String, methods: [String])]] = [:]
    for spec in commands.lines where isOffered(spec) {
      guard let rest = form(of: spec).rest else { continue }
      let groups = verbs[spec.verb] ?? []
      let method = spec.method.map { [$0] } ?? []
      if let place = groups.firstIndex(where: { $0.rest == rest && $0.methods.isEmpty == method.isEmpty }) {
        verbs[spec.verb]?[place].methods += method
      } else {
        verbs[spec.verb] = groups + [(rest, method)]
      }
    }
    let lines = checker.table.verbs.compactMap { verb in
      NumberPattern.any(
        (verbs[verb] ?? []).map { rest, methods in
          (NumberPattern.any(methods).map { " " + $0 } ?? "") + rest
        }
      ).map { verb + $0 }
    }
    return NumberPattern.any(lines).map { "^(\(name) = )?\($0)$" }
  }

  private func isOffered(_ spec: CommandSpec) -> Bool {
    if spec.reach == .network { return false }
    // Of a verb that has a tool, a line reaches what the question names.
    if commands.tools[spec.verb] != nil, !question.names(spec) { return false }
    // A way to read a file is chosen where one is spoken of.
    if spec.readsFile, spec.method != nil, patterns.paths.isEmpty { return false }
    // What takes any words gets words that are made up.
    return !spec.takesWords || question.speaks(spec.verb)
  }

  /// With what is required, and of the options those that are spoken of.
  private func form(of spec: CommandSpec) -> CommandForm {
    let optional = spec.parameters.filter { parameter in
      // What a file is like inside is not to be guessed.
      let isGuess = spec.readsFile && parameter.kind.isForm
      return !parameter.isGiven && !parameter.isSeed && !isGuess && question.speaks(parameter.name)
    }
    let kept = Set(optional.prefix(mostOptional).map(\.name))
    var patterns = patterns
    patterns.endings = spec.endings
    return CommandForm(
      spec: spec, parameters: spec.parameters.filter { $0.isGiven || kept.contains($0.name) },
      checker: checker,
      patterns: patterns)
  }
}
