package import Numerics
package import Values

/// Damage put into good pictures on purpose, so that methods can be taught and compared without labels.
///
/// - Input: a picture of any depth and number of channels; cells that were not measured stay so.
/// - Output: the changed picture, and a mask of what was changed.
/// - Complexity: O(pixels).
/// - Source: `cutPaste` as in Li et al., *CutPaste: self-supervised learning for anomaly detection and localization*, CVPR
///   2021, section 2.2: area 2 to 15 % of the picture, aspect 0.3 to 3.3, and brightness changed by up to 10 %; `perlin` as in
///   Zavrtanik, Kristan and Skočaj, *DRAEM*, ICCV 2021, equation 2, with the noise of Perlin, *Improving noise*, SIGGRAPH 2002.
/// - Differs: the texture that is blended in is a second noise over the picture's own range, because no collection of
///   textures comes along; the blend lies between 0.3 and 1, so that changes can be seen.
package struct PictureAugmentation: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case cutPaste = "cutpaste"
    case perlin
  }

  package let kind: Kind

  package init(_ kind: Kind) { self.kind = kind }

  package func apply(
    to picture: Picture, using random: inout SeededGenerator
  ) -> (picture: Picture, mask: Picture) {
    var planes = (0..<picture.channels).map { picture.measured($0) }
    var changed = [UInt8](repeating: 0, count: picture.width * picture.height)
    switch kind {
    case .cutPaste: cutPaste(&planes, picture, &changed, &random)
    case .perlin: blend(&planes, picture, &changed, &random)
    }
    return (
      picture.replacing(planes),
      Picture(width: picture.width, height: picture.height, channels: 1, samples: .unsigned8(changed))
    )
  }

  // MARK: - Cut and paste

  private func cutPaste(
    _ planes: inout [[Double]], _ picture: Picture, _ changed: inout [UInt8], _ random: inout SeededGenerator
  ) {
    let (width, height) = (picture.width, picture.height)
    let area = (0.02 + 0.13 * random.unit()) * Double(width * height)
    let squeeze = 0.3 + 0.7 * random.unit()
    let aspect = random.below(2) == 0 ? squeeze : 1 / squeeze
    let patchWidth = min(width, max(1, Int((area * aspect).squareRoot().rounded())))
    let patchHeight = min(height, max(1, Int((area / aspect).squareRoot().rounded())))
    func place() -> (x: Int, y: Int) {
      (random.below(width - patchWidth + 1), random.below(height - patchHeight + 1))
    }
    let from = place()
    var target = place()
    // A patch on its own place changes nothing.
    for _ in 0..<20 where target == from { target = place() }
    let brightness = 0.9 + 0.2 * random.unit()
    let before = planes
    for y in 0..<patchHeight {
      for x in 0..<patchWidth {
        let source = (from.y + y) * width + from.x + x
        let pixel = (target.y + y) * width + target.x + x
        for channel in planes.indices where channel < picture.lightChannels {
          planes[channel][pixel] = before[channel][source] * brightness
        }
        changed[pixel] = 255
      }
    }
  }

  // MARK: - Perlin noise

  private func blend(
    _ planes: inout [[Double]], _ picture: Picture, _ changed: inout [UInt8], _ random: inout SeededGenerator
  ) {
    let shape = PerlinNoise(
      width: picture.width, height: picture.height, cells: 1 << (1 + random.below(4)), using: &random
    ).values
    let texture = PerlinNoise(
      width: picture.width, height: picture.height, cells: 1 << (3 + random.below(3)), using: &random
    ).values
    let level = (shape.max() ?? 0) / 2
    let share = 0.3 + 0.7 * random.unit()
    let range = planes.prefix(picture.lightChannels).map { plane in
      let measured = plane.filter(\.isFinite)
      return (low: measured.min() ?? 0, high: measured.max() ?? 0)
    }
    let (lowest, highest) = (texture.min() ?? 0, texture.max() ?? 1)
    for pixel in shape.indices where shape[pixel] > level {
      let tone = highest > lowest ? (texture[pixel] - lowest) / (highest - lowest) : 0.5
      for channel in range.indices {
        let (low, high) = range[channel]
        let painted = low + (high - low) * (channel % 2 == 0 ? tone : 1 - tone)
        planes[channel][pixel] = (1 - share) * planes[channel][pixel] + share * painted
      }
      changed[pixel] = 255
    }
  }
}

