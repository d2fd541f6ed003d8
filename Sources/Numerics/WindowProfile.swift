import KernelsBaseline
import KernelsV3
import Synchronization

/// The windows of a series, ready for correlating with others: the matrix profile.
///
/// Source: Zimmerman, Kamgar and others, *Matrix profile XIV: SCRIMP, SCAMP*, SoCC 2019, equations 3 to 6 (the moving
/// covariance); windows that never vary correlate with 1 among each other and with 1/2 with others, which gives the
/// distances 0 and √m.
package struct WindowProfile: Sendable {
  package let window: Int
  /// Windows: values − window + 1.
  package let count: Int
  let values: [Double]
  let means: [Double]
  /// 1 / (√m · deviation) of each window; 0 for one that never varies.
  let inverseNorms: [Double]
  let df: [Double]
  let dg: [Double]
  let isFlat: [Bool]

  /// Diagonals that are walked together.
  private static let group = 256

  /// `center` and `scale` bring the values near 1 without changing any correlation.
  package init(_ series: [Double], window: Int, center: Double, scale: Double) {
    precondition(window >= 2 && series.count >= window, "the series is shorter than the window")
    self.window = window
    count = series.count - window + 1
    values = series.map { ($0 - center) / scale }
    var means = [Double](repeating: 0, count: count)
    var inverseNorms = means
    var isFlat = [Bool](repeating: false, count: count)
    var run = 0
    for i in 0..<series.count {
      run = i > 0 && series[i] == series[i - 1] ? run + 1 : 1
      if i + 1 >= window { isFlat[i + 1 - window] = run >= window }
    }
    for i in 0..<count {
      if isFlat[i] {
        means[i] = values[i]
        continue
      }
      var sum = 0.0
      for t in i..<i + window { sum += values[t] }
      let mean = sum / Double(window)
      var squares = 0.0
      for t in i..<i + window { squares += (values[t] - mean) * (values[t] - mean) }
      means[i] = mean
      // A spread that rounding swallows is no spread.
      let floor = 1e-24 * Double(window) * max(mean * mean, 1e-30)
      if squares > floor { inverseNorms[i] = 1 / squares.squareRoot() } else { isFlat[i] = true }
    }
    var df = [Double](repeating: 0, count: count)
    var dg = df
    for i in 1..<max(count, 1) {
      df[i] = (values[i + window - 1] - values[i - 1]) / 2
      dg[i] = values[i + window - 1] - means[i] + values[i - 1] - means[i - 1]
    }
    self.means = means
    self.inverseNorms = inverseNorms
    self.isFlat = isFlat
    self.df = df
    self.dg = dg
  }

  /// Which windows of its own series a window is compared with.
  package enum Neighborhood: String, Sendable, Codable, CaseIterable {
    case both
    /// Earlier ones.
    case left
    /// Later ones.
    case right
  }

  /// The z-normalised distance of each window to its nearest one at least `exclusion` windows away; 0 for a window that
  /// has none on the side that is asked for.
  package func selfJoin(
    exclusion: Int, neighbors: Neighborhood = .both, kernels: Kernels = .best, work: Work
  ) throws(Cancelled) -> [Double] {
    let side: Side =
      switch neighbors {
      case .both: .both
      case .left: .columns
      case .right: .rows
      }
    let best = try walk(self, from: exclusion, updating: side, kernels: kernels, work: work)
    return finish(best, against: self, exclusion: exclusion, neighbors: neighbors)
  }

  /// The z-normalised distance of each window to the nearest one of `other`.
  package func join(_ other: WindowProfile, kernels: Kernels = .best, work: Work) throws(Cancelled)
    -> [Double]
  {
    precondition(other.window == window, "windows of different lengths")
    let ahead = try walk(other, from: 0, updating: .rows, kernels: kernels, work: work)
    let behind = try other.walk(self, from: 1, updating: .columns, kernels: kernels, work: work)
    return finish(zip(ahead, behind).map { max($0, $1) }, against: other, exclusion: 0)
  }

  /// Distances from correlations: √(2m(1 − r)).
  func finish(
    _ best: [Double], against other: WindowProfile, exclusion: Int, neighbors: Neighborhood = .both
  ) -> [Double] {
    let flat = other.isFlat.indices.filter { other.isFlat[$0] }
    return best.indices.map { i in
      var correlation = best[i]
      if neighbors == .left && i < exclusion || neighbors == .right && i + exclusion >= count { return 0 }
      let meetsEarlier = flat.first.map { i - $0 >= exclusion } ?? false
      let meetsLater = flat.last.map { $0 - i >= exclusion } ?? false
      let meetsFlat =
        exclusion == 0
        ? !flat.isEmpty : neighbors != .right && meetsEarlier || neighbors != .left && meetsLater
      if isFlat[i] {
        correlation = meetsFlat ? 1 : 0.5
      } else if meetsFlat {
        correlation = max(correlation, 0.5)
      }
      return (2 * Double(window) * (1 - max(-1, min(correlation, 1)))).squareRoot()
    }
  }

  /// Whose bests a walk over diagonals gathers: self's windows are the rows, the other's the columns.
  private enum Side { case rows, columns, both }

  /// Walks the diagonals from `first` on of self against `other`.
  private func walk(
    _ other: WindowProfile, from first: Int, updating side: Side, kernels: Kernels, work: Work
  ) throws(Cancelled) -> [Double] {
    let diagonals = max(0, other.count - first)
    let resultCount = side == .rows ? count : other.count
    // One array of bests a thread; the largest of all does not depend on who found it.
    let spare = Mutex<[[Double]]>([])
    try work.forEachChunk(of: diagonals, size: Self.group, stage: "matrix profile") { _, range in
      var best =
        spare.withLock { $0.popLast() } ?? [Double](repeating: -2, count: resultCount + Self.group)
      walkGroup(
        other, first: first + range.lowerBound, count: range.count, updating: side, kernels: kernels,
        best: &best)
      spare.withLock { $0.append(best) }
    }
    var best = [Double](repeating: -2, count: resultCount)
    for part in spare.withLock({ $0 }) {
      for i in 0..<resultCount { best[i] = max(best[i], part[i]) }
    }
    return best
  }

  private func walkGroup(
    _ other: WindowProfile, first: Int, count diagonals: Int, updating side: Side, kernels: Kernels,
    best: inout [Double]
  ) {
    var covariances = (0..<diagonals).map { d in
      var sum = 0.0
      for t in 0..<window {
        sum += (values[t] - means[0]) * (other.values[first + d + t] - other.means[first + d])
      }
      return sum
    }
    var unused = [Double](repeating: -2, count: side == .both ? 0 : max(count, other.count) + Self.group)
    // SAFETY: all arrays of a profile have `count` values, `best` and `unused` at least as many as they stand for; the
    // kernel reads and writes inside them; only a self-join passes one array twice, which the kernel allows.
    unsafe df.withUnsafeBufferPointer { df in
      unsafe dg.withUnsafeBufferPointer { dg in
        unsafe inverseNorms.withUnsafeBufferPointer { inverse in
          unsafe other.df.withUnsafeBufferPointer { otherDF in
            unsafe other.dg.withUnsafeBufferPointer { otherDG in
              unsafe other.inverseNorms.withUnsafeBufferPointer { otherInverse in
                unsafe best.withUnsafeMutableBufferPointer { best in
                  unsafe unused.withUnsafeMutableBufferPointer { unused in
                    unsafe covariances.withUnsafeMutableBufferPointer { covariances in
                      guard let df = df.baseAddress, let dg = dg.baseAddress,
                        let inverse = inverse.baseAddress, let otherDF = otherDF.baseAddress,
                        let otherDG = otherDG.baseAddress, let otherInverse = otherInverse.baseAddress,
                        let best = best.baseAddress, let covariances = covariances.baseAddress
                      else { return }
                      let spare = unsafe unused.baseAddress ?? best
                      let rowBest = unsafe side != .columns ? best : spare
                      let columnBest = unsafe side != .rows ? best : spare
                      switch kernels {
                      case .v3, .v4:
                        unsafe KernelsV3.walkDiagonals(
                          first: first, count: diagonals, rowCount: count, columnCount: other.count,
                          covariances: covariances, rowDF: df, rowDG: dg, rowInverse: inverse,
                          columnDF: otherDF,
                          columnDG: otherDG, columnInverse: otherInverse, rowBest: rowBest,
                          columnBest: columnBest)
                      case .baseline:
                        unsafe KernelsBaseline.walkDiagonals(
                          first: first, count: diagonals, rowCount: count, columnCount: other.count,
                          covariances: covariances, rowDF: df, rowDG: dg, rowInverse: inverse,
                          columnDF: otherDF,
                          columnDG: otherDG, columnInverse: otherInverse, rowBest: rowBest,
                          columnBest: columnBest)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
