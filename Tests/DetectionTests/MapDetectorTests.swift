import Detection
import Numerics
import Testing
import Values

@Suite struct `Maps of places` {
  /// Pictures of `side` x `side` places with two features; the last picture has one place that is unlike the others.
  static func map(pictures: Int = 8, side: Int = 6, planted: Double = 9, seed: UInt64 = 1) -> FeatureMap {
    var random = SeededGenerator(seed: seed)
    var values = (0..<pictures * side * side * 2).map { _ in random.normal() }
    let place = ((pictures - 1) * side * side + 15) * 2
    values[place] += planted
    values[place + 1] -= planted
    return map(values, pictures, side)
  }

  static func map(_ values: [Double], _ pictures: Int, _ side: Int) -> FeatureMap {
    FeatureMap(
      index: .rows(pictures), gridHeight: side, gridWidth: side,
      matrix: Matrix(rows: pictures * side * side, columns: 2, values: values), features: ["a", "b"],
      shapes: (0..<pictures).map { _ in PictureShape(width: 60, height: 60, channels: 1, depth: .unsigned8) })
  }

  static let detectors: [any MapDetector] = [
    PatchMemory(share: 0.2, around: 1), PatchMemory(share: 0.2, isAligned: true, around: 1),
    PositionGaussians(), NearestPictures(pictures: 3), ReedXiaoli(),
  ]

  @Test(arguments: detectors.indices) func `rank the planted place and picture highest`(_ number: Int) throws
  {
    let detector = Self.detectors[number]
    let map = Self.map()
    let judgement = try detector.judge(map, fit: Array(0..<6), work: Work())
    #expect(judgement.cells.count == 8 * 36 && judgement.pictures.count == 8)
    let highest = judgement.cells.indices.max { judgement.cells[$0] < judgement.cells[$1] }
    #expect(highest == 7 * 36 + 15, "\(type(of: detector).name)")
    // A mean vector dilutes one place, so that SPADE's picture score may miss it.
    if !(detector is NearestPictures) {
      let picture = judgement.pictures.indices.max { judgement.pictures[$0] < judgement.pictures[$1] }
      #expect(picture == 7, "\(type(of: detector).name)")
    }
  }

