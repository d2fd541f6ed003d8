import Detection
import Language
import Numerics
import Values

/// `detect edges`: judges the edges of a graph rather than its nodes.
struct DetectEdges: PureCommand {
  let spec = CommandSpec(
    "detect", EdgeSurprise.name, "Scores the edges of a graph by how little the others foretell them.",
    discussion: """
      Each other edge of a node votes for where one more would lead: to where random walks of one and two more steps from its far \
      end arrive; one vote goes to all nodes by their degree. The score is -log2 of the chance of the edge as seen from the end that \
      foretells it better, in bits: high for an edge between nodes that know many others and have nothing to do with each other \
      (local random walks: Liu and Lu, EPL 2010). Needs no attributes. Directions do not count, copies of an edge \
      have the same score. Rows are named by the ends of the edge.
      """,
    parameters: [DetectGraph.input.base], output: .scores,
    examples: [
      Example("log = generate pump-station --part log --minutes 5 --seed 7 | export --to log.csv"),
      Example("links = load graph log.csv --source level --target template"),
      Example("odd = detect edges links"),
      Example("odd = links | detect edges"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .graph(let graph) = call[DetectGraph.input].value else {
      throw call.unexpectedKind(DetectGraph.input.base)
    }
    do throws(DetectionError) {
      let values = try EdgeSurprise().scores(of: graph, work: work)
      return .scores(Scores(index: Self.index(of: graph), values: values, method: EdgeSurprise.name))
    } catch {
      throw DetectGraph.failure(error, call, graph)
    }
  }

  /// `a - b`; further edges between the same two are numbered.
  private static func index(of graph: Graph) -> Index {
    let names = graph.nodes.index
    let arrow = graph.isDirected ? "->" : "-"
    var seen: [String: Int] = [:]
    let labels = zip(graph.sources, graph.targets).map { source, target in
      let label = "\(names.label(of: Int(source))) \(arrow) \(names.label(of: Int(target)))"
      let count = (seen[label] ?? 0) + 1
      seen[label] = count
      return count == 1 ? label : "\(label) #\(count)"
    }
    return Index(.sample(TextColumn(labels)))
  }
}
