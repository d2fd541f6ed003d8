import Numerics
import TestKit
import Testing

private func matrix(_ rows: Int, _ columns: Int, _ value: (inout SeededGenerator, Int, Int) -> Double)
  -> Matrix
{
  var random = SeededGenerator(seed: 11)
  return Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { value(&random, $0 / columns, $0 % columns) })
}

private struct Layout: CustomTestStringConvertible {
  let testDescription: String
  let data: Matrix
}

private let layouts = [
  Layout(testDescription: "normal", data: matrix(203, 5) { random, _, _ in random.normal() }),
  Layout(testDescription: "one column", data: matrix(90, 1) { random, _, _ in random.normal() }),
  Layout(
    testDescription: "tight clusters far apart",
    data: matrix(120, 3) { random, row, _ in Double(row % 3) * 1e6 + 1e-3 * random.normal() }),
  Layout(
    testDescription: "a grid with ties",
    data: matrix(125, 3) { _, row, column in Double([row % 5, row / 5 % 5, row / 25][column]) }),
  Layout(
    testDescription: "one row far out",
    data: matrix(80, 4) { random, row, _ in row == 9 ? 1e140 : random.normal() }),
  Layout(
    testDescription: "on a pedestal", data: matrix(80, 2) { random, _, _ in 1e9 + random.normal() }),
  Layout(
    testDescription: "tiny", data: matrix(60, 2) { random, _, _ in 1e-140 * random.normal() }),
]

@Suite struct `Neighbor index` {
  @Test(arguments: layouts, Kernels.usable) fileprivate func `equals sorting all distances`(
    _ layout: Layout, _ kernels: Kernels
  ) throws {
    let data = layout.data
    let found = try NeighborIndex(data, kernels: kernels).nearest(
      6, to: data, excludingSelf: true, work: Work(threads: 2))
    for query in 0..<data.rows {
      let expected = naiveNeighbors(of: data.row(query), in: data, count: 6, leavingOut: query)
      for rank in 0..<6 {
        #expect(found.distance(query, rank) == expected[rank].distance)
        #expect(Int(found.rows[query * 6 + rank]) == expected[rank].row)
      }
    }
  }

  @Test(arguments: Kernels.usable) func `finds copies at distance 0`(_ kernels: Kernels) throws {
    let data = matrix(100, 3) { _, row, _ in Double(row % 4) }
    let found = try NeighborIndex(data, kernels: kernels).nearest(
      5, to: data, excludingSelf: true, work: Work())
    #expect(found.squaredDistances.allSatisfy { $0 == 0 })
  }

  /// Rows that fill several blocks, the last of them in part.
  @Test(arguments: [1, 33, 64, 1111, 3000], Kernels.usable)
  func `compares each pair of rows for both`(_ rows: Int, _ kernels: Kernels) throws {
    var data = matrix(rows + 1, 9) { random, _, _ in random.normal() }
    if rows > 1000 { data[70, 2] = 1e60 }
    let index = try NeighborIndex(data, kernels: kernels)
    let count = min(4, rows)
    let found = try index.nearest(count, to: data, excludingSelf: true, work: Work(threads: 2))
    #expect(try index.nearest(count, to: data, excludingSelf: true, work: Work(threads: 1)) == found)
    let passing = try NeighborIndex(data, kernels: kernels, packing: .passing)
    #expect(try passing.nearest(count, to: data, excludingSelf: true, work: Work(threads: 2)) == found)
    #expect(
      try passing.nearest(count, to: data, work: Work()) == index.nearest(count, to: data, work: Work()))
    for query in stride(from: 0, through: rows, by: max(1, rows / 60)) {
      let expected = naiveNeighbors(of: data.row(query), in: data, count: count, leavingOut: query)
      for rank in 0..<count {
        #expect(found.distance(query, rank) == expected[rank].distance)
        #expect(Int(found.rows[query * count + rank]) == expected[rank].row)
      }
    }
  }

  @Test func `takes queries that stand for rows but differ`() throws {
    let data = matrix(70, 3) { random, _, _ in random.normal() }
    var queries = data
    queries[5, 1] += 0.5
    let found = try NeighborIndex(data).nearest(2, to: queries, excludingSelf: true, work: Work())
    for query in 0..<data.rows {
      let expected = naiveNeighbors(of: queries.row(query), in: data, count: 2, leavingOut: query)
      #expect(expected.map(\.row) == found.rows[2 * query..<2 * query + 2].map(Int.init))
    }
  }

  @Test func `gives the same bits at two threads`() throws {
    let data = matrix(700, 8) { random, _, _ in random.normal() }
    let index = try NeighborIndex(data)
    #expect(
      try index.nearest(9, to: data, work: Work(threads: 1))
        == index.nearest(9, to: data, work: Work(threads: 2)))
  }

  @Test func `stops when asked to`() {
    let data = matrix(50, 2) { random, _, _ in random.normal() }
    #expect(throws: Cancelled.self) {
      try NeighborIndex(data).nearest(3, to: data, work: Work(isCancelled: { true }))
    }
  }
}

extension Kernels {
  /// What this machine can run.
  static var usable: [Kernels] { allCases.filter { $0 <= best } }
}
