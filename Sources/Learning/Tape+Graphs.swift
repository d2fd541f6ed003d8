import Numerics

/// Weighted edges between rows: what row `to` hears from row `from`.
package struct Edges: Sendable, Equatable {
  package struct Edge: Sendable, Equatable {
    package let from: Int
    package let to: Int
    package let weight: Double

    package init(from: Int, to: Int, weight: Double = 1) {
      self.from = from
      self.to = to
      self.weight = weight
    }
  }

  package let rows: Int
  /// By the row that hears, then by the one that speaks.
  package let edges: [Edge]

  package init(rows: Int, _ edges: [Edge]) {
    precondition(
      edges.allSatisfy { $0.from >= 0 && $0.from < rows && $0.to >= 0 && $0.to < rows },
      "an edge has two rows")
    self.rows = rows
    self.edges = edges.sorted { ($0.to, $0.from) < ($1.to, $1.from) }
  }

  /// D^−½ (A + I) D^−½.
  ///
  /// - Source: Kipf and Welling, *Semi-supervised classification with graph convolutional networks*, ICLR 2017, equation 2.
  package var normalised: Edges {
    let looped = withLoops.edges
    var degrees = [Double](repeating: 0, count: rows)
    for edge in looped { degrees[edge.to] += edge.weight }
    return Edges(
      rows: rows,
      looped.map {
        let size = (degrees[$0.from] * degrees[$0.to]).squareRoot()
        return Edge(from: $0.from, to: $0.to, weight: size > 0 ? $0.weight / size : 0)
      })
  }

  /// With an edge of weight 1 from each row to itself, where there is none.
  package var withLoops: Edges {
    let looped = Set(edges.filter { $0.from == $0.to }.map(\.to))
    return Edges(
      rows: rows, edges + (0..<rows).filter { !looped.contains($0) }.map { Edge(from: $0, to: $0) })
  }

  /// What a row hears is the mean of what is said to it.
  package var averaged: Edges {
    var sums = [Double](repeating: 0, count: rows)
    for edge in edges { sums[edge.to] += edge.weight }
    return Edges(
      rows: rows,
      edges.map { Edge(from: $0.from, to: $0.to, weight: sums[$0.to] != 0 ? $0.weight / sums[$0.to] : 0) })
  }
}

extension Tape {
  /// For each row the weighted sum of the rows that speak to it: a sparse matrix times a dense one.
  ///
  /// With `edges.normalised` and a layer behind it a graph convolution (Kipf and Welling 2017, equation 2); a sum of such
  /// layers over kinds of edges is a relational one (Schlichtkrull et al., *Modeling relational data*, ESWC 2018, equation 2).
  package mutating func aggregated(_ a: Node, over edges: Edges) -> Node {
    let x = value(of: a)
    precondition(x.rows == edges.rows, "a row a node of the graph")
    let columns = x.columns
    var result = x.zeros
    for edge in edges.edges {
      for c in 0..<columns {
        result.values[edge.to * columns + c] += edge.weight * x.values[edge.from * columns + c]
      }
    }
    return record([a], result) { g in
      var back = x.zeros
      for edge in edges.edges {
        for c in 0..<columns {
          back.values[edge.from * columns + c] += edge.weight * g.values[edge.to * columns + c]
        }
      }
      return [back]
    }
  }

  /// For each row the sum of the rows that speak to it, each heard by the share that attention gives it.
  ///
  /// share = softmax over the edges to a row of LeakyReLU(`hearing`ᵢ + `speaking`ⱼ); both are one column. Weights of edges do not
  /// matter.
  ///
  /// - Source: Veličković et al., *Graph attention networks*, ICLR 2018, equations 3 and 4.
  package mutating func graphAttention(
    _ values: Node, hearing: Node, speaking: Node, over edges: Edges
  ) -> Node {
    let (v, own, other) = (value(of: values), value(of: hearing), value(of: speaking))
    precondition(v.rows == edges.rows && own.columns == 1 && other.columns == 1, "a row a node of the graph")
    let logits = edges.edges.map { own.values[$0.to] + other.values[$0.from] }
    let bent = logits.map { $0 > 0 ? $0 : Self.leak * $0 }
    var highest = [Double](repeating: -.infinity, count: edges.rows)
    for (edge, logit) in zip(edges.edges, bent) { highest[edge.to] = max(highest[edge.to], logit) }
    var totals = [Double](repeating: 0, count: edges.rows)
    var shares = zip(edges.edges, bent).map { exponential($1 - highest[$0.to]) }
    for (edge, share) in zip(edges.edges, shares) { totals[edge.to] += share }
    for (number, edge) in edges.edges.enumerated() { shares[number] /= totals[edge.to] }
    let columns = v.columns
    var result = v.zeros
    for (edge, share) in zip(edges.edges, shares) {
      for c in 0..<columns { result[edge.to, c] += share * v[edge.from, c] }
    }
    let found = shares
    return record([values, hearing, speaking], result) { g in
      var (backV, backOwn, backOther) = (v.zeros, own.zeros, other.zeros)
      var slopes = [Double](repeating: 0, count: found.count)
      var means = [Double](repeating: 0, count: edges.rows)
      for (number, edge) in edges.edges.enumerated() {
        for c in 0..<columns {
          slopes[number] += g[edge.to, c] * v[edge.from, c]
          backV[edge.from, c] += found[number] * g[edge.to, c]
        }
        means[edge.to] += found[number] * slopes[number]
      }
      for (number, edge) in edges.edges.enumerated() {
        let slope =
          found[number] * (slopes[number] - means[edge.to]) * (logits[number] > 0 ? 1 : Self.leak)
        backOwn.values[edge.to] += slope
        backOther.values[edge.from] += slope
      }
      return [backV, backOwn, backOther]
    }
  }

  /// The slope of LeakyReLU below 0; Veličković et al., section 3.3.
  private static let leak = 0.2
}
