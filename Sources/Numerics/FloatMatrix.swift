/// A dense matrix of single precision, row after row: for training where speed counts more than digits.
package struct FloatMatrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  package var values: [Float]

  package init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "the values do not fill the matrix")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Float](repeating: 0, count: rows * columns))
  }

  package init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns, values: matrix.values.map { Float($0) })
  }

  package var asMatrix: Matrix { Matrix(rows: rows, columns: columns, values: values.map { Double($0) }) }

  /// The given rows, in the given order.
  package func selecting(rows chosen: [Int]) -> FloatMatrix {
    var picked: [Float] = []
    picked.reserveCapacity(chosen.count * columns)
    for row in chosen { picked.append(contentsOf: values[row * columns..<(row + 1) * columns]) }
    return FloatMatrix(rows: chosen.count, columns: columns, values: picked)
  }

  private func transposedValues() -> [Float] {
    var result = [Float](repeating: 0, count: values.count)
    for start in stride(from: 0, to: rows, by: 64) {
      let end = min(rows, start + 64)
      for column in 0..<columns {
        for row in start..<end { result[column * rows + row] = values[row * columns + column] }
      }
    }
    return result
  }

  /// self × other, either of them turned on request; the same bits at any number of threads, as for `Matrix`.
  package func product(
    _ other: FloatMatrix, turning turned: Turned = .no, other otherTurned: Turned = .no, work: Work
  ) throws(Cancelled) -> FloatMatrix {
    let (count, inner) = turned == .no ? (rows, columns) : (columns, rows)
    let (otherInner, width) =
      otherTurned == .no ? (other.rows, other.columns) : (other.columns, other.rows)
    precondition(inner == otherInner, "the inner sides differ")
    if count == 0 || width == 0 || inner == 0 { return FloatMatrix(rows: count, columns: width) }
    let left = turned == .no ? values : transposedValues()
    let packed = try SingleRowProduct(other, turned: otherTurned, work: work)
    let filled = try work.fillSingle(
      count, stride: width, size: ProductChunk.rows(inner: inner, width: width), stage: "multiplying"
    ) { range, target in
      packed.multiply(
        left.span.extracting(range.lowerBound * inner..<range.upperBound * inner), into: &target)
    }
    return FloatMatrix(rows: count, columns: width, values: filled)
  }
}

/// One step of Adam in place.
///
/// Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.
package struct SingleAdamStep: Sendable {
  package let rate: Float
  package let firstDecay: Float
  package let secondDecay: Float
  /// What undoes that the moments began at zero.
  package let firstScale: Float
  package let secondScale: Float
  package let floor: Float

  package init(
    rate: Float, firstDecay: Float, secondDecay: Float, firstScale: Float, secondScale: Float, floor: Float
  ) {
    self.rate = rate
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.firstScale = firstScale
    self.secondScale = secondScale
    self.floor = floor
  }

  private static let chunk = 65_536

  package func apply(
    _ gradients: [Float], to parameters: inout [Float], first: inout [Float], second: inout [Float],
    work: Work
  ) throws(Cancelled) {
    let count = gradients.count
    precondition(
      parameters.count == count && first.count == count && second.count == count, "one gradient a parameter")
    let outcome: Result<Void, Cancelled> = unsafe gradients.withUnsafeBufferPointer { gradients in
      unsafe parameters.withUnsafeMutableBufferPointer { parameters in
        unsafe first.withUnsafeMutableBufferPointer { first in
          unsafe second.withUnsafeMutableBufferPointer { second in
            guard let gradients = gradients.baseAddress, let parameters = parameters.baseAddress,
              let first = first.baseAddress, let second = second.baseAddress
            else { return .success(()) }
            // SAFETY: chunks are disjoint ranges of four arrays of equal length that outlive the loop.
            nonisolated(unsafe) let (g, p, m, v) = unsafe (gradients, parameters, first, second)
            return Result { () throws(Cancelled) in
              try work.forEachChunk(of: count, size: Self.chunk) { _, range in
                unsafe step(range, g, p, m, v)
              }
            }
          }
        }
      }
    }
    try outcome.get()
  }

  private typealias Eight = SIMD8<Float>

  /// Eight cells at a time, and the last ones alone; each with the same operations in the same order.
  private func step(
    _ range: Range<Int>, _ g: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>,
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>
  ) {
    let (keepFirst, keepSecond) = (1 - firstDecay, 1 - secondDecay)
    var cell = range.lowerBound
    while cell + 8 <= range.upperBound {
      // SAFETY: the eight cells lie in the range, which lies in all four arrays.
      let slope = unsafe UnsafeRawPointer(g + cell).loadUnaligned(as: Eight.self)
      let first =
        unsafe firstDecay * UnsafeRawPointer(m + cell).loadUnaligned(as: Eight.self) + keepFirst * slope
      let second =
        unsafe secondDecay * UnsafeRawPointer(v + cell).loadUnaligned(as: Eight.self)
        + keepSecond * slope * slope
      let change = rate * first * firstScale / ((second * secondScale).squareRoot() + floor)
      let moved = unsafe UnsafeRawPointer(p + cell).loadUnaligned(as: Eight.self) - change
      unsafe UnsafeMutableRawPointer(m + cell).storeBytes(of: first, as: Eight.self)
      unsafe UnsafeMutableRawPointer(v + cell).storeBytes(of: second, as: Eight.self)
      unsafe UnsafeMutableRawPointer(p + cell).storeBytes(of: moved, as: Eight.self)
      cell += 8
    }
    while cell < range.upperBound {
      let slope = unsafe g[cell]
      let first = unsafe firstDecay * m[cell] + keepFirst * slope
      let second = unsafe secondDecay * v[cell] + keepSecond * slope * slope
      unsafe m[cell] = first
      unsafe v[cell] = second
      unsafe p[cell] -= rate * first * firstScale / ((second * secondScale).squareRoot() + floor)
      cell += 1
    }
  }
}

