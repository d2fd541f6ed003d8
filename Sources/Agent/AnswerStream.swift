/// Reads the text of an answer out of the JSON of a constrained reply while it arrives.
struct AnswerStream: Sendable, Equatable {
  /// What stands before the text, without white space.
  private static let opening = Array(#"{"tool":"answer","arguments":{"text":""#.utf8)

  private enum State: Sendable, Equatable { case matching(Int), text, escape, unicode([UInt8]), over, other }

  private var state = State.matching(0)
  private var pending: [UInt8] = []
  private var high: UInt32?

  /// Whether the reply is an answer and its text has begun.
  var hasBegun: Bool {
    switch state {
    case .matching, .other: false
    default: true
    }
  }

  /// Gives what became readable.
  mutating func feed(_ piece: String) -> String {
    for byte in piece.utf8 { take(byte) }
    // A character may still be incomplete.
    var end = pending.count
    while end > 0, end > pending.count - 4, pending[end - 1] & 0xc0 == 0x80 { end -= 1 }
    if end > 0, pending[end - 1] >= 0xc0 {
      let length = pending[end - 1] >= 0xf0 ? 4 : pending[end - 1] >= 0xe0 ? 3 : 2
      end = pending.count - (end - 1) >= length ? pending.count : end - 1
    } else {
      end = pending.count
    }
    defer { pending.removeFirst(end) }
    return String(decoding: pending[..<end], as: UTF8.self)
  }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .matching(let count):
      if byte == 32 || byte == 10 || byte == 9 || byte == 13 { return }
      guard byte == Self.opening[count] else {
        state = .other
        return
      }
      state = count + 1 == Self.opening.count ? .text : .matching(count + 1)
    case .text:
      switch byte {
      case UInt8(ascii: "\\"): state = .escape
      case UInt8(ascii: "\""): state = .over
      default: pending.append(byte)
      }
    case .escape:
      state = .text
      switch byte {
      case UInt8(ascii: "n"): pending.append(10)
      case UInt8(ascii: "t"): pending.append(9)
      case UInt8(ascii: "u"): state = .unicode([])
      case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "r"): break
      default: pending.append(byte)
      }
    case .unicode(let digits):
      let all = digits + [byte]
      guard all.count == 4 else {
        state = .unicode(all)
        return
      }
      state = .text
      append(UInt32(String(decoding: all, as: UTF8.self), radix: 16) ?? 0xfffd)
    case .over, .other: return
    }
  }

  private mutating func append(_ unit: UInt32) {
    var value = unit
    if (0xd800..<0xdc00).contains(unit) {
      high = unit
      return
    }
    if (0xdc00..<0xe000).contains(unit), let first = high {
      value = 0x10000 + (first - 0xd800) << 10 + (unit - 0xdc00)
    }
    high = nil
    guard let scalar = Unicode.Scalar(value) else { return }
    pending += Array(String(Character(scalar)).utf8)
  }
}
