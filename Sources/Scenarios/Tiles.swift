import Numerics
package import Values

/// Pictures of tiles with a grain, as an inspection camera sees them; some of the tested ones are damaged.
///
/// All tiles to fit on are good. Among those to test, half are good, the others have a scratch, a blot or a chipped
/// corner, with masks of the damaged pixels.
package struct Tiles: Sendable, Equatable {
  package let seed: UInt64
  package let count: Int

  package static let side = 64
  package static let classes = ["good", "scratch", "blot", "chip"]

  package init(seed: UInt64, count: Int) {
    self.seed = seed
    self.count = count
  }

  package func images() -> Images {
    let fitCount = count / 2
    var pictures: [Picture] = []
    var masks: [Picture?] = []
    var names: [String] = []
    var codes: [Int32] = []
    for number in 0..<count {
      // Every second tile behind those for fitting is damaged, each kind in turn.
      let place = number - fitCount
      let kind = place > 0 && place % 2 == 1 ? 1 + place / 2 % 3 : 0
      var random = SeededGenerator(seed: seed).stream(number)
      let (picture, mask) = Self.tile(kind: kind, &random)
      pictures.append(picture)
      masks.append(mask)
      let digits = String(number)
      let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      names.append("\(number < fitCount ? "train" : "test")/\(Self.classes[kind])/\(padded).png")
      codes.append(Int32(kind))
    }
    var index = Index(.sample(TextColumn(names)))
    if fitCount > 0 { index.splits = (0..<count).map { $0 < fitCount ? .fit : .test } }
    let columns = [
      Column("class", .category(codes: codes, levels: Self.classes), role: .label),
      Column("anomaly", .bool(codes.map { $0 != 0 }), role: .label),
    ]
    let digests = pictures.map { picture -> UInt64 in
      var builder = FingerprintBuilder()
      if case .unsigned8(let samples) = picture.samples { builder.add(bytes: samples) }
      return builder.finish().high
    }
    return Images(
      frame: Frame(index: index, columns: columns), shapes: pictures.map(\.shape), digests: digests,
      hasMask: Mask(masks.map { $0 != nil }), pictures: PicturesInMemory(pictures, masks: masks))
  }

  private static func tile(kind: Int, _ random: inout SeededGenerator) -> (Picture, Picture?) {
    let count = side * side
    var values = [Double](repeating: 0, count: count)
    let level = 0.55 + 0.03 * random.normal()
    let (phase, pitch) = (random.unit() * 6.28, 0.35 + 0.02 * random.normal())
    for place in 0..<count {
      let (x, y) = (Double(place % side), Double(place / side))
      values[place] = level + 0.05 * sine(pitch * x + 0.15 * y + phase) + 0.02 * random.normal()
    }
    var damaged = [UInt8](repeating: 0, count: count)
    let (centreX, centreY) = (14 + random.unit() * 36, 14 + random.unit() * 36)
    let (angle, size) = (random.unit() * 3.14, 5 + random.unit() * 3)
    for place in 0..<count {
      let (dx, dy) = (Double(place % side) - centreX, Double(place / side) - centreY)
      let along = dx * cosine(angle) + dy * sine(angle)
      let across = dy * cosine(angle) - dx * sine(angle)
      switch kind {
      case 1 where abs(across) < 1.2 && abs(along) < 18:
        values[place] += 0.25
        damaged[place] = 255
      case 2 where dx * dx + dy * dy < size * size:
        values[place] -= 0.22
        damaged[place] = 255
      case 3 where place % side + place / side < 22:
        values[place] = 0.1 + 0.02 * random.normal()
        damaged[place] = 255
      default: break
      }
    }
    let samples = values.map { UInt8(max(0, min(255, $0 * 255)).rounded()) }
    let picture = Picture(width: side, height: side, channels: 1, samples: .unsigned8(samples))
    let mask = Picture(width: side, height: side, channels: 1, samples: .unsigned8(damaged))
    return (picture, kind == 0 ? nil : mask)
  }
}
