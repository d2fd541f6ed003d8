/// The different texts of a column, each with a code, in the order in which they first appear.
package struct CellDictionary: Sendable, Equatable {
  /// A column with more different texts than this has no dictionary.
  package static let most = 65_536

  /// Texts end to end, with where each ends; null words have an entry, too, but no code.
  private(set) var ends: [Int] = []
  private(set) var bytes: [UInt8] = []
  private var codes: [Int32] = []
  private var heads: [UInt64] = []
  /// Entry numbers plus one; 0 is free. The length is a power of two.
  private var slots = [Int32](repeating: 0, count: 64)
  package private(set) var count = 0
  package private(set) var isFull = false
  /// Texts that would stand for a missing cell if they had no quotes; the slots do not lead to them.
  private var literals: [[UInt8]: Int32] = [:]
  private var looseEntries: Set<Int> = []

  package init() {}

  /// The coded texts, by code.
  package var levels: [[UInt8]] {
    var levels: [[UInt8]] = []
    for entry in codes.indices where codes[entry] >= 0 {
      levels.append(Array(bytes[(entry == 0 ? 0 : ends[entry - 1])..<ends[entry]]))
    }
    return levels
  }

  /// The code of the text, a new one if it was not seen before; -1 for null words and when there is no more room.
  ///
  /// Eight bytes behind the text must be readable.
  mutating func code(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, nulls: NullWords) -> Int32 {
    let length = range.count
    // SAFETY: the caller promises eight readable bytes behind the text.
    let word = unsafe UInt64(
      littleEndian: UnsafeRawPointer(base + range.lowerBound).loadUnaligned(as: UInt64.self))
    let head = length >= 8 ? word : word & ((1 << UInt64(length * 8)) - 1)
    var hash = (head ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
    if length > 8 {
      for index in range.lowerBound + 8..<range.upperBound {
        unsafe hash = (hash ^ UInt64(base[index])) &* 0x100_0000_01B3
      }
    }
    hash ^= hash >> 32
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = Int(slots[slot]) - 1
      if heads[entry] == head, unsafe matches(entry, base, range) { return codes[entry] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return unsafe insert(base, range, head, nulls)
  }

  /// The code of a text in quotes, which stands for no missing cell whatever it is.
  mutating func code(literal base: UnsafePointer<UInt8>, _ range: Range<Int>, nulls: NullWords) -> Int32 {
    let text = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    guard unsafe nulls.contains(text) else { return unsafe code(base, range, nulls: nulls) }
    let bytes = unsafe Array(text)
    if let code = literals[bytes] { return code }
    if isFull || codes.count == Self.most {
      isFull = true
      return -1
    }
    let code = Int32(count)
    count += 1
    literals[bytes] = code
    self.bytes += bytes
    ends.append(self.bytes.count)
    codes.append(code)
    heads.append(0)
    looseEntries.insert(codes.count - 1)
    return code
  }

  private func matches(_ entry: Int, _ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Bool {
    let start = entry == 0 ? 0 : ends[entry - 1]
    guard ends[entry] - start == range.count else { return false }
    var index = 8
    while index < range.count {
      if unsafe bytes[start + index] != base[range.lowerBound + index] { return false }
      index += 1
    }
    return true
  }

  private mutating func insert(
    _ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ head: UInt64, _ nulls: NullWords
  ) -> Int32 {
    if isFull || codes.count == Self.most {
      isFull = true
      return -1
    }
    let text = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    let code = unsafe nulls.contains(text) ? -1 : Int32(count)
    if code >= 0 { count += 1 }
    unsafe bytes.append(contentsOf: text)
    ends.append(bytes.count)
    codes.append(code)
    heads.append(head)
    if codes.count * 2 > slots.count { grow() } else { place(codes.count - 1) }
    return code
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 4)
    for entry in codes.indices where !looseEntries.contains(entry) { place(entry) }
  }

  private mutating func place(_ entry: Int) {
    let start = entry == 0 ? 0 : ends[entry - 1]
    let length = ends[entry] - start
    var hash = (heads[entry] ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
    if length > 8 {
      for byte in bytes[start + 8..<ends[entry]] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    hash ^= hash >> 32
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(entry + 1)
  }
}
