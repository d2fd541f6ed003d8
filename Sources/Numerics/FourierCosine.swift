/// The cosine transform that turns log spectra into cepstra.
///
/// - Output: *c*[k] = s_k Σ *x*[j] cos(π k (2j + 1) / 2n), s_0 = √(1/n), s_k = √(2/n): type II, orthonormal.
/// - Complexity: O(*n k*) a row.
package struct CosineTransform: Sendable {
  package let length: Int
  package let coefficients: Int
  /// Coefficient by coefficient.
  private let basis: [Double]

  package init(length: Int, coefficients: Int) {
    precondition(coefficients <= length, "a cosine transform has no more coefficients than values")
    self.length = length
    self.coefficients = coefficients
    var basis: [Double] = []
    basis.reserveCapacity(coefficients * length)
    for k in 0..<coefficients {
      let scale = ((k == 0 ? 1.0 : 2.0) / Double(length)).squareRoot()
      for j in 0..<length {
        basis.append(scale * cosine(.pi * Double(k * (2 * j + 1)) / Double(2 * length)))
      }
    }
    self.basis = basis
  }

  package func apply(to values: [Double]) -> [Double] {
    precondition(values.count == length, "the values do not fit the transform")
    var result = [Double](repeating: 0, count: coefficients)
    transform(values.span, into: &result, from: 0)
    return result
  }

  /// Transforms row after row; values below `floor` count as that.
  package func apply(
    toRows values: [Float], floor: Float = -.infinity, work: Work
  ) throws(Cancelled) -> [Double] {
    precondition(values.count % length == 0, "the values are no whole rows")
    let rows = values.count / length
    let chunks = (rows + Self.rowsPerChunk - 1) / Self.rowsPerChunk
    let pieces = try work.map(chunks, stage: "cepstra") { chunk in
      let range = chunk * Self.rowsPerChunk..<min(rows, (chunk + 1) * Self.rowsPerChunk)
      var result = [Double](repeating: 0, count: range.count * coefficients)
      var row = [Double](repeating: 0, count: length)
      for (place, index) in range.enumerated() {
        for j in 0..<length { row[j] = Double(max(values[index * length + j], floor)) }
        transform(row.span, into: &result, from: place * coefficients)
      }
      return result
    }
    return Array(pieces.joined())
  }

  private static let rowsPerChunk = 256

  private func transform(_ values: Span<Double>, into result: inout [Double], from start: Int) {
    let basis = basis.span
    for k in 0..<coefficients {
      // Four sums side by side, because the compiler may not reorder additions.
      var sums = SIMD4<Double>.zero
      let first = k * length
      var j = 0
      while j + 4 <= length {
        let factors = SIMD4(
          basis[first + j], basis[first + j + 1], basis[first + j + 2], basis[first + j + 3])
        sums += factors * SIMD4(values[j], values[j + 1], values[j + 2], values[j + 3])
        j += 4
      }
      var sum = (sums[0] + sums[1]) + (sums[2] + sums[3])
      while j < length {
        sum += basis[first + j] * values[j]
        j += 1
      }
      result[start + k] = sum
    }
  }
}