  @Test(arguments: detectors.indices) func `score finitely, whatever comes, and the same at any thread count`(
    _ number: Int
  )
    throws
  {
    let detector = Self.detectors[number]
    var random = SeededGenerator(seed: 3)
    let even = [Double](repeating: 1, count: 72)
    var huge: [Double] = (0..<72).map { Double($0) }
    for place in stride(from: 0, to: 72, by: 2) { huge[place] = 1e150 }
    let rough: [Double] = (0..<72).map { _ in random.unit() < 0.5 ? -1e140 : 1e-200 }
    let cases = [even, huge, rough].map { Self.map($0, 4, 3) } + [Self.map(pictures: 2)]
    for map in cases {
      let one = try detector.judge(map, fit: [0, 1], work: Work(threads: 1))
      let two = try detector.judge(map, fit: [0, 1], work: Work(threads: 2))
      #expect(
        one == two && one.cells.allSatisfy { $0.isFinite && $0 >= 0 } && one.pictures.allSatisfy(\.isFinite))
    }
    var missing = Self.map(pictures: 2).matrix.values
    missing[3] = .nan
    #expect(throws: DetectionError.missing(row: 0, feature: "b")) {
      try detector.judge(Self.map(missing, 2, 6), fit: [0, 1], work: Work())
    }
    #expect(throws: DetectionError.cancelled) {
      try detector.judge(Self.map(), fit: [0, 1, 2, 3], work: Work(isCancelled: { true }))
    }
  }

  /// The distance to the nearest kept place, by the plain double loop.
  @Test func `keep a memory whose distances are those of the plain loop`() throws {
    let map = Self.map(pictures: 4, side: 4)
    let judgement = try PatchMemory(share: 1, neighbors: 1, around: 1).judge(map, fit: [0, 1], work: Work())
    // With everything kept, the memory is all places of the fit pictures.
    let columns = (0..<2).map { j in (0..<32).map { map.matrix[$0, j] } }
    let squares = columns.map { column -> Double in
      let mean = column.reduce(0, +) / 32
      return column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 32
    }
    for cell in 0..<64 {
      var best = Double.infinity
      for other in 0..<32 where cell >= 32 || other / 16 != cell / 16 {
        let distance = (0..<2).reduce(0.0) { (sum: Double, j: Int) -> Double in
          let difference: Double = map.matrix[cell, j] - map.matrix[other, j]
          return sum + difference * difference / squares[j]
        }
        best = min(best, distance.squareRoot())
      }
      #expect(abs(judgement.cells[cell] - best) < 1e-9 * max(1, best), "\(cell)")
    }
    #expect(judgement.pictures[3] == judgement.cells[48...].max())
  }

  /// One place of all pictures changes thirty times as much as the others.
  @Test func `are told from what is usual at their place, if aligned`() throws {
    let plain = Self.map(pictures: 24)
    var values = plain.matrix.values
    for picture in 0..<24 {
      for feature in 0..<2 { values[(picture * 36 + 30) * 2 + feature] *= 30 }
    }
    let map = Self.map(values, 24, 6)
    func highest(isAligned: Bool) throws -> Int? {
      let memory = PatchMemory(share: 0.2, isAligned: isAligned, around: 1)
      let cells = try memory.judge(map, fit: Array(0..<20), work: Work()).cells[23 * 36..<24 * 36]
      return cells.indices.max { cells[$0] < cells[$1] }.map { $0 - 23 * 36 }
    }
    #expect(try highest(isAligned: false) == 30)
    #expect(try highest(isAligned: true) == 15)
  }

  /// Places at the rim have fewer around them.
  @Test func `describe places by what lies around them`() throws {
    let map = Self.map(pictures: 4, side: 4)
    var values = [Double](repeating: 0, count: map.matrix.values.count)
    for picture in 0..<4 {
      for y in 0..<4 {
        for x in 0..<4 {
          let around = (0..<16).filter { abs($0 / 4 - y) <= 1 && abs($0 % 4 - x) <= 1 }
          for feature in 0..<2 {
            let sum = around.reduce(0) { $0 + map.matrix[picture * 16 + $1, feature] }
            values[(picture * 16 + y * 4 + x) * 2 + feature] = sum / Double(around.count)
          }
        }
      }
    }
    let expected = try PatchMemory(share: 0.5, around: 1).judge(
      Self.map(values, 4, 4), fit: [0, 1], work: Work())
    let found = try PatchMemory(share: 0.5).judge(map, fit: [0, 1], work: Work())
    for (a, b) in zip(found.cells, expected.cells) { #expect(abs(a - b) < 1e-9 * max(1, b)) }
  }

  @Test(arguments: Kernels.allCases.filter { $0 <= .best })
  func `pick centres as the plain greedy search does`(_ kernels: Kernels) throws {
    var random = SeededGenerator(seed: 9)
    let rows = Matrix(rows: 60, columns: 3, values: (0..<180).map { _ in random.normal() })
    let picked = try GreedyCenters.pick(10, of: rows, kernels: kernels, work: Work(threads: 2))
    var chosen = [0]
    while chosen.count < 10 {
      let distances = (0..<60).map { row in
        chosen.map { (center: Int) -> Double in
          (0..<3).map { rows[row, $0] - rows[center, $0] }.map { $0 * $0 }.reduce(0, +)
        }.min() ?? 0
      }
      chosen.append(distances.indices.max { distances[$0] < distances[$1] } ?? 0)
    }
    #expect(picked == chosen)
    let copies = Matrix(rows: 5, columns: 1, values: [1, 1, 1, 1, 1])
    #expect(try GreedyCenters.pick(3, of: copies, work: Work()) == [0])
  }
}
