import Detection
import Numerics
import Testing
import Values

@Suite struct `Graph detectors` {
  private func graph(_ count: Int, _ edges: [(Int, Int)], weights: [Double]? = nil) -> Graph {
    Graph(
      nodes: Frame(index: Index(.sample(TextColumn((0..<count).map { "n\($0)" }))), columns: []),
      sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
      edges: Frame(
        index: .rows(edges.count), columns: weights.map { [Column(numbers: $0, name: "w")] } ?? []),
      isDirected: false)
  }

  /// Two cliques of five, a bridge between them, a pendant node and a loner.
  private var cliques: Graph {
    var edges = [(4, 5), (9, 10), (10, 9), (3, 3)]
    for base in [0, 5] { for i in 0..<5 { for j in 0..<i { edges.append((base + i, base + j)) } } }
    return graph(12, edges)
  }

  /// A ring in which each node knows the next two, and one node that knows half of the ring.
  private var star: Graph {
    let count = 60
    var edges = (0..<count).flatMap { [($0, ($0 + 1) % count), ($0, ($0 + 2) % count)] }
    edges += stride(from: 0, to: count, by: 2).map { (count, $0) }
    return graph(count + 1, edges)
  }

  @Test func `oddball finds the star in a ring`() throws {
    let scores = try OddBall().scores(of: star, work: Work())
    #expect(scores.indices.max { scores[$0] < scores[$1] } == 60)
  }

  @Test func `oddball is the distance from the law by hand`() throws {
    // Egonets of a path of four: 2, 3, 3, 2 nodes with 1, 2, 2, 1 edges: the law goes through all.
    let path = try OddBall().scores(of: graph(4, [(0, 1), (1, 2), (2, 3)]), work: Work())
    #expect(path.allSatisfy { abs($0) < 1e-12 })
  }

  @Test func `oddball by weight finds the one heavy edge`() throws {
    let ring = (0..<40).map { ($0, ($0 + 1) % 40) } + (0..<20).map { ($0, $0 + 20) }
    var weights = [Double](repeating: 1, count: 60)
    weights[7] = 500
    let scores = try OddBall(weights: weights).scores(of: graph(40, ring, weights: weights), work: Work())
    #expect(Set(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(2)) == [7, 8])
  }

  @Test(arguments: [2, 3, 4]) func `scan at each epsilon leaves out whom the definition leaves out`(
    least: Int
  ) throws {
    for graph in [cliques, star] {
      let scores = try StructuralClusters(least: least).scores(of: graph, work: Work())
      for epsilon in [0.3, 0.5, 0.7, 0.9] {
        let members = Self.members(graph, epsilon: epsilon, least: least)
        #expect(scores.map { 1 - $0 >= epsilon - 1e-12 } == members, "\(epsilon)")
      }
    }
  }

