/// A 128-bit digest of a value's content, and a few numbers by which near misses can be told from real drift.
///
/// Not cryptographic: it answers "are these the same bits?", not "did somebody forge them?".
package struct Fingerprint: Sendable, Equatable {
  package let high: UInt64
  package let low: UInt64
  /// Count, sum, sum of magnitudes, smallest and largest of all finite numbers in the value.
  package let summary: [Double]

  /// 32 hexadecimal digits.
  package var digits: String { Self.hexadecimal(high) + Self.hexadecimal(low) }

  private static func hexadecimal(_ word: UInt64) -> String {
    let text = String(word, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}

/// Takes in a value's parts one after another.
///
/// Two multiply-and-rotate lanes in the manner of wyhash; each part is preceded by a tag and a count, so that
/// moving a border between parts changes the digest.
package struct FingerprintBuilder {
  private var first: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var second: UInt64 = 0xd1b5_4a32_d192_ed03
  private var count = 0.0
  private var sum = 0.0
  private var magnitude = 0.0
  private var smallest = Double.infinity
  private var largest = -Double.infinity

  package init() {}

  package mutating func add(_ word: UInt64) {
    first = (first ^ word) &* 0xa076_1d64_78bd_642f
    first = first << 29 | first >> 35
    second = (second &+ word) &* 0xe703_7ed1_a0b4_28db
    second = (second << 31 | second >> 33) ^ first
  }

  package mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    add(bytes: text.utf8)
  }

  package mutating func add(bytes: some Sequence<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { bytes in
      let whole = bytes.count & ~7
      for place in stride(from: 0, to: whole, by: 8) {
        // SAFETY: `place` and the seven bytes behind it lie below `whole`.
        let word = unsafe UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: place, as: UInt64.self)
        add(UInt64(littleEndian: word))
      }
      unsafe addEach(UnsafeBufferPointer(rebasing: bytes[whole...]))
    }
    if isDone == nil { addEach(bytes) }
  }

  /// Eight bytes make a word, the first of them its lowest.
  private mutating func addEach(_ bytes: some Sequence<UInt8>) {
    var word: UInt64 = 0
    var filled: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << filled
      filled += 8
      if filled == 64 {
        add(word)
        word = 0
        filled = 0
      }
    }
    add(word ^ filled)
  }

  package mutating func add(_ numbers: [Double]) {
    add(UInt64(numbers.count))
    for number in numbers {
      // All NaNs mean "missing" and so hash alike.
      add(number.isNaN ? 0x7ff8_0000_0000_0000 : number.bitPattern)
      if number.isFinite { take(number) }
    }
  }

  package mutating func add(_ numbers: [Float]) {
    add(UInt64(numbers.count))
    for number in numbers {
      add(UInt64(number.isNaN ? 0x7fc0_0000 : number.bitPattern))
      if number.isFinite { take(Double(number)) }
    }
  }

  package mutating func add(_ times: [Int64]) {
    add(UInt64(times.count))
    for time in times { add(UInt64(bitPattern: time)) }
  }

  package mutating func add(_ mask: Mask?) {
    add(UInt64(mask?.count ?? 0))
    for word in mask?.words ?? [] { add(word) }
  }

  private mutating func take(_ number: Double) {
    count += 1
    sum += number
    magnitude += abs(number)
    smallest = min(smallest, number)
    largest = max(largest, number)
  }

  package func finish() -> Fingerprint {
    var copy = self
    copy.add(0x5bd1_e995)
    copy.add(copy.first >> 32)
    return Fingerprint(
      high: copy.first, low: copy.second,
      summary: count == 0 ? [] : [count, sum, magnitude, smallest, largest])
  }
}