/// x Φ(x) and its slope in single precision.
package enum SingleGelu {
  /// 1 / √(2π).
  private static let peak: Float = 0.3989422804014327
  private static let root: Float = 0.7071067811865476

  /// For every x: x Φ(x), and the slope Φ(x) + x φ(x).
  ///
  /// - Source: the error function by Abramowitz and Stegun, *Handbook of mathematical functions*, 1964, equation 7.1.26;
  ///   its error is below 1.5e-7, as that of single precision.
  package static func apply(
    _ x: Span<Float>, value: inout MutableSpan<Float>, slope: inout MutableSpan<Float>
  ) {
    for place in x.indices {
      let input = x[place]
      let z = abs(input) * root
      let bell = exponentialSingle(-z * z)
      let t = 1 / (1 + 0.3275911 * z)
      let tail =
        ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
        * bell / 2
      let share = input < 0 ? tail : 1 - tail
      value[place] = input * share
      slope[place] = share + input * peak * bell
    }
  }

  /// e^x for x ≤ 0: a power of two times a polynomial; the relative error is below 2e-7.
  ///
  /// - Source: the coefficients of the Taylor series on |f| ≤ ½ ln 2.
  fileprivate static func exponentialSingle(_ x: Float) -> Float {
    let clipped = max(x, -87)
    let scaled = clipped * 1.442695040888963
    let whole = scaled.rounded(.toNearestOrEven)
    let f = (scaled - whole) * 0.6931471805599453
    let series =
      1 + f
      * (1 + f * (0.5 + f * (0.166666667 + f * (0.0416666667 + f * (0.00833333333 + f * 0.00138888889)))))
    return series * Float(bitPattern: UInt32(Int32(whole) + 127) << 23)
  }
}

extension FloatMatrix {
  /// The hyperbolic tangent of each cell, within 4e-7: (1 − e) / (1 + e) with e = exp(−2 |x|).
  package func bentByTangent(work: Work) throws(Cancelled) -> FloatMatrix {
    FloatMatrix(
      rows: rows, columns: columns,
      values: try work.fillSingle(values.count, size: 65_536) { range, target in
        let input = values.span
        for cell in range {
          let x = input[cell]
          let e = SingleGelu.exponentialSingle(-2 * abs(x))
          let size = (1 - e) / (1 + e)
          target[cell - range.lowerBound] = x < 0 ? -size : size
        }
      })
  }
}
