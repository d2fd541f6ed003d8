extension Statement {
  /// Longer lines are refused before anything looks at them.
  package static let maximumLength = 1 << 18

  /// Reads one logical line.
  package init(parsing text: String) throws(Diagnostic) {
    do throws(Diagnostic) {
      guard text.utf8.count <= Self.maximumLength else {
        throw Diagnostic(
          "E0112", "the line is longer than \(Self.maximumLength) bytes",
          remedy: "split it into several lines")
      }
      var parser = StatementParser(text)
      let body = try parser.body()
      self.init(source: text, body: body, comment: parser.comment)
    } catch {
      var diagnostic = error
      diagnostic.source = text
      throw diagnostic
    }
  }
}

struct StatementParser {
  let bytes: [UInt8]
  let start: Int
  var comment: String?

  init(_ text: String) {
    bytes = Array(text.utf8)
    start = bytes.firstIndex { !Nesting.isSpace($0) } ?? bytes.count
  }

  mutating func body() throws(Diagnostic) -> Statement.Body {
    guard start < bytes.count else { return .blank }
    switch bytes[start] {
    case UInt8(ascii: "#"): return .comment(text(start + 1..<bytes.count))
    case UInt8(ascii: "?"): return try question()
    case UInt8(ascii: "!"): return .shell(try rest(behind: start, "command for the system's shell"))
    case UInt8(ascii: "/"): return try session()
    default: return try data()
    }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The text behind a mark without the spaces around it.
  private func rest(behind position: Int, _ what: String) throws(Diagnostic) -> String {
    let end = (bytes.lastIndex { !Nesting.isSpace($0) } ?? position) + 1
    guard let first = bytes[(position + 1)...].firstIndex(where: { !Nesting.isSpace($0) }) else {
      throw Diagnostic(
        "E0111", "a \(what) is missing", at: start..<start + 1, label: "nothing follows",
        remedy: "write the \(what) behind it")
    }
    return text(first..<end)
  }

  private func question() throws(Diagnostic) -> Statement.Body {
    var end = start + 1
    while end < bytes.count, Nesting.isWordByte(bytes[end]) || bytes[end] == UInt8(ascii: "-") { end += 1 }
    guard end > start + 1, end == bytes.count || Nesting.isSpace(bytes[end]) else {
      return .question(role: nil, text: try rest(behind: start, "question"))
    }
    return .question(role: text(start + 1..<end), text: try rest(behind: end - 1, "question"))
  }

  private mutating func session() throws(Diagnostic) -> Statement.Body {
    let lexer = try Lexer(bytes, from: start)
    comment = lexer.comment
    guard lexer.pipes.isEmpty, let words = lexer.stages.first, let first = words.first else {
      throw Diagnostic(
        "E0104", "session commands have no pipes", at: lexer.pipes.first.map { $0..<$0 + 1 },
        label: "a pipe", remedy: "put the text in quotes")
    }
    let name = String(first.text.dropFirst())
    guard !name.isEmpty else {
      throw Diagnostic(
        "E0111", "a session command is missing", at: first.range, label: "nothing follows",
        remedy: "write its name behind the slash: /help lists them")
    }
    guard name.utf8.allSatisfy({ Nesting.isWordByte($0) || $0 == UInt8(ascii: "-") }) else {
      throw Diagnostic(
        "E0105", "`\(first.text)` is not a session command", at: first.range, label: "cannot be its name",
        remedy: "write `/name`; /help lists them")
    }
    return .session(
      SessionSyntax(name: NameSyntax(name, range: first.range), words: Array(words.dropFirst())))
  }

  private mutating func data() throws(Diagnostic) -> Statement.Body {
    if let keyword = keyword("param") { return try parameter(behind: keyword) }
    if let keyword = keyword("def") { return try definition(behind: keyword) }
    if start == bytes.count - 1 || LineReader.lineBreak(in: bytes, behind: start) == bytes.count,
      bytes[start] == UInt8(ascii: "\\")
    {
      return .blank
    }
    let assignment = try assignment()
    let body = try pipeline(from: assignment?.next ?? start, name: assignment?.name)
    return .pipeline(body)
  }

  private func keyword(_ word: String) -> Int? {
    let end = start + word.utf8.count
    guard bytes[start...].starts(with: word.utf8), end < bytes.count, Nesting.isSpace(bytes[end]),
      bytes[skipSpaces(end)...].first != UInt8(ascii: "=")
    else { return nil }
    return end
  }

  private func skipSpaces(_ position: Int) -> Int {
    bytes[position...].firstIndex { !Nesting.isSpace($0) } ?? bytes.count
  }

  /// `name =` at the start of the line, and where the rest begins.
  private func assignment() throws(Diagnostic) -> (name: NameSyntax, next: Int)? {
    var end = start
    while end < bytes.count, !Nesting.isSpace(bytes[end]), bytes[end] != UInt8(ascii: "=") {
      guard bytes[end] != UInt8(ascii: "|"), bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "'")
      else { return nil }
      end += 1
    }
    let equals = skipSpaces(end)
    guard equals < bytes.count, bytes[equals] == UInt8(ascii: "="),
      equals + 1 == bytes.count || bytes[equals + 1] != UInt8(ascii: "=")
    else { return nil }
    let name = NameSyntax(text(start..<end), range: start..<max(end, start + 1))
    guard Word.isName(name.text) else { throw Self.notAName(name) }
    return (name, equals + 1)
  }

