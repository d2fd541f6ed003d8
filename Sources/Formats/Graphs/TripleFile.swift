package import Numerics
package import Values

/// The statements of a knowledge graph: subject, relation, object.
///
/// Read are N-Triples, the part of Turtle without collections and inner nodes (W3C recommendations of 2014), and lines of three
/// words between tabs. Names are kept as they are written, prefixed ones with their prefix filled in; literals become
/// nodes with their quotes.
package struct TripleFile: Sendable {
  package private(set) var records = GraphRecords(isDirected: true)
  package private(set) var relations: [String] = []

  package init(_ source: any ByteSource, work: Work) throws(FormatError) {
    guard source.count <= EventRecords.mostBytes else { throw .unsupported("it has more than 1 GB") }
    let text = try TextBytes(source) { !work.isCancelled() }
    let bytes = try text.source.read(at: text.start, count: text.source.count - text.start)
    if Self.isTabbed(bytes) {
      try readLines(bytes, work)
    } else {
      var reader = TurtleReader(bytes)
      while let (subject, relation, object) = try reader.next() {
        if relations.count % 4096 == 0, work.isCancelled() { throw .cancelled }
        records.connect(subject, object)
        relations.append(relation)
      }
    }
    if relations.isEmpty { throw .malformed("it holds no statement", offset: 0) }
  }

  package var graph: Graph {
    let plain = records.graph
    let levels = Set(relations).sorted()
    let places = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, Int32($0)) })
    let column = Column("relation", .category(codes: relations.map { places[$0] ?? -1 }, levels: levels))
    return Graph(
      nodes: plain.nodes, sources: plain.sources, targets: plain.targets,
      edges: plain.edges.with(columns: [column]), isDirected: true)
  }

  private static func isTabbed(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.prefix(8192).split(separator: 10).prefix(5)
    return !lines.isEmpty && lines.prefix(max(1, lines.count - 1)).allSatisfy { $0.count { $0 == 9 } == 2 }
  }

  /// Whether lines of three names between tabs are plainly statements: names come as subjects and as objects, and there are
  /// few relations.
  package static func isTelling(_ source: any ByteSource) -> Bool {
    guard let head = try? source.read(at: 0, count: FileKind.headSize) else { return false }
    guard let bytes = Packed.isPacked(head) ? try? Packed.unpack(source, limit: FileKind.headSize) : head
    else { return false }
    var lines = bytes.split(separator: 10)
    if bytes.last != 10 { lines = lines.dropLast() }
    guard lines.count >= 20 else { return false }
    var parts = [Set<ArraySlice<UInt8>>](repeating: [], count: 3)
    for line in lines {
      let words = (line.last == 13 ? line.dropLast() : line).split(
        separator: 9, omittingEmptySubsequences: false)
      guard words.count == 3, words.allSatisfy({ !$0.isEmpty }) else { return false }
      for (place, word) in words.enumerated() { parts[place].insert(word) }
    }
    return parts[1].count * 10 <= lines.count && parts[0].intersection(parts[2]).count >= 5
      && parts[1].allSatisfy { NumberScanner().number($0) == nil }
  }

  private mutating func readLines(_ bytes: [UInt8], _ work: Work) throws(FormatError) {
    var lines = LineCursor(bytes)
    while let line = lines.next() {
      if lines.number % 4096 == 0, work.isCancelled() { throw .cancelled }
      if line.isEmpty { continue }
      let words = line.split(separator: 9, omittingEmptySubsequences: false)
      guard words.count == 3, words.allSatisfy({ !$0.isEmpty }) else {
        throw .malformedLine("a statement has three parts between tabs", line: lines.number)
      }
      records.connect(words[0].text, words[2].text)
      relations.append(words[1].text)
    }
  }
}

/// Reads statement after statement.
private struct TurtleReader {
  private let bytes: [UInt8]
  private var at = 0
  private var prefixes: [String: String] = [:]
  private var base = ""
  private var subject: String?
  private var relation: String?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private enum Token: Equatable {
    case name(String), literal(String), keyword(String), mark(UInt8)
  }

  mutating func next() throws(FormatError) -> (String, String, String)? {
    while true {
      let start = at
      guard let token = try token() else {
        if subject != nil { throw .malformed("a statement does not end", offset: bytes.count) }
        return nil
      }
      if case .keyword(let word) = token, subject == nil {
        try directive(word, at: start)
        continue
      }
      if token == .mark(46), subject == nil { continue }
      if subject == nil {
        guard case .name(let name) = token else { throw wrong(start) }
        subject = name
      } else if relation == nil {
        switch token {
        case .name(let name): relation = name
        case .keyword("a"): relation = "rdf:type"
        // `;` may stand before the end.
        case .mark(46): subject = nil
        case .mark(59): continue
        default: throw wrong(start)
        }
      } else {
        let object: String
        switch token {
        case .name(let name), .literal(let name): object = name
        case .keyword(let word) where word == "true" || word == "false": object = "\"\(word)\""
        default: throw wrong(start)
        }
        guard let subject, let relation else { throw wrong(start) }
        try finish(start)
        return (subject, relation, object)
      }
    }
  }

