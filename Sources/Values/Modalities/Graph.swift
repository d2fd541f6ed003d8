/// Nodes and the edges between them.
package struct Graph: Sendable, Equatable {
  /// One row a node, addressed by its name.
  package let nodes: Frame
  /// Where each edge begins and ends, as rows of `nodes`.
  package let sources: [Int32]
  package let targets: [Int32]
  /// One row an edge: what is known of it (weight, relation…).
  package let edges: Frame
  package let isDirected: Bool

  package init(nodes: Frame, sources: [Int32], targets: [Int32], edges: Frame, isDirected: Bool) {
    precondition(
      sources.count == edges.rowCount && targets.count == edges.rowCount, "an edge has two ends")
    precondition(
      (sources + targets).allSatisfy { $0 >= 0 && Int($0) < nodes.rowCount }, "an edge ends at a node")
    self.nodes = nodes
    self.sources = sources
    self.targets = targets
    self.edges = edges
    self.isDirected = isDirected
  }

  package func with(index: Index) -> Graph {
    Graph(
      nodes: nodes.with(index: index), sources: sources, targets: targets, edges: edges,
      isDirected: isDirected)
  }

  /// The chosen nodes and the edges among them.
  package func selecting(rows: [Int]) -> Graph {
    var places = [Int32](repeating: -1, count: nodes.rowCount)
    for (place, row) in rows.enumerated() { places[row] = Int32(place) }
    let kept = sources.indices.filter { places[Int(sources[$0])] >= 0 && places[Int(targets[$0])] >= 0 }
    return Graph(
      nodes: nodes.with(index: nodes.index.naming(rows), rows: rows),
      sources: kept.map { places[Int(sources[$0])] }, targets: kept.map { places[Int(targets[$0])] },
      edges: edges.selecting(rows: kept), isDirected: isDirected)
  }

  /// The edges as a table of the names at their ends and what is known of them.
  package var edgeTable: Frame {
    func names(_ ends: [Int32]) -> TextColumn { TextColumn(ends.map { nodes.index.label(of: Int($0)) }) }
    return edges.with(
      columns: [
        Column("source", .text(names(sources)), role: .identifier),
        Column("target", .text(names(targets)), role: .identifier),
      ] + edges.columns)
  }
}
