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

  init(
    _ matrix: FloatMatrix, turned: Turned, kernels: Kernels = .best, work: Work = Work()
  ) throws(Cancelled) {
    self.kernels = kernels
    let (inner, columns) =
      turned == .no ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
    (self.inner, self.columns) = (inner, columns)
    let width = kernels.singleProductWidth
    let panelCount = (columns + width - 1) / width
    stride = panelCount * width
    panels = try work.fillSingle(panelCount, stride: width * inner, size: 4) { range, target in
      unsafe matrix.values.withUnsafeBufferPointer { source in
        unsafe target.withUnsafeMutableBufferPointer { target in
          guard let source = source.baseAddress, let target = target.baseAddress else { return }
          for panel in range {
            let start = panel * width
            // SAFETY: panel `panel` is that part of the target, `width * inner` long; the columns from `start` on are fewer than
            // `columns`, so that every read lies in the `inner * columns` values of the source. The two do not overlap.
            unsafe Self.pack(
              source, at: start, used: min(width, columns - start), of: columns, inner: inner, turned: turned,
              into: target + (panel - range.lowerBound) * width * inner, width: width)
          }
        }
      }
    }
  }

  /// Rows of a panel that are filled at once: few enough to stay in the nearest cache.
  private static let packed = 64

  /// Puts `used` columns from `start` on beside each other, row by row of the inner side.
  private static func pack(
    _ source: UnsafePointer<Float>, at start: Int, used: Int, of columns: Int, inner: Int, turned: Turned,
    into panel: UnsafeMutablePointer<Float>, width: Int
  ) {
    if turned == .no {
      for l in 0..<inner {
        unsafe (panel + l * width).update(from: source + l * columns + start, count: used)
      }
      return
    }
    for first in Swift.stride(from: 0, to: inner, by: packed) {
      let last = min(inner, first + packed)
      for j in 0..<used {
        let row = unsafe source + (start + j) * inner
        for l in first..<last { unsafe panel[l * width + j] = row[l] }
      }
    }
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
    let whole = columns / width
    // SAFETY: whole panels end inside each row of the target.
    unsafe target.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      for panel in 0..<whole {
        unsafe multiply(rows, panel: panel, into: target + panel * width, stride: columns)
      }
    }
    if columns == whole * width { return }
    var part = [Float](repeating: 0, count: count * width)
    // SAFETY: the part holds one panel's width a row.
    unsafe part.withUnsafeMutableBufferPointer { part in
      guard let part = part.baseAddress else { return }
      unsafe multiply(rows, panel: whole, into: part, stride: width)
    }
    for row in 0..<count {
      for column in 0..<columns - whole * width {
        target[row * columns + whole * width + column] = part[row * width + column]
      }
    }
  }

  private func multiply(
    _ rows: Span<Float>, panel: Int, into result: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let count = rows.count / inner
    // SAFETY: `count * inner` values are read, and `inner * width` of the panel; a panel's width a row is written, for
    // which the caller makes room; the arrays do not overlap.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe panels.withUnsafeBufferPointer { panels in
        guard let rows = rows.baseAddress, let panels = panels.baseAddress else { return }
        let start = unsafe panels + panel * inner * width
        switch kernels {
        case .v3:
          unsafe KernelsV3.multiplySingleRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: 1, into: result, stride: stride)
        case .baseline:
          unsafe KernelsBaseline.multiplySingleRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: 1, into: result, stride: stride)
        case .v4:
          unsafe KernelsV4.multiplySingleRows(
            rows, rowCount: count, inner: inner, panels: start, panelCount: 1, into: result, stride: stride)
        }
      }
    }
  }
}
