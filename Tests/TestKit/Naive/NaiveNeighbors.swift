package import Numerics

/// The nearest rows by sorting all distances, ties by row number.
package func naiveNeighbors(
  of query: ArraySlice<Double>, in matrix: Matrix, count: Int, leavingOut own: Int? = nil
) -> [(distance: Double, row: Int)] {
  (0..<matrix.rows).filter { $0 != own }.map { row in
    let squared = zip(query, matrix.row(row)).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    return (squared.squareRoot(), row)
  }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(count).map { (distance: $0.0, row: $0.1) }
}

/// The local outlier factor of each row of a set, from definitions 3 to 7 of the paper.
package func naiveLocalOutlierFactors(_ matrix: Matrix, neighbors count: Int) -> [Double] {
  let near = (0..<matrix.rows).map {
    naiveNeighbors(of: matrix.row($0), in: matrix, count: count, leavingOut: $0)
  }
  let density = near.map { own in
    let reachable = own.map { max(near[$0.row][count - 1].distance, $0.distance) }
    return 1 / (reachable.reduce(0, +) / Double(count) + 1e-10)
  }
  return near.indices.map { row in
    near[row].map { density[$0.row] }.reduce(0, +) / Double(count) / density[row]
  }
}
