package import Language

/// `docs/reference.md`: every command, computed from its declaration.
package enum ReferenceText {
  package static func markdown(_ specs: [CommandSpec]) -> String {
    let table = CommandTable(specs)
    var lines = [
      "# Reference", "",
      "Computed from the command table; `help VERB METHOD` says the same at the prompt. A test keeps this page equal to it.",
      "", "| verb | methods |", "|---|---|",
    ]
    for verb in table.verbs {
      let methods = table.methods(of: verb).compactMap(\.method)
      let text = methods.isEmpty ? table.methods(of: verb)[0].summary : methods.joined(separator: ", ")
      lines.append("| [\(verb)](#\(verb)) | \(escaped(text)) |")
    }
    for verb in table.verbs {
      lines += ["", "## \(verb)"]
      for spec in table.methods(of: verb) { lines += section(spec) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ spec: CommandSpec) -> [String] {
    var lines = [""]
    if spec.method != nil { lines += ["### \(spec.name)", ""] }
    lines += [spec.summary, "", "    \(spec.usage)", ""]
    lines.append("Gives \(spec.output?.withArticle ?? "a value of the kind that it got").")
    if let script = spec.needs { lines.append("Needs what `\(script)` installs.") }
    if !spec.parameters.isEmpty {
      lines += ["", "| argument | takes | default | meaning |", "|---|---|---|---|"]
      lines += spec.parameters.map(row)
    }
    for parameter in spec.parameters { lines += calls(parameter) }
    if !spec.discussion.isEmpty { lines += ["", spec.discussion] }
    if !spec.examples.isEmpty { lines += [""] + spec.examples.map { "    \($0.line)" } }
    return lines
  }

  /// What the calls that an argument takes come to, where they tell.
  private static func calls(_ parameter: AnyParameter) -> [String] {
    let calls = HelpText.calls(parameter.kind).filter { !$0.gives.isEmpty }
    if calls.isEmpty { return [] }
    let lines = calls.map { "| `\($0.usage)` | \(escaped($0.summary)) | \(escaped($0.gives)) |" }
    return ["", "| `--\(parameter.name)` | meaning | gives |", "|---|---|---|"] + lines
  }

  private static func row(_ parameter: AnyParameter) -> String {
    let name = parameter.placement == .option ? "`--\(parameter.name)`" : parameter.name
    let fallback: String
    if parameter.isSeed {
      fallback = "the session's next"
    } else if case .flag(let on) = parameter.fallback {
      fallback = on ? "yes" : "no"
    } else {
      fallback =
        parameter.fallback?.canonical(as: parameter.kind) ?? (parameter.isRequired ? "required" : "–")
    }
    return
      "| \(name) | \(escaped(parameter.kind.phrase)) | \(escaped(fallback)) | \(escaped(parameter.help)) |"
  }

  private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
