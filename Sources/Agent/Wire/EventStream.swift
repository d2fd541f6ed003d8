/// Reads server-sent events from bytes that arrive in pieces of any size.
///
/// Accepts LF, CRLF and CR, comments, several data lines an event, a missing space after the colon, a byte order
/// mark, and a last event without its blank line. Pieces may end inside a UTF-8 sequence: text is made only of
/// whole lines.
package struct EventStream: Sendable, Equatable {
  /// A line longer than this is not an event stream; the rest of it is dropped.
  private static let longestLine = 8 << 20

  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var lastWasReturn = false
  private var isFirstLine = true

  package init() {}

  /// Takes bytes and gives the data of the events that became complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [String] {
    var events: [String] = []
    for byte in bytes {
      switch byte {
      case 0x0a where lastWasReturn: lastWasReturn = false
      case 0x0a, 0x0d:
        lastWasReturn = byte == 0x0d
        endLine(into: &events)
      default:
        lastWasReturn = false
        if line.count < Self.longestLine { line.append(byte) }
      }
    }
    return events
  }

  /// The stream has ended: gives what was still open.
  package mutating func finish() -> [String] {
    var events: [String] = []
    if !line.isEmpty { endLine(into: &events) }
    endEvent(into: &events)
    return events
  }

  private mutating func endLine(into events: inout [String]) {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
    }
    if line.isEmpty { return endEvent(into: &events) }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    guard line[..<colon].elementsEqual("data".utf8) else { return }
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == 0x20 { value = value.dropFirst() }
    if hasData { data.append(0x0a) }
    data.append(contentsOf: value)
    hasData = true
  }

  private mutating func endEvent(into events: inout [String]) {
    guard hasData else { return }
    events.append(String(decoding: data, as: UTF8.self))
    data.removeAll(keepingCapacity: true)
    hasData = false
  }
}
