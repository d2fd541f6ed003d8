/// What is being typed in front of the cursor, however unfinished the line is.
struct CompletionSite: Equatable {
  /// Text before the pipe in front of the stage, without `name =`; nil in the first stage.
  let pipeline: String?
  /// The words of the stage before the one being typed.
  let words: [WordSyntax]
  /// The word being typed, up to the cursor; may be empty.
  let current: WordSyntax
  /// Whether a name stands before an `=` already.
  let isAssigned: Bool

  /// Reads the bytes up to the cursor as data commands.
  init(_ bytes: [UInt8]) {
    let start = Self.afterAssignment(bytes)
    isAssigned = start > 0
    var nesting = Nesting()
    var words: [WordSyntax] = []
    var wordStart: Int?
    var pipe: Int?
    for position in start..<bytes.count {
      let byte = bytes[position]
      let place = nesting.take(byte)
      guard place == .outside, Nesting.isSpace(byte) || byte == UInt8(ascii: "|") else {
        wordStart = wordStart ?? position
        continue
      }
      if let begin = wordStart { words.append(Self.word(bytes[begin..<position], at: begin)) }
      wordStart = nil
      if byte == UInt8(ascii: "|") {
        pipe = position
        words = []
      }
    }
    pipeline = pipe.map { String(decoding: bytes[start..<$0], as: UTF8.self) }
    let begin = wordStart ?? bytes.count
    current = Self.word(bytes[begin...], at: begin)
    self.words = words
  }

  private static func word(_ bytes: ArraySlice<UInt8>, at start: Int) -> WordSyntax {
    WordSyntax(
      String(decoding: bytes, as: UTF8.self), at: start,
      isOption: bytes.count > 2 && bytes.starts(with: "--".utf8))
  }

  /// Where the pipeline begins: behind `name =`, else at 0.
  private static func afterAssignment(_ bytes: [UInt8]) -> Int {
    var position = bytes.firstIndex { !Nesting.isSpace($0) } ?? bytes.count
    while position < bytes.count, Nesting.isWordByte(bytes[position]) { position += 1 }
    while position < bytes.count, Nesting.isSpace(bytes[position]) { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "="),
      position + 1 == bytes.count || bytes[position + 1] != UInt8(ascii: "=")
    else { return 0 }
    return position + 1
  }
}
