import Language

/// A script as a file: statements, with everything else in comments.
package struct ScriptFile: Sendable, Equatable {
  /// `#: key value…` lines, in order.
  package var header: [(key: String, value: String)]
  package var records: [ScriptRecord]

  package init(header: [(key: String, value: String)] = [], records: [ScriptRecord]) {
    self.header = header
    self.records = records
  }

  package static func == (a: ScriptFile, b: ScriptFile) -> Bool {
    a.records == b.records && a.header.elementsEqual(b.header) { $0 == $1 }
  }

  package var seed: UInt64? {
    header.first { $0.key == "seed" }.flatMap { UInt64($0.value) }
  }

  package var statements: [ScriptRecord.Statement] {
    records.compactMap { if case .statement(let statement) = $0 { statement } else { nil } }
  }
}

extension ScriptFile {
  /// The first line of every script; the number is the version of the language.
  package static let firstLine = "#! sonde 1"

  package var text: String {
    var lines = [Self.firstLine]
    for (key, value) in header { lines.append("#: \(key) \(value)") }
    for record in records { lines += Self.lines(of: record) }
    return lines.joined(separator: "\n") + "\n"
  }

  package static func lines(of record: ScriptRecord) -> [String] {
    switch record {
    case .statement(let statement):
      var lines = statement.turn.map { ["#@ agent turn \($0)"] } ?? []
      lines.append(statement.text)
      if let digest = statement.digest { lines.append("#> \(digest.text)") }
      return lines + statement.assertions.map { "#= \($0.text)" }
    case .question(let role, let text):
      return prefixed("#?\(role ?? "") ", text)
    case .answer(let text): return prefixed("#\" ", text)
    case .comment(let text): return ["#" + text]
    case .blank: return [""]
    }
  }

  private static func prefixed(_ mark: String, _ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { mark + $0 }
  }
}

extension ScriptFile {
  /// Reads a script. Never fails: whatever is not metadata is a comment or a statement, and the checker judges those.
  package init(_ text: String) {
    self.init(records: [])
    var pending = ""
    var start = 0
    var turn: Int?
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.hasSuffix("\r") ? line.dropLast() : line)
    }
    for (number, line) in lines.enumerated() {
      if pending.isEmpty, line.hasPrefix("#") || line.allSatisfy(\.isWhitespace) {
        if number == lines.count - 1, line.isEmpty { break }
        takeComment(line, turn: &turn)
        continue
      }
      if pending.isEmpty { start = number + 1 }
      pending += pending.isEmpty ? line : "\n" + line
      let continues = number + 1 < lines.count && Self.startsWithPipe(lines[number + 1])
      if continues || (LineReader.isIncomplete(pending) && number + 1 < lines.count) { continue }
      for text in LineReader.statements(of: pending) {
        records.append(.statement(.init(text: text, turn: turn, line: start)))
      }
      turn = nil
      pending = ""
    }
  }

  private static func startsWithPipe(_ line: String) -> Bool {
    line.drop { $0 == " " || $0 == "\t" }.first == "|"
  }

  private mutating func takeComment(_ line: String, turn: inout Int?) {
    let body = String(line.dropFirst(2)).trimmingSpaces
    switch line.prefix(2) {
    case "#!": return
    case "#:":
      let words = body.split(separator: " ", maxSplits: 1)
      header.append((key: words.first.map(String.init) ?? "", value: words.count > 1 ? String(words[1]) : ""))
    case "#>": amendLast { $0.digest = RecordedDigest(body) }
    case "#=": if let assertion = Assertion(body) { amendLast { $0.assertions.append(assertion) } }
    case "#@": turn = body.split(separator: " ").last.flatMap { Int($0) }
    case "#?":
      // A role stands right behind the mark, as it does at the prompt.
      let role = line.dropFirst(2).prefix { $0 != " " }
      let text = String(line.dropFirst(2 + role.count)).trimmingSpaces
      records.append(.question(role: role.isEmpty ? nil : String(role), text: text))
    case "#\"": append(answer: body)
    default:
      records.append(line.isEmpty || !line.hasPrefix("#") ? .blank : .comment(String(line.dropFirst())))
    }
  }

  /// Consecutive answer lines are one answer.
  private mutating func append(answer line: String) {
    if case .answer(let before) = records.last {
      records[records.count - 1] = .answer(before + "\n" + line)
    } else {
      records.append(.answer(line))
    }
  }

  private mutating func amendLast(_ change: (inout ScriptRecord.Statement) -> Void) {
    for position in records.indices.reversed() {
      if case .statement(var statement) = records[position] {
        change(&statement)
        records[position] = .statement(statement)
        return
      }
    }
  }
}

extension String {
  /// Without spaces and tabs at both ends.
  package var trimmingSpaces: String {
    var text = self[...]
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }
}
