import Numerics

/// Changes bytes of a file as damage and malice do.
///
/// - Randomness: the number of the attempt is the seed; the same number gives the same file on every machine.
package struct Mutation: Sendable {
  private let samples: [[UInt8]]
  private let words: [[UInt8]]

  /// - Parameter words: what the format gives a meaning to.
  package init(samples: [[UInt8]], words: [String] = []) {
    precondition(samples.contains { !$0.isEmpty }, "there is nothing to change")
    self.samples = samples.filter { !$0.isEmpty }
    self.words = (words + Self.numbers).map { Array($0.utf8) }
  }

  private static let numbers = [
    "0", "-1", "1e308", "-1e309", "nan", "inf", "9223372036854775807", "-9223372036854775808", "4294967296",
    "2147483648",
    "99999999999999999999", "0.0000001", "1970-01-01", "9999-12-31T23:59:59", "\n", "\r\n", "\"", ",", "\0",
    "\u{FEFF}",
  ]

  private static let edges: [UInt64] = [
    0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF,
  ]

  /// The file of an attempt.
  package func file(_ attempt: Int) -> [UInt8] {
    var random = SeededGenerator(seed: UInt64(truncatingIfNeeded: attempt))
    var bytes = samples[random.below(samples.count)]
    for _ in 0...random.below(random.below(8) == 0 ? 16 : 3) { change(&bytes, &random) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard !bytes.isEmpty else {
      bytes = [UInt8(random.below(256))]
      return
    }
    let place = random.below(bytes.count)
    switch random.below(11) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = UInt8(random.below(256))
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
    case 3: bytes.removeLast(random.below(bytes.count))
    case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(32))], at: place)
    case 5: number(&bytes, at: place, &random)
    case 6: bytes.insert(contentsOf: words[random.below(words.count)], at: place)
    case 7:
      let word = words[random.below(words.count)]
      bytes.replaceSubrange(place..<min(bytes.count, place + word.count), with: word)
    case 8: digits(&bytes, from: place, &random)
    case 9:
      let other = samples[random.below(samples.count)]
      let from = random.below(other.count)
      bytes.replaceSubrange(place..., with: other[from...])
    default:
      // The same many times: deep nesting, long lines.
      let part = Array(bytes[place..<min(bytes.count, place + 1 + random.below(12))])
      let times = 1 << random.below(9)
      bytes.insert(contentsOf: repeatElement(part, count: times).joined(), at: place)
    }
  }

  /// Writes a whole number at the edge of what fits, in either byte order.
  private func number(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
    let size = 1 << random.below(4)
    guard place + size <= bytes.count else { return }
    let edge = Self.edges[random.below(Self.edges.count)] &+ UInt64(truncatingIfNeeded: random.below(3) - 1)
    let isBigEndian = random.below(2) == 0
    for byte in 0..<size {
      let shift = UInt64(8 * (isBigEndian ? size - 1 - byte : byte))
      bytes[place + byte] = UInt8(truncatingIfNeeded: edge >> shift)
    }
  }

  /// Puts another number where digits stand.
  private func digits(_ bytes: inout [UInt8], from place: Int, _ random: inout SeededGenerator) {
    guard let start = bytes[place...].firstIndex(where: { (48...57).contains($0) }) else { return }
    let end = bytes[start...].firstIndex { !(48...57).contains($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.numbers[random.below(11)].utf8)
  }
}
