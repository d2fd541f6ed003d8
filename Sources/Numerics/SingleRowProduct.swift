import KernelsBaseline
import KernelsV3

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
    let width = kernels == .v3 ? KernelsV3.singleProductWidth : KernelsBaseline.singleProductWidth
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

  /// `rows` holds whole rows of `inner` values; `result` takes `stride` values a row.
  func multiply(_ rows: Span<Float>, into result: inout [Float]) {
    if inner == 0 || columns == 0 { return }
    let count = rows.count / inner
    precondition(result.count >= count * stride, "the result has no room for the product")
    let width = kernels == .v3 ? KernelsV3.singleProductWidth : KernelsBaseline.singleProductWidth
    // SAFETY: `count * inner` values are read, `count * stride` written; the arrays do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe panels.withUnsafeBufferPointer { panels in
        unsafe result.withUnsafeMutableBufferPointer { result in
          guard let rows = rows.baseAddress, let panels = panels.baseAddress, let result = result.baseAddress
          else { return }
          switch kernels {
          case .v3:
            unsafe KernelsV3.multiplySingleRows(
              rows, rowCount: count, inner: inner, panels: panels, panelCount: stride / width, into: result)
          case .baseline:
            unsafe KernelsBaseline.multiplySingleRows(
              rows, rowCount: count, inner: inner, panels: panels, panelCount: stride / width, into: result)
          }
        }
      }
    }
  }
}
