import Detection
import Language
import Numerics
import Values

/// `detect oddball` and `detect scan`: what judges the nodes of a graph by how they are joined.
struct DetectGraph: PureCommand {
  static let input = Parameter<Reference>.value("value", [.graph], help: "The graph whose nodes to judge.")
  static let least = Parameter<Int>.integer(
    "least", in: 2...10_000, default: 2, help: "So many alike nodes, itself among them, make a core.")
  static let weight = Parameter<String?>.name(
    "weight", help: "The column of the edges that weighs them; edges are only counted if absent.")

  let name: String
  let summary: String
  let discussion: String
  let options: [AnyParameter]
  let exampleOptions: String
  let method: @Sendable (Invocation, Graph) throws(Failure) -> any GraphDetector

  var spec: CommandSpec {
    CommandSpec(
      "detect", name, summary, discussion: discussion, parameters: [Self.input.base] + options,
      output: .scores,
      examples: [
        Example("log = generate pump-station --part log --minutes 5 --seed 7 | export --to log.csv"),
        Example("links = load graph log.csv --source level --target template"),
        Example("risk = detect \(name) links"),
        Example("risk = links | detect \(name)\(exampleOptions)"),
      ])
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .graph(let graph) = call[Self.input].value else { throw call.unexpectedKind(Self.input.base) }
    let detector = try method(call, graph)
    do throws(DetectionError) {
      let values = try detector.scores(of: graph, work: work)
      return .scores(
        Scores(
          index: graph.nodes.index, values: values, method: name,
          contributions: try detector.contributions(of: graph, work: work)))
    } catch {
      switch error {
      case .cancelled: throw .cancelled
      default: throw call.noRows(Self.input.base)
      }
    }
  }

  static let all: [any Command] = [
    DetectGraph(
      name: OddBall.name, summary: "Scores nodes by how far their egonet is from the law of all egonets.",
      discussion: """
        The egonet of a node is the node, its neighbours and all edges among them. Over a graph its edges grow as a power of its \
        nodes, between those of a star and of a clique; the score is the distance from that law: the ratio of the larger to the smaller \
        of what is and what the law says, times ln(1 + their difference) (Akoglu, McGlohon and Faloutsos, PAKDD 2010). With --weight \
        the law is between edges and their total weight. The law is fitted by least squares over all nodes with edges. \
        Directions, copies of edges and loops do not count.
        """,
      options: [weight.base], exampleOptions: ""
    ) { call, graph throws(Failure) in
      guard let name = call[weight] else { return OddBall() }
      guard let weights = graph.edges.column(name)?.numbers else {
        let names = graph.edges.columns.filter { $0.type == .number }.map(\.name)
        throw call.blame(
          weight.base, "R0408", "the edges have no column of numbers `\(name)`", label: "not there",
          remedy: names.isEmpty
            ? "Leave --weight out: these edges have no numbers."
            : Suggestion.remedy(for: name, among: names, else: "They have \(Suggestion.some(names))."))
      }
      return OddBall(weights: weights)
    },
    DetectGraph(
      name: StructuralClusters.name, summary: "Scores nodes by how little they belong to any cluster.",
      discussion: """
        Neighbours are as similar as the share of neighbours that they have in common. A node is a core at ε if --least nodes, itself \
        among them, are at least ε similar, and what is that similar to a core belongs to its cluster. The score is 1 minus the largest ε at \
        which the node belongs to a cluster, so that alarms above 1 - ε are the hubs and outliers of SCAN at that ε (Xu and others, KDD \
        2007). Directions, copies of edges and loops do not count.
        """,
      options: [least.base], exampleOptions: " --least 3"
    ) { call, _ throws(Failure) in StructuralClusters(least: call[least]) },
  ]
}
