import Numerics

/// The header of a WFDB record: rate, length, and where and how each signal is stored.
package struct RecordHeader: Sendable, Equatable {
  package struct Signal: Sendable, Equatable {
    package var name = ""
    package var file = ""
    /// The number of the storage format, such as 212.
    package var format = 16
    package var samplesPerFrame = 1
    /// Frames that come before the first one.
    package var skew = 0
    /// Bytes in front of the samples.
    package var offset = 0
    /// Steps of the converter in one unit; 0 means that nobody measured it.
    package var gain = 200.0
    package var baseline = 0.0
    package var unit = "mV"
    package var checksum: Int?
  }

  package var name = ""
  package var rate = 250.0
  package var frames: Int?
  /// When the first frame was, as far as the header says.
  package var start: Int64?
  package var signals: [Signal] = []
  package var comments: [String] = []

  package static let mostBytes = 1 << 20

  package init(_ source: any ByteSource) throws(FormatError) {
    guard source.count <= Self.mostBytes else {
      throw .unsupported("it has more than 1 MB; a header is short")
    }
    var lines = LineCursor(try source.read(at: 0, count: source.count))
    var count: Int?
    while let line = lines.next() {
      let text = line.drop { $0 == 32 || $0 == 9 }
      if text.isEmpty { continue }
      if text.first == UInt8(ascii: "#") {
        let words = text.dropFirst().text.split(separator: " ").joined(separator: " ")
        if !words.isEmpty { comments.append(words) }
        continue
      }
      let words = text.words().map(\.text)
      if let count {
        if signals.count < count { signals.append(try Self.signal(words, line: lines.number)) }
      } else {
        count = try record(words, line: lines.number)
      }
    }
    guard let count else { throw .malformed("it names no record", offset: 0) }
    guard signals.count == count else {
      throw .malformedLine("it names \(signals.count) of \(count) signals", line: lines.number)
    }
  }

  /// Whether bytes look like such a header: a record line, and a signal line with a number of a format.
  package static func fits(_ head: [UInt8]) -> Bool {
    guard let header = try? RecordHeader(MemorySource(Array(head.prefix(4096)))) else { return false }
    return !header.signals.isEmpty && header.signals.allSatisfy { SampleCode(rawValue: $0.format) != nil }
  }

  private mutating func record(_ words: [String], line: Int) throws(FormatError) -> Int {
    guard words.count >= 2, let count = Int(words[1]), (0...4096).contains(count) else {
      throw .malformedLine("a record line begins with a name and the number of signals", line: line)
    }
    guard !words[0].contains("/") else {
      throw .unsupported("it is made of several segments; load them one by one")
    }
    name = words[0]
    if words.count > 2 {
      let text = words[2].prefix { $0 != "/" && $0 != "(" }
      guard let number = Double(text), number.isFinite, number > 0 else {
        throw .malformedLine("`\(words[2])` is no rate", line: line)
      }
      rate = number
    }
    if words.count > 3 {
      guard let number = Int(words[3]), number >= 0 else {
        throw .malformedLine("`\(words[3])` is no number of samples", line: line)
      }
      frames = number == 0 ? nil : number
    }
    if words.count > 5 {
      let day = words[5].split(separator: "/")
      if day.count == 3 {
        let stamp = "\(day[2])-\(Self.padded(day[1]))-\(Self.padded(day[0])) \(words[4])"
        start = TimeScanner(.calendar(.yearFirst, zone: 0)).nanoseconds(stamp.utf8)
      }
    }
    return count
  }

  private static func padded(_ text: Substring) -> String { text.count < 2 ? "0\(text)" : String(text) }

  private static func signal(_ words: [String], line: Int) throws(FormatError) -> Signal {
    guard words.count >= 2 else { throw .malformedLine("a signal has a file and a format", line: line) }
    var signal = Signal()
    signal.file = words[0]
    // 212x4:3+24: format, samples in a frame, skew, offset.
    var rest = Substring(words[1])
    func number(_ text: inout Substring) -> Int? {
      let digits = text.prefix { $0.isNumber }
      text = text.dropFirst(digits.count)
      return Int(digits)
    }
    guard let format = number(&rest) else {
      throw .malformedLine("`\(words[1])` is no storage format", line: line)
    }
    signal.format = format
    while let mark = rest.first {
      rest = rest.dropFirst()
      guard let value = number(&rest), value <= 1 << 30 else {
        throw .malformedLine("`\(words[1])` is no storage format", line: line)
      }
      switch mark {
      case "x": signal.samplesPerFrame = max(1, value)
      case ":": signal.skew = value
      case "+": signal.offset = value
      default: throw .malformedLine("`\(words[1])` is no storage format", line: line)
      }
    }
    guard signal.samplesPerFrame <= 4096 else {
      throw .malformedLine("a frame of \(signal.samplesPerFrame) samples is too long", line: line)
    }
    if words.count > 2 { try scale(&signal, words[2], line) }
    let zero = words.count > 4 ? Double(words[4]) ?? 0 : 0
    if words.count <= 2 || !words[2].contains("(") { signal.baseline = zero }
    if words.count > 6 { signal.checksum = Int(words[6]) }
    if words.count > 8 { signal.name = words[8...].joined(separator: " ") }
    return signal
  }

  /// `200(1024)/mV`: steps a unit, the step that means zero, the unit.
  private static func scale(_ signal: inout Signal, _ text: String, _ line: Int) throws(FormatError) {
    let parts = text.split(separator: "/", maxSplits: 1)
    if parts.count == 2 { signal.unit = String(parts[1]) }
    let numbers = (parts.first ?? "").split { $0 == "(" || $0 == ")" }
    guard let gain = numbers.first.flatMap({ Double($0) }), gain.isFinite else {
      throw .malformedLine("`\(text)` is no gain", line: line)
    }
    if gain != 0 { signal.gain = gain }
    if numbers.count > 1, let baseline = Double(numbers[1]), baseline.isFinite { signal.baseline = baseline }
  }
}
