/// What the codes of diagnostics mean, for `help E0203`.
package enum DiagnosticGuide {
  package struct Entry: Sendable, Equatable {
    package let code: String
    /// One or two sentences.
    package let explanation: String
    /// What leads to it, and behind an arrow what does not; empty where no line is to blame.
    package let example: String

    init(_ code: String, _ explanation: String, _ example: String = "") {
      self.code = code
      self.explanation = explanation
      self.example = example
    }
  }

  /// A group of codes by their first three characters.
  package struct Family: Sendable, Equatable {
    package let prefix: String
    package let meaning: String

    init(_ prefix: String, _ meaning: String) {
      self.prefix = prefix
      self.meaning = meaning
    }
  }

  package static let families: [Family] = [
    Family("E01", "the line cannot be read"), Family("E02", "a name or a kind of value does not fit"),
    Family("E03", "an argument is missing, unknown or out of range"), Family("E04", "an expression is wrong"),
    Family("E05", "a file cannot be found, read or written"), Family("E06", "a lesson cannot be opened"),
    Family("D01", "a detector cannot work on these rows"), Family("D02", "a threshold cannot be set"),
    Family("D03", "results cannot be judged"), Family("D04", "a drawing cannot be made"),
    Family("D05", "an explanation cannot be given"), Family("R00", "a command was stopped"),
    Family("R02", "a value cannot be encoded"), Family("R03", "values cannot be joined or fused"),
    Family("R04", "rows cannot be divided or reshaped"),
    Family("R05", "rows or columns cannot be chosen or computed"),
    Family("R06", "what agents did cannot be read or judged"),
    Family("R07", "rules cannot be read or run"),
    Family("R08", "knowledge cannot be looked up or kept"),
    Family("A01", "the agent or its model cannot answer"),
  ]

  /// In the order of their codes, family by family.
  package static let entries: [Entry] = syntax + names + arguments + expressions + files + results + agent

  package static func entry(_ code: String) -> Entry? { entries.first { $0.code == code } }

  package static func family(of code: String) -> Family? { families.first { code.hasPrefix($0.prefix) } }

  /// What there is to say about a code, in small letters too; nil for what is no code.
  package static func text(_ written: String) -> String? {
    let code = written.uppercased()
    guard code.utf8.count == 5, code.utf8.dropFirst().allSatisfy(Nesting.isDigit),
      let family = family(of: code)
    else { return nil }
    var lines = ["\(code): \(family.meaning)."]
    if let entry = entry(code) {
      lines += ["", entry.explanation]
      if !entry.example.isEmpty { lines += ["", "  " + entry.example] }
    }
    return lines.joined(separator: "\n")
  }
}
