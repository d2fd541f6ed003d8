import Fusion
import Language
import Learning
import Numerics
import Values

/// `fuse gate`, `fuse lowrank`…: one trained operator as a command.
struct FuseLearned: PureCommand {
  static let hidden = Parameter<Int>.integer(
    "hidden", in: 1...1024, default: 16, help: "Length of the joint vector.")
  static let epochs = Parameter<Int>.integer(
    "epochs", in: 1...10_000, default: 60, help: "Most passes over the rows; it may stop earlier.")
  static let dropout = Parameter<Double>.fraction(
    "dropout", in: 0...0.9, default: 0.2, help: "Chance that a modality is left out of a training row.")
  static let corruption = Parameter<Double>.fraction(
    "corruption", in: 0...0.9, default: 0.2,
    help: "Chance that a modality of a training row is another row's.")
  static let rate = Parameter<Double>.real(
    "rate", in: 1e-6...1, default: 3e-3, help: "Step size of the optimiser.")
  static let seed = Parameter<Int>.seed

  static let training = [hidden.base, epochs.base, dropout.base, corruption.base, rate.base]

  let name: String
  let summary: String
  let source: String
  var options: [AnyParameter] = []
  var exampleOptions = ""
  /// Whether modalities of noise are left out unless the call says otherwise.
  var measuresTrust = false
  let kind: @Sendable (Invocation, Modalities) throws(Failure) -> FusionKind

  var spec: CommandSpec {
    CommandSpec(
      "fuse", name, summary,
      discussion: """
        \(source)

        \(Self.objective) \(FuseTrust.discussion)\(measuresTrust ? " Unless --trust equal is given." : "")
        """,
      parameters: MapModalities.given + options + Self.training
        + [FuseTrust.parameter(measuresTrust).base, FuseJoint.residuals.base, Self.seed.base],
      output: .embedding,
      examples: MapModalities.examples(name, " --epochs 5 --hidden 8\(exampleOptions)", verb: "fuse"))
  }

  static let objective = """
    Trained without labels: each modality has an encoder and a decoder of one hidden layer, and the network must restore \
    the clean row after modalities have been left out or exchanged with those of other rows (denoising, Vincent et al., ICML \
    2008; ModDrop, Neverova et al., TPAMI 2016). Calibrate rows, or every fifth row to learn from, decide when to stop. An \
    absent modality needs no filling. Ctrl-C ends the learning with the best so far, and a second one everything.
    """

