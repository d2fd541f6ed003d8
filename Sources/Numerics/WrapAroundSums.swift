/// Σ Π (3/2 − |x − y| + |x − y|²) of a point and all rows: what the wrap-around discrepancy is made of.
///
/// The rows lie in blocks; a point's sum is that of its sums over the blocks, each of parts that take the rows in turn. So a row
/// of the matrix gets the same bits alone, where each product counts for one point, and among all others, where it counts
/// for both.
///
/// - Complexity: O(*n m d*) for *m* points; O(*n² d* / 2) for the rows themselves; memory 16 *n d* and 512 *n* bytes.
package struct WrapAroundSums: Sendable {
  private let rows: Matrix
  private let blocks: [RowProduct]
  private let size: Int
  private static let mostBlocks = 64
  private static let leastRows = 128
  /// Points that meet a block at once, a multiple of a sum's parts.
  private static let strip = 16

  package init(_ rows: Matrix) {
    self.rows = rows
    let size = max(Self.leastRows, (rows.rows + Self.mostBlocks - 1) / Self.mostBlocks)
    self.size = size
    blocks = stride(from: 0, to: rows.rows, by: size).map { start in
      RowProduct(rows.selecting(rows: Array(start..<min(rows.rows, start + size))), turned: .yes)
    }
  }

  /// The sums of other points.
  package func of(_ points: Matrix, work: Work) throws(Cancelled) -> [Double] {
    try work.fill(points.rows, size: Self.strip, stage: "scoring") { range, target in
      for block in blocks where !work.isCancelled() {
        var none: [Double] = []
        var others = none.mutableSpan
        for (place, sum) in sums(of: points, range, with: block, others: &others).enumerated() {
          target[place] += sum
        }
      }
    }
  }

  /// The sums of all rows.
  package func ofRows(work: Work) throws(Cancelled) -> [Double] {
    // Block b and the blocks from it on: sums of its own rows over each of them, and of theirs over it.
    let found = try work.map(blocks.count, stage: "scoring") { b in
      (b..<blocks.count).map { other in
        work.isCancelled() ? (own: [], others: []) : sums(of: b, with: other, work: work)
      }
    }
    var result = [Double](repeating: 0, count: rows.rows)
    for b in blocks.indices {
      for place in 0..<blocks[b].columns {
        var sum = 0.0
        for other in 0..<b { sum += found[other][b - other].others[place] }
        for other in b..<blocks.count { sum += found[b][other - b].own[place] }
        result[b * size + place] = sum
      }
    }
    return result
  }

  private func sums(of b: Int, with other: Int, work: Work) -> (own: [Double], others: [Double]) {
    let (block, start) = (blocks[other], b * size)
    var own: [Double] = []
    own.reserveCapacity(size)
    var parts = [Double](repeating: 0, count: b == other ? 0 : block.parts * block.stride)
    var target = parts.mutableSpan
    let end = start + blocks[b].columns
    for first in stride(from: start, to: end, by: Self.strip) where !work.isCancelled() {
      own += sums(of: rows, first..<min(end, first + Self.strip), with: block, others: &target)
    }
    if b == other { return (own, []) }
    let others = (0..<block.columns).map { column in
      (0..<block.parts).reduce(0) { $0 + parts[$1 * block.stride + column] }
    }
    return (own, others)
  }

  /// The sums of some points over a block; the same products join the parts of the block's own sums in `others`.
  private func sums(
    of points: Matrix, _ range: Range<Int>, with block: RowProduct, others: inout MutableSpan<Double>
  ) -> [Double] {
    let d = points.columns
    var parts = [Double](repeating: 0, count: range.count * block.parts)
    var own = parts.mutableSpan
    block.addWrapAroundProducts(
      points.values.span.extracting(range.lowerBound * d..<range.upperBound * d), own: &own, others: &others)
    return range.map { row in
      let first = (row - range.lowerBound) * block.parts
      return parts[first..<first + block.parts].reduce(0, +)
    }
  }
}
