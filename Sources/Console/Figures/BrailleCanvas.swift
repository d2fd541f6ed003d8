/// A grid of dots, two wide and four high a character.
struct BrailleCanvas {
  let columns: Int
  let rows: Int
  private var cells: [UInt8]

  init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    cells = [UInt8](repeating: 0, count: self.columns * self.rows)
  }

  var width: Int { columns * 2 }
  var height: Int { rows * 4 }

  /// Bits of the eight dots of a braille character, row by row.
  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  /// Sets a dot; (0, 0) is the upper left one. Dots outside are left out.
  mutating func set(x: Int, y: Int) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    cells[y / 4 * columns + x / 2] |= Self.bits[(y % 4) * 2 + x % 2]
  }

  /// A vertical run of dots, for the extent of what falls into one column of dots.
  mutating func column(x: Int, from: Int, to: Int) {
    for y in min(from, to)...max(from, to) { set(x: x, y: y) }
  }

  func line(_ row: Int) -> [Character] {
    (0..<columns).map { column in
      let cell = cells[row * columns + column]
      guard cell != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(cell)) else { return " " }
      return Character(scalar)
    }
  }
}
