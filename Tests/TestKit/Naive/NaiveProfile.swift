/// The z-normalised distance of each window to its nearest one at least `exclusion` away, from all pairs.
package func naiveMatrixProfile(_ series: [Double], window: Int, exclusion: Int) -> [Double] {
  naiveMatrixProfile(series, against: series, window: window, exclusion: exclusion)
}

package func naiveMatrixProfile(
  _ series: [Double], against other: [Double], window: Int, exclusion: Int = 0
) -> [Double] {
  func windows(_ values: [Double]) -> [[Double]] {
    (0...values.count - window).map { normalised(Array(values[$0..<$0 + window])) }
  }
  let (rows, columns) = (windows(series), windows(other))
  return rows.indices.map { i in
    columns.indices.filter { abs($0 - i) >= exclusion }.map { distance(rows[i], columns[$0]) }.min() ?? .nan
  }
}

/// Mean 0 and deviation 1; all zeros for a window that never varies.
func normalised(_ window: [Double]) -> [Double] {
  let mean = window.reduce(0, +) / Double(window.count)
  let variance = window.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(window.count)
  if window.allSatisfy({ $0 == window[0] }) { return window.map { _ in 0 } }
  return window.map { ($0 - mean) / variance.squareRoot() }
}

private func distance(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
}
