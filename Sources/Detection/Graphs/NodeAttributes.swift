import Numerics
import Values

/// What is known of the nodes of a graph, a row a node, each column brought to 0...1.
struct NodeAttributes {
  let matrix: Matrix

  /// Columns of numbers that are no labels, without those that never vary. Where there are none, how the nodes are joined: the
  /// logarithms of degree, triangles and mean degree of the neighbours.
  init(_ graph: Graph, _ adjacency: Adjacency) throws(DetectionError) {
    let count = graph.nodes.rowCount
    if count == 0 { throw .tooFewRows(needed: 1, got: 0) }
    var columns: [[Double]] = []
    let known = graph.nodes.features.map { (name: $0.name, numbers: $0.numbers ?? []) }
    for feature in known.isEmpty ? Self.structure(adjacency) : known {
      let numbers = feature.numbers
      if let row = numbers.firstIndex(where: { $0.isNaN }) { throw .missing(row: row, feature: feature.name) }
      if let row = numbers.firstIndex(where: { !(abs($0) <= 1e150) }) {
        throw .tooLarge(row: row, feature: feature.name)
      }
      let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
      if high > low { columns.append(numbers.map { ($0 - low) / (high - low) }) }
    }
    if columns.isEmpty { columns = [[Double](repeating: 0, count: count)] }
    var matrix = Matrix(rows: count, columns: columns.count)
    for (column, numbers) in columns.enumerated() {
      for (row, number) in numbers.enumerated() { matrix.values[row * columns.count + column] = number }
    }
    self.matrix = matrix
  }

  private static func structure(_ adjacency: Adjacency) -> [(name: String, numbers: [Double])] {
    let degrees = adjacency.lists.map { Double($0.count) }
    let triangles = degrees.indices.map { Double(adjacency.triangles(of: $0)) }
    let around = adjacency.lists.map { list in
      list.isEmpty ? 0 : list.reduce(0) { $0 + degrees[Int($1)] } / Double(list.count)
    }
    return [("degree", degrees), ("triangles", triangles), ("neighbours", around)].map { name, numbers in
      (name, numbers.map { logarithm1p($0) })
    }
  }
}
