import Numerics
import TestKit
import Testing

private func normals(_ count: Int, seed: UInt64 = 4) -> [Double] {
  var random = SeededGenerator(seed: seed)
  return (0..<count).map { _ in random.normal() }
}

@Suite struct `Row products` {
  @Test(arguments: [(1, 1, 1), (3, 5, 2), (9, 4, 11), (64, 17, 33)], Kernels.usable)
  func `equal sums of products`(_ shape: (Int, Int, Int), _ kernels: Kernels) {
    let (rows, inner, columns) = shape
    let a = normals(rows * inner)
    let b = Matrix(rows: inner, columns: columns, values: normals(inner * columns, seed: 5))
    let product = RowProduct(b, kernels: kernels)
    var result = [Double](repeating: 0, count: rows * product.stride)
    product.multiply(a, into: &result)
    for row in 0..<rows {
      for column in 0..<columns {
        let expected = (0..<inner).map { a[row * inner + $0] * b[$0, column] }.reduce(0, +)
        // Fused products round once where the twin rounds twice.
        #expect(abs(result[row * product.stride + column] - expected) < 1e-13 * Double(inner + 1))
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 2), (9, 4, 11), (64, 17, 33)], Kernels.usable)
  func `equal sums of squares`(_ shape: (Int, Int, Int), _ kernels: Kernels) {
    let (rows, inner, columns) = shape
    let a = normals(rows * inner)
    let b = Matrix(rows: columns, columns: inner, values: normals(inner * columns, seed: 5))
    let product = RowProduct(b, turned: .yes, kernels: kernels)
    var squares = [Double](repeating: 0, count: rows * columns)
    var target = squares.mutableSpan
    product.squaredDistances(a.span, into: &target)
    for row in 0..<rows {
      for column in 0..<columns {
        let square = (0..<inner).reduce(0.0) {
          let apart = a[row * inner + $1] - b[column, $1]
          return $0 + apart * apart
        }
        #expect(abs(squares[row * columns + column] - square) < 1e-13 * (square + 1))
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 2), (9, 4, 11), (64, 17, 33)], Kernels.usable)
  func `add wrap-around products to both sides`(_ shape: (Int, Int, Int), _ kernels: Kernels) {
    let (rows, inner, columns) = shape
    let a = normals(rows * inner)
    let b = Matrix(rows: columns, columns: inner, values: normals(inner * columns, seed: 5))
    let product = RowProduct(b, turned: .yes, kernels: kernels)
    var own = [Double](repeating: 1, count: rows * product.parts)
    var others = [Double](repeating: 0, count: product.parts * product.stride)
    var ownTarget = own.mutableSpan
    var othersTarget = others.mutableSpan
    product.addWrapAroundProducts(a.span, own: &ownTarget, others: &othersTarget)
    var (ofRows, ofColumns) = (
      [Double](repeating: 1, count: own.count), [Double](repeating: 0, count: others.count)
    )
    for row in 0..<rows {
      for column in 0..<columns {
        let wrap = (0..<inner).reduce(1.0) {
          let apart = abs(a[row * inner + $1] - b[column, $1])
          return $0 * (1.5 - apart + apart * apart)
        }
        ofRows[row * product.parts + column % product.parts] += wrap
        ofColumns[row % product.parts * product.stride + column] += wrap
      }
    }
    for (found, expected) in zip(own + others, ofRows + ofColumns) {
      #expect(abs(found - expected) < 1e-12 * (expected + 1))
    }
  }

  @Test(arguments: [(1, 1), (3, 5), (9, 4), (64, 17)], Kernels.usable)
  func `equal lengths of standardised rows`(_ shape: (Int, Int), _ kernels: Kernels) {
    let (rows, inner) = shape
    let a = normals(rows * inner)
    let b = Matrix(rows: inner, columns: inner, values: normals(inner * inner, seed: 5))
    let (centers, offsets) = (normals(inner, seed: 6), normals(inner, seed: 7))
    let scales = normals(inner, seed: 9).map { abs($0) + 0.5 }
    var found = [Double](repeating: 0, count: rows)
    var target = found.mutableSpan
    let product = RowProduct(b, kernels: kernels)
    product.squaredNorms(
      of: a.span, centers: centers, scales: scales, limit: 1.5, offsets: offsets, into: &target)
    for row in 0..<rows {
      let z = (0..<inner).map {
        max(-1.5, min(1.5, (a[row * inner + $0] - centers[$0]) / scales[$0])) - offsets[$0]
      }
      let expected = (0..<inner).reduce(0.0) { sum, column in
        let entry = (0..<inner).reduce(0) { $0 + z[$1] * b[$1, column] }
        return sum + entry * entry
      }
      #expect(abs(found[row] - expected) < 1e-12 * (1 + expected))
      var alone = [0.0]
      var own = alone.mutableSpan
      product.squaredNorms(
        of: Array(a[row * inner..<(row + 1) * inner]).span, centers: centers, scales: scales, limit: 1.5,
        offsets: offsets, into: &own)
      #expect(alone[0] == found[row])
    }
  }

