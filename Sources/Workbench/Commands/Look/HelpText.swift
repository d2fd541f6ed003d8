import Language
import Notation

/// Help as plain text, computed from the declarations.
enum HelpText {
  /// All commands, a line each.
  static func overview(_ table: CommandTable) -> String {
    var lines = ["Commands (`help VERB` says more):", ""]
    let width = ((table.verbs + topics.map(\.name)).map(\.count).max() ?? 0) + 2
    for verb in table.verbs {
      lines.append("  " + padded(verb, width) + summary(of: verb, in: table))
    }
    lines += ["", "Topics (`help TOPIC`):", ""]
    lines += topics.map { "  " + padded($0.name, width) + $0.summary }
    lines += ["", "A line that starts with `?` asks the agent; `/help` lists what steers the session."]
    return lines.joined(separator: "\n")
  }

  /// The methods of a verb, or what it does without one.
  private static func summary(of verb: String, in table: CommandTable) -> String {
    let specs = table.methods(of: verb)
    let methods = specs.compactMap(\.method)
    if methods.count < 2 { return specs[0].summary }
    let list = methods.joined(separator: ", ")
    if let plain = specs.first(where: { $0.method == nil }) {
      return plain.summary + " Also \(list)."
    }
    // A long list that another verb has said already.
    let before = table.verbs.prefix { $0 != verb }.first { other in
      methods.count > 20 && Set(methods).isSubset(of: table.methods(of: other).compactMap(\.method))
    }
    guard let before else { return list }
    let count = table.methods(of: before).compactMap(\.method).count
    return "\(methods.count) of the \(count) methods of `\(before)`; `help \(verb)` lists them"
  }

  /// One command in full, or the methods of a verb.
  static func verb(_ verb: String, _ method: String?, in table: CommandTable) -> String? {
    let specs = table.methods(of: verb)
    if let method { return specs.first { $0.method == method }.map(command) ?? call(method, of: specs) }
    if specs.count == 1 { return command(specs[0]) }
    guard !specs.isEmpty else { return nil }
    let width = (specs.map { $0.method?.count ?? 0 }.max() ?? 0) + 2
    let lines = specs.filter { $0.method != nil }.map { "  " + padded($0.method ?? "", width) + $0.summary }
    let list = (["`\(verb)` has these methods (`help \(verb) METHOD` says more):", ""] + lines).joined(
      separator: "\n")
    // A verb may also work without one.
    return specs.first { $0.method == nil }.map { command($0) + "\n\n" + list } ?? list
  }

  static func command(_ spec: CommandSpec) -> String {
    var lines = [spec.summary, "", "  \(spec.usage)" + (hasOptions(spec) ? " [OPTIONS]" : ""), ""]
    for parameter in spec.parameters {
      lines.append(
        "  " + (parameter.placement == .option ? "--\(parameter.name)" : parameter.name.uppercased()))
      lines.append("      \(parameter.help)")
      lines.append("      Takes \(parameter.kind.phrase)\(fallback(parameter)).")
      if case .choice(let choices) = parameter.kind {
        lines += choices.map { "        \($0.name): \($0.help)" }
      }
      lines += calls(parameter.kind).map { "        \($0.usage): \(meaning($0))" }
    }
    if !spec.discussion.isEmpty { lines += ["", spec.discussion] }
    lines += ["", "Examples:"]
    lines += spec.examples.map { "  \($0.line)" }
    return lines.joined(separator: "\n")
  }

  private static func meaning(_ call: CallSpec) -> String {
    call.gives.isEmpty ? call.summary : "\(call.summary) Gives \(call.gives)."
  }

  /// One of the calls that an argument takes, such as an encoder.
  static func call(_ name: String, of specs: [CommandSpec]) -> String? {
    for spec in specs {
      for parameter in spec.parameters {
        guard let call = calls(parameter.kind).first(where: { $0.name == name }) else { continue }
        var lines = [call.summary, "", "  \(spec.name) … --\(parameter.name) \(call.usage)", ""]
        for argument in call.parameters {
          lines.append("  \(argument.name)")
          lines.append("      \(argument.help)")
          lines.append("      Takes \(argument.kind.phrase)\(fallback(argument)).")
          if case .choice(let choices) = argument.kind {
            lines += choices.map { "        \($0.name): \($0.help)" }
          }
        }
        if !call.parameters.isEmpty, !call.gives.isEmpty { lines.append("") }
        if !call.gives.isEmpty { lines.append("Gives \(call.gives).") }
        return lines.joined(separator: "\n")
      }
    }
    return nil
  }

  private static func hasOptions(_ spec: CommandSpec) -> Bool {
    spec.parameters.contains { $0.placement == .option && !$0.isRequired }
  }

  private static func fallback(_ parameter: AnyParameter) -> String {
    if parameter.isSeed { return "; the session's next seed if absent" }
    if parameter.kind == .flag || parameter.isRequired { return "" }
    guard let fallback = parameter.fallback else { return "; may be absent" }
    return "; \(fallback.canonical(as: parameter.kind)) if absent"
  }

  static func calls(_ kind: ParameterKind) -> [CallSpec] {
    switch kind {
    case .call(let specs): specs
    case .list(let inner), .range(let inner): calls(inner)
    default: []
    }
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