  /// One more node, which knows two of each clique.
  @Test func `scan says who joins clusters and who belongs to none`() throws {
    let edges = zip(cliques.sources, cliques.targets).map { (Int($0), Int($1)) }
    let joined = graph(13, edges + [0, 1, 6, 7].map { (12, $0) })
    let scores = try StructuralClusters().scores(of: joined, work: Work())
    let parts = try #require(try StructuralClusters().contributions(of: joined, work: Work()))
    #expect(parts.features == ["hub", "outlier"])
    #expect(abs(parts.matrix[12, 0] - (1 - 3 / 30.0.squareRoot())) < 1e-12 && parts.matrix[12, 1] == 0)
    for node in [2, 10, 11] { #expect(parts.matrix[node, 0] == 0, "\(node)") }
    for node in 0..<13 { #expect(parts.matrix[node, 0] + parts.matrix[node, 1] == scores[node]) }
  }

  @Test func `are the same on one thread and two, whatever the order and copies of edges`() throws {
    let detectors: [any GraphDetector] = [
      OddBall(), StructuralClusters(), ResidualAnalysis(), GraphAutoencoder(epochs: 5),
    ]
    let turned = Graph(
      nodes: star.nodes, sources: star.targets.reversed() + star.sources,
      targets: star.sources.reversed() + star.targets,
      edges: .init(index: .rows(star.sources.count * 2), columns: []), isDirected: true)
    for detector in detectors {
      let one = try detector.scores(of: star, work: Work(threads: 1))
      #expect(try detector.scores(of: star, work: Work(threads: 2)) == one)
      #expect(try detector.scores(of: turned, work: Work(threads: 2)) == one)
    }
  }

  @Test func `stand graphs without edges, of one node and of none`() throws {
    let detectors: [any GraphDetector] = [
      OddBall(), OddBall(weights: []), StructuralClusters(), ResidualAnalysis(),
      GraphAutoencoder(epochs: 3), GraphAutoencoder(balance: 1, epochs: 3),
    ]
    for detector in detectors {
      let alone = try detector.scores(of: graph(1, []), work: Work())
      #expect(alone.allSatisfy { $0.isFinite })
      #expect(try detector.scores(of: graph(3, []), work: Work()).count == 3)
      #expect(throws: DetectionError.self) { try detector.scores(of: graph(0, []), work: Work()) }
      #expect(throws: DetectionError.cancelled) {
        try detector.scores(of: star, work: Work(isCancelled: { true }))
      }
    }
    let huge = [Double](repeating: 1e308, count: 3)
    let scores = try OddBall(weights: huge).scores(of: graph(3, [(0, 1), (1, 2), (0, 2)]), work: Work())
    #expect(scores.allSatisfy { $0.isFinite })
  }

  /// Two rings that differ in three attributes; those of one node go together as nowhere else.
  private func attributed(odd: Int) -> Graph {
    var random = SeededGenerator(seed: 3)
    let count = 40
    let edges = (0..<count).flatMap { node in
      let half = node / 20 * 20
      return [(node, half + (node - half + 1) % 20), (node, half + (node - half + 2) % 20)]
    }
    let columns = (0..<3).map { column in
      Column(
        numbers: (0..<count).map { node in
          let usual = (node >= 20 ? Double(column + 1) : -Double(column)) + 0.1 * random.normal()
          return node == odd ? [1.5, -1, 3][column] : usual
        }, name: "x\(column)")
    }
    let plain = graph(count, edges)
    return Graph(
      nodes: Frame(index: plain.nodes.index, columns: columns), sources: plain.sources,
      targets: plain.targets,
      edges: plain.edges, isDirected: false)
  }

  @Test(arguments: [5, 17]) func `radar finds the node whose attributes are not its neighbours'`(odd: Int)
    throws
  {
    let scores = try ResidualAnalysis().scores(of: attributed(odd: odd), work: Work())
    #expect(scores.indices.max { scores[$0] < scores[$1] } == odd)
  }

  @Test func `dominant finds odd edges`() throws {
    let odd = attributed(odd: 5)
    let byAttributes = try GraphAutoencoder(balance: 1, hidden: 8, epochs: 50).scores(of: odd, work: Work())
    #expect(byAttributes.count == 40 && byAttributes.allSatisfy { $0 > 0 })
    let byEdges = try GraphAutoencoder(balance: 0, hidden: 8, epochs: 200).scores(of: star, work: Work())
    #expect(byEdges.indices.max { byEdges[$0] < byEdges[$1] } == 60)
    #expect(throws: DetectionError.self) { try GraphAutoencoder(balance: 2).scores(of: odd, work: Work()) }
  }

  @Test func `radar solves the equations of its paper`() throws {
    // One turn of algorithm 1 by dense matrices: W from R, then R from W.
    let graph = attributed(odd: 5)
    let found = try ResidualAnalysis(alpha: 0.7, beta: 0.4, gamma: 0.3, turns: 1).scores(
      of: graph, work: Work())
    let expected = NaiveResiduals(graph).norms(alpha: 0.7, beta: 0.4, gamma: 0.3)
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-6) }
  }

  @Test func `radar says which attribute is missing`() throws {
    let plain = attributed(odd: 5)
    var numbers = plain.nodes.columns[1].numbers ?? []
    numbers[7] = .nan
    let holed = Graph(
      nodes: Frame(index: plain.nodes.index, columns: [Column(numbers: numbers, name: "x1")]),
      sources: plain.sources, targets: plain.targets, edges: plain.edges, isDirected: false)
    #expect(throws: DetectionError.missing(row: 7, feature: "x1")) {
      try ResidualAnalysis().scores(of: holed, work: Work())
    }
  }

  @Test func `an edge between strangers surprises most`() throws {
    let edges = cliques.sources.indices.filter { cliques.sources[$0] != cliques.targets[$0] }
    let scores = try EdgeSurprise().scores(of: cliques, work: Work(threads: 2))
    #expect(edges.max { scores[$0] < scores[$1] } == 0)
    #expect(scores[1] == scores[2])
    #expect(scores.allSatisfy { $0.isFinite })
    #expect(try EdgeSurprise().scores(of: cliques, work: Work()) == scores)
  }

  @Test func `edges are expected as often as walks without them say`() throws {
    for graph in [cliques, star] {
      let scores = try EdgeSurprise().scores(of: graph, work: Work())
      let around = Adjacency(graph).lists.map { Set($0.map(Int.init)) }
      let edgeCount = Double(around.reduce(0) { $0 + $1.count }) / 2
      for edge in graph.sources.indices {
        let (u, v) = (Int(graph.sources[edge]), Int(graph.targets[edge]))
        if u == v { continue }
        func share(_ node: Int) -> Double { 1 / Double(around[node].count) }
        var expected = around[u].intersection(around[v]).reduce(0.0) { $0 + share($1) }
        for x in around[u] where x != v {
          for y in around[x] where y != u && around[v].contains(y) { expected += share(x) * share(y) }
        }
        let halves = 2 * edgeCount - 2 + Double(around.count) / 2
        let (own, theirs) = (Double(around[u].count) - 1, Double(around[v].count) - 1)
        let forward = (expected / 2 + (theirs + 0.5) / halves) / (own + 1)
        let backward = (expected / 2 + (own + 0.5) / halves) / (theirs + 1)
        #expect(abs(scores[edge] + logarithm2(max(forward, backward))) < 1e-9, "\(u) \(v)")
      }
    }
  }

  @Test func `edges of small and of no graphs`() throws {
    let pair = try EdgeSurprise().scores(of: graph(2, [(0, 1)]), work: Work())
    #expect(pair.count == 1 && pair[0].isFinite)
    #expect(try EdgeSurprise().scores(of: graph(1, [(0, 0)]), work: Work())[0].isFinite)
    #expect(throws: DetectionError.self) { try EdgeSurprise().scores(of: graph(3, []), work: Work()) }
    #expect(throws: DetectionError.cancelled) {
      try EdgeSurprise().scores(of: star, work: Work(isCancelled: { true }))
    }
  }

  /// Definitions 1 to 8 of the paper, word for word.
  private static func members(_ graph: Graph, epsilon: Double, least: Int) -> [Bool] {
    let count = graph.nodes.rowCount
    var around = (0..<count).map { Set([$0]) }
    for (one, other) in zip(graph.sources, graph.targets) {
      around[Int(one)].insert(Int(other))
      around[Int(other)].insert(Int(one))
    }
    func alike(_ one: Int, _ other: Int) -> Bool {
      let shared = Double(around[one].intersection(around[other]).count)
      return shared / (Double(around[one].count) * Double(around[other].count)).squareRoot() >= epsilon
        - 1e-12
    }
    let isCore = (0..<count).map { node in around[node].count { alike(node, $0) } >= least }
    return (0..<count).map { node in
      isCore[node] || around[node].contains { isCore[$0] && alike(node, $0) }
    }
  }
}