  /// What comes behind an object.
  private mutating func finish(_ start: Int) throws(FormatError) {
    let place = at
    switch try token() {
    case .mark(46):
      subject = nil
      relation = nil
    case .mark(59): relation = nil
    case .mark(44): return
    default: throw .malformed("a statement does not end in a point", offset: place)
    }
  }

  private mutating func directive(_ word: String, at start: Int) throws(FormatError) {
    switch word.lowercased() {
    case "@prefix", "prefix":
      guard case .name(let name)? = try token(), case .name(let target)? = try token() else {
        throw wrong(start)
      }
      prefixes[name] = target
    case "@base", "base":
      guard case .name(let target)? = try token() else { throw wrong(start) }
      base = target
    default: throw wrong(start)
    }
    let place = at
    if let mark = try token(), mark != .mark(46) { at = place }
  }

  private func wrong(_ place: Int) -> FormatError {
    .malformed(
      "`\(bytes[place..<min(bytes.count, place + 24)].text.trimmedOfBlanks)` is not expected here",
      offset: place)
  }

  private mutating func token() throws(FormatError) -> Token? {
    while at < bytes.count {
      if bytes[at] == 35 {
        at = bytes[at...].firstIndex(of: 10) ?? bytes.count
      } else if bytes[at] <= 32 {
        at += 1
      } else {
        break
      }
    }
    guard at < bytes.count else { return nil }
    let start = at
    switch bytes[at] {
    case UInt8(ascii: "<"):
      guard let end = bytes[at...].firstIndex(of: UInt8(ascii: ">")) else {
        throw .malformed("`<` is not closed", offset: at)
      }
      at = end + 1
      return .name(bytes[start + 1..<end].text)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try literal()
    case 46, 59, 44:
      at += 1
      return .mark(bytes[start])
    case UInt8(ascii: "["), UInt8(ascii: "("):
      throw .unsupported("it holds inner nodes or collections; convert it to N-Triples (byte \(at))")
    default: break
    }
    while at < bytes.count, bytes[at] > 32, ![59, 44, 34, 60, 91, 40].contains(bytes[at]) {
      // A point ends a statement unless the name goes on.
      if bytes[at] == 46, at + 1 >= bytes.count || bytes[at + 1] <= 32 { break }
      at += 1
    }
    guard at > start else { throw wrong(start) }
    let word = bytes[start..<at].text
    if word.hasPrefix("@") || ["a", "true", "false", "PREFIX", "BASE", "prefix", "base"].contains(word) {
      return .keyword(word)
    }
    if Double(word) != nil { return .literal("\"\(word)\"") }
    guard let colon = word.firstIndex(of: ":") else { throw wrong(start) }
    let prefix = String(word[...colon])
    if prefix == "_:" || prefixes[prefix] == nil { return .name(word) }
    return .name((prefixes[prefix] ?? "") + word[word.index(after: colon)...])
  }

  /// With its quotes, its language or type left out.
  private mutating func literal() throws(FormatError) -> Token {
    let start = at
    let quote = bytes[at]
    let isLong = at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote
    at += isLong ? 3 : 1
    var text: [UInt8] = []
    while true {
      guard at < bytes.count, isLong || bytes[at] != 10 else {
        throw .malformed("a quote stays open", offset: start)
      }
      if bytes[at] == 92, at + 1 < bytes.count {
        let escapes: [UInt8: UInt8] = [110: 10, 116: 9, 114: 13]
        text.append(escapes[bytes[at + 1]] ?? bytes[at + 1])
        at += 2
      } else if bytes[at] == quote,
        !isLong || (at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote)
      {
        at += isLong ? 3 : 1
        break
      } else {
        text.append(bytes[at])
        at += 1
      }
    }
    if at < bytes.count, bytes[at] == 64 {
      while at < bytes.count, bytes[at] > 32, ![46, 59, 44].contains(bytes[at]) { at += 1 }
    } else if at + 1 < bytes.count, bytes[at] == 94, bytes[at + 1] == 94 {
      at += 2
      guard case .name? = try token() else { throw wrong(start) }
    }
    return .literal("\"" + String(decoding: text, as: UTF8.self) + "\"")
  }
}

extension String {
  fileprivate var trimmedOfBlanks: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