  static func notAName(_ name: NameSyntax) -> Diagnostic {
    Diagnostic(
      "E0105", "`\(name.text)` is not a name", at: name.range, label: "cannot be named",
      remedy: "names start with a letter and hold letters, digits and `_`; `r12` and `_` mean results")
  }

  private mutating func pipeline(from position: Int, name: NameSyntax?) throws(Diagnostic) -> PipelineSyntax {
    let lexer = try Lexer(bytes, from: position)
    comment = lexer.comment
    if lexer.stages.allSatisfy(\.isEmpty), lexer.pipes.isEmpty {
      let mark = max(start, position - 1)
      throw Diagnostic(
        "E0107", name == nil ? "the line is empty" : "nothing follows the `=`", at: mark..<mark + 1,
        label: "nothing follows",
        remedy: "write what the name should mean: `name = load table FILE`")
    }
    for (offset, words) in lexer.stages.enumerated() where words.isEmpty {
      let pipe = lexer.pipes[min(offset, lexer.pipes.count - 1)]
      throw Diagnostic(
        "E0104", "a command is missing beside the pipe", at: pipe..<pipe + 1,
        label: offset == 0 ? "nothing comes before" : "nothing follows",
        remedy: "write a command there, or remove the `|`")
    }
    return PipelineSyntax(name: name, stages: lexer.stages.map { StageSyntax(words: $0) })
  }

  private mutating func parameter(behind keyword: Int) throws(Diagnostic) -> Statement.Body {
    let lexer = try Lexer(bytes, from: keyword)
    comment = lexer.comment
    let words = lexer.stages.flatMap { $0 }
    let whole = words.first.map { $0.range.lowerBound..<(words.last?.range.upperBound ?? bytes.count) }
    let text = whole.map { WordSyntax(self.text($0), at: $0.lowerBound) }
    guard lexer.pipes.isEmpty, let (name, value) = text?.splitOnce(at: UInt8(ascii: "=")), !value.text.isEmpty
    else {
      throw Diagnostic(
        "E0107", "a parameter needs a name and a value", at: start..<keyword, label: "not complete",
        remedy: "write `param name = literal`")
    }
    let syntax = NameSyntax(name.text, range: name.range)
    guard Word.isName(name.text) else { throw Self.notAName(syntax) }
    return .parameter(syntax, value)
  }

  private mutating func definition(behind keyword: Int) throws(Diagnostic) -> Statement.Body {
    let incomplete = Diagnostic(
      "E0107", "a definition needs a name, its parameters and a pipeline", at: start..<keyword,
      label: "not complete", remedy: "write `def name(a, b) = pipeline`")
    let head = WordSyntax(text(keyword..<bytes.count), at: keyword)
    guard let (left, right) = head.splitOnce(at: UInt8(ascii: "=")), !right.text.isEmpty,
      let open = left.text.firstIndex(of: "("), left.text.hasSuffix(")")
    else { throw incomplete }
    let nameLength = left.text[..<open].utf8.count
    let name = left.part(0..<nameLength)
    let inner = left.part(nameLength + 1..<left.text.utf8.count - 1)
    let parameters = inner.text.isEmpty ? [] : inner.split(at: UInt8(ascii: ","))
    for word in [name] + parameters where !Word.isName(word.text) {
      throw Self.notAName(NameSyntax(word.text, range: word.range))
    }
    let body = try pipeline(from: right.range.lowerBound, name: nil)
    return .definition(
      DefinitionSyntax(
        name: NameSyntax(name.text, range: name.range),
        parameters: parameters.map { NameSyntax($0.text, range: $0.range) }, body: body))
  }
}
