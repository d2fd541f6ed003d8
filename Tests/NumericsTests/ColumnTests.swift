import Numerics
import TestKit
import Testing

private func normals(_ count: Int, seed: UInt64 = 4) -> [Double] {
  var random = SeededGenerator(seed: seed)
  return (0..<count).map { _ in random.normal() }
}

@Suite struct `Figures of columns` {
  /// 3,000 rows take several chunks; every ninth value is missing in the last column, the first never varies.
  static func matrix(columns: Int) -> Matrix {
    var matrix = Matrix(rows: 3000, columns: columns, values: normals(3000 * columns))
    for row in 0..<3000 {
      matrix[row, 0] = 0.1
      if row % 9 == 0 { matrix[row, columns - 1] = .nan }
      if columns > 2 { matrix[row, 1] = matrix[row, 1] * matrix[row, 1] + 1e6 }
    }
    return matrix
  }

  @Test(arguments: [2, 3, 8, 21], Kernels.usable)
  func `are those of each column alone`(_ columns: Int, _ kernels: Kernels) throws {
    let matrix = Self.matrix(columns: columns)
    let figures = try ColumnFigures(matrix, kernels: kernels, work: Work(threads: 2))
    #expect(try figures == ColumnFigures(matrix, kernels: .baseline, work: Work()))
    #expect(figures.means[0] == 0.1 && figures.deviations[0] == 0 && figures.skews[0] == 0)
    for column in 1..<columns {
      let values = matrix.column(column).filter { !$0.isNaN }
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      let cube = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) }
      #expect(figures.counts[column] == values.count)
      #expect(figures.lows[column] == values.min() && figures.highs[column] == values.max())
      #expect(abs(figures.means[column] - mean) < 1e-12 * max(1, abs(mean)))
      #expect(abs(figures.deviations[column] - square.squareRoot()) < 1e-9)
      #expect((figures.skews[column] > 0) == (cube > 0))
    }
  }

  @Test func `stay finite for huge and for no numbers`() throws {
    let huge = Matrix(rows: 3, columns: 2, values: [1e150, .nan, -1e150, .nan, 1e150, .nan])
    let figures = try ColumnFigures(huge, work: Work())
    #expect(figures.counts == [3, 0] && figures.means[1] == 0 && figures.deviations[1] == 0)
    #expect(abs(figures.deviations[0] / 1e150 - (8.0 / 9).squareRoot()) < 1e-12)
    #expect(throws: Cancelled.self) { try ColumnFigures(huge, work: Work(isCancelled: { true })) }
  }

  @Test(arguments: [1, 5, 16, 19], Kernels.usable)
  func `scale rows and find their largest deviation`(_ columns: Int, _ kernels: Kernels) {
    var matrix = Matrix(rows: 7, columns: columns, values: normals(7 * columns))
    let (centers, scales) = (normals(columns, seed: 5), normals(columns, seed: 6).map { abs($0) + 0.1 })
    let reaches = normals(columns, seed: 7).map { abs($0) }
    var scaled = [Double](repeating: 0, count: 5 * (columns + 1))
    var target = scaled.mutableSpan
    matrix.standardise(
      2..<7, centers: centers, scales: scales, limit: 2, into: &target, stride: columns + 1, kernels: kernels)
    matrix[4, columns - 1] = .nan
    var largest = [Double](repeating: 0, count: 5)
    var found = largest.mutableSpan
    matrix.largestDeviations(
      2..<7, centers: centers, reaches: reaches, scales: scales, limit: 2, into: &found, kernels: kernels)
    for row in 0..<5 {
      var most = 0.0
      for column in 0..<columns {
        let value = matrix[row + 2, column]
        if value.isNaN { continue }
        let z = (value - centers[column]) / scales[column]
        #expect(scaled[row * (columns + 1) + column] == max(-2, min(2, z)))
        most = max(most, (abs(value - centers[column]) - reaches[column]) / scales[column])
      }
      #expect(largest[row] == min(most, 2) && scaled[row * (columns + 1) + columns] == 0)
    }
  }

  @Test(arguments: [1, 4, 16, 33], Kernels.usable)
  func `add up products of rows with themselves`(_ columns: Int, _ kernels: Kernels) {
    let matrix = Matrix(rows: 50, columns: columns, values: normals(50 * columns))
    let scatter = matrix.scatter(kernels: kernels)
    for i in 0..<columns {
      for j in 0..<columns {
        let sum = (0..<50).reduce(0.0) { $0 + matrix[$1, i] * matrix[$1, j] }
        #expect(abs(scatter[i, j] - sum) < 1e-12 && scatter[i, j] == scatter[j, i])
      }
    }
  }
}

