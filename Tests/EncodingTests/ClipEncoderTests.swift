import Chronology
import Encoding
import Numerics
import Testing
import Values

@Suite struct `Features of clips` {
  @Test func `have the slopes and curvatures of parabolas`() {
    let values = (0..<20).map { (t: Int) -> Double in Double(3 * t * t + 2 * t + 1) }
    let slopes = Derivatives.of(values, width: 1, order: 1)
    let curves = Derivatives.of(values, width: 1, order: 2)
    for frame in 4..<16 { #expect(abs(slopes[frame] - Double(6 * frame + 2)) < 1e-9) }
    #expect(curves.allSatisfy { abs($0 - 6) < 1e-9 })
    #expect(slopes[0] == slopes[4] && slopes[19] == slopes[15])
    #expect(Derivatives.of([1, 5], width: 1, order: 1) == [0, 0])
    #expect(
      Derivatives.beside([1, 10, 2, 20, 3, 30], width: 2, orders: 1) == [
        1, 10, 1, 10, 2, 20, 1, 10, 3, 30, 1, 10,
      ])
  }

  @Test(
    arguments: [
      (.mean, 2.5), (.deviation, 1.118033988749895), (.lowest, 1), (.highest, 4),
      // (4 + 3 / 2 + 2 / 4 + 1 / 8) / (1 + 1 / 2 + 1 / 4 + 1 / 8)
      (.ranked, 49.0 / 15), (.start, 3), (.middle, 1), (.end, 3),
    ] as [(ClipPooling, Double)]) func `are pooled by hand`(_ pool: ClipPooling, _ expected: Double)
  {
    #expect(abs(pool.pool([3, 1, 4, 2], decay: 0.5) - expected) < 1e-12)
    #expect(
      ClipPooling.ranked.pool([3, 1], decay: 0) == 3
        && abs(ClipPooling.ranked.pool([3, 1], decay: 1) - 2) < 1e-12)
    #expect(pool.pool([], decay: 0.5).isNaN)
  }

  @Test(arguments: [(440.0, "a"), (523.25, "c"), (1244.5, "d#")])
  func `know the pitch class of a tone`(_ hertz: Double, _ name: String) throws {
    let samples = (0..<22_050).map { Float(sine(2 * .pi * hertz * Double($0) / 22_050)) }
    let audio = Audio(sampleRate: 22_050, channels: [samples])
    let encoder = SoundEncoder(.chroma, frameLength: 4096)
    let map = try encoder.encode(audio, work: Work())
    let row = Array(map.matrix.row(10))
    let strongest = row.indices.max { row[$0] < row[$1] } ?? 0
    #expect(map.features[strongest] == "chroma.\(name)" && row[strongest] == 1)
    #expect(row.allSatisfy { (0...1).contains($0) })
  }

  @Test func `bring derivatives into the windows of rows`() throws {
    let samples = (0..<16_000).map { Float(sine(2 * .pi * 300 * Double($0) / 8000) * Double($0) / 16_000) }
    let audio = Audio(sampleRate: 8000, channels: [samples], start: .init(nanoseconds: 0))
    let encoder = SoundEncoder(
      .cepstrum(coefficients: 4, bands: 20), frameLength: 256, hop: 128, derivatives: 2)
    let index = Index(
      .time(.regular(start: .init(nanoseconds: 0), step: .init(seconds: 1), count: 2)),
      extent: .init(seconds: 1))
    let encoded = try encoder.encode(audio, rows: index, width: nil, work: Work())
    #expect(encoded.features.count == 12 && encoded.presence.setCount == 2)
    // It becomes louder all the time.
    #expect(encoded.matrix[1, 4] > 0)
  }
}

@Suite struct `Motion of frames` {
  /// A bright square on a textured ground that moves by `step` pixels a frame.
  static func video(step: Double, frames: Int = 4) -> Images {
    let pictures = (0..<frames).map { frame -> Picture in
      let left = 20 + step * Double(frame)
      let samples = (0..<90).flatMap { y in
        (0..<180).map { x -> UInt8 in
          func ramp(_ distance: Double) -> Double { max(0, min(1, (12 - abs(distance)) / 6)) }
          let edge: Double = ramp(Double(x) - left - 12) * ramp(Double(y) - 40)
          return UInt8(60 + 140 * edge)
        }
      }
      return Picture(width: 180, height: 90, channels: 1, samples: .unsigned8(samples))
    }
    return PatchesFixture.images(pictures)
  }

  @Test func `is as fast as what moves, and absent in the first frame`() throws {
    let still = try MotionEncoder().encode(Self.video(step: 0), work: Work())
    let slow = try MotionEncoder().encode(Self.video(step: 1), work: Work())
    let place = still.features.firstIndex(of: "speed.p99") ?? 0
    let along = still.features.firstIndex(of: "along") ?? 0
    #expect(!still.presence[0] && still.presence[1])
    #expect(still.matrix[1, place] == 0)
    #expect(abs(slow.matrix[1, place] - 1) < 0.35, "\(slow.matrix[1, place])")
    #expect(slow.matrix[1, along] > 0)
  }

  @Test func `does not cross segments, and is absent where sizes differ`() throws {
    let video = Self.video(step: 1)
    let index = Index(
      .row(count: 4), segments: [Segment(name: "a", rows: 0..<2), Segment(name: "b", rows: 2..<4)])
    let encoded = try MotionEncoder().encode(video.with(index: index), work: Work())
    #expect((0..<4).map { encoded.presence[$0] } == [false, true, false, true])
    let other = Picture(
      width: 9, height: 9, channels: 1, samples: .unsigned8([UInt8](repeating: 0, count: 81)))
    let mixed = PatchesFixture.images([try video.picture(0), other, other])
    #expect(try !MotionEncoder().encode(mixed, work: Work()).presence[1])
  }
}

enum PatchesFixture {
  static func images(_ pictures: [Picture]) -> Images { `Patches of pictures`.images(pictures) }
}

@Suite struct `Words that weigh` {
  @Test func `may count by logarithm and leave out what every text has`() throws {
    let texts = TextColumn(["the pump pump pump", "the valve"])
    let documents = Documents(
      frame: Frame(index: .rows(2), columns: [Column("text", .text(texts))]), column: "text")
    var encoder = FrequencyEncoder()
    encoder.isLogarithmic = true
    encoder.skipsFunctionWords = true
    let encoded = try encoder.encode(documents, work: Work())
    #expect(encoded.features == ["pump", "valve"] && encoded.matrix.row(0).elementsEqual([1, 0]))
    encoder.skipsFunctionWords = false
    let all = try encoder.encode(documents, work: Work())
    // 1 + ln 3 times ln(3/2) + 1 beside 1 times 1.
    let weight = (1 + logarithm(3)) * (logarithm(1.5) + 1)
    #expect(abs(all.matrix[0, 0] - weight / (weight * weight + 1).squareRoot()) < 1e-12)
  }
}
