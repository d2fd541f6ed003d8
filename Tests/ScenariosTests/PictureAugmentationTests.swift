import Numerics
import Scenarios
import Testing
import Values

@Suite struct `Damage put into pictures` {
  private static func picture(_ channels: Int) -> Picture {
    var random = SeededGenerator(seed: 2)
    return Picture(
      width: 40, height: 30, channels: channels,
      samples: .unsigned8((0..<40 * 30 * channels).map { _ in UInt8(random.below(256)) }))
  }

  @Test(arguments: PictureAugmentation.Kind.allCases, [1, 3, 4])
  func `lies where the mask says and nowhere else`(_ kind: PictureAugmentation.Kind, channels: Int) throws {
    let before = Self.picture(channels)
    for seed in 0..<20 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let (after, mask) = PictureAugmentation(kind).apply(to: before, using: &random)
      #expect(after.shape == before.shape && mask.width == 40 && mask.height == 30)
      guard case .unsigned8(let old) = before.samples, case .unsigned8(let new) = after.samples,
        case .unsigned8(let marks) = mask.samples
      else { throw NotEightBits() }
      let share = Double(marks.count { $0 > 0 }) / Double(marks.count)
      #expect(share > 0 && share < 0.7)
      if kind == .cutPaste { #expect(share < 0.17) }
      var changed = 0
      for place in old.indices where old[place] != new[place] {
        #expect(marks[place / channels] > 0)
        changed += 1
        if channels == 4 { #expect(place % 4 != 3) }
      }
      #expect(changed > 0)
    }
  }

  private struct NotEightBits: Error {}

  @Test(arguments: PictureAugmentation.Kind.allCases)
  func `leaves what was not measured as it was`(_ kind: PictureAugmentation.Kind) {
    let depth = Picture(
      width: 16, height: 16, channels: 1,
      samples: .single((0..<256).map { $0 % 5 == 0 ? .nan : Float($0) }))
    var random = SeededGenerator(seed: 4)
    let (after, _) = PictureAugmentation(kind).apply(to: depth, using: &random)
    guard case .single(let samples) = after.samples else { return }
    for place in stride(from: 0, to: 256, by: 5) { #expect(samples[place].isNaN) }
  }

  @Test(arguments: PictureAugmentation.Kind.allCases)
  func `is the same for the same seed, even in one pixel`(_ kind: PictureAugmentation.Kind) throws {
    let tiny = Picture(width: 1, height: 1, channels: 1, samples: .unsigned8([7]))
    var (one, two) = (SeededGenerator(seed: 9), SeededGenerator(seed: 9))
    let first = PictureAugmentation(kind).apply(to: tiny, using: &one)
    #expect(first.picture == PictureAugmentation(kind).apply(to: tiny, using: &two).picture)
    let tiles = Tiles(seed: 1, count: 8).images()
    let lazy = AugmentedPictures(
      tiles, PictureAugmentation(kind), isChanged: (0..<8).map { $0 > 4 }, seed: 3)
    let (calm, damaged, again) = try (lazy.picture(2), lazy.picture(6), lazy.picture(6))
    let (before, whole) = try (tiles.picture(2), tiles.picture(6))
    #expect(calm == before && damaged != whole && damaged == again)
    let (none, mask) = try (lazy.mask(2), lazy.mask(6))
    #expect(none == nil && mask != nil)
  }

  @Test func `makes smooth noise of gradients`() {
    var random = SeededGenerator(seed: 1)
    let noise = PerlinNoise(width: 64, height: 64, cells: 4, using: &random).values
    // Corners of the grid are 0, neighbours are close, and it goes both ways.
    #expect(noise[0] == 0 && abs(noise[16 * 64 + 16]) < 1e-12)
    for place in noise.indices where place % 64 > 0 { #expect(abs(noise[place] - noise[place - 1]) < 0.2) }
    #expect(noise.contains { $0 > 0.2 } && noise.contains { $0 < -0.2 })
  }
}
