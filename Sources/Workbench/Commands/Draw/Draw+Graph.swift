import Encoding
import Language
import Numerics
import Values

extension Draw {
  /// Nodes a picture that `--most` counts.
  private static let nodesPerPicture = 5

  /// The nodes of the innermost cores, best connected first, and the edges among them.
  func densest(of graph: Graph, _ call: Invocation, _ work: Work) throws(Failure) -> Figure.Body {
    let lists = Adjacency(graph).lists
    guard !lists.isEmpty else { throw call.noRows(Self.input.base) }
    let cores = StructureEncoder.cores(lists)
    let order = lists.indices.sorted {
      (cores[$1], lists[$1].count, $0) < (cores[$0], lists[$0].count, $1)
    }
    let chosen = Array(order.prefix(call[Self.most] * Self.nodesPerPicture)).sorted()
    var places: [Int: Int] = [:]
    for (place, node) in chosen.enumerated() { places[node] = place }
    let edges = chosen.enumerated().flatMap { place, node in
      lists[node].compactMap { other in places[Int(other)] }.filter { $0 > place }
        .map { Figure.Network.Edge(place, $0) }
    }
    if chosen.count < lists.count {
      let least = chosen.map { cores[$0] }.min() ?? 0
      call.note(
        "\(chosen.count) of \(lists.count) nodes, those of core number \(least) and more; `--most` draws more"
      )
    }
    let layout: ForceLayout
    do throws(Cancelled) {
      layout = try ForceLayout(count: chosen.count, edges: edges.map { ($0.from, $0.to) }, work: work)
    } catch {
      throw .cancelled
    }
    return .network(
      Figure.Network(
        names: chosen.map { graph.nodes.index.label(of: $0) }, x: layout.x, y: layout.y,
        degrees: chosen.map { lists[$0].count }, edges: edges))
  }
}

/// Places nodes in a square so that linked ones lie near each other and none on another.
///
/// - Input: nodes and pairs of them.
/// - Output: places from 0 to 1.
/// - Complexity: O(300 *nodes*²).
/// - Source: Fruchterman and Reingold, *Graph drawing by force-directed placement*, Software: Practice and Experience 21, 1991.
/// - Differs: begins on a spiral, so that no chance is in it, and draws towards the middle, so that parts that hang alone stay near.
struct ForceLayout {
  private(set) var x: [Double]
  private(set) var y: [Double]

  private static let turns = 300
  private static let gravity = 0.6
  /// In ideal distances.
  private static let reach = 3.0

  init(count: Int, edges: [(Int, Int)], work: Work) throws(Cancelled) {
    // The golden angle keeps neighbours on the spiral apart.
    let turn = Double.pi * (3 - 5.0.squareRoot())
    x = (0..<count).map {
      0.5 + 0.4 * (Double($0 + 1) / Double(count)).squareRoot() * cosine(turn * Double($0))
    }
    y = (0..<count).map {
      0.5 + 0.4 * (Double($0 + 1) / Double(count)).squareRoot() * sine(turn * Double($0))
    }
    let ideal = 0.9 / Double(max(1, count)).squareRoot()
    for step in 0..<Self.turns {
      try work.check()
      var (dx, dy) = (
        x.map { (0.5 - $0) * Self.gravity * ideal }, y.map { (0.5 - $0) * Self.gravity * ideal }
      )
      for one in 0..<count {
        for other in 0..<one {
          let (ax, ay) = (x[one] - x[other], y[one] - y[other])
          let square = ax * ax + ay * ay
          // Who is far away does not push: parts that hang alone would fly apart.
          guard square < Self.reach * Self.reach * ideal * ideal else { continue }
          let push = ideal * ideal / max(square, 1e-9)
          dx[one] += ax * push
          dy[one] += ay * push
          dx[other] -= ax * push
          dy[other] -= ay * push
        }
      }
      for (one, other) in edges {
        let (ax, ay) = (x[one] - x[other], y[one] - y[other])
        let pull = (ax * ax + ay * ay).squareRoot() / ideal
        dx[one] -= ax * pull
        dy[one] -= ay * pull
        dx[other] += ax * pull
        dy[other] += ay * pull
      }
      let heat = 0.1 * (1 - Double(step) / Double(Self.turns))
      for node in 0..<count {
        let length = (dx[node] * dx[node] + dy[node] * dy[node]).squareRoot()
        guard length > 0 else { continue }
        x[node] += dx[node] / length * min(length, heat)
        y[node] += dy[node] / length * min(length, heat)
      }
    }
    (x, y) = (Self.spread(x), Self.spread(y))
  }

  private static func spread(_ values: [Double]) -> [Double] {
    guard let low = values.min(), let high = values.max(), high > low else { return values.map { _ in 0.5 } }
    return values.map { ($0 - low) / (high - low) }
  }
}
