package import Numerics
package import Values

/// Places nodes so that neighbours lie close together.
///
/// - Input: a graph; several edges between two nodes count once, loops and directions not at all.
/// - Output: at most *dimensions* numbers a node: the eigenvectors of the largest eigenvalues of D^-½ A D^-½, without the
///   one that only tells degrees, the smoothest first. A node without edges is all zeros.
/// - Complexity: O((*edges* + *nodes* · *dimensions*) · *dimensions*) a turn of the iteration.
/// - Source: Belkin and Niyogi, *Laplacian eigenmaps for dimensionality reduction and data representation*, Neural
///   Computation 15 (6), 2003, with the symmetric normalisation of Ng, Jordan and Weiss, 2001.
/// - Differs: in a graph of several components the first dimensions tell the components apart.
package struct EigenmapEncoder: Sendable, Equatable {
  package var dimensions: Int

  package init(dimensions: Int = 16) {
    precondition(dimensions > 0, "a vector has numbers")
    self.dimensions = dimensions
  }

  package func encode(_ graph: Graph, work: Work) throws(EncodingError) -> Encoded {
    let count = graph.nodes.rowCount
    if count == 0 { throw .noRows }
    let lists = Adjacency(graph).lists
    let scale = lists.map { $0.isEmpty ? 0 : 1 / Double($0.count).squareRoot() }
    // What only tells degrees: the vector of the largest value, which is known beforehand.
    let total = lists.reduce(0.0) { $0 + Double($1.count) }
    if total == 0 { throw .noFeatures }
    let trivial = lists.map { (Double($0.count) / total).squareRoot() }
    return try orCancelled { () throws(Cancelled) in
      let eigen = try LeadingEigen(min(dimensions, count - 1), size: count, tolerance: 1e-8, work: work) {
        block throws(Cancelled) in
        let width = block.columns
        let along = (0..<width).map { column in
          (0..<count).reduce(0.0) { $0 + trivial[$1] * block[$1, column] }
        }
        // Half of one and half of the normalised edges, so that no eigenvalue is negative.
        let rows = try work.map((count + 511) / 512, stage: "looking at neighbours") { chunk in
          var rows: [Double] = []
          rows.reserveCapacity(512 * width)
          for node in chunk * 512..<min(count, (chunk + 1) * 512) {
            var sums = [Double](repeating: 0, count: width)
            for other in lists[node] {
              let weight = scale[Int(other)]
              for column in 0..<width { sums[column] += weight * block[Int(other), column] }
            }
            for column in 0..<width {
              let own = lists[node].isEmpty ? 0 : block[node, column]
              rows.append((own + scale[node] * sums[column]) / 2 - trivial[node] * along[column])
            }
          }
          return rows
        }
        return Matrix(rows: count, columns: width, values: rows.flatMap { $0 })
      }
      return Encoded(
        features: (0..<eigen.vectors.columns).map { "map\($0 + 1)" }, matrix: eigen.vectors,
        presence: Mask(count: count, repeating: true))
    }
  }
}
