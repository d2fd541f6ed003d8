/// Numbers of one kind behind one another in bytes, as arrays are stored in files.
package struct PackedNumbers: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case half, single, double
    /// 1, 2, 4 or 8 bytes.
    case signed(bytes: Int)
    case unsigned(bytes: Int)
  }

  package let kind: Kind
  package let isBigEndian: Bool

  package init(_ kind: Kind, isBigEndian: Bool = false) {
    self.kind = kind
    self.isBigEndian = isBigEndian
  }

  package var size: Int {
    switch kind {
    case .half: 2
    case .single: 4
    case .double: 8
    case .signed(let bytes), .unsigned(let bytes): bytes
    }
  }

  /// Puts rows of as many numbers as there are columns into them, from the row `first` on.
  ///
  /// - Parameter bytes: a whole number of rows.
  package func spread(_ bytes: [UInt8], first: Int, into columns: [CellStore]) {
    let rowSize = columns.count * size
    guard rowSize > 0 else { return }
    let rows = bytes.count / rowSize
    precondition(
      first >= 0 && columns.allSatisfy { $0.kind == .number && first + rows <= $0.count },
      "no room for the rows")
    switch kind {
    case .double: spread(bytes, rows, first, columns, UInt64.self) { Double(bitPattern: $0) }
    case .single: spread(bytes, rows, first, columns, UInt32.self) { Double(Float(bitPattern: $0)) }
    case .half: spread(bytes, rows, first, columns, UInt16.self) { Double(Self.single(half: $0)) }
    case .signed(8): spread(bytes, rows, first, columns, UInt64.self) { Double(Int64(bitPattern: $0)) }
    case .signed(4): spread(bytes, rows, first, columns, UInt32.self) { Double(Int32(bitPattern: $0)) }
    case .signed(2): spread(bytes, rows, first, columns, UInt16.self) { Double(Int16(bitPattern: $0)) }
    case .signed: spread(bytes, rows, first, columns, UInt8.self) { Double(Int8(bitPattern: $0)) }
    case .unsigned(8): spread(bytes, rows, first, columns, UInt64.self) { Double($0) }
    case .unsigned(4): spread(bytes, rows, first, columns, UInt32.self) { Double($0) }
    case .unsigned(2): spread(bytes, rows, first, columns, UInt16.self) { Double($0) }
    case .unsigned: spread(bytes, rows, first, columns, UInt8.self) { Double($0) }
    }
  }

  @inline(__always)
  private func spread<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: [UInt8], _ rows: Int, _ first: Int, _ columns: [CellStore], _: Word.Type,
    _ number: (Word) -> Double
  ) {
    let width = columns.count
    // SAFETY: row * width + column stays below rows * width, so that the word lies in the bytes; the rows are those of
    // the stores, as `spread` has checked, and the stores live as long as the array that holds them.
    unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      for (place, column) in columns.enumerated() {
        guard let target = unsafe column.numberBase else { continue }
        for row in 0..<rows {
          let word = unsafe (base + (row * width + place) * MemoryLayout<Word>.size).loadUnaligned(
            as: Word.self)
          unsafe target[first + row] = number(isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word))
        }
      }
    }
  }

  /// IEEE 754 binary16; not every processor that Swift knows has it as a type.
  private static func single(half: UInt16) -> Float {
    let sign: Float = half >> 15 == 1 ? -1 : 1
    let exponent = Int(half >> 10 & 31)
    let fraction = Float(half & 1023) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}
