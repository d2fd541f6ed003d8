import CZlib
package import Values

/// Writes pictures as PNG (ISO/IEC 15948).
package enum PictureWriter {
  /// nil for pictures of floats and of channels that PNG does not know.
  package static func png(_ picture: Picture) -> [UInt8]? {
    let colourTypes: [Int: UInt8] = [1: 0, 2: 4, 3: 2, 4: 6]
    guard let colour = colourTypes[picture.channels], picture.width > 0, picture.height > 0 else {
      return nil
    }
    let perLine = picture.width * picture.channels
    var raw: [UInt8] = []
    let bits: UInt8
    switch picture.samples {
    case .unsigned8(let samples):
      bits = 8
      for line in 0..<picture.height {
        // Each line begins with its filter: none.
        raw.append(0)
        raw += samples[line * perLine..<(line + 1) * perLine]
      }
    case .unsigned16(let samples):
      bits = 16
      for line in 0..<picture.height {
        raw.append(0)
        for sample in samples[line * perLine..<(line + 1) * perLine] {
          raw += [UInt8(sample >> 8), UInt8(sample & 255)]
        }
      }
    case .single: return nil
    }
    guard let packed = packed(raw) else { return nil }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
    file += chunk("IHDR", number(picture.width) + number(picture.height) + [bits, colour, 0, 0, 0])
    file += chunk("IDAT", packed)
    return file + chunk("IEND", [])
  }

  private static func number(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return number(body.count) + named + number(Int(ZipArchive.checksum(named)))
  }

  private static func packed(_ raw: [UInt8]) -> [UInt8]? {
    var room = compressBound(UInt(raw.count))
    var packed = [UInt8](repeating: 0, count: Int(room))
    // SAFETY: `room` is the size of the target and becomes what was used of it.
    let status = unsafe packed.withUnsafeMutableBufferPointer { target in
      unsafe raw.withUnsafeBufferPointer { source in
        unsafe compress2(target.baseAddress, &room, source.baseAddress, UInt(source.count), 6)
      }
    }
    return status == Z_OK ? Array(packed[..<Int(room)]) : nil
  }
}

/// Many small pictures in one: what is worth a look at a glance.
package enum ContactSheet {
  package static let side = 96
  package static let most = 100

  /// Grey or colour; each picture is made to fit, floats from their smallest to their largest value.
  package static func picture(of pictures: [Picture]) -> Picture {
    let columns = max(1, Int(Double(pictures.count).squareRoot().rounded(.up)))
    let lines = max(1, (pictures.count + columns - 1) / columns)
    let width = columns * side
    var samples = [UInt8](repeating: 255, count: width * lines * side * 3)
    for (place, picture) in pictures.enumerated() {
      let scale = Double(max(picture.width, picture.height)) / Double(side - 4)
      let planes = picture.channels >= 3 ? (0..<3).map { picture.plane($0) } : [picture.plane(0)]
      let known = planes.flatMap { $0 }.filter(\.isFinite)
      let isMeasured = picture.shape.depth == .single
      let low = isMeasured ? known.min() ?? 0 : 0
      let span = isMeasured ? max((known.max() ?? 1) - low, .leastNormalMagnitude) : 1
      let (left, top) = (place % columns * side, place / columns * side)
      for y in 0..<min(side - 4, Int((Double(picture.height) / scale).rounded(.up))) {
        for x in 0..<min(side - 4, Int((Double(picture.width) / scale).rounded(.up))) {
          let line = min(picture.height - 1, Int((Double(y) + 0.5) * scale))
          let column = min(picture.width - 1, Int((Double(x) + 0.5) * scale))
          for channel in 0..<3 {
            let value = planes[min(channel, planes.count - 1)][line * picture.width + column]
            let share = value.isFinite ? (value - low) / span : 0
            samples[((top + y) * width + left + x) * 3 + channel] = UInt8(
              max(0, min(255, share * 255)).rounded())
          }
        }
      }
    }
    return Picture(width: width, height: lines * side, channels: 3, samples: .unsigned8(samples))
  }
}
