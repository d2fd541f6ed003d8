import KernelsBaseline
import KernelsV3
import KernelsV4

/// A matrix of single precision, packed for multiplying many rows by it; as `RowProduct`.
struct SingleRowProduct: Sendable {
  let inner: Int
  let columns: Int
  /// Values between two rows of a product: the columns and some padding zeros.
  let stride: Int
  private let panels: [Float]
  private let kernels: Kernels

  init(_ matrix: FloatMatrix, turned: Turned, kernels: Kernels = .best) {
    self.kernels = kernels
    inner = turned == .no ? matrix.rows : matrix.columns
    columns = turned == .no ? matrix.columns : matrix.rows
    let width = kernels.singleProductWidth
    let panelCount = (columns + width - 1) / width
    stride = panelCount * width
    var panels = [Float](repeating: 0, count: stride * inner)
    let (rowStep, columnStep) = turned == .no ? (matrix.columns, 1) : (1, matrix.columns)
    for panel in 0..<panelCount {
      let start = panel * width
      let used = min(width, columns - start)
      for l in 0..<inner {
        let base = (panel * inner + l) * width
        for j in 0..<used { panels[base + j] = matrix.values[l * rowStep + (start + j) * columnStep] }
      }
    }
    self.panels = panels
  }

  /// Columns that one panel holds.
  var width: Int { kernels.singleProductWidth }

  /// Multiplies whole rows of `inner` values and puts `columns` values a row into `target`.
  ///
  /// One panel after another passes over all rows, so that it stays in the cache.
  func multiply(_ rows: Span<Float>, into target: inout MutableSpan<Float>) {
    if inner == 0 || columns == 0 { return }
    let count = rows.count / inner
    precondition(target.count == count * columns, "the target does not fit the product")
    var part = [Float](repeating: 0, count: count * width)
    for panel in 0..<stride / width {
      multiply(rows, panel: panel, into: &part)
      let start = panel * width
      let used = min(width, columns - start)
      for row in 0..<count {
        for column in 0..<used { target[row * columns + start + column] = part[row * width + column] }
      }
    }
  }

  private func multiply(_ rows: Span<Float>, panel: Int, into part: inout [Float]) {
    let count = rows.count / inner
    // SAFETY: `count * inner` values are read, and `inner * width` of the panel; `count * width` values are
    // written, which is what the part holds; the arrays do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe panels.withUnsafeBufferPointer { panels in
        unsafe part.withUnsafeMutableBufferPointer { part in
          guard let rows = rows.baseAddress, let panels = panels.baseAddress, let part = part.baseAddress
          else { return }
          let start = unsafe panels + panel * inner * width
          switch kernels {
          case .v3:
            unsafe KernelsV3.multiplySingleRows(
              rows, rowCount: count, inner: inner, panels: start, panelCount: 1, into: part)
          case .baseline:
            unsafe KernelsBaseline.multiplySingleRows(
              rows, rowCount: count, inner: inner, panels: start, panelCount: 1, into: part)
          case .v4:
            unsafe KernelsV4.multiplySingleRows(
              rows, rowCount: count, inner: inner, panels: start, panelCount: 1, into: part)
          }
        }
      }
    }
  }
}
