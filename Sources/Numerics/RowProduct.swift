import KernelsBaseline
import KernelsV3

/// A matrix packed for multiplying many rows by it.
///
/// Each entry of a product is one sum in a fixed order, so a row gives the same bits alone and among others.
package struct RowProduct: Sendable {
  package let inner: Int
  /// Columns of the matrix.
  package let columns: Int
  /// Values between two rows of a product: the columns and some padding zeros.
  package let stride: Int
  private let panels: [Double]
  private let kernels: Kernels

  package init(_ matrix: Matrix, kernels: Kernels = .best) {
    self.kernels = kernels
    inner = matrix.rows
    columns = matrix.columns
    let width = kernels == .v3 ? KernelsV3.productWidth : KernelsBaseline.productWidth
    let panelCount = (columns + width - 1) / width
    stride = panelCount * width
    var panels = [Double](repeating: 0, count: stride * inner)
    for l in 0..<inner {
      for j in 0..<columns {
        panels[(j / width * inner + l) * width + j % width] = matrix[l, j]
      }
    }
    self.panels = panels
  }

  /// `rows` holds whole rows of `inner` values; `result` takes `stride` values a row.
  package func multiply(_ rows: [Double], into result: inout [Double]) {
    if inner == 0 || columns == 0 { return }
    let count = rows.count / inner
    precondition(result.count >= count * stride, "the result has no room for the product")
    let width = kernels == .v3 ? KernelsV3.productWidth : KernelsBaseline.productWidth
    // SAFETY: `count * inner` values are read, `count * stride` written; the arrays do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe panels.withUnsafeBufferPointer { panels in
        unsafe result.withUnsafeMutableBufferPointer { result in
          guard let rows = rows.baseAddress, let panels = panels.baseAddress, let result = result.baseAddress
          else { return }
          switch kernels {
          case .v3:
            unsafe KernelsV3.multiplyRows(
              rows, rowCount: count, inner: inner, panels: panels, panelCount: stride / width, into: result)
          case .baseline:
            unsafe KernelsBaseline.multiplyRows(
              rows, rowCount: count, inner: inner, panels: panels, panelCount: stride / width, into: result)
          }
        }
      }
    }
  }
}

extension Matrix {
  /// Σ row ⊗ row over all rows.
  package func scatter() -> Matrix {
    let product = RowProduct(self)
    var result = [Double](repeating: 0, count: columns * product.stride)
    product.multiply(transposedValues(), into: &result)
    return Matrix(
      rows: columns, columns: columns,
      values: (0..<columns * columns).map { result[$0 / columns * product.stride + $0 % columns] })
  }
}
