/// Splits a line into stages at `|` and words at spaces, outside quotes and brackets.
struct Lexer {
  /// The line, with comments and the backslashes that continue it replaced by spaces.
  private var bytes: [UInt8]
  private(set) var stages: [[WordSyntax]] = []
  /// The offsets of the pipes.
  private(set) var pipes: [Int] = []
  private(set) var comment: String?
  private var nesting = Nesting()
  private var words: [Range<Int>] = []
  private let origin: Int

  /// Reads from `origin` to the end.
  init(_ bytes: [UInt8], from origin: Int) throws(Diagnostic) {
    self.bytes = bytes
    self.origin = origin
    try run()
    try checkClosed()
  }

  private mutating func run() throws(Diagnostic) {
    var position = origin
    var start: Int?
    while position < bytes.count {
      if nesting.quote == nil, let next = skipped(at: position, atWordStart: start == nil) {
        if !nesting.isOpen { endWord(&start, position) }
        position = next
        continue
      }
      let byte = bytes[position]
      switch nesting.take(byte, at: position) {
      case .mismatch: throw mismatch(position)
      case .inside: start = start ?? position
      case .outside where Nesting.isSpace(byte): endWord(&start, position)
      case .outside where byte == UInt8(ascii: "|"):
        endWord(&start, position)
        pipes.append(position)
        try endStage()
      case .outside:
        try VisibleText.check(bytes, at: position, isWordStart: start == nil)
        start = start ?? position
      }
      position += 1
    }
    endWord(&start, position)
    try endStage()
  }

  /// Blanks out a comment or a continuation; gives where to go on, or nil if neither stands here.
  private mutating func skipped(at position: Int, atWordStart: Bool) -> Int? {
    let byte = bytes[position]
    if byte == UInt8(ascii: "\\"), let end = LineReader.lineBreak(in: bytes, behind: position) {
      for offset in position..<end { bytes[offset] = 32 }
      return end
    }
    guard byte == UInt8(ascii: "#"), !nesting.isOpen, atWordStart,
      LineReader.startsComment(bytes, at: position, lineStart: origin)
    else { return nil }
    let end = bytes[position...].firstIndex(of: 10) ?? bytes.count
    comment = (comment.map { $0 + " " } ?? "") + String(decoding: bytes[position..<end], as: UTF8.self)
    for offset in position..<end { bytes[offset] = 32 }
    return end
  }

  private mutating func endWord(_ start: inout Int?, _ end: Int) {
    if let begin = start { words.append(begin..<end) }
    start = nil
  }

  /// Joins words at commas: one that ends in a comma continues in the next.
  private mutating func endStage() throws(Diagnostic) {
    var joined: [WordSyntax] = []
    var run: Range<Int>?
    for word in words {
      if let open = run, !isOption(word), joins(open, word) {
        run = open.lowerBound..<word.upperBound
        continue
      }
      if let open = run { try joined.append(syntax(open)) }
      run = word
    }
    if let open = run { try joined.append(syntax(open)) }
    stages.append(joined)
    words = []
  }

  private func joins(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    let comma = UInt8(ascii: ",")
    if isOption(left), !bytes[left].contains(UInt8(ascii: "=")) { return false }
    return bytes[left.upperBound - 1] == comma || bytes[right.lowerBound] == comma
  }

  private func isOption(_ word: Range<Int>) -> Bool {
    word.count > 2 && bytes[word].starts(with: "--".utf8) && Nesting.isLetter(bytes[word.lowerBound + 2])
  }

  private func syntax(_ word: Range<Int>) throws(Diagnostic) -> WordSyntax {
    try Escape.check(bytes, word)
    return WordSyntax(
      String(decoding: bytes[word], as: UTF8.self), at: word.lowerBound, isOption: isOption(word))
  }

  private func mismatch(_ position: Int) -> Diagnostic {
    let closer = Unicode.Scalar(nesting.brackets.last ?? 0)
    let opener = nesting.bracketStarts.last ?? 0
    return Diagnostic(
      "E0103", "`\(Unicode.Scalar(bytes[position]))` does not close `\(Unicode.Scalar(bytes[opener]))`",
      at: position..<position + 1, label: "`\(closer)` should stand here",
      remedy: "close the brackets in the order in which they were opened")
  }

  private func checkClosed() throws(Diagnostic) {
    if let quote = nesting.quote {
      throw Diagnostic(
        "E0101", "the quote is never closed", at: nesting.quoteStart..<nesting.quoteStart + 1,
        label: "opened here", remedy: "add \(Unicode.Scalar(quote)) where the text ends")
    }
    if let start = nesting.bracketStarts.last, let closer = nesting.brackets.last {
      throw Diagnostic(
        "E0102", "the bracket is never closed", at: start..<start + 1, label: "opened here",
        remedy: "add `\(Unicode.Scalar(closer))` where it ends")
    }
  }
}