  static func fusion(_ call: Invocation, kind: FusionKind) -> LearnedFusion {
    var descent = Descent(epochs: call[epochs], batchSize: 64, rate: call[rate], patience: 10)
    descent.settling = call.settling(epochs)
    return LearnedFusion(
      kind, hidden: call[hidden], dropout: call[dropout], corruption: call[corruption], descent: descent,
      addsResiduals: call[FuseJoint.residuals])
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let modalities: Modalities
    do throws(FusionError) {
      modalities = try FuseTrust.modalities(
        measuring: call[FuseTrust.parameter(measuresTrust)] == "measured", call: call, work: work)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
    let kind = try kind(call, modalities)
    do throws(FusionError) {
      if measuresTrust, let only = modalities.onlyOne {
        call.note("nothing is left to join: the features are those of \(only.blocks[0].name) as they are")
        return .embedding(only)
      }
      let fusion = Self.fusion(call, kind: kind)
      let (joined, outcome) = try fusion.fuseWithOutcome(
        modalities, seed: UInt64(call[Self.seed]), work: work)
      Self.note(outcome, modalities, call: call)
      return .embedding(joined)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }

  static func note(_ outcome: LearnedFusion.Outcome, _ modalities: Modalities, call: Invocation) {
    let least = outcome.losses.min() ?? 0
    if modalities.parts.count == 1 { call.note(FuseParts.alone) }
    call.note("\(outcome.losses.count) epochs, least loss on rows held out \(shortNumber(least))")
    guard let gates = outcome.gates, gates.rows > 0 else { return }
    let means = modalities.parts.enumerated().map { place, part in
      "\(part.name) \(shortNumber(Statistics.mean(gates.column(place))))"
    }
    call.note("mean gate: \(means.joined(separator: ", "))")
  }

  static func shortNumber(_ value: Double) -> String {
    String((value * 1000).rounded() / 1000)
  }
}

extension FuseLearned {
  private static let form = Parameter<String>.choice(
    "weights",
    of: [
      Choice("softmax", "one a dimension, adding up to 1"), Choice("vector", "one a dimension, of any sign"),
      Choice("scalar", "one a modality, of any sign"),
    ], default: "softmax", help: "What the learned weights are.")
  private static let rank = Parameter<Int>.integer(
    "rank", in: 1...64, default: 4, help: "Products that are added up.")
  private static let pool = Parameter<Int>.integer(
    "pool", in: 1...64, default: 5, help: "Products that are summed into one dimension.")
  private static let heads = Parameter<Int>.integer(
    "heads", in: 1...16, default: 1, help: "Heads of the attention; they share the width evenly.")
  private static let paperForm = Parameter<Bool>.flag(
    "paper-eq",
    help: "Leaves out the value projection and the scale, as equation 16 of the survey is printed.")
  private static let tokens = Parameter<Int>.integer(
    "tokens", in: 1...64, default: 4, help: "Tokens through which modalities exchange what they know.")

  private static let band = Parameter<Int>.integer(
    "band", in: 0...64, default: 0, help: "Rows before and after that are attended to, too.")
  private static let causal = Parameter<Bool>.flag(
    "causal", help: "With --band: only rows before, so that nothing is known ahead of its time.")

  private static let layer = Parameter<String>.choice(
    "layer",
    of: [
      Choice("mean", "tanh(W h + Theta mean of the neighbours), equation 17 of the survey"),
      Choice("gcn", "sums by the roots of degrees (Kipf and Welling, ICLR 2017)"),
      Choice("gat", "attention to neighbours (Velickovic et al., ICLR 2018)"),
      Choice("relation", "a matrix for each pair (Schlichtkrull et al., ESWC 2018)"),
    ], default: "mean", help: "What a layer does with messages.")
  private static let edges = Parameter<String>.choice(
    "edges",
    of: [
      Choice("all", "all modalities hear each other"),
      Choice("nearest", "those whose leading components correlate most"),
      Choice("partial", "where leading components correlate beyond what the others explain"),
    ], default: "all", help: "Who hears whom, if no --graph is given.")
  private static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...100, default: 2, help: "With --edges nearest: how many.")
  private static let least = Parameter<Double>.fraction(
    "least", in: 0...1, default: 0.1, help: "With --edges partial: the least partial correlation.")
  private static let given = Parameter<Reference?>.optional(
    "graph", .value([.graph]),
    help: "A graph whose nodes have the names of the modalities; a directed edge tells its target."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  private static func graph(_ call: Invocation, _ modalities: Modalities) throws(Failure) -> ModalityGraph {
    let layer = ModalityGraph.Layer(rawValue: call[layer]) ?? .mean
    if let value = call[given]?.value, case .graph(let graph) = value {
      return ModalityGraph(layer, edges: .given(try neighbors(graph, modalities, call)))
    }
    switch call[edges] {
    case "nearest": return ModalityGraph(layer, edges: .nearest(call[neighbors]))
    case "partial": return ModalityGraph(layer, edges: .partial(call[least]))
    default: return ModalityGraph(layer)
    }
  }

  private static func neighbors(
    _ graph: Graph, _ modalities: Modalities, _ call: Invocation
  ) throws(Failure) -> [[Int]] {
    let names = modalities.parts.map(\.name)
    let places = (0..<graph.nodes.rowCount).map { names.firstIndex(of: graph.nodes.index.label(of: $0)) }
    guard places.contains(where: { $0 != nil }) else {
      throw call.blame(
        given.base, "R0514", "no node of the graph is named like a modality", label: "other names",
        remedy: "Its nodes must be among \(Suggestion.some(names)).")
    }
    var heard = [Set<Int>](repeating: [], count: names.count)
    for (source, target) in zip(graph.sources, graph.targets) {
      guard let from = places[Int(source)], let to = places[Int(target)], from != to else { continue }
      heard[to].insert(from)
      if !graph.isDirected { heard[from].insert(to) }
    }
    return heard.map { $0.sorted() }
  }

  static let wsum = FuseLearned(
    name: "wsum", summary: "Adds codes of modalities with learned weights.",
    source:
      "z = sum of w h: softmax over the modalities present, one weight a dimension; or weights of any sign.",
    options: [form.base], exampleOptions: " --weights scalar", measuresTrust: true,
    kind: { call, _ in .weightedSum(FusionKind.WeightForm(rawValue: call[form]) ?? .softmax) })

  static let gate = FuseLearned(
    name: "gate", summary: "Adds codes of modalities, weighted anew in every row by a gate.",
    source: "softmax over W [h1; h2; ...] for every dimension; the mean gate of each modality is told.",
    measuresTrust: true, kind: { _, _ in .gate })

  static let gmu = FuseLearned(
    name: "gmu", summary: "Adds codes of modalities, gated by what came in.",
    source:
      "Gated multimodal units (Arevalo et al. 2017, equation 3), as softmax for any number of modalities.",
    measuresTrust: true, kind: { _, _ in .gatedUnit })

  static let residual = FuseLearned(
    name: "residual", summary: "Corrects the first modality by gated news from the others.",
    source: "h1 + sigmoid(W [h1; h2]) * MLP([h1; h2]): falls back to the first modality if the gate closes.",
    kind: { _, _ in .residualGate })

  static let lowrank = FuseLearned(
    name: "lowrank", summary: "Multiplies modalities through factors of low rank.",
    source:
      "Low-rank multimodal fusion (Liu et al., ACL 2018, equation 5); an absent modality is a factor of 1.",
    options: [rank.base], exampleOptions: " --rank 2", kind: { call, _ in .lowRank(rank: call[rank]) })

  static let mfb = FuseLearned(
    name: "mfb", summary: "Multiplies wide projections of modalities and sums them in groups.",
    source: "Factorized bilinear pooling (Yu et al., ICCV 2017), with signed root and length one.",
    options: [pool.base], exampleOptions: " --pool 2", kind: { call, _ in .factorized(pool: call[pool]) })

  static let bilinear = FuseLearned(
    name: "bilinear", summary: "Combines all products of the codes of two modalities.",
    source: "[1; h1]' W [1; h2] for each dimension; equation 13 of the survey with first-order terms.",
    kind: { _, _ in .bilinear })

  static let film = FuseLearned(
    name: "film", summary: "Lets one modality scale and shift the other.",
    source: "(1 + gamma(h1)) h2 + beta(h1) (FiLM, Perez et al., AAAI 2018, equation 1); two modalities.",
    kind: { _, _ in .film })

  static let xattn = FuseLearned(
    name: "xattn", summary: "Lets tokens of each modality attend to those of the others.",
    source: """
      Crossmodal attention (Tsai et al., ACL 2019) over four tokens a modality: softmax(Q K' / sqrt d) V, added to the \
      tokens. With --band they also attend to the tokens that the others had in the rows before and after, within the segment; a learned \
      vector tells how far away a row is.
      """,
    options: [heads.base, paperForm.base, band.base, causal.base],
    exampleOptions: " --heads 2 --band 2 --causal",
    kind: { call, _ in
      .crossAttention(
        heads: call[heads], isPaperForm: call[paperForm],
        reach: RowReach(rows: call[band], isCausal: call[causal]))
    })

  static let bottleneck = FuseLearned(
    name: "bottleneck", summary: "Lets modalities exchange what they know through a few tokens.",
    source: "Attention bottlenecks (Nagrani et al., NeurIPS 2021) in two steps: collect, then broadcast.",
    options: [tokens.base], exampleOptions: " --tokens 2",
    kind: { call, _ in .bottleneck(tokens: call[tokens]) })

  static let gnn = FuseLearned(
    name: "gnn", summary: "Passes messages between modalities as nodes of a graph.",
    source: """
      Two layers on the graph of the modalities present. A leading component is the direction in which a modality varies most \
      among the fit rows; an edge that one of two modalities chooses is an edge of both.
      """,
    options: [layer.base, edges.base, neighbors.base, least.base, given.base],
    exampleOptions: " --layer gat --edges partial",
    kind: { call, modalities throws(Failure) in .graph(try graph(call, modalities)) })
}

/// `map masked`: restores each modality from the others.
struct MapMasked: PureCommand {
  static let op = Parameter<String>.choice(
    "op",
    of: [
      Choice("gate", "gated sum"), Choice("lowrank", "products of low rank"), Choice("xattn", "attention"),
      Choice("bottleneck", "exchange through a few tokens"), Choice("gnn", "messages between modalities"),
    ], default: "gate", help: "How the network joins modalities.")

  let spec = CommandSpec(
    "map", "masked", "Restores each modality from the others; scores the error.",
    discussion: """
      Masked prediction across modalities: a network learns to restore what was left out of a row, and each modality is \
      then restored from the others alone. Errors are in units of their median over the rows to learn from.

      \(FuseLearned.objective)
      """,
    parameters: MapModalities.given + [op.base] + FuseLearned.training
      + [MapModalities.combine.base, FuseLearned.seed.base],
    output: .scores, examples: MapModalities.examples("masked", " --op lowrank --epochs 5 --hidden 8"))

  static func kind(_ call: Invocation) -> FusionKind {
    switch call[op] {
    case "lowrank": .lowRank(rank: 4)
    case "xattn": .crossAttention(heads: 1, isPaperForm: false)
    case "bottleneck": .bottleneck(tokens: 4)
    case "gnn": .graph()
    default: .gate
    }
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    do throws(FusionError) {
      let modalities = try call.modalities(work: work)
      let scores = try MaskedReconstruction(
        FuseLearned.fusion(call, kind: Self.kind(call)),
        combination: CrossModal.Combination(rawValue: call[MapModalities.combine]) ?? .product
      ).score(modalities, seed: UInt64(call[FuseLearned.seed]), work: work)
      MapModalities.note(scores, call: call)
      return .scores(scores)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }
}
