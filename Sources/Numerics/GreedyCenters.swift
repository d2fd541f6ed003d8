import KernelsBaseline
import KernelsV3
import KernelsV4

/// Picks rows that lie far from each other: greedy k centres.
///
/// Begins with the first row; then, each time, takes the row that is farthest from those chosen, the first of equals.
///
/// - Input: finite rows.
/// - Output: row numbers in the order in which they were picked; fewer than asked for if all other rows are copies.
/// - Complexity: O(*n k d*), in single precision.
/// - Source: Gonzalez, *Clustering to minimize the maximum intercluster distance*, Theoretical Computer Science 38, 1985;
///   used by Roth et al. (PatchCore), CVPR 2022, algorithm 1.
package enum GreedyCenters {
  package static func pick(
    _ count: Int, of rows: Matrix, kernels: Kernels = .best, work: Work
  ) throws(Cancelled) -> [Int] {
    guard rows.rows > 0, count > 0 else { return [] }
    let (d, width) = (rows.columns, kernels.panelWidth)
    let panelCount = (rows.rows + width - 1) / width
    let panels = try work.fillSingle(panelCount, stride: width * d, size: 64, stage: "coreset") {
      range, target in
      for row in range.lowerBound * width..<min(rows.rows, range.upperBound * width) {
        let base = (row / width - range.lowerBound) * width * d + row % width
        for j in 0..<d { target[base + j * width] = Float(rows.values[row * d + j]) }
      }
    }
    var nearest = [Float](repeating: .infinity, count: panelCount * width)
    var chosen = [0]
    while chosen.count < min(count, rows.rows) {
      let last = chosen[chosen.count - 1] * d
      let center = rows.values[last..<last + d].map(Float.init)
      let parts = try lower(
        &nearest, to: center, panels, panelCount: panelCount, rows: rows.rows, kernels: kernels, work: work)
      var farthest = parts.first ?? 0
      for place in parts where nearest[place] > nearest[farthest] { farthest = place }
      if nearest[farthest] == 0 { break }
      chosen.append(farthest)
    }
    return chosen
  }

  /// The first of the farthest rows of each chunk, after one more center.
  private static func lower(
    _ nearest: inout [Float], to center: [Float], _ panels: [Float], panelCount: Int, rows: Int,
    kernels: Kernels, work: Work
  ) throws(Cancelled) -> [Int] {
    let (d, width) = (center.count, kernels.panelWidth)
    let size = max(1, 1_000_000 / max(1, width * d))
    let outcome: Result<[Int], Cancelled> = unsafe nearest.withUnsafeMutableBufferPointer { nearest in
      guard let base = nearest.baseAddress else { return .success([]) }
      // SAFETY: chunks are disjoint ranges of panels, and each touches only its own rows; the arrays outlive the loop.
      nonisolated(unsafe) let values = unsafe base
      return Result { () throws(Cancelled) in
        try work.map((panelCount + size - 1) / size, stage: "coreset") { chunk in
          let range = chunk * size..<min(panelCount, (chunk + 1) * size)
          unsafe center.withUnsafeBufferPointer { center in
            unsafe panels.withUnsafeBufferPointer { panels in
              guard let center = center.baseAddress, let panels = panels.baseAddress else { return }
              switch kernels {
              case .baseline:
                unsafe KernelsBaseline.lowerDistances(
                  center: center, dimensions: d, panels: panels, panelRange: range, nearest: values)
              case .v3:
                unsafe KernelsV3.lowerDistances(
                  center: center, dimensions: d, panels: panels, panelRange: range, nearest: values)
              case .v4:
                unsafe KernelsV4.lowerDistances(
                  center: center, dimensions: d, panels: panels, panelRange: range, nearest: values)
              }
            }
          }
          var best = range.lowerBound * width
          for row in best..<min(rows, range.upperBound * width) where unsafe values[row] > values[best] {
            best = row
          }
          return best
        }
      }
    }
    return try outcome.get()
  }
}