/// Smooth noise: gradients at the corners of a grid, faded between them.
///
/// Source: Perlin, *Improving noise*, SIGGRAPH 2002: fade 6t⁵ − 15t⁴ + 10t³.
package struct PerlinNoise: Sendable, Equatable {
  /// Row after row, about −0.7 to 0.7.
  package let values: [Double]

  package init(width: Int, height: Int, cells: Int, using random: inout SeededGenerator) {
    let side = cells + 1
    let gradients = (0..<side * side).map { _ -> (x: Double, y: Double) in
      let angle = 2 * Double.pi * random.unit()
      return (cosine(angle), sine(angle))
    }
    var values = [Double](repeating: 0, count: width * height)
    func fade(_ t: Double) -> Double { t * t * t * (t * (6 * t - 15) + 10) }
    for row in 0..<height {
      let y = Double(row) / Double(height) * Double(cells)
      let (top, v) = (Int(y), y - Double(Int(y)))
      for column in 0..<width {
        let x = Double(column) / Double(width) * Double(cells)
        let (left, u) = (Int(x), x - Double(Int(x)))
        func corner(_ dx: Int, _ dy: Int) -> Double {
          let gradient = gradients[(top + dy) * side + left + dx]
          return gradient.x * (u - Double(dx)) + gradient.y * (v - Double(dy))
        }
        let (across, down) = (fade(u), fade(v))
        let upper = corner(0, 0) + across * (corner(1, 0) - corner(0, 0))
        let lower = corner(0, 1) + across * (corner(1, 1) - corner(0, 1))
        values[row * width + column] = upper + down * (lower - upper)
      }
    }
    self.values = values
  }
}

extension Picture {
  /// Channels that hold light or a measure; alpha stays as it is.
  fileprivate var lightChannels: Int { channels == 2 || channels == 4 ? channels - 1 : channels }

  /// One channel in the unit of its samples.
  fileprivate func measured(_ channel: Int) -> [Double] {
    (0..<width * height).map { pixel in
      switch samples {
      case .unsigned8(let samples): Double(samples[pixel * channels + channel])
      case .unsigned16(let samples): Double(samples[pixel * channels + channel])
      case .single(let samples): Double(samples[pixel * channels + channel])
      }
    }
  }

  /// The same shape and depth with other numbers, bounded to what the depth can hold.
  fileprivate func replacing(_ planes: [[Double]]) -> Picture {
    func whole(_ highest: Double) -> [Double] {
      (0..<width * height * channels).map { place in
        min(max(planes[place % channels][place / channels].rounded(), 0), highest)
      }
    }
    let replaced: PictureSamples =
      switch samples {
      case .unsigned8: .unsigned8(whole(255).map { UInt8($0) })
      case .unsigned16: .unsigned16(whole(65_535).map { UInt16($0) })
      case .single(let before):
        .single(
          before.indices.map { place in
            before[place].isFinite ? Float(planes[place % channels][place / channels]) : before[place]
          })
      }
    return Picture(width: width, height: height, channels: channels, samples: replaced)
  }
}

/// Pictures of which some are damaged when they are asked for.
package struct AugmentedPictures: PictureSource {
  private let base: Images
  private let augmentation: PictureAugmentation
  private let isChanged: [Bool]
  private let seed: UInt64

  package init(_ base: Images, _ augmentation: PictureAugmentation, isChanged: [Bool], seed: UInt64) {
    self.base = base
    self.augmentation = augmentation
    self.isChanged = isChanged
    self.seed = seed
  }

  package func picture(_ number: Int) throws(PictureError) -> Picture {
    let picture = try base.picture(number)
    return isChanged[number] ? changed(picture, number).picture : picture
  }

  package func mask(_ number: Int) throws(PictureError) -> Picture? {
    isChanged[number] ? changed(try base.picture(number), number).mask : nil
  }

  private func changed(_ picture: Picture, _ number: Int) -> (picture: Picture, mask: Picture) {
    var random = SeededGenerator(seed: seed).stream(number)
    return augmentation.apply(to: picture, using: &random)
  }
}
