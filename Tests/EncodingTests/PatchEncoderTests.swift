import Encoding
import Numerics
import Testing
import Values

@Suite struct `Patches of pictures` {
  static func images(_ pictures: [Picture], content: Images.Content = .light) -> Images {
    Images(
      frame: Frame(index: .rows(pictures.count), columns: []), shapes: pictures.map(\.shape),
      digests: pictures.map { _ in 0 }, content: content, pictures: PicturesInMemory(pictures))
  }

  static func grey(_ width: Int, _ height: Int, _ value: (Int, Int) -> Float) -> Picture {
    Picture(
      width: width, height: height, channels: 1,
      samples: .single((0..<height).flatMap { y in (0..<width).map { value($0, y) } }))
  }

  @Test func `of an even picture have its brightness and nothing else`() throws {
    let map = try PatchEncoder(grid: 4, scales: 2).encode(
      Self.images([Self.grey(50, 30) { _, _ in 0.25 }]), work: Work())
    #expect(map.gridWidth == 4 && map.matrix.rows == 16 && map.features.count == 18)
    for cell in 0..<16 {
      for (place, name) in map.features.enumerated() {
        let isLevel = name.hasPrefix("mean") || name.hasPrefix("low") || name.hasPrefix("high")
        #expect(abs(map.matrix[cell, place] - (isLevel ? 0.25 : 0)) < 1e-3, "\(name)")
      }
    }
  }

  @Test func `tell where an edge is and how it runs`() throws {
    let map = try PatchEncoder(grid: 4, scales: 1).encode(
      Self.images([Self.grey(32, 32) { x, _ in x < 12 ? 0 : 1 }]), work: Work())
    let (along, across) = (
      map.features.firstIndex(of: "edge01") ?? 0, map.features.firstIndex(of: "edge901") ?? 0
    )
    let strengths = (0..<4).map { map.matrix[4 + $0, along] }
    #expect(strengths.indices.max { strengths[$0] < strengths[$1] } == 1)
    #expect((0..<16).allSatisfy { map.matrix[$0, across] == 0 })
  }

  @Test func `of depth maps do not depend on unit and distance, nor on holes`() throws {
    func depth(_ factor: Float, _ offset: Float) -> Picture {
      Self.grey(16, 16) { x, y in x == 3 && y == 3 ? .nan : offset + factor * Float(x * x + y) }
    }
    let map = try PatchEncoder(grid: 2, scales: 1).encode(
      Self.images([depth(1, 5), depth(1000, 40)], content: .depth), work: Work())
    for cell in 0..<4 {
      for place in map.features.indices {
        #expect(abs(map.matrix[cell, place] - map.matrix[cell + 4, place]) < 1e-3)
      }
    }
  }

  @Test(arguments: [(7, 5, 14, 10), (40, 30, 10, 10), (3, 3, 3, 9)])
  func `keep the mean when stretched`(_ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int) {
    let plane = Plane(width: width, height: height, values: (0..<width * height).map { _ in 2 })
    let stretched = plane.stretched(width: newWidth, height: newHeight)
    #expect(
      stretched.values.count == newWidth * newHeight && stretched.values.allSatisfy { abs($0 - 2) < 1e-5 })
    #expect(plane.smoothed(1.5).values.allSatisfy { abs($0 - 2) < 1e-5 })
  }
}
