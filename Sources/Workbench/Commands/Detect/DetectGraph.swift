import Detection
import Language
import Numerics
import Values

/// `detect oddball`, `detect radar`…: what judges the nodes of a graph.
struct DetectGraph: PureCommand {
  static let input = Parameter<Reference>.value("value", [.graph], help: "The graph whose nodes to judge.")
  static let least = Parameter<Int>.integer(
    "least", in: 2...10_000, default: 2, help: "So many alike nodes, itself among them, make a core.")
  static let weight = Parameter<String?>.name(
    "weight", help: "The column of the edges that weighs them; edges are only counted if absent.")

  let name: String
  let summary: String
  let discussion: String
  var options: [AnyParameter] = []
  var exampleOptions = ""
  /// Whether it looks at what is known of the nodes.
  var takesAttributes = false
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
    if takesAttributes, graph.nodes.features.isEmpty {
      call.note("the nodes have no attributes: judged by degree, triangles and mean degree of the neighbours")
    }
    do throws(DetectionError) {
      let values = try detector.scores(of: graph, work: work)
      return .scores(
        Scores(
          index: graph.nodes.index, values: values, method: name,
          contributions: try detector.contributions(of: graph, work: work)))
    } catch {
      throw Self.failure(error, call, graph)
    }
  }

  static func failure(_ error: DetectionError, _ call: Invocation, _ graph: Graph) -> Failure {
    switch error {
    case .cancelled: .cancelled
    case .missing(let row, let name):
      call.blame(
        input.base, "D0103", "node \(graph.nodes.index.label(of: row)) has no `\(name)`",
        label: "missing cells",
        remedy: "Fill the attribute in the file, or load the graph with `--labels \(name)` to leave it out.")
    case .tooLarge(let row, let name):
      call.blame(
        input.base, "D0104", "`\(name)` of \(graph.nodes.index.label(of: row)) is infinite or beyond 1e150",
        remedy: "Load the graph with `--labels \(name)` to leave the attribute out.")
    case .parameter(let name, let reason):
      call.blame(input.base, "D0106", "`--\(name)` \(reason)", remedy: "Change `--\(name)`.")
    default: call.noRows(input.base)
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
          weight.base, "E0524", "the edges have no column of numbers `\(name)`", label: "not there",
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
        2007); `explain` says which a node is. Directions, copies of edges and loops do not count.
        """,
      options: [least.base], exampleOptions: " --least 3"
    ) { call, _ throws(Failure) in StructuralClusters(least: call[least]) },
    DetectGraph(
      name: ResidualAnalysis.name,
      summary: "Scores nodes by what of their attributes no others account for.",
      discussion: """
        The attributes of a node are taken for a mixture of those of few representative nodes and a residual that is \
        alike along edges and 0 for most nodes; the score is the length of the residual (Radar: Li and others, IJCAI \
        2017). --alpha holds down the number of representatives, --beta that of residuals, --gamma makes residuals of \
        neighbours alike. Columns of numbers that are no labels are brought to 0...1. Directions, copies of edges and \
        loops do not count. Nodes with the attributes of most others rank low, however odd their edges are: see `detect \
        oddball`, `detect edges`.
        """,
      options: [alpha.base, beta.base, gamma.base], exampleOptions: " --gamma 0.1", takesAttributes: true
    ) { call, _ throws(Failure) in
      ResidualAnalysis(alpha: call[alpha], beta: call[beta], gamma: call[gamma])
    },
    DetectGraph(
      name: GraphAutoencoder.name,
      summary: "Scores nodes by how badly a graph network reproduces them and their edges.",
      discussion: """
        Two graph convolutions press what a node and its surroundings are like into --hidden numbers; from these, two more make the \
        attributes again and one more the edges. The score is --balance times the attributes' error plus the rest times the edges' \
        (DOMINANT: Ding and others, SDM 2019; sizes and steps as in PyGOD). Time grows with the edges, not with pairs of nodes. \
        Columns of numbers that are no labels are brought to 0...1. Directions, copies of edges and loops do not count. The edges' \
        error of a node grows with the root of their number: where odd nodes have fewer edges than others, they rank low, and \
        `--balance 1` is the better choice.
        """,
      options: [balance.base, hidden.base, epochs.base, Parameter<Int>.seed.base],
      exampleOptions: " --epochs 20 --balance 0.8", takesAttributes: true
    ) { call, _ throws(Failure) in
      GraphAutoencoder(
        balance: call[balance], hidden: call[hidden], epochs: call[epochs],
        seed: UInt64(call[Parameter<Int>.seed]))
    },
    DetectGraph(
      name: "gae", summary: "Scores nodes by how badly a graph network reproduces their attributes.",
      discussion: """
        As `detect dominant`, by the attributes alone: a graph autoencoder (Kipf and Welling 2016; GCNAE in the BOND benchmark). \
        Finds nodes that are unlike what their neighbours lead one to expect.
        """,
      options: [hidden.base, epochs.base, Parameter<Int>.seed.base], exampleOptions: " --epochs 20",
      takesAttributes: true
    ) { call, _ throws(Failure) in
      GraphAutoencoder(
        balance: 1, hidden: call[hidden], epochs: call[epochs], seed: UInt64(call[Parameter<Int>.seed]))
    },
    DetectEdges(),
  ]

  private static let balance = Parameter<Double>.fraction(
    "balance", in: 0...1, default: 0.5,
    help: "The share of the attributes' error; the rest is that of the edges.")
  private static let hidden = Parameter<Int>.integer(
    "hidden", in: 1...4096, default: 64, help: "Numbers of a node's code.")
  private static let epochs = Parameter<Int>.integer(
    "epochs", in: 1...100_000, default: 100, help: "How often all nodes are learned from.")
  private static let alpha = weight("alpha", "few nodes represent the others")
  private static let beta = weight("beta", "few nodes have a residual")
  private static let gamma = weight("gamma", "the residuals of neighbours are alike")

  private static func weight(_ name: String, _ what: String) -> Parameter<Double> {
    .real(name, in: 1e-6...1e6, default: 1, help: "How much it weighs that \(what).")
  }
}
