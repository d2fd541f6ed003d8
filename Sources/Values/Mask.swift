/// One bit a row: packed, with a count of the set ones.
package struct Mask: Sendable, Equatable {
  package let count: Int
  package private(set) var words: [UInt64]

  package init(count: Int, repeating bit: Bool = false) {
    self.count = count
    words = [UInt64](repeating: bit ? .max : 0, count: (count + 63) / 64)
    if bit, count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
  }

  package init(_ bits: some Collection<Bool>) {
    self.init(count: bits.count)
    for (row, bit) in bits.enumerated() where bit { self[row] = true }
  }

  package subscript(row: Int) -> Bool {
    get { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }
    set {
      let bit: UInt64 = 1 << UInt64(row & 63)
      if newValue { words[row >> 6] |= bit } else { words[row >> 6] &= ~bit }
    }
  }

  /// How many bits are set.
  package var setCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
  package var isFull: Bool { setCount == count }

  package func selecting(_ rows: [Int]) -> Mask {
    var picked = Mask(count: rows.count)
    for (target, row) in rows.enumerated() where self[row] { picked[target] = true }
    return picked
  }
}
