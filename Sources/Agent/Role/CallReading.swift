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
    return try checker.check(verb: call.name, arguments: plain(members, of: spec, verbs: checker.table.verbs))
  }

  /// What else the call may mean: a method that was taken for a tool, a name that others give to one, or a range that
  /// runs the other way.
  package static func otherReadings(of call: ToolCall, in table: CommandTable) -> [ToolCall] {
    do throws(Diagnostic) {
      if let line = try line(of: call) {
        let turned = line.split(separator: " ").map(turned).joined(separator: " ")
        return (otherLines(line, in: table) + (turned == line ? [] : [turned])).map {
          Self.call(call, line: $0)
        }
      }
    } catch {
      return []
    }
    guard let members = try? members(of: call) else { return [] }
    let isVerb = !table.methods(of: call.name).isEmpty
    let word = isVerb ? members.last { $0.key == "method" }?.value.string ?? "" : call.name
    let turned = members.map { ($0.key, $0.value.string.map { .string(Self.turned($0[...])) } ?? $0.value) }
    var other = call
    other.arguments = JSON.object(turned).description
    let ranges = JSON.object(members) == .object(turned) ? [] : [other]
    return ranges
      + MeantCommand.all(by: word, in: table).compactMap { meant in
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

  /// `9..0` as `0..9`; other words as they are.
  private static func turned(_ word: Substring) -> String {
    guard let dots = word.firstRange(of: ".."), word.first?.isNumber == true else { return String(word) }
    return "\(word[dots.upperBound...])..\(word[..<dots.lowerBound])"
  }

  /// A line that begins with a method or with a file, behind the name that it gives.
  private static func otherLines(_ line: String, in table: CommandTable) -> [String] {
    var words = line.split(separator: " ")[...]
    var name = ""
    if words.count > 2, words[words.startIndex + 1] == "=" {
      name = words.prefix(2).joined(separator: " ") + " "
      words = words.dropFirst(2)
    }
    guard let first = words.first.map(String.init), !table.verbs.contains(first) else { return [] }
    let rest = words.dropFirst().map { " \($0)" }.joined()
    let heads = MeantCommand.all(by: first, in: table).map { meant in
      meant.verb + (meant.method.map { " \($0)" } ?? "")
    }
    var lines = heads.map { name + $0 + rest }
    if first.dropFirst().contains(".") || first.dropFirst().contains("/") {
      // A second word is what it shall be called.
      let only = words.count == 2 ? String(words[words.startIndex + 1]) : ""
      if name.isEmpty, Word.isName(only) { name = "\(only) = " }
      lines.append("\(name)load \(first)")
    }
    return lines
  }

  private static func call(_ call: ToolCall, line: String) -> ToolCall {
    var call = call
    call.form = .printedLine
    call.arguments = line
    return call
  }

  /// What a call is about: its command, as far as it can be read.
  package static func head(of call: ToolCall) -> String {
    guard let line = (try? line(of: call)) ?? nil else {
      let method = (try? members(of: call))?.last { $0.key == "method" }?.value.string
      return ([call.name] + [method].compactMap(\.self)).joined(separator: " ")
    }
    let words = line.split(separator: " ")
    let isNamed = words.count > 2 && words[1] == "="
    return words.dropFirst(isNamed ? 2 : 0).prefix(2).joined(separator: " ")
  }

  /// A printed call of several lines as one call a line; others as they are, for the protocol wants one answer a call.
  package static func separate(_ call: ToolCall) -> [ToolCall] {
    guard call.form == .printedJSON, call.name == Toolbox.runName,
      let text = try? members(of: call).last(where: { $0.key == "line" })?.value.string, text.contains("\n")
    else { return [call] }
    let lines = LineReader.logicalLines(of: text).map(\.text).filter { !$0.allSatisfy(\.isWhitespace) }
    return lines.prefix(mostLines).enumerated().map { number, line in
      var single = Self.call(call, line: line)
      single.id += "_\(number + 1)"
      return single
    }
  }

  private static let mostLines = 8

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

  /// The line without the words that a diagnostic points at, with an option in front of them, or without all from there on, or
  /// without the name that it gives, if that is all that is wrong with it.
  package static func checkWithoutWords(
    _ line: String, blamed range: Range<Int>, by checker: Checker
  ) -> (statement: CheckedStatement, words: String)? {
    let bytes = Array(line.utf8)
    guard range.upperBound <= bytes.count else { return nil }
    if range.lowerBound == 0, let cut = line.firstRange(of: " = "),
      let statement = try? checker.check(String(line[cut.upperBound...]))
    {
      return (statement, String(line[..<cut.lowerBound]))
    }
    let head = String(decoding: bytes[..<range.lowerBound], as: UTF8.self)
    let tail = String(decoding: bytes[range.upperBound...], as: UTF8.self)
    let before = head.split(separator: " ").dropLast().joined(separator: " ")
    let isOption = head.split(separator: " ").last?.hasPrefix("--") == true
    for kept in isOption ? [before + tail, before] : [head + tail, head] {
      var kept = kept[...]
      while let last = kept.last, " ,.|".contains(last) { kept.removeLast() }
      guard !kept.isEmpty, kept.count < line.count, let statement = try? checker.check(String(kept)) else {
        continue
      }
      return (statement, String(decoding: bytes[range], as: UTF8.self))
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
  private static func plain(
    _ members: [(key: String, value: JSON)], of spec: CommandSpec?, verbs: [String]
  ) -> JSON {
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
      if key == "as", parameter == nil, let text = value.string {
        if let name = Self.name(text, verbs: verbs) { plain.append((key, .string(name))) }
        continue
      }
      if value == "", parameter.map({ !$0.isRequired }) == true { continue }
      plain.append((name, parameter.map { Self.plain(value, of: $0.kind) } ?? value))
    }
    return .object(plain)
  }

  /// The name that a text means: `bundle joint` is `bundle_joint`, and what is taken by a command gets a word in front. Results have
  /// numbers of their own.
  private static func name(_ text: String, verbs: [String]) -> String? {
    // What holds more than words is no name that went wrong.
    guard text.allSatisfy({ $0.isLetter || $0.isNumber || " _-.".contains($0) }) else { return text }
    let words = text.split { !($0.isLetter || $0.isNumber) }.joined(separator: "_")
    let name = Word.isName(text) ? text : String(words.drop { !$0.isLetter }.prefix(longestName))
    if verbs.contains(name) { return "my_\(name)" }
    return Word.isName(name) ? name : nil
  }

  private static let longestName = 32

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
