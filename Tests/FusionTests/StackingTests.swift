import Fusion
import Numerics
import Testing
import Values

@Suite struct `Maps upon each other` {
  private func map(_ names: [String], features: [String], side: Int = 2, scale: Double = 1) -> FeatureMap {
    let count = names.count * side * side * features.count
    return FeatureMap(
      index: Index(.sample(TextColumn(names))), gridHeight: side, gridWidth: side,
      matrix: Matrix(
        rows: names.count * side * side, columns: features.count,
        values: (0..<count).map { scale * Double($0 * 7 % 11) }), features: features,
      shapes: names.map { _ in PictureShape(width: 8, height: 8, channels: 1, depth: .unsigned8) })
  }

  @Test func `hold the channels of all, each modality with the same weight`() throws {
    let colour = map(["rgb/a.png", "rgb/b.png", "rgb/c.png"], features: ["r", "g", "b", "x"])
    let depth = map(["d/c.tif", "d/a.tif", "d/b.tif"], features: ["z"], scale: 1000)
    let stacked = try MapStacking().stack([("colour", colour), ("depth", depth)], work: Work())
    #expect(stacked.features == ["colour.r", "colour.g", "colour.b", "colour.x", "depth.z"])
    #expect(stacked.index == colour.index)
    // Both modalities have the same sum of variances, whatever their units and number of channels.
    let variances = (0..<5).map { column in
      let values = stacked.matrix.column(column)
      let mean = Statistics.mean(values)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    #expect(abs(variances[0..<4].reduce(0, +) - variances[4]) < 0.1 * variances[4])
    // The first picture's depth is the second one of the other folder.
    let own = (0..<4).map { depth.matrix[4 + $0, 0] }
    let found = (0..<4).map { stacked.matrix[$0, 4] }
    let slope = (own[1] - own[0]) / (found[1] - found[0])
    for cell in 1..<4 { #expect(abs((own[cell] - own[0]) - slope * (found[cell] - found[0])) < 1e-6) }
  }

  @Test func `take the nearest cell of another grid`() throws {
    let (fine, coarse) = (
      map(["a.png", "b.png"], features: ["r"], side: 4), map(["a.png", "b.png"], features: ["z"])
    )
    let stacked = try MapStacking(grids: .nearest).stack([("fine", fine), ("coarse", coarse)], work: Work())
    #expect(stacked.gridHeight == 4 && stacked.gridWidth == 4)
    // Each cell of two by two covers two by two of four by four.
    for cell in 0..<16 {
      let (row, column) = (cell / 4, cell % 4)
      #expect(stacked.matrix[cell, 1] == stacked.matrix[row / 2 * 8 + column / 2 * 2, 1])
    }
    let values = Set((0..<16).map { stacked.matrix[$0, 1] })
    #expect(values.count == Set((0..<4).map { coarse.matrix[$0, 0] }).count)
    // Three over two: the middle lies in the second half.
    let three = try MapStacking(grids: .nearest).stack(
      [("three", map(["a.png"], features: ["r"], side: 3)), ("two", map(["a.png"], features: ["z"]))],
      work: Work())
    #expect(three.matrix[4, 1] == three.matrix[8, 1] && three.matrix[0, 1] != three.matrix[4, 1])
  }

  @Test func `need the same grid and rows that belong together`() {
    let one = map(["a.png", "b.png"], features: ["r"])
    #expect(throws: FusionError.differentGrids("one", "two")) {
      try MapStacking().stack(
        [("one", one), ("two", map(["a.png", "b.png"], features: ["r"], side: 3))], work: Work())
    }
    for names in [["a.png", "c.png"], ["a.png"], ["a.png", "x/a.png"]] {
      #expect(throws: FusionError.differentRows("one", "two")) {
        try MapStacking().stack([("one", one), ("two", map(names, features: ["r"]))], work: Work())
      }
    }
  }
}
