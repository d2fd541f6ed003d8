/// How the samples of a WFDB signal lie in their file.
package enum SampleCode: Int, Sendable {
  case eight = 8, sixteen = 16, swapped = 61, offset8 = 80, offset16 = 160, twelve = 212, twentyFour = 24
  case thirtyTwo = 32, ten310 = 310, ten311 = 311
  /// FLAC of 8, 16 and 24 bits.
  case flac8 = 508, flac16 = 516, flac24 = 524

  package var isFLAC: Bool { rawValue >= 508 }

  /// Full scale of a FLAC sample in steps of the converter.
  package var fullScale: Double {
    switch self {
    case .flac8: 128
    case .flac24: 8_388_608
    default: 32_768
    }
  }

  /// The first `count` samples, interleaved as they are stored; nil where the format says "not measured".
  func samples(_ bytes: ArraySlice<UInt8>, count: Int) throws(FormatError) -> [Int32?] {
    let base = bytes.startIndex
    let needed = length(of: count)
    guard bytes.count >= needed else {
      throw .malformed("it ends before its \(count) samples do", offset: bytes.endIndex)
    }
    func byte(_ place: Int) -> Int32 { Int32(bytes[base + place]) }
    func word(_ place: Int) -> Int32 { byte(place) | byte(place + 1) << 8 }
    /// The number that the lowest `size` bits mean; the lowest of all means nothing.
    func signed(_ bits: Int32, _ size: Int32) -> Int32? {
      let value = (bits << (32 - size)) >> (32 - size)
      return value == -(1 << (size - 1)) ? nil : value
    }
    return (0..<count).map { number in
      switch self {
      case .sixteen: signed(word(number * 2), 16)
      case .swapped: signed(byte(number * 2) << 8 | byte(number * 2 + 1), 16)
      case .offset16: word(number * 2) == 0 ? nil : word(number * 2) - 32_768
      case .offset8: byte(number) == 0 ? nil : byte(number) - 128
      case .eight: signed(byte(number), 8) ?? -128
      case .twentyFour:
        signed(word(number * 3) | byte(number * 3 + 2) << 16, 24)
      case .thirtyTwo:
        { bits in bits == .min ? nil : bits }(word(number * 4) | word(number * 4 + 2) << 16)
      case .twelve:
        {
          let start = number / 2 * 3
          let bits =
            number % 2 == 0
            ? byte(start) | (byte(start + 1) & 15) << 8 : byte(start + 2) | (byte(start + 1) & 240) << 4
          return signed(bits, 12)
        }()
      case .ten310:
        {
          let start = number / 3 * 4
          switch number % 3 {
          case 0: return signed((word(start) >> 1) & 1023, 10)
          case 1: return signed((word(start + 2) >> 1) & 1023, 10)
          default: return signed(((word(start) >> 11) & 31) | (((word(start + 2) >> 11) & 31) << 5), 10)
          }
        }()
      case .ten311:
        {
          let start = number / 3 * 4
          let low = Int64(word(start)) | Int64(word(start + 2)) << 16
          return signed(Int32((low >> Int64(10 * (number % 3))) & 1023), 10)
        }()
      case .flac8, .flac16, .flac24: nil
      }
    }
  }

  private func length(of count: Int) -> Int {
    switch self {
    case .eight, .offset8: count
    case .sixteen, .swapped, .offset16: count * 2
    case .twentyFour: count * 3
    case .thirtyTwo: count * 4
    case .twelve: count / 2 * 3 + count % 2 * 2
    case .ten310, .ten311: (count + 2) / 3 * 4
    case .flac8, .flac16, .flac24: 0
    }
  }

  /// How many samples lie in so many bytes.
  func count(in bytes: Int) -> Int {
    switch self {
    case .eight, .offset8: bytes
    case .sixteen, .swapped, .offset16: bytes / 2
    case .twentyFour: bytes / 3
    case .thirtyTwo: bytes / 4
    case .twelve: bytes / 3 * 2 + (bytes % 3 == 2 ? 1 : 0)
    case .ten310, .ten311: bytes / 4 * 3
    case .flac8, .flac16, .flac24: 0
    }
  }
}