@Suite struct `Sorting by bits` {
  static let cases: [[Double]] = [
    [], [3], [2, 1], [0, -0.0, 0, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e300, -1e300],
    normals(5000),
    normals(5000).map { ($0 * 3).rounded() },
    // The upper 33 bits of neighbouring seconds are equal.
    normals(5000).map { (1.7e9 + 300 * $0).rounded() / 8 + 1e-7 * $0 }, [Double](repeating: 7, count: 300),
  ]

  @Test(arguments: cases.indices) func `keeps equal numbers in their order`(_ number: Int) {
    let numbers = Self.cases[number]
    let (values, places) = RadixSort.sorted(numbers)
    let expected = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    #expect(places.map(Int.init) == expected && values == expected.map { numbers[$0] })
  }
}

@Suite struct `Transforms of real numbers` {
  @Test(arguments: [1, 2, 4, 6, 7, 30, 97, 194, 1024, 1500])
  func `equal complex ones there and back`(_ length: Int) {
    let signal = normals(length)
    let transform = RealFourier(length: length)
    let found = transform.forward(signal)
    let expected = FourierTransform(length: length).forward(
      real: signal, imaginary: [Double](repeating: 0, count: length))
    for k in 0...length / 2 {
      #expect(abs(found.real[k] - expected.real[k]) < 1e-11 * Double(length))
      #expect(abs(found.imaginary[k] - expected.imaginary[k]) < 1e-11 * Double(length))
    }
    let back = transform.backward(real: found.real, imaginary: found.imaginary)
    for (value, given) in zip(back, signal) {
      #expect(abs(value / Double(length) - given) < 1e-12 * Double(length))
    }
  }
}

@Suite struct `Sums of wrap-around products` {
  @Test(arguments: [3, 128, 300]) func `are the same alone and among all rows`(_ count: Int) throws {
    let rows = Matrix(rows: count, columns: 5, values: normals(5 * count).map { abs($0) / 5 })
    let sums = WrapAroundSums(rows)
    let own = try sums.ofRows(work: Work(threads: 2))
    #expect(try own == sums.of(rows, work: Work()) && own == sums.ofRows(work: Work()))
    for row in [0, count - 1] {
      let expected = (0..<count).reduce(0.0) { sum, other in
        sum
          + (0..<5).reduce(1.0) { product, j in
            let apart = abs(rows[row, j] - rows[other, j])
            return product * (1.5 - apart + apart * apart)
          }
      }
      #expect(abs(own[row] - expected) < 1e-12 * expected)
    }
    #expect(throws: Cancelled.self) { try sums.ofRows(work: Work(isCancelled: { true })) }
  }
}

@Suite struct `Disjoint sets` {
  @Test func `equal components found by walking`() {
    var random = SeededGenerator(seed: 3)
    let pairs = (0..<40).map { _ in (random.below(60), random.below(60)) }
    var sets = DisjointSets(count: 60)
    var labels = Array(0..<60)
    for (a, b) in pairs {
      let leader = sets.leader(of: a)
      sets.join(a, b)
      #expect(sets.leader(of: b) == leader)
      let (kept, lost) = (labels[a], labels[b])
      for element in labels.indices where labels[element] == lost { labels[element] = kept }
    }
    for a in 0..<60 {
      for b in 0..<60 {
        #expect((sets.leader(of: a) == sets.leader(of: b)) == (labels[a] == labels[b]))
      }
    }
  }
}

@Suite struct `Steps of a descent` {
  @Test(arguments: [1, 7, 32, 75], Kernels.usable)
  func `equal those one by one`(_ count: Int, _ kernels: Kernels) {
    let values = normals(count + 3).map { Float($0) }
    var steps = DescentSteps(count: count, kernels: kernels)
    var weights = [Double](repeating: 0, count: count)
    var sum = weights
    for number in 0..<4 {
      let product = (0..<count).reduce(0.0) { $0 + weights[$1] * Double(values[number % 3 + $1]) }
      #expect(abs(steps.product(values, at: number % 3) - product) < 1e-12)
      steps.step(values, at: number % 3, shrink: 0.9, growth: 0.5, keeps: number > 1)
      for place in 0..<count {
        weights[place] = 0.9 * weights[place] + 0.5 * Double(values[number % 3 + place])
        if number > 1 { sum[place] += weights[place] }
      }
    }
    for place in 0..<count {
      #expect(
        abs(steps.weights[place] - weights[place]) < 1e-12 && abs(steps.sum[place] - sum[place]) < 1e-12)
    }
  }
}
