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

  /// Packs a matrix, or the matrix turned on its side: then its rows are the columns here.
  package init(_ matrix: Matrix, turned: Turned = .no, kernels: Kernels = .best) {
    self.kernels = kernels
    let isTurned = turned == .yes
    (inner, columns) = isTurned ? (matrix.columns, matrix.rows) : (matrix.rows, matrix.columns)
    let width = kernels.productWidth
    let panelCount = (columns + width - 1) / width
    stride = panelCount * width
    var panels = [Double](repeating: 0, count: stride * inner)
    let (step, leap) = isTurned ? (inner, 1) : (1, columns)
    for panel in 0..<panelCount {
      let start = panel * width
      let used = min(width, columns - start)
      for l in 0..<inner {
        let base = (panel * inner + l) * width
        for j in 0..<used { panels[base + j] = matrix.values[l * leap + (start + j) * step] }
      }
    }
    self.panels = panels
  }

  /// `rows` holds whole rows of `inner` values; `result` takes `stride` values a row.
  package func multiply(_ rows: [Double], into result: inout [Double]) {
    if inner == 0 || columns == 0 { return }
    precondition(result.count >= rows.count / inner * stride, "the result has no room for the product")
    // SAFETY: checked above.
    unsafe result.withUnsafeMutableBufferPointer { result in
      guard let result = result.baseAddress else { return }
      unsafe pass(
        rows.span, .product, panels: 0..<stride / kernels.productWidth, into: result, stride: stride)
    }
  }

  /// Multiplies whole rows of `inner` values and puts `columns` values a row into `target`, without padding.
  ///
  /// One panel after another passes over all rows, so that it stays in the cache; the bits are those of the padded form.
  package func multiply(_ rows: Span<Double>, into target: inout MutableSpan<Double>) {
    pass(rows, .product, into: &target)
  }

  /// The squared Euclidean distances of whole rows to the matrix's columns, `columns` values a row.
  package func squaredDistances(_ rows: Span<Double>, into target: inout MutableSpan<Double>) {
    pass(rows, .squaredDistance, into: &target)
  }

  /// Parts of a sum of wrap-around products.
  package var parts: Int { kernels.productWidth }

  /// Adds Π (3/2 − |x − y| + |x − y|²) over the values of whole rows and the matrix's columns to sums for the rows and, unless
  /// `others` is empty, for the columns.
  ///
  /// Every sum has `parts` parts, which take its terms in turn: `own` holds them row after row, `others` for each part
  /// `stride` values. A row's sum over the columns has the bits of a column's sum over the same rows.
  package func addWrapAroundProducts(
    _ rows: Span<Double>, own: inout MutableSpan<Double>, others: inout MutableSpan<Double>
  ) {
    if inner == 0 || columns == 0 { return }
    let count = rows.count / inner
    precondition(own.count == count * parts, "each row needs its parts")
    precondition(others.isEmpty || others.count == parts * stride, "each part needs all columns")
    // SAFETY: checked above; `count * inner` values are read, and all panels; the spans do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe own.withUnsafeMutableBufferPointer { own in
        unsafe others.withUnsafeMutableBufferPointer { others in
          guard let rows = rows.baseAddress, let own = own.baseAddress else { return }
          let others = others.isEmpty ? nil : others.baseAddress
          switch kernels {
          case .baseline:
            unsafe KernelsBaseline.addWrapAroundProducts(
              rows, rowCount: count, inner: inner, panels: panels, columns: columns, own: own, others: others)
          case .v3:
            unsafe KernelsV3.addWrapAroundProducts(
              rows, rowCount: count, inner: inner, panels: panels, columns: columns, own: own, others: others)
          case .v4:
            unsafe KernelsV4.addWrapAroundProducts(
              rows, rowCount: count, inner: inner, panels: panels, columns: columns, own: own, others: others)
          }
        }
      }
    }
  }

  /// |z M|² of whole rows, where z = (row − center) / scale, pulled in to `limit`, less an offset; one number a row.
  package func squaredNorms(
    of rows: Span<Double>, centers: [Double], scales: [Double], limit: Double = .greatestFiniteMagnitude,
    offsets: [Double], into target: inout MutableSpan<Double>
  ) {
    let count = inner == 0 ? 0 : rows.count / inner
    precondition(target.count == count, "one number a row")
    precondition(
      centers.count == inner && scales.count == inner && offsets.count == inner,
      "one center, scale and offset a column")
    let panelCount = stride / kernels.productWidth
    // SAFETY: checked above; the scratch holds four rows and begins as zeros, the arrays do not overlap.
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, 4 * inner)) { scratch in
      unsafe scratch.initialize(repeating: 0)
      unsafe rows.withUnsafeBufferPointer { rows in
        unsafe target.withUnsafeMutableBufferPointer { target in
          guard let rows = rows.baseAddress, let target = target.baseAddress,
            let scratch = scratch.baseAddress
          else { return }
          switch kernels {
          case .baseline:
            unsafe KernelsBaseline.squaredNormsOfProducts(
              rows, rowCount: count, inner: inner, centers: centers, scales: scales, limit: limit,
              offsets: offsets, panels: panels, panelCount: panelCount, scratch: scratch, into: target)
          case .v3:
            unsafe KernelsV3.squaredNormsOfProducts(
              rows, rowCount: count, inner: inner, centers: centers, scales: scales, limit: limit,
              offsets: offsets, panels: panels, panelCount: panelCount, scratch: scratch, into: target)
          case .v4:
            unsafe KernelsV4.squaredNormsOfProducts(
              rows, rowCount: count, inner: inner, centers: centers, scales: scales, limit: limit,
              offsets: offsets, panels: panels, panelCount: panelCount, scratch: scratch, into: target)
          }
        }
      }
    }
  }

  private enum Rule { case product, squaredDistance }

  private func pass(_ rows: Span<Double>, _ rule: Rule, into target: inout MutableSpan<Double>) {
    if inner == 0 || columns == 0 { return }
    let count = rows.count / inner
    precondition(target.count == count * columns, "the target does not fit the product")
    let width = kernels.productWidth
    let whole = columns / width
    // SAFETY: whole panels end inside each row of the target.
    unsafe target.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      for panel in 0..<whole {
        unsafe pass(rows, rule, panels: panel..<panel + 1, into: target + panel * width, stride: columns)
      }
    }
    if columns == whole * width { return }
    var part = [Double](repeating: 0, count: count * width)
    // SAFETY: the part holds one panel's width a row.
    unsafe part.withUnsafeMutableBufferPointer { part in
      guard let part = part.baseAddress else { return }
      unsafe pass(rows, rule, panels: whole..<whole + 1, into: part, stride: width)
    }
    for row in 0..<count {
      for column in 0..<columns - whole * width {
        target[row * columns + whole * width + column] = part[row * width + column]
      }
    }
  }

  /// Puts the product with some of the panels, or the distances to them, at `result`, rows `stride` apart.
  private func pass(
    _ rows: Span<Double>, _ rule: Rule, panels range: Range<Int>, into result: UnsafeMutablePointer<Double>,
    stride: Int
  ) {
    let count = rows.count / inner
    let width = kernels.productWidth
    // SAFETY: `count * inner` values are read, and `inner * width` of each panel; a panel's width a row is written,
    // for which the callers make room; the arrays do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe panels.withUnsafeBufferPointer { panels in
        guard let rows = rows.baseAddress, let panels = panels.baseAddress else { return }
        let start = unsafe panels + range.lowerBound * inner * width
        switch (kernels, rule) {
        case (.baseline, .product):
          unsafe KernelsBaseline.multiplyRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: result,
            stride: stride)
        case (.baseline, .squaredDistance):
          unsafe KernelsBaseline.squaredDistancesOfRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: result,
            stride: stride)
        case (.v3, .product):
          unsafe KernelsV3.multiplyRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: result,
            stride: stride)
        case (.v3, .squaredDistance):
          unsafe KernelsV3.squaredDistancesOfRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: result,
            stride: stride)
        case (.v4, .product):
          unsafe KernelsV4.multiplyRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: result,
            stride: stride)
        case (.v4, .squaredDistance):
          unsafe KernelsV4.squaredDistancesOfRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: range.count, into: result,
            stride: stride)
        }
      }
    }
  }
}
