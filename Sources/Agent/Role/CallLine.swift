package import Language
import Notation

/// Writes a tool call as the line that a person would have typed. The checker then proves it like any other line.
package enum CallLine {
  /// The line, or the reason for which none can be written.
  package static func text(for call: ToolCall, specs: [CommandSpec]) throws(Diagnostic) -> String {
    if call.form == .printedLine { return try oneLine(call.arguments) }
    let arguments: JSON
    do { arguments = try JSON(parsing: call.arguments) } catch {
      throw Diagnostic(
        "A0130", "the arguments of `\(call.name)` are not JSON: \(error.reason) at byte \(error.offset)",
        remedy: "send one JSON object")
    }
    guard let members = arguments.members else {
      throw Diagnostic(
        "A0130", "the arguments of `\(call.name)` are not a JSON object", remedy: "send one JSON object")
    }
    let spec = try spec(for: call.name, method: arguments["method"]?.string, in: specs)
    return try line(spec, members)
  }

  private static func spec(
    for verb: String, method: String?, in specs: [CommandSpec]
  ) throws(Diagnostic) -> CommandSpec {
    let candidates = specs.filter { $0.verb == verb }
    if candidates.isEmpty {
      throw Diagnostic(
        "A0131", "there is no tool `\(SafeText.oneLine(verb, limit: 40))`", remedy: "use one of the tools")
    }
    if let exact = candidates.first(where: { $0.method == method }) { return exact }
    // A verb without methods: the argument is superfluous.
    if candidates.count == 1, candidates[0].method == nil { return candidates[0] }
    let names = candidates.compactMap(\.method).joined(separator: ", ")
    let asked = method.map { "has no method `\(SafeText.oneLine($0, limit: 40))`" } ?? "needs a method"
    throw Diagnostic("A0132", "`\(verb)` \(asked)", remedy: "set method to one of \(names)")
  }

  private static func line(
    _ spec: CommandSpec, _ members: [(key: String, value: JSON)]
  ) throws(Diagnostic) -> String {
    var words = [spec.verb]
    if let method = spec.method { words.append(method) }
    var given: [String: JSON] = [:]
    for member in members where member.value != .null && member.key != "method" {
      given[member.key.replacing("_", with: "-")] = member.value
    }
    let name = given.removeValue(forKey: "as")?.string ?? ""
    for placement in [Placement.positional, .option] {
      for parameter in spec.parameters where parameter.placement == placement {
        guard let value = given.removeValue(forKey: parameter.name) else { continue }
        // Models fill optional places with empty texts.
        if value == "", !parameter.isRequired { continue }
        words += try Self.words(value, of: parameter)
      }
    }
    if let unknown = given.keys.sorted().first {
      let names = spec.parameters.map(\.name).joined(separator: ", ")
      throw Diagnostic(
        "A0133", "`\(spec.name)` has no argument `\(SafeText.oneLine(unknown, limit: 40))`",
        remedy: "its arguments are \(names)")
    }
    let call = words.joined(separator: " ")
    return name.isEmpty ? call : "\(word(name)) = \(call)"
  }

  private static func words(_ value: JSON, of parameter: AnyParameter) throws(Diagnostic) -> [String] {
    let option = "--\(parameter.name)"
    if case .flag = parameter.kind {
      let isOn = value.bool ?? (value.string?.lowercased() == "true")
      return isOn ? [option] : []
    }
    if parameter.placement == .positional, case .list(let element) = parameter.kind {
      let items = value.array ?? value.string.map { split($0, kind: element) } ?? [value]
      return try items.map { item throws(Diagnostic) in try text(item, element) }
    }
    let word = try text(value, parameter.kind)
    return parameter.placement == .positional ? [word] : [option, word]
  }

  /// A model may write a list as one text.
  private static func split(_ text: String, kind: ParameterKind) -> [JSON] {
    guard case .value = kind, !text.contains("\"") else { return [.string(text)] }
    return text.split { $0 == "," || $0 == " " }.map { .string(String($0)) }
  }

  private static func text(_ value: JSON, _ kind: ParameterKind) throws(Diagnostic) -> String {
    if let items = value.array {
      guard case .list(let element) = kind else {
        if items.count == 1 { return try text(items[0], kind) }
        return try items.map { item throws(Diagnostic) in try text(item, kind) }.joined(separator: ",")
      }
      return try items.map { item throws(Diagnostic) in try text(item, element) }.joined(separator: ",")
    }
    if value.number != nil || value.bool != nil { return value.description }
    guard let string = value.string else {
      throw Diagnostic(
        "A0134", "an argument is an object, but texts and numbers are wanted", remedy: "write it as a text")
    }
    switch kind {
    case .value, .list(.value): return reference(string)
    case .expression: return try oneLine(string)
    case .call, .range, .list: return compact(string)
    default: return word(string)
    }
  }

  /// `pump.Volume Flow` becomes `pump."Volume Flow"`.
  private static func reference(_ text: String) -> String {
    guard let dot = text.firstIndex(of: ".") else { return word(text) }
    let root = word(String(text[..<dot]))
    let column = String(text[text.index(after: dot)...])
    if column.hasPrefix("\""), column.hasSuffix("\""), column.count > 2 {
      return "\(root).\(Word.quoted(String(column.dropFirst().dropLast())))"
    }
    return "\(root).\(Word.isPlainColumn(column) ? column : Word.quoted(column))"
  }

  /// `stats(10s), mfcc(13)` becomes `stats(10s),mfcc(13)`; anything odder is quoted and left to the checker.
  private static func compact(_ text: String) -> String {
    let tight = text.filter { $0 != " " }
    let allowed = tight.unicodeScalars.allSatisfy {
      "(),=.-+_%:*@".unicodeScalars.contains($0) || isLetterOrDigit($0)
    }
    return allowed && !tight.isEmpty && !tight.hasPrefix("--") ? tight : Word.quoted(text)
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  private static func word(_ text: String) -> String { Word.isPlain(text) ? text : Word.quoted(text) }

  private static func oneLine(_ text: String) throws(Diagnostic) -> String {
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
      throw Diagnostic("A0135", "an argument holds a line break", remedy: "write one line")
    }
    return text
  }
}
