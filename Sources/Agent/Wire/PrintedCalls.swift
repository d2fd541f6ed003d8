import Notation

/// Finds calls that a model printed as text instead of making them.
///
/// Small models and servers without the right template print `{"name": …, "arguments": …}`, bare, in a fence or
/// in tags, or a command line in a fence.
package struct PrintedCalls: Sendable, Equatable {
  package let calls: [ToolCall]
  /// The text without the calls.
  package let text: String
  /// The text was nothing but a result or an error, said again as it came; then nothing of it is kept.
  package let isEcho: Bool

  /// Hostile text must not make the search quadratic.
  private static let mostAttempts = 100

  package init(in text: String, tools: Set<String>) {
    let bytes = Array(text.utf8)
    var calls: [ToolCall] = []
    var kept: [UInt8] = []
    var position = 0
    var attempts = 0
    while position < bytes.count {
      let isStart = bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "[")
      if isStart { attempts += 1 }
      if isStart, attempts <= Self.mostAttempts,
        let (value, length) = try? JSON.prefix(of: Array(bytes[position...]))
      {
        let found = Self.calls(of: value, tools: tools, first: calls.count + 1)
        if !found.isEmpty {
          calls += found
          position += length
          continue
        }
        // Not a call: keep it whole, so that its insides are not searched again.
        kept += bytes[position..<position + length]
        position += length
        continue
      }
      kept.append(bytes[position])
      position += 1
    }
    let rest = String(decoding: kept, as: UTF8.self)
    if calls.isEmpty {
      let found = Self.lines(in: text, tools: tools)
      // What is nothing but a call is no answer, even if there is no such tool or its end is missing.
      let meant = found.0.isEmpty ? Self.meant(by: text) : nil
      isEcho = found.0.isEmpty && meant == nil && Self.isResult(text)
      (self.calls, self.text) = meant.map { ([$0], "") } ?? (found.0, isEcho ? "" : found.1)
    } else {
      isEcho = false
      self.calls = calls
      self.text = Self.withoutEmptyFences(rest)
    }
  }

  /// The call that the whole text is in shape.
  private static func meant(by text: String) -> ToolCall? {
    let bare = withoutFence(text)
    guard bare.first == "{",
      let match = bare.prefixMatch(
        of:
          #/\{\s*"(?:tool|name|function)"\s*:\s*"([A-Za-z0-9_.-]{1,64})"\s*,\s*"(?:arguments|parameters|args|input)"\s*:\s*/#
      )
    else { return nil }
    let whole = try? JSON(parsing: bare)
    let sound = whole.flatMap { $0["arguments"] ?? $0["parameters"] ?? $0["args"] ?? $0["input"] }
    return ToolCall(
      id: "text_1", name: String(match.1),
      arguments: sound?.description ?? String(bare[match.range.upperBound...]),
      form: .printedJSON)
  }

  private static func isResult(_ text: String) -> Bool {
    withoutFence(text).prefixMatch(of: #/\{\s*"(?:result|error)"\s*:/#) != nil
  }

  /// The text without the fence or the tags that stand around all of it.
  private static func withoutFence(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    func isFrame(_ line: Substring?) -> Bool {
      guard let line else { return false }
      return line.allSatisfy(\.isWhitespace) || line.hasPrefix("```") || line == "<tool_call>"
        || line == "</tool_call>"
    }
    while isFrame(lines.first) { lines = lines.dropFirst() }
    while isFrame(lines.last) { lines = lines.dropLast() }
    return String(lines.joined(separator: "\n").drop(while: \.isWhitespace))
  }

  private static func calls(of value: JSON, tools: Set<String>, first: Int) -> [ToolCall] {
    if let items = value.array {
      let found = items.flatMap { calls(of: $0, tools: tools, first: first) }
      return found.enumerated().map { position, call in
        ToolCall(
          id: "text_\(first + position)", name: call.name, arguments: call.arguments, form: .printedJSON)
      }
    }
    let body = value["function"]?.members == nil ? value : value["function"] ?? value
    guard let name = (body["name"] ?? body["tool"] ?? body["function"])?.string, tools.contains(name),
      let arguments = body["arguments"] ?? body["parameters"] ?? body["args"] ?? body["input"]
    else { return [] }
    let text = arguments.string ?? arguments.description
    return [ToolCall(id: "text_\(first)", name: name, arguments: text, form: .printedJSON)]
  }

  /// Command lines count in a fence, or if the whole answer consists of them.
  private static func lines(in text: String, tools: Set<String>) -> ([ToolCall], String) {
    var fenced: [ToolCall] = []
    var bare: [ToolCall] = []
    var kept: [Substring] = []
    var hasProse = false
    var isFenced = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " || $0 == "\t" }
      if content.hasPrefix("```") {
        isFenced.toggle()
      } else if let verb = verb(of: content, tools: tools) {
        let id = "text_\(fenced.count + bare.count + 1)"
        let call = ToolCall(id: id, name: verb, arguments: command(content), form: .printedLine)
        if isFenced { fenced.append(call) } else { bare.append(call) }
        if isFenced { continue }
      } else if !isFenced, !content.isEmpty {
        hasProse = true
      }
      kept.append(line)
    }
    if !fenced.isEmpty { return (fenced, withoutEmptyFences(kept.joined(separator: "\n"))) }
    if !bare.isEmpty, !hasProse { return (bare, "") }
    return ([], text)
  }

  /// The line without a prompt sign in front.
  private static func command(_ line: Substring) -> String {
    var line = line
    for sign in ["sonde> ", "> ", "$ "] where line.hasPrefix(sign) { line = line.dropFirst(sign.count) }
    while line.last?.isWhitespace == true { line = line.dropLast() }
    return String(line)
  }

  /// The tool that a line begins with, perhaps behind `name =`.
  private static func verb(of line: Substring, tools: Set<String>) -> String? {
    var words = command(line).split(separator: " ", maxSplits: 3)[...]
    if words.count >= 3, words[words.startIndex + 1] == "=" { words = words.dropFirst(2) }
    guard words.count >= 2, let verb = words.first.map(String.init), tools.contains(verb) else { return nil }
    return verb
  }

  private static func withoutEmptyFences(_ text: String) -> String {
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```"), let open = lines.lastIndex(where: { !$0.allSatisfy(\.isWhitespace) }),
        lines[open].hasPrefix("```")
      {
        lines.removeSubrange(open...)
      } else if line != "<tool_call>", line != "</tool_call>" {
        lines.append(line)
      }
    }
    let joined = lines.joined(separator: "\n")
    let bare = joined.replacing("<tool_call>", with: "").replacing("</tool_call>", with: "")
    let trimmed = bare.drop(while: \.isWhitespace)
    return String(trimmed.reversed().drop(while: \.isWhitespace).reversed())
  }
}
