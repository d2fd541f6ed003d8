import Notation
import Numerics

/// Logs that name the parts of their lines, as the JSON Lines that say the same.
///
/// Two kinds are known: logfmt (`time=… level=info msg="starting up"`), and the extended format of the W3C, whose line `#Fields:` names what
/// stands in the lines below.
package enum KeyedLines {
  /// Names under which logs keep the message of an event, the usual ones first.
  package static let messageNames = ["message", "msg", "log", "event", "body", "text", "content"]

  /// Whether the first lines are of either kind.
  package static func isKeyed(_ head: [UInt8]) -> Bool {
    let lines = head.split(separator: 10).prefix(50).map { $0.last == 13 ? $0.dropLast() : $0 }
    if lines.prefix(while: { $0.first == hash }).contains(where: { fields(of: $0) != nil }) { return true }
    // The last line may be cut.
    let sample = lines.count > 2 ? lines.dropLast() : lines[...]
    let keyed = sample.compactMap(pairs)
    return keyed.count >= 2 && keyed.count * 20 >= sample.count * 19
      && keyed.count { $0.contains { messageNames.contains($0.key.lowercased()) } } * 2 >= keyed.count
  }

  /// An object a line. Lines of another form stay as they are, so that they are counted where objects are read.
  package static func objects(_ source: any ByteSource) throws(FormatError) -> MemorySource {
    var lines = LineCursor(try DocumentFile.bytes(of: source))
    var names: [String]?
    var written: [UInt8] = []
    while let line = lines.next() {
      if line.first == hash {
        names = fields(of: line) ?? names
        continue
      }
      let members = names.map { tabular(line, $0) } ?? pairs(line)
      written += members.map { Array(JSON.object($0).description.utf8) } ?? Array(line)
      written.append(10)
    }
    return MemorySource(written)
  }

  private static let hash = UInt8(ascii: "#")
  private static let quote = UInt8(ascii: "\"")
  private static let equals = UInt8(ascii: "=")

  /// The names behind `#Fields:`.
  private static func fields(of line: ArraySlice<UInt8>) -> [String]? {
    let mark = Array("#Fields:".utf8)
    guard line.starts(with: mark) else { return nil }
    let names = line.dropFirst(mark.count).words().map { String(decoding: $0, as: UTF8.self) }
    return names.isEmpty ? nil : names
  }

  /// A line below `#Fields:`: `-` is nothing, and date and time are one. The request is the message.
  private static func tabular(_ line: ArraySlice<UInt8>, _ names: [String]) -> [(key: String, value: JSON)]? {
    let words = line.words().map { String(decoding: $0, as: UTF8.self) }
    guard words.count == names.count else { return nil }
    var members = zip(names, words).map { (key: $0, value: $1 == "-" ? JSON.null : value($1)) }
    func word(_ name: String) -> String? { names.firstIndex(of: name).map { words[$0] } }
    if let date = word("date"), let time = word("time") {
      members.removeAll { $0.key == "date" || $0.key == "time" }
      members.insert(("time", .string("\(date) \(time)Z")), at: 0)
    }
    if !names.contains(where: { messageNames.contains($0.lowercased()) }) {
      let request = ["cs-method", "cs-uri-stem"].compactMap(word)
      members.append(("message", .string((request.isEmpty ? words : request).joined(separator: " "))))
    }
    return members
  }

  /// `key=value` and `key="two words"`, nothing else; nil for other lines, and for fewer than two pairs.
  private static func pairs(_ line: ArraySlice<UInt8>) -> [(key: String, value: JSON)]? {
    var pairs: [(key: String, value: JSON)] = []
    var seen: Set<String> = []
    var rest = line.drop { $0 <= 32 }
    while !rest.isEmpty {
      let key = rest.prefix { $0 > 32 && $0 != equals && $0 != quote }
      rest = rest[key.endIndex...]
      guard !key.isEmpty, rest.first == equals else { return nil }
      rest = rest.dropFirst()
      let found: JSON
      if rest.first == quote {
        guard let (text, end) = quoted(rest) else { return nil }
        (found, rest) = (.string(text), rest[end...])
      } else {
        let bare = rest.prefix { $0 > 32 }
        guard !bare.contains(quote) else { return nil }
        (found, rest) = (value(String(decoding: bare, as: UTF8.self)), rest[bare.endIndex...])
      }
      guard rest.first.map({ $0 <= 32 }) ?? true else { return nil }
      let name = String(decoding: key, as: UTF8.self)
      // The last of a name that comes twice counts, as the usual readers have it.
      if !seen.insert(name).inserted { pairs.removeAll { $0.key == name } }
      pairs.append((name, found))
      rest = rest.drop { $0 <= 32 }
    }
    return pairs.count >= 2 ? pairs : nil
  }

  /// The text between quotes, and where it goes on.
  private static func quoted(_ rest: ArraySlice<UInt8>) -> (text: String, end: Int)? {
    var text: [UInt8] = []
    var at = rest.startIndex + 1
    while at < rest.endIndex {
      var byte = rest[at]
      if byte == quote { return (String(decoding: text, as: UTF8.self), at + 1) }
      if byte == UInt8(ascii: "\\"), at + 1 < rest.endIndex {
        at += 1
        byte = rest[at]
        switch byte {
        case UInt8(ascii: "n"): byte = 10
        case UInt8(ascii: "t"): byte = 9
        default: break
        }
      }
      text.append(byte)
      at += 1
    }
    return nil
  }

  /// A number if it is written as one; what begins with a zero that says nothing is a name.
  private static func value(_ word: String) -> JSON {
    let bytes = Array(word.utf8)
    let digits = bytes.drop { $0 == 45 }
    let isName = digits.first == 48 && digits.count > 1 && digits.dropFirst().first != 46
    guard !isName, digits.first.map({ $0 &- 48 <= 9 }) == true, digits.last.map({ $0 &- 48 <= 9 }) == true,
      let number = NumberScanner().number(bytes), number.isFinite
    else { return .string(word) }
    return .number(number)
  }
}
