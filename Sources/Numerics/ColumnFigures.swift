import KernelsBaseline
import KernelsV3
import KernelsV4

/// Count, mean, spread and skewness of each column, missing values left out.
///
/// Two passes over rows of any width, in chunks whose sums are added in order: the bits depend neither on the number of threads
/// nor on the processor. Equal numbers keep their exact mean and no spread; squares of large numbers do not overflow.
///
/// - Complexity: O(*n d*).
package struct ColumnFigures: Sendable, Equatable {
  package let counts: [Int]
  /// 0 for a column without values, and so are the rest.
  package let means: [Double]
  /// Dividing by the count.
  package let deviations: [Double]
  /// The third central moment over the cube of the largest distance from the mean: only its sign has a meaning.
  package let skews: [Double]
  package let lows: [Double]
  package let highs: [Double]

  package init(_ matrix: Matrix, kernels: Kernels = .best, work: Work, stage: String = "moments")
    throws(Cancelled)
  {
    let (rows, d) = (matrix.rows, matrix.columns)
    let size = max(16, min(16_384, 32_768 / max(1, d)))
    let chunks = (rows + size - 1) / size
    let sums = try work.fill(chunks, stride: 4 * d, size: 1, stage: stage) { chunk, target in
      let range = chunk.lowerBound * size..<min(rows, chunk.upperBound * size)
      matrix.sum(range, kernels: kernels, into: &target)
    }
    var counts = [Int](repeating: 0, count: d)
    var means = [Double](repeating: 0, count: d)
    var factors = [Double](repeating: 0, count: d)
    var largest = [Double](repeating: 0, count: d)
    var lows = means
    var highs = means
    for column in 0..<d {
      var (sum, count, low, high) = (0.0, 0.0, Double.infinity, -Double.infinity)
      for chunk in 0..<chunks {
        let start = 4 * d * chunk + column
        sum += sums[start]
        count += sums[start + d]
        low = min(low, sums[start + 2 * d])
        high = max(high, sums[start + 3 * d])
      }
      if count == 0 { continue }
      (counts[column], lows[column], highs[column]) = (Int(count), low, high)
      // Rounding alone makes the mean of equal numbers differ from them.
      means[column] = low == high ? low : sum / count
      largest[column] = low == high ? 0 : max(abs(low - means[column]), abs(high - means[column]))
      let factor = 1 / largest[column]
      factors[column] = factor.isFinite ? factor : 0
    }
    let (centers, scales) = (means, factors)
    let powers = try work.fill(chunks, stride: 2 * d, size: 1, stage: stage) { chunk, target in
      let range = chunk.lowerBound * size..<min(rows, chunk.upperBound * size)
      matrix.sumPowers(range, means: centers, factors: scales, kernels: kernels, into: &target)
    }
    var deviations = largest
    var skews = [Double](repeating: 0, count: d)
    for column in 0..<d where factors[column] > 0 {
      var (squares, cubes) = (0.0, 0.0)
      for chunk in 0..<chunks {
        squares += powers[2 * d * chunk + column]
        cubes += powers[2 * d * chunk + d + column]
      }
      deviations[column] = largest[column] * (squares / Double(counts[column])).squareRoot()
      skews[column] = cubes / Double(counts[column])
    }
    self.counts = counts
    self.means = means
    self.deviations = deviations
    self.skews = skews
    self.lows = lows
    self.highs = highs
  }
}

extension Matrix {
  fileprivate func sum(_ range: Range<Int>, kernels: Kernels, into target: inout MutableSpan<Double>) {
    precondition(target.count == 4 * columns, "no room for the sums")
    // SAFETY: the kernels read whole rows of the range, four numbers a column written; the arrays do not overlap.
    unsafe withRows(range, into: &target) { start, target in
      switch kernels {
      case .baseline:
        unsafe KernelsBaseline.sumColumns(start, rowCount: range.count, columns: columns, into: target)
      case .v3: unsafe KernelsV3.sumColumns(start, rowCount: range.count, columns: columns, into: target)
      case .v4: unsafe KernelsV4.sumColumns(start, rowCount: range.count, columns: columns, into: target)
      }
    }
  }

  fileprivate func sumPowers(
    _ range: Range<Int>, means: [Double], factors: [Double], kernels: Kernels,
    into target: inout MutableSpan<Double>
  ) {
    precondition(target.count == 2 * columns, "no room for the sums")
    precondition(means.count == columns && factors.count == columns, "one mean a column")
    // SAFETY: the kernels read whole rows of the range, two numbers a column written; the arrays do not overlap.
    unsafe withRows(range, into: &target) { start, target in
      switch kernels {
      case .baseline:
        unsafe KernelsBaseline.sumColumnPowers(
          start, rowCount: range.count, columns: columns, means: means, factors: factors, into: target)
      case .v3:
        unsafe KernelsV3.sumColumnPowers(
          start, rowCount: range.count, columns: columns, means: means, factors: factors, into: target)
      case .v4:
        unsafe KernelsV4.sumColumnPowers(
          start, rowCount: range.count, columns: columns, means: means, factors: factors, into: target)
      }
    }
  }
}
