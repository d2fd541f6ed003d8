import Numerics
import TestKit
import Testing

/// Rows around a few places far apart, which a pair of copies and a grid of ties do not spare.
private func grouped(_ rows: Int, _ columns: Int, seed: UInt64 = 3) -> Matrix {
  var random = SeededGenerator(seed: seed)
  return Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map {
      Double($0 / columns % 5) * 2 + ($0 / columns % 7 == 0 ? 0 : random.normal())
    })
}

@Suite struct `Nearest centers` {
  @Test(arguments: [(1, 1, 1), (9, 3, 8), (30, 5, 17), (8, 4, 3)], Kernels.usable)
  func `are those of the smallest distances`(_ shape: (Int, Int, Int), _ kernels: Kernels) {
    let (rows, columns, count) = shape
    let data = grouped(rows, columns)
    let centers = grouped(count, columns, seed: 8)
    let found = CenterPanels(centers, kernels: kernels).nearest(to: data.values.span)
    for row in 0..<rows {
      let expected = naiveNeighbors(of: data.row(row), in: centers, count: min(2, count), leavingOut: -1)
      #expect(Int(found.labels[row]) == expected[0].row)
      // Fused products round once where the twin rounds twice.
      #expect(
        abs(found.squared[2 * row].squareRoot() - expected[0].distance) < 1e-13 * (1 + expected[0].distance))
      let second = count > 1 ? expected[1].distance : .infinity
      #expect(
        found.squared[2 * row + 1].squareRoot() == second
          || abs(found.squared[2 * row + 1].squareRoot() - second) < 1e-13 * (1 + second))
    }
  }

  @Test func `give a row the same bits alone`() {
    let data = grouped(21, 6)
    let panels = CenterPanels(grouped(5, 6, seed: 8))
    let all = panels.nearest(to: data.values.span)
    for row in 0..<data.rows {
      let alone = panels.nearest(to: Array(data.row(row)).span)
      #expect(alone.labels[0] == all.labels[row])
      #expect(alone.squared == Array(all.squared[2 * row..<2 * row + 2]))
    }
  }
}

@Suite struct `Rows divided among centers` {
  /// Whether values are so large that sums are made anew, and the numbers of threads.
  @Test(arguments: [false, true], Kernels.usable)
  func `move as Lloyd's steps without bounds do`(_ isLarge: Bool, _ kernels: Kernels) throws {
    let data = grouped(2500, 4)
    let first = data.selecting(rows: [0, 1, 2, 3, 4, 5, 11])
    let largest = isLarge ? 1e5 : 10.0
    var partition = try CenterPartition(
      data, centers: first, largest: largest, kernels: kernels, work: Work(threads: 2))
    var centers = first
    for _ in 0..<12 {
      let labels = (0..<data.rows).map { row in
        naiveNeighbors(of: data.row(row), in: centers, count: 1, leavingOut: -1)[0].row
      }
      #expect(partition.labels.map(Int.init) == labels)
      for center in 0..<centers.rows {
        let own = labels.indices.filter { labels[$0] == center }
        for column in 0..<data.columns where !own.isEmpty {
          centers[center, column] = own.reduce(0) { $0 + data[$1, column] } / Double(own.count)
        }
      }
      let goesOn = try partition.step(data, until: 0, work: Work(threads: 2))
      for (one, other) in zip(partition.centers.values, centers.values) {
        #expect(abs(one - other) < 1e-11 * (1 + abs(other)))
      }
      // From here on both have the same centers to the bit.
      centers = partition.centers
      if !goesOn { break }
    }
  }

  @Test func `have the same bits at two threads`() throws {
    let data = grouped(5000, 7)
    func centers(_ threads: Int) throws -> [Double] {
      var partition = try CenterPartition(
        data, centers: data.selecting(rows: [1, 2, 3]), largest: 10, work: Work(threads: threads))
      while try partition.step(data, until: 1e-9, work: Work(threads: threads)) {}
      return partition.centers.values
    }
    #expect(try centers(1) == centers(2))
  }

  @Test func `leave a center without rows where it is`() throws {
    let data = Matrix(rows: 4, columns: 1, values: [0, 0.1, 1, 1.1])
    var partition = try CenterPartition(
      data, centers: Matrix(rows: 3, columns: 1, values: [0, 1, 50]), largest: 2, work: Work())
    while try partition.step(data, until: 0, work: Work()) {}
    #expect(partition.labels == [0, 0, 1, 1])
    #expect(abs(partition.centers[0, 0] - 0.05) < 1e-15)
    #expect(partition.centers[2, 0] == 50)
  }
}