  @Test func `give a row the same bits alone`() {
    let b = RowProduct(Matrix(rows: 6, columns: 6, values: normals(36)))
    let a = normals(42, seed: 8)
    var all = [Double](repeating: 0, count: 7 * b.stride)
    b.multiply(a, into: &all)
    for row in 0..<7 {
      var alone = [Double](repeating: 0, count: b.stride)
      b.multiply(Array(a[row * 6..<(row + 1) * 6]), into: &alone)
      #expect(alone == Array(all[row * b.stride..<(row + 1) * b.stride]))
    }
  }
}

@Suite struct `Elementary functions` {
  @Test(arguments: Kernels.usable) func `equal those of the C library`(_ kernels: Kernels) {
    let points = (0..<4001).map { Double($0 - 2000) * 0.353 } + [0, -0.0, 1e-300, -708, 709]
    var powers = points
    Elementary.exponentiate(&powers, kernels: kernels)
    var angles = points.map { $0 * 1000 } + [1e6, -3e9, 1e300]
    let given = angles
    var target = angles.mutableSpan
    Elementary.takeCosines(&target, kernels: kernels)
    for (x, power) in zip(points, powers) where x <= 709 {
      #expect(abs(power - exponential(x)) <= (x < -708 ? 1e-307 : 4e-16 * exponential(x)), "\(x)")
    }
    for (x, value) in zip(given, angles) { #expect(abs(value - cosine(x)) < 4e-16, "\(x)") }
  }

  @Test(arguments: Kernels.usable) func `stay finite and independent of the place`(_ kernels: Kernels) {
    var extremes = [-Double.infinity, -1e300, -709, 710, 1e300]
    Elementary.exponentiate(&extremes, kernels: kernels)
    #expect(extremes[..<3] == [0, 0, 0])
    #expect(extremes[3].isFinite && extremes[3] == extremes[4])
    var many = normals(37)
    for number in many {
      var alone = [number]
      Elementary.exponentiate(&alone, kernels: kernels)
      #expect(abs(alone[0] - exponential(number)) <= 4e-16 * exponential(number))
    }
    let given = many
    Elementary.exponentiate(&many, kernels: kernels)
    for (number, power) in zip(given, many) {
      var alone = [number]
      Elementary.exponentiate(&alone, kernels: kernels)
      #expect(alone == [power])
    }
  }
}

@Suite struct `Symmetric eigenvectors` {
  @Test func `rebuild the matrix, largest first`() throws {
    let half = Matrix(rows: 12, columns: 5, values: normals(60))
    let matrix = half.scatter()
    let eigen = try #require(SymmetricEigen(matrix))
    #expect(eigen.values == eigen.values.sorted(by: >))
    for i in 0..<5 {
      for j in 0..<5 {
        let sum = (0..<5).map { eigen.values[$0] * eigen.vectors[i, $0] * eigen.vectors[j, $0] }.reduce(0, +)
        #expect(abs(sum - matrix[i, j]) < 1e-10)
      }
    }
  }
}

@Suite struct `Selection of medians` {
  @Test(arguments: [1, 2, 5, 100, 4095, 4096, 10_001])
  func `equals sorting`(_ count: Int) {
    for values in [normals(count), normals(count).map { $0.rounded() }, [Double](repeating: 3, count: count)]
    {
      let sorted = values.sorted()
      let expected =
        count % 2 == 1 ? sorted[count / 2] : sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2
      #expect(Selection.median(of: values) == expected)
    }
  }

  @Test func `survives a sample that misleads`() {
    // Every position that the sample looks at holds a large value.
    var values = normals(8192)
    for place in stride(from: 0, to: 8192, by: 8) { values[place] = 1e6 }
    let sorted = values.sorted()
    #expect(Selection.median(of: values) == sorted[4095] / 2 + sorted[4096] / 2)
  }
}

@Suite struct `Sorted columns` {
  @Test(arguments: [0, 1, 3, 255, 256, 5000])
  func `count like counting`(_ size: Int) {
    for scale in [1.0, 1e140, 1e-300] {
      let values = normals(size).map { ($0 * 8).rounded() * scale } + (size > 0 ? [-0.0, 1e150] : [])
      let column = SortedColumn(sorting: values)
      #expect(column.values == values.sorted())
      for probe in values.prefix(60) + [-1e150, 1e149, 0, 0.3 * scale] {
        let atMost = column.countAtMost(probe)
        #expect(atMost == values.filter { $0 <= probe }.count)
        #expect(column.countBelow(probe, atMost: atMost) == values.filter { $0 < probe }.count)
      }
    }
  }
}

@Suite struct `Window profiles` {
  private func profile(_ values: [Double], _ window: Int) -> WindowProfile {
    let reach = values.reduce(0.0) { max($0, abs($1)) }
    return WindowProfile(values, window: window, center: 0, scale: reach > 0 ? reach : 1)
  }

