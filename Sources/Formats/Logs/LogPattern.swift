/// How the lines of a log are built: `<Date> <Time> <Level> <Component>: <Content>`.
///
/// A name in angle brackets is a field, a blank any run of blanks, `(…)?` a part that may be absent; a backslash takes
/// away what the next character would mean. The last field takes the rest of the line; the others as little as
/// possible. These are the patterns of the loghub collection.
package struct LogPattern: Sendable, Equatable {
  indirect enum Node: Sendable, Equatable {
    case literal(UInt8)
    case blanks
    case field(Int)
    case optional([Node])
  }

  package let text: String
  /// In the order of the pattern.
  package private(set) var fields: [String] = []
  private(set) var nodes: [Node] = []

  /// Why a pattern cannot be read, and where.
  package struct Fault: Error, Sendable, Equatable {
    package let words: String
    package let offset: Int
  }

  package init(_ text: String) throws(Fault) {
    self.text = text
    let bytes = Array(text.utf8)
    var at = 0
    nodes = try parse(bytes, &at, isInside: false)
    if fields.isEmpty { throw Fault(words: "it has no field such as `<Content>`", offset: 0) }
    if Set(fields).count != fields.count {
      throw Fault(words: "two fields have the same name", offset: 0)
    }
  }

  private mutating func parse(_ bytes: [UInt8], _ at: inout Int, isInside: Bool) throws(Fault) -> [Node] {
    var nodes: [Node] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\\"):
        guard at < bytes.count else { throw Fault(words: "nothing follows the backslash", offset: at - 1) }
        // `\s` and `\s+` are blanks in the patterns that go around.
        if bytes[at] == UInt8(ascii: "s") {
          nodes.append(.blanks)
          if at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "+") { at += 1 }
        } else {
          nodes.append(.literal(bytes[at]))
        }
        at += 1
      case 32, 9: if nodes.last != .blanks { nodes.append(.blanks) }
      case UInt8(ascii: "<"):
        guard let end = bytes[at...].firstIndex(of: UInt8(ascii: ">")), end > at else {
          throw Fault(words: "a field is not closed by `>`", offset: at - 1)
        }
        if case .field = nodes.last {
          throw Fault(words: "two fields touch, so that nobody knows where one ends", offset: at - 1)
        }
        nodes.append(.field(fields.count))
        fields.append(String(decoding: bytes[at..<end], as: UTF8.self))
        at = end + 1
      case UInt8(ascii: "("):
        let start = at - 1
        let inner = try parse(bytes, &at, isInside: true)
        guard bytes[..<at].last == UInt8(ascii: ")"), at < bytes.count, bytes[at] == UInt8(ascii: "?") else {
          throw Fault(words: "a group needs `)?` behind it; write `\\(` for the character", offset: start)
        }
        at += 1
        nodes.append(.optional(inner))
      case UInt8(ascii: ")") where isInside: return nodes
      default: nodes.append(.literal(byte))
      }
    }
    if isInside { throw Fault(words: "a group is not closed", offset: bytes.count) }
    return nodes
  }

  /// Where the fields are in a line; nil if the line does not fit. Fields of absent parts are empty.
  func match(_ line: ArraySlice<UInt8>) -> [Range<Int>]? {
    var matcher = Matcher(line: line, fields: fields.count)
    return matcher.match(nodes[...], [], at: line.startIndex) ? matcher.found : nil
  }

  /// Tries the shortest fields first; gives up after so many places tried that only a hostile line needs them.
  private struct Matcher {
    let line: ArraySlice<UInt8>
    var found: [Range<Int>]
    private var steps = 0
    private static let most = 100_000

    init(line: ArraySlice<UInt8>, fields: Int) {
      self.line = line
      found = [Range<Int>](repeating: line.startIndex..<line.startIndex, count: fields)
    }

    /// - Parameter rest: what follows behind `nodes`: the pattern around an optional part.
    mutating func match(_ nodes: ArraySlice<Node>, _ rest: [ArraySlice<Node>], at start: Int) -> Bool {
      steps += 1
      if steps > Self.most { return false }
      guard let node = nodes.first else {
        guard let outer = rest.last else { return start == line.endIndex }
        return match(outer, Array(rest.dropLast()), at: start)
      }
      let others = nodes.dropFirst()
      switch node {
      case .literal(let byte):
        return start < line.endIndex && line[start] == byte && match(others, rest, at: start + 1)
      case .blanks:
        var end = start
        while end < line.endIndex, line[end] == 32 || line[end] == 9 { end += 1 }
        return end > start && match(others, rest, at: end)
      case .optional(let inner):
        return match(inner[...], rest + [others], at: start) || match(others, rest, at: start)
      case .field(let field):
        if others.isEmpty, rest.allSatisfy(\.isEmpty) {
          found[field] = start..<line.endIndex
          return true
        }
        // A field is a word at least; what begins with a blank is a line that goes on.
        guard start < line.endIndex, line[start] != 32, line[start] != 9 else { return false }
        let before = found[field]
        var end = start + 1
        while end <= line.endIndex {
          found[field] = start..<end
          if canStart(others, at: end), match(others, rest, at: end) { return true }
          end += 1
          steps += 1
          if steps > Self.most { break }
        }
        found[field] = before
        return false
      }
    }

    /// A quick look whether it is worth going on.
    private func canStart(_ nodes: ArraySlice<Node>, at place: Int) -> Bool {
      switch nodes.first {
      case .literal(let byte): place < line.endIndex && line[place] == byte
      case .blanks: place < line.endIndex && (line[place] == 32 || line[place] == 9)
      case .field, .optional, nil: true
      }
    }
  }
}
