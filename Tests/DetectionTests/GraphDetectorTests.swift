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

  @Test func `are the same on one thread and two, whatever the order and copies of edges`() throws {
    let detectors: [any GraphDetector] = [OddBall(), StructuralClusters()]
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
    let detectors: [any GraphDetector] = [OddBall(), OddBall(weights: []), StructuralClusters()]
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
