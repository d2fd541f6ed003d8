/// All commands by verb and method: the vocabulary of the language.
package struct CommandTable: Sendable {
  /// In the order of `help`.
  package let specs: [CommandSpec]
  /// In the order of `help`.
  package let verbs: [String]
  private let byVerb: [String: [CommandSpec]]
  /// Pipelines that `def` has named.
  package var definitions: [String: DefinitionSyntax] = [:]

  package init(_ specs: [CommandSpec]) {
    self.specs = specs
    byVerb = Dictionary(grouping: specs, by: \.verb)
    var seen: Set<String> = []
    verbs = specs.map(\.verb).filter { seen.insert($0).inserted }
  }

  /// The commands of a verb: one without a method, or one a method.
  package func methods(of verb: String) -> [CommandSpec] { byVerb[verb] ?? [] }

  package func spec(_ verb: String, _ method: String?) -> CommandSpec? {
    methods(of: verb).first { $0.method == method }
  }

  /// Words that a value cannot be called.
  package func isReserved(_ name: String) -> Bool { byVerb[name] != nil || definitions[name] != nil }

  /// Everything that can start a stage.
  package var heads: [String] { verbs + [CheckedSweep.keyword] + definitions.keys.sorted() }
}

/// How a word was matched against a list of names.
enum NameMatch: Equatable {
  case one(String)
  case several([String])
  case none

  /// The exact name, else the only one that it abbreviates if that is allowed.
  init(_ word: String, among names: [String], abbreviations: Bool) {
    if names.contains(word) {
      self = .one(word)
      return
    }
    let longer = abbreviations && !word.isEmpty ? names.filter { $0.hasPrefix(word) } : []
    self = longer.isEmpty ? .none : longer.count == 1 ? .one(longer[0]) : .several(longer)
  }
}
