import KernelsBaseline
import KernelsV3
import KernelsV4

/// Centers packed for finding the nearest of them.
///
/// Each squared distance is one sum in the order of the columns, so a row gives the same bits alone and among others.
package struct CenterPanels: Sendable {
  package let count: Int
  package let columns: Int
  private let panels: [Double]
  private let panelCount: Int
  private let kernels: Kernels

  /// Centers that one panel interleaves.
  private let width: Int

  package init(_ centers: Matrix, kernels: Kernels = .best) {
    precondition(centers.rows > 0, "no center is the nearest of none")
    (count, columns) = (centers.rows, centers.columns)
    self.kernels = kernels
    // A panel of centers has half the width of a panel of products.
    width = kernels.productWidth / 2
    panelCount = (count + width - 1) / width
    var panels = [Double](repeating: .infinity, count: panelCount * columns * width)
    for center in 0..<count {
      for j in 0..<columns {
        panels[(center / width * columns + j) * width + center % width] = centers[center, j]
      }
    }
    self.panels = panels
  }

  /// For each of some whole rows its nearest center, and its squared distances to that and to the second nearest.
  package func nearest(to rows: Span<Double>) -> (labels: [Int32], squared: [Double]) {
    let count = columns == 0 ? 0 : rows.count / columns
    var labels = [Int32](repeating: 0, count: count)
    var squared = [Double](repeating: 0, count: 2 * count)
    let places = (0..<Int32(count)).map { $0 }
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe labels.withUnsafeMutableBufferPointer { labels in
        unsafe squared.withUnsafeMutableBufferPointer { squared in
          guard let rows = rows.baseAddress, let labels = labels.baseAddress,
            let squared = squared.baseAddress
          else { return }
          // SAFETY: every place is one of the rows; there are as many labels and twice as many distances.
          unsafe find(rows, places, count: count, labels, squared)
        }
      }
    }
    return (labels, squared)
  }

  /// The same for the rows at some places of an array; `squared` takes two numbers a place.
  func find(
    _ rows: UnsafePointer<Double>, _ places: UnsafePointer<Int32>, count: Int,
    _ labels: UnsafeMutablePointer<Int32>, _ squared: UnsafeMutablePointer<Double>
  ) {
    if count == 0 { return }
    // SAFETY: the kernel writes eight rows of distances, one label and two distances a place.
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 8 * panelCount * width) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      switch kernels {
      case .baseline:
        unsafe KernelsBaseline.nearestCenters(
          rows, places: places, count: count, dimensions: columns, panels: panels, panelCount: panelCount,
          scratch: scratch, labels: labels, squared: squared)
      case .v3:
        unsafe KernelsV3.nearestCenters(
          rows, places: places, count: count, dimensions: columns, panels: panels, panelCount: panelCount,
          scratch: scratch, labels: labels, squared: squared)
      case .v4:
        unsafe KernelsV4.nearestCenters(
          rows, places: places, count: count, dimensions: columns, panels: panels, panelCount: panelCount,
          scratch: scratch, labels: labels, squared: squared)
      }
    }
  }
}
