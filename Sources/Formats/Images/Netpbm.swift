import Values

/// Portable bit, grey and colour maps (P1 to P6) and float maps (Pf, PF).
struct Netpbm {
  private let bytes: [UInt8]
  private let kind: UInt8
  private let width: Int
  private let height: Int
  private let most: Int
  /// The sign of a float map's scale: negative is little-endian.
  private let isLittle: Bool
  private let body: Int

  init(_ bytes: [UInt8]) throws(FormatError) {
    self.bytes = bytes
    kind = bytes[1]
    var words = NetpbmWords(bytes: bytes, position: 2)
    width = try words.whole()
    height = try words.whole()
    guard width > 0, height > 0, width <= 65_535, height <= 65_535 else {
      throw .malformed("its size is impossible", offset: words.position)
    }
    if kind == 0x46 || kind == 0x66 {
      let scale = Double(try words.word()) ?? 0
      guard scale != 0 else { throw .malformed("its scale is no number", offset: words.position) }
      most = 1
      isLittle = scale < 0
    } else if kind == 0x31 || kind == 0x34 {
      (most, isLittle) = (1, false)
    } else {
      most = try words.whole()
      isLittle = false
      guard (1...65_535).contains(most) else {
        throw .malformed("its largest value is impossible", offset: words.position)
      }
    }
    body = words.position + 1
    let samples = width * height * (kind == 0x46 || kind == 0x36 || kind == 0x33 ? 3 : 1)
    let size = kind == 0x46 || kind == 0x66 ? 4 : most > 255 ? 2 : 1
    // Text needs a digit and a blank for each but the last sample.
    let needed =
      kind == 0x31
      ? samples : kind == 0x34 ? (width + 7) / 8 * height : isText ? samples * 2 - 1 : samples * size
    guard body <= bytes.count, bytes.count - body >= needed else {
      throw .malformed("its pixels end too early", offset: bytes.count)
    }
  }

  private var isText: Bool { kind == 0x32 || kind == 0x33 }
  private var isFloat: Bool { kind == 0x46 || kind == 0x66 }
  private var channels: Int { kind == 0x33 || kind == 0x36 || kind == 0x46 ? 3 : 1 }

  var shape: PictureShape {
    PictureShape(
      width: width, height: height, channels: channels,
      depth: isFloat ? .single : most > 255 ? .unsigned16 : .unsigned8)
  }

  func decode() throws(FormatError) -> Picture {
    let count = width * height * channels
    if isFloat { return floats() }
    if kind == 0x31 || kind == 0x34 { return try bits() }
    var numbers: [Int] = []
    numbers.reserveCapacity(count)
    if isText {
      var words = NetpbmWords(bytes: bytes, position: body)
      for _ in 0..<count { numbers.append(try words.whole()) }
    } else if most > 255 {
      for place in 0..<count {
        numbers.append(Int(bytes[body + 2 * place]) << 8 | Int(bytes[body + 2 * place + 1]))
      }
    } else {
      for place in 0..<count { numbers.append(Int(bytes[body + place])) }
    }
    if let place = numbers.firstIndex(where: { $0 > most }) {
      throw .malformed("a sample is above its largest value", offset: isText ? body : body + place)
    }
    // Samples count up to `most`; full scale is that of their size.
    let samples: PictureSamples =
      most > 255
      ? .unsigned16(numbers.map { UInt16(($0 * 65_535 + most / 2) / most) })
      : .unsigned8(numbers.map { UInt8(($0 * 255 + most / 2) / most) })
    return Picture(width: width, height: height, channels: channels, samples: samples)
  }

  /// Bits of 1 are black.
  private func bits() throws(FormatError) -> Picture {
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height)
    if kind == 0x34 {
      for line in 0..<height {
        for column in 0..<width {
          let byte = bytes[body + line * ((width + 7) / 8) + column / 8]
          samples.append(byte >> UInt8(7 - column % 8) & 1 == 1 ? 0 : 255)
        }
      }
    } else {
      // Digits may stand without blanks between them.
      for byte in bytes[(body - 1)...] where byte == 0x30 || byte == 0x31 {
        if samples.count < width * height { samples.append(byte == 0x31 ? 0 : 255) }
      }
      guard samples.count == width * height else {
        throw .malformed("its pixels end too early", offset: bytes.count)
      }
    }
    return Picture(width: width, height: height, channels: 1, samples: .unsigned8(samples))
  }

  /// Float maps begin at the bottom.
  private func floats() -> Picture {
    let perLine = width * channels
    var samples = [Float](repeating: 0, count: perLine * height)
    for line in 0..<height {
      for place in 0..<perLine {
        let at = body + ((height - 1 - line) * perLine + place) * 4
        var bits: UInt32 = 0
        for byte in 0..<4 { bits = bits << 8 | UInt32(bytes[isLittle ? at + 3 - byte : at + byte]) }
        samples[line * perLine + place] = Float(bitPattern: bits)
      }
    }
    return Picture(width: width, height: height, channels: channels, samples: .single(samples))
  }
}

/// Words between blanks and comments.
private struct NetpbmWords {
  let bytes: [UInt8]
  var position: Int

  mutating func word() throws(FormatError) -> String {
    while position < bytes.count {
      if bytes[position] == 0x23 {
        while position < bytes.count, bytes[position] != 10 { position += 1 }
      } else if [9, 10, 11, 12, 13, 32].contains(bytes[position]) {
        position += 1
      } else {
        break
      }
    }
    let start = position
    while position < bytes.count, position - start < 20, ![9, 10, 11, 12, 13, 32].contains(bytes[position]) {
      position += 1
    }
    guard position > start else { throw .malformed("it ends too early", offset: position) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  mutating func whole() throws(FormatError) -> Int {
    let start = position
    guard let number = Int(try word()), number >= 0, number < 1 << 31 else {
      throw .malformed("a number is missing", offset: start)
    }
    return number
  }
}
