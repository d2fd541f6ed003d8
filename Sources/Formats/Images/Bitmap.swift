import Values

/// A Windows bitmap: uncompressed, of 1, 4 or 8 (palette), 24 or 32 bits a pixel.
struct Bitmap {
  private let bytes: [UInt8]
  private let width: Int
  private let height: Int
  private let isTopDown: Bool
  private let bits: Int
  private let start: Int
  private let palette: Range<Int>

  init(_ bytes: [UInt8]) throws(FormatError) {
    self.bytes = bytes
    guard bytes.count >= 54 else { throw .malformed("its header ends too early", offset: bytes.count) }
    func number(_ at: Int, _ size: Int) -> Int {
      var fields = LittleEndian(bytes[at...])
      return fields.number(size)
    }
    start = number(10, 4)
    let headerSize = number(14, 4)
    let signedHeight = Int(Int32(truncatingIfNeeded: number(22, 4)))
    width = Int(Int32(truncatingIfNeeded: number(18, 4)))
    height = signedHeight.magnitude > Int(Int32.max) ? 0 : abs(signedHeight)
    isTopDown = signedHeight < 0
    bits = number(28, 2)
    let compression = number(30, 4)
    guard headerSize >= 40, width > 0, height > 0, width <= 65_535, height <= 65_535 else {
      throw .malformed("its size is impossible", offset: 18)
    }
    guard [1, 4, 8, 24, 32].contains(bits), compression == 0 || (compression == 3 && bits == 32) else {
      throw .unsupported("it has \(bits) bits a pixel, packed by method \(compression)")
    }
    var colours = number(46, 4)
    if bits <= 8, colours == 0 || colours > 1 << bits { colours = 1 << bits }
    palette = bits <= 8 ? 14 + headerSize..<14 + headerSize + colours * 4 : 0..<0
    guard palette.upperBound <= bytes.count, start >= palette.upperBound, start <= bytes.count,
      (bytes.count - start) / stride >= height
    else { throw .malformed("its pixels end too early", offset: bytes.count) }
  }

  private var stride: Int { (width * bits + 31) / 32 * 4 }

  /// A palette of greys makes a grey picture.
  private var isGrey: Bool {
    guard bits <= 8, !palette.isEmpty else { return false }
    for at in Swift.stride(from: palette.lowerBound, to: palette.upperBound, by: 4) {
      if bytes[at] != bytes[at + 1] || bytes[at] != bytes[at + 2] { return false }
    }
    return true
  }

  var shape: PictureShape {
    PictureShape(width: width, height: height, channels: isGrey ? 1 : 3, depth: .unsigned8)
  }

  func decode() throws(FormatError) -> Picture {
    let channels = isGrey ? 1 : 3
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * channels)
    for line in 0..<height {
      let begin = start + (isTopDown ? line : height - 1 - line) * stride
      for column in 0..<width {
        let at = begin + column * bits / 8
        if bits <= 8 {
          // The first pixel of a byte is in its highest bits.
          let shift = 8 - bits - column * bits % 8
          let colour = palette.lowerBound + (Int(bytes[at]) >> shift & ((1 << bits) - 1)) * 4
          guard colour + 4 <= palette.upperBound else {
            throw .malformed("a pixel has a colour that is not in its palette", offset: at)
          }
          if channels == 1 {
            samples.append(bytes[colour])
          } else {
            samples += [bytes[colour + 2], bytes[colour + 1], bytes[colour]]
          }
        } else {
          samples += [bytes[at + 2], bytes[at + 1], bytes[at]]
        }
      }
    }
    return Picture(width: width, height: height, channels: channels, samples: .unsigned8(samples))
  }
}
