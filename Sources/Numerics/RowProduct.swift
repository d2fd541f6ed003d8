import KernelsBaseline
import KernelsV3
import KernelsV4

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
    let width = kernels.productWidth
    let panelCount = (columns + width - 1) / width
    stride = panelCount * width
    var panels = [Double](repeating: 0, count: stride * inner)
    for panel in 0..<panelCount {
      let start = panel * width
      let used = min(width, columns - start)
      for l in 0..<inner {
        let base = (panel * inner + l) * width
        for j in 0..<used { panels[base + j] = matrix.values[l * columns + start + j] }
      }
    }
    self.panels = panels
  }

  /// `rows` holds whole rows of `inner` values; `result` takes `stride` values a row.
  package func multiply(_ rows: [Double], into result: inout [Double]) {
    if inner == 0 || columns == 0 { return }
    precondition(result.count >= rows.count / inner * stride, "the result has no room for the product")
    multiply(rows.span, panels: 0..<stride / kernels.productWidth, into: &result)
  }

  /// Multiplies whole rows of `inner` values and puts `columns` values a row into `target`, without padding.
  ///
  /// One panel after another passes over all rows, so that it stays in the cache; the bits are those of the padded form.
  func multiply(_ rows: Span<Double>, into target: inout MutableSpan<Double>) {
    if inner == 0 || columns == 0 { return }
    let count = rows.count / inner
    precondition(target.count == count * columns, "the target does not fit the product")
    let width = kernels.productWidth
    var part = [Double](repeating: 0, count: count * width)
    for panel in 0..<stride / width {
      multiply(rows, panels: panel..<panel + 1, into: &part)
      let start = panel * width
      let used = min(width, columns - start)
      for row in 0..<count {
        for column in 0..<used { target[row * columns + start + column] = part[row * width + column] }
      }
    }
  }

  /// Puts the product with some of the panels into `part`, row after row.
  private func multiply(_ rows: Span<Double>, panels range: Range<Int>, into part: inout [Double]) {
    let count = rows.count / inner
    let width = kernels.productWidth
    // SAFETY: `count * inner` values are read, and `inner * width` of each panel; `count * width` values a panel are
    // written, for which both callers make room; the arrays do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe panels.withUnsafeBufferPointer { panels in
        unsafe part.withUnsafeMutableBufferPointer { part in
          guard let rows = rows.baseAddress, let panels = panels.baseAddress, let part = part.baseAddress
          else { return }
          let start = unsafe panels + range.lowerBound * inner * width
          switch kernels {
          case .baseline:
            unsafe KernelsBaseline.multiplyRows(
              rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: part)
          case .v3:
            unsafe KernelsV3.multiplyRows(
              rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: part)
          case .v4:
            unsafe KernelsV4.multiplyRows(
              rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: part)
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