  private func check(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count)
    // The square root turns rounding of a correlation near 1 into its root.
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5 * max(1, b)) }
  }

  @Test(arguments: [40, 300, 700], Kernels.usable)
  func `equal all pairs of windows`(_ count: Int, _ kernels: Kernels) throws {
    let series = normals(count).enumerated().map { sine(Double($0) / 5) + 0.2 * $1 + 100 }
    let found = try profile(series, 12).selfJoin(exclusion: 4, kernels: kernels, work: Work(threads: 2))
    check(found, naiveMatrixProfile(series, window: 12, exclusion: 4))
  }

  @Test(arguments: [(60, 300), (300, 60), (20, 20)], Kernels.usable)
  func `join one series with another`(_ sizes: (Int, Int), _ kernels: Kernels) throws {
    let (a, b) = (normals(sizes.0), normals(sizes.1, seed: 9))
    let found = try profile(a, 8).join(profile(b, 8), kernels: kernels, work: Work(threads: 2))
    check(found, naiveMatrixProfile(a, against: b, window: 8))
  }

  @Test(arguments: [1, 2, 3], Kernels.usable)
  func `agree in some of several channels`(_ dimensions: Int, _ kernels: Kernels) throws {
    var channels = (0..<3).map { normals(230, seed: 20 + UInt64($0)) }
    for row in 30..<50 { channels[0][row] = 2 }
    for row in 160..<185 { channels[0][row] = -1 }
    for row in 170..<190 { channels[1][row] = 0 }
    let profiles = channels.map { profile($0, 12) }
    let found = try WindowProfile.selfJoin(
      profiles, dimensions: dimensions, exclusion: 4, kernels: kernels, work: Work(threads: 2))
    check(found, naiveManyChannels(channels, window: 12, dimensions: dimensions, exclusion: 4))
    #expect(
      try found
        == WindowProfile.selfJoin(
          profiles, dimensions: dimensions, exclusion: 4, kernels: .baseline, work: Work(threads: 1)))
  }

  @Test func `treat stretches that never vary`() throws {
    var series = normals(120)
    for row in 30..<50 { series[row] = 2 }
    for row in 80..<92 { series[row] = -1 }
    let found = try profile(series, 10).selfJoin(exclusion: 3, work: Work())
    check(found, naiveMatrixProfile(series, window: 10, exclusion: 3))
    #expect(found[35] == 0)
  }

  @Test func `give the same bits at two threads`() throws {
    let own = profile(normals(900), 20)
    #expect(
      try own.selfJoin(exclusion: 6, work: Work(threads: 1))
        == own.selfJoin(exclusion: 6, work: Work(threads: 2)))
  }
}

@Suite struct `Isolation trees` {
  private let rows = Matrix(rows: 300, columns: 4, values: normals(1200))

  private func grow(_ matrix: Matrix, trees: Int = 20, sample: Int = 64) throws -> IsolationTrees {
    var random = SeededGenerator(seed: 6)
    return try IsolationTrees(matrix, treeCount: trees, sampleSize: sample, using: &random, work: Work())
  }

  @Test func `score the same with every kernel`() throws {
    let trees = try grow(rows)
    let lengths = try Kernels.usable.map { try trees.meanPathLengths(of: rows, kernels: $0, work: Work()) }
    #expect(lengths.allSatisfy { $0 == lengths[0] })
  }

  @Test func `divide the path among the features exactly`() throws {
    let trees = try grow(rows)
    let lengths = try trees.meanPathLengths(of: rows, work: Work())
    let parts = try trees.contributions(to: rows, work: Work())
    for row in 0..<rows.rows {
      let saved = parts.row(row).reduce(0, +)
      #expect(abs(saved - (IsolationTrees.averagePath(64) - lengths[row])) < 1e-9)
    }
  }

  @Test func `isolate every row of a full sample in its own leaf`() throws {
    // With all rows in the sample and depth to spare, 2 rows need one split.
    let two = Matrix(rows: 2, columns: 1, values: [0, 1])
    let trees = try grow(two, trees: 5, sample: 2)
    #expect(try trees.meanPathLengths(of: two, work: Work()) == [1, 1])
  }

  @Test func `let missing values follow the larger branch`() throws {
    // One row far out: nearly every root split cuts it off, so that the rest is the larger branch.
    var values = [Double](repeating: 0, count: 64)
    for row in 0..<64 { values[row] = row == 0 ? 1e6 : Double(row) }
    let data = Matrix(rows: 64, columns: 1, values: values)
    let trees = try grow(data, trees: 50, sample: 64)
    let missing = Matrix(rows: 1, columns: 1, values: [.nan])
    let lengths = try trees.meanPathLengths(of: data, work: Work())
    let absent = try trees.meanPathLengths(of: missing, work: Work())[0]
    #expect(absent > 2 * lengths[0])
  }

  @Test(arguments: [(1, 0.0), (2, 1.0), (256, 10.244770920116851)])
  func `know the average path`(_ count: Int, _ expected: Double) {
    #expect(abs(IsolationTrees.averagePath(count) - expected) < 1e-9)
  }
}
