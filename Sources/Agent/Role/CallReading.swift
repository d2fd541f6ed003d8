package import Language
import Notation
import Workbench

/// Reads what a model meant by a tool call. `Checker.check(verb:arguments:)` then proves it like any line.
package enum CallReading {
  /// The checked statement, or the reason for which there is none. `written` is what could be read of the call.
  package static func check(_ call: ToolCall, by checker: Checker) throws(Diagnostic) -> CheckedStatement {
    if let line = try line(of: call) { return try checker.check(line) }
    let specs = checker.table.methods(of: call.name)
    if specs.isEmpty {
      throw Diagnostic(
        "A0131", "there is no tool `\(SafeText.oneLine(call.name, limit: 40))`",
        remedy: "use one of the tools"
      )
    }
    let members = try members(of: call)
    let method = members.last { $0.key == "method" }?.value.string
    let spec = specs.first { $0.method == method } ?? (specs.count == 1 ? specs[0] : nil)
    return try checker.check(verb: call.name, arguments: plain(members, of: spec))
  }

  /// What else the call may mean: a method that was taken for a tool, or a name that others give to one.
  package static func otherReadings(of call: ToolCall, in table: CommandTable) -> [ToolCall] {
    guard call.form != .printedLine, call.name != Toolbox.runName, let members = try? members(of: call) else {
      return []
    }
    let isVerb = !table.methods(of: call.name).isEmpty
    let word = isVerb ? members.last { $0.key == "method" }?.value.string ?? "" : call.name
    return MeantCommand.all(by: word, in: table).compactMap { meant in
      if isVerb, meant.verb != call.name { return nil }
      var other = call
      other.name = meant.verb
      other.arguments =
        JSON.object(
          members.filter { $0.key != "method" } + (meant.method.map { [("method", .string($0))] } ?? [])
        ).description
      return other
    }
  }

  /// The call without one of its options, if that is all that is wrong with it.
  package static func checkWithoutOption(
    _ call: ToolCall, by checker: Checker
  ) -> (statement: CheckedStatement, option: String)? {
    guard let members = try? members(of: call) else { return nil }
    for (place, member) in members.enumerated() where member.key != "method" {
      var fewer = members
      fewer.remove(at: place)
      var call = call
      call.arguments = JSON.object(fewer).description
      if let statement = try? check(call, by: checker) { return (statement, member.key) }
    }
    return nil
  }

  /// The line, if the model wrote one: in a fence, or for the tool `run`.
  package static func line(of call: ToolCall) throws(Diagnostic) -> String? {
    if call.form == .printedLine { return try oneLine(call.arguments) }
    guard call.name == Toolbox.runName else { return nil }
    let line = try members(of: call).last { $0.key == "line" }?.value.string ?? ""
    return try oneLine(line)
  }

  private static func members(of call: ToolCall) throws(Diagnostic) -> [(key: String, value: JSON)] {
    let arguments: JSON
    do { arguments = try JSON(parsing: call.arguments) } catch {
      throw Diagnostic(
        "A0130",
        "the arguments of `\(SafeText.oneLine(call.name, limit: 40))` are not JSON: \(error.reason)"
          + " at byte \(error.offset)",
        remedy: "send one JSON object")
    }
    guard let members = arguments.members else {
      throw Diagnostic(
        "A0130", "the arguments of `\(SafeText.oneLine(call.name, limit: 40))` are not a JSON object",
        remedy: "send one JSON object")
    }
    return members
  }

  /// The same arguments without what models do differently: underscores, empty texts in optional places, a list as
  /// one text, a column with spaces.
  private static func plain(_ members: [(key: String, value: JSON)], of spec: CommandSpec?) -> JSON {
    let takesMethod = spec?.method != nil
    let known = Set(spec?.parameters.map(\.name) ?? [])
    var plain: [(key: String, value: JSON)] = []
    for (written, value) in members where value != .null {
      // The mark of what may be left out is not part of the name.
      let key = written.hasSuffix("?") ? String(written.dropLast()) : written
      // A verb without methods: the argument is superfluous.
      if key == "method", spec != nil, !takesMethod, !known.contains("method") { continue }
      let dashed = key.replacing("_", with: "-")
      let name = known.contains(key) ? key : dashed
      let parameter = spec?.parameters.first { $0.name == name }
      if value == "", key == "as" || parameter.map({ !$0.isRequired }) == true { continue }
      plain.append((key == "as" ? key : name, parameter.map { Self.plain(value, of: $0.kind) } ?? value))
    }
    return .object(plain)
  }

  private static func plain(_ value: JSON, of kind: ParameterKind) -> JSON {
    switch (kind, value) {
    case (.list(let element), .string(let text)):
      guard case .value = element, !text.contains("\"") else { return value }
      return .array(
        text.split { $0 == "," || $0 == " " }.map { plain(.string(String($0)), of: element) })
    case (.list(let element), .array(let items)): return .array(items.map { plain($0, of: element) })
    case (_, .array(let items)) where items.count == 1: return plain(items[0], of: kind)
    case (.value, .string(let text)): return .string(reference(text))
    case (.flag, .string(let text)): return .bool(text.lowercased() == "true")
    default: return value
    }
  }

  /// `pump.Volume Flow` becomes `pump."Volume Flow"`.
  private static func reference(_ text: String) -> String {
    guard let dot = text.firstIndex(of: "."), !text.contains("\"") else { return text }
    let column = String(text[text.index(after: dot)...])
    return Word.isPlainColumn(column) ? text : "\(text[..<dot]).\(Word.quoted(column))"
  }

  private static func oneLine(_ text: String) throws(Diagnostic) -> String {
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
      throw Diagnostic("A0135", "the line holds a line break", remedy: "write one line")
    }
    return text
  }
}