/// Radar's updates with dense matrices and a plain elimination.
private struct NaiveResiduals {
  let attributes: [[Double]]
  let laplacian: [[Double]]

  init(_ graph: Graph) {
    let columns = graph.nodes.columns.map { column -> [Double] in
      let numbers = column.numbers ?? []
      let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
      return numbers.map { ($0 - low) / (high - low) }
    }
    attributes = (0..<graph.nodes.rowCount).map { row in columns.map { $0[row] } }
    let lists = Adjacency(graph).lists
    laplacian = lists.indices.map { row in
      lists.indices.map { column in
        row == column ? Double(lists[row].count) : lists[row].contains(Int32(column)) ? -1 : 0
      }
    }
  }

  func norms(alpha: Double, beta: Double, gamma: Double) -> [Double] {
    let count = attributes.count
    func smooth(_ right: [[Double]], _ diagonal: [Double]) -> [[Double]] {
      let matrix = (0..<count).map { i in
        (0..<count).map { j in gamma * laplacian[i][j] + (i == j ? 1 + beta * diagonal[i] : 0) }
      }
      return Self.solve(matrix, right)
    }
    let first = smooth(attributes, [Double](repeating: 1, count: count))
    let rest = zip(attributes, first).map { zip($0, $1).map { $0 - $1 } }
    let kernel = (0..<count).map { i in
      (0..<count).map { j in Self.dot(attributes[i], attributes[j]) + (i == j ? alpha : 0) }
    }
    // W = (XX' + αI)⁻¹ (XX' − XR'), and R from X − W'X.
    let right = (0..<count).map { i in (0..<count).map { j in Self.dot(attributes[i], rest[j]) } }
    let mixing = Self.solve(kernel, right)
    let left = (0..<count).map { i in
      attributes[0].indices.map { c in
        attributes[i][c] - (0..<count).reduce(0.0) { $0 + mixing[$1][i] * attributes[$1][c] }
      }
    }
    let diagonal = first.map { 1 / (2 * max(Self.dot($0, $0).squareRoot(), 1e-8)) }
    return smooth(left, diagonal).map { Self.dot($0, $0).squareRoot() }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func solve(_ matrix: [[Double]], _ right: [[Double]]) -> [[Double]] {
    var rows = zip(matrix, right).map { $0 + $1 }
    let count = matrix.count
    for pivot in 0..<count {
      let best = (pivot..<count).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
      rows.swapAt(pivot, best)
      let scale = rows[pivot][pivot]
      for column in rows[pivot].indices { rows[pivot][column] /= scale }
      for other in 0..<count where other != pivot && rows[other][pivot] != 0 {
        let factor = rows[other][pivot]
        for column in rows[other].indices { rows[other][column] -= factor * rows[pivot][column] }
      }
    }
    return rows.map { Array($0[count...]) }
  }
}
