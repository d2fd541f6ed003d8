/// Reads XML piece by piece, without documents of types, entities of one's own or anything fetched.
struct MarkupScanner {
  enum Piece: Equatable {
    case start(String, [(String, String)], isEmpty: Bool)
    case end(String)
    case text(String)

    static func == (one: Piece, other: Piece) -> Bool {
      switch (one, other) {
      case (.start(let a, let b, let c), .start(let d, let e, let f)):
        a == d && c == f && b.elementsEqual(e) { $0 == $1 }
      case (.end(let a), .end(let b)), (.text(let a), .text(let b)): a == b
      default: false
      }
    }
  }

  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// nil at the end.
  mutating func next() throws(FormatError) -> Piece? {
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
        let piece = bytes[start..<position]
        if piece.contains(where: { $0 > 32 }) { return .text(Self.plain(piece)) }
        continue
      }
      if follows("<!--") {
        try skip(past: "-->")
      } else if follows("<![CDATA[") {
        let start = position + 9
        try skip(past: "]]>")
        return .text(String(decoding: bytes[start..<max(start, position - 3)], as: UTF8.self))
      } else if follows("<?") {
        try skip(past: "?>")
      } else if follows("<!") {
        throw .unsupported("it declares a document type, which is not read")
      } else {
        return try tag()
      }
    }
    return nil
  }

  private func follows(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private mutating func skip(past text: String) throws(FormatError) {
    let start = position
    let mark = Array(text.utf8)
    while position < bytes.count {
      if bytes[position] == mark[0], bytes[position...].starts(with: mark) {
        position += mark.count
        return
      }
      position += 1
    }
    throw .malformed("`\(text)` is missing", offset: start)
  }

  private mutating func tag() throws(FormatError) -> Piece {
    let start = position
    position += 1
    let isEnd = position < bytes.count && bytes[position] == UInt8(ascii: "/")
    if isEnd { position += 1 }
    let name = word()
    guard !name.isEmpty else { throw .malformed("a tag has no name", offset: start) }
    var attributes: [(String, String)] = []
    while true {
      blank()
      guard position < bytes.count else { throw .malformed("a tag does not end", offset: start) }
      switch bytes[position] {
      case UInt8(ascii: ">"):
        position += 1
        return isEnd ? .end(name) : .start(name, attributes, isEmpty: false)
      case UInt8(ascii: "/"):
        position += 1
        guard position < bytes.count, bytes[position] == UInt8(ascii: ">") else {
          throw .malformed("a tag does not end", offset: start)
        }
        position += 1
        return .start(name, attributes, isEmpty: true)
      default: attributes.append(try attribute(start))
      }
    }
  }

  private mutating func attribute(_ start: Int) throws(FormatError) -> (String, String) {
    let name = word()
    blank()
    guard !name.isEmpty, position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
      throw .malformed("an attribute has no value", offset: position)
    }
    position += 1
    blank()
    guard position < bytes.count, bytes[position] == 34 || bytes[position] == 39 else {
      throw .malformed("a value has no quotes", offset: position)
    }
    let quote = bytes[position]
    position += 1
    let from = position
    while position < bytes.count, bytes[position] != quote { position += 1 }
    guard position < bytes.count else { throw .malformed("a quote does not end", offset: from) }
    position += 1
    return (name, Self.plain(bytes[from..<position - 1]))
  }

  private mutating func blank() {
    while position < bytes.count, bytes[position] <= 32 { position += 1 }
  }

  private mutating func word() -> String {
    let start = position
    while position < bytes.count, bytes[position] > 32, ![47, 60, 61, 62, 34, 39].contains(bytes[position]) {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The text with the five named entities and numbered characters put in.
  private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
    let names = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
    var text = ""
    for (place, piece) in String(decoding: bytes, as: UTF8.self)
      .split(separator: "&", omittingEmptySubsequences: false).enumerated()
    {
      guard place > 0, let end = piece.firstIndex(of: ";") else {
        text += (place > 0 ? "&" : "") + piece
        continue
      }
      let name = piece[..<end]
      var known = names[String(name)]
      if known == nil, name.hasPrefix("#") {
        let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        known = code.flatMap(Unicode.Scalar.init).map { String($0) }
      }
      text += known.map { $0 + piece[piece.index(after: end)...] } ?? "&" + piece
    }
    return text
  }
}
