/// Picks rows that lie far from each other: greedy k centres.
///
/// Begins with the first row; then, each time, takes the row that is farthest from those chosen, the first of equals.
///
/// - Input: finite rows.
/// - Output: row numbers in the order in which they were picked; fewer than asked for if all other rows are copies.
/// - Complexity: O(*n k d*), in single precision.
/// - Source: Gonzalez, *Clustering to minimize the maximum intercluster distance*, Theoretical Computer Science 38, 1985;
///   used by Roth et al. (PatchCore), CVPR 2022, algorithm 1.
package enum GreedyCenters {
  package static func pick(_ count: Int, of rows: Matrix, work: Work) throws(Cancelled) -> [Int] {
    guard rows.rows > 0, count > 0 else { return [] }
    let width = rows.columns
    let values = rows.values.map(Float.init)
    var chosen = [0]
    var nearest = [Float](repeating: .infinity, count: rows.rows)
    let size = max(256, 1_000_000 / max(1, width))
    let chunks = (rows.rows + size - 1) / size
    while chosen.count < min(count, rows.rows) {
      let center = Array(values[chosen[chosen.count - 1] * width..<(chosen[chosen.count - 1] + 1) * width])
      let known = nearest
      let parts = try work.map(chunks, stage: "coreset") { chunk -> (distances: [Float], best: Int) in
        let range = chunk * size..<min(rows.rows, (chunk + 1) * size)
        var distances = [Float](repeating: 0, count: range.count)
        let (points, middle) = (values.span, center.span)
        var best = 0
        for row in range {
          var sum: Float = 0
          let base = row * width
          for column in 0..<width {
            let difference = points[base + column] - middle[column]
            sum += difference * difference
          }
          let place = row - range.lowerBound
          distances[place] = min(known[row], sum)
          if distances[place] > distances[best] { best = place }
        }
        return (distances, range.lowerBound + best)
      }
      nearest.removeAll(keepingCapacity: true)
      for part in parts { nearest += part.distances }
      var farthest = 0
      for part in parts where nearest[part.best] > nearest[farthest] { farthest = part.best }
      if nearest[farthest] == 0 { break }
      chosen.append(farthest)
    }
    return chosen
  }
}
