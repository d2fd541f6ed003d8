/// Thins a line for drawing so that every spike survives.
///
/// Cuts the rows into equal stretches and keeps of each its smallest and its largest value in their order, and one
/// NaN if it has any, so that gaps stay gaps.
///
/// - Output: ascending positions, at most `limit` of them; all of them if there are no more than that.
/// - Complexity: O(*n*).
package func positionsToDraw(of line: [Double], limit: Int) -> [Int] {
  thinned(line, limit: limit)
}

/// The same for sound.
package func positionsToDraw(of line: [Float], limit: Int) -> [Int] {
  thinned(line, limit: limit)
}

private func thinned<Number: BinaryFloatingPoint>(_ line: [Number], limit: Int) -> [Int] {
  precondition(limit >= 3, "a stretch keeps up to three values")
  if line.count <= limit { return Array(line.indices) }
  let buckets = line.contains(where: \.isNaN) ? limit / 3 : limit / 2
  var kept: [Int] = []
  kept.reserveCapacity(limit)
  for bucket in 0..<buckets {
    let start = line.count * bucket / buckets
    let end = line.count * (bucket + 1) / buckets
    var lowest: Int?
    var highest: Int?
    var gap: Int?
    for position in start..<end {
      let value = line[position]
      if value.isNaN {
        gap = gap ?? position
        continue
      }
      if lowest.map({ value < line[$0] }) ?? true { lowest = position }
      if highest.map({ value > line[$0] }) ?? true { highest = position }
    }
    var chosen = [lowest, highest, gap].compactMap(\.self)
    chosen.sort()
    for position in chosen where kept.last != position { kept.append(position) }
  }
  return kept
}
