import Fusion
import Language
import Numerics
import Values

/// `fuse tensor`, `fuse sketch`…: one vector a row of several modalities.
struct FuseJoint: PureCommand {
  static let seed = Parameter<Int>.seed

  let name: String
  let summary: String
  let source: String
  var options: [AnyParameter] = []
  var exampleOptions = ""
  var isRandom = false
  let joint: @Sendable (Invocation) -> any JointOperator

  var spec: CommandSpec {
    CommandSpec(
      "fuse", name, summary,
      discussion: """
        \(source)

        Features are scaled on the fit rows and divided by the root of their number, so that each modality weighs the \
        same. Whatever is learned is learned from the fit rows without labels. A row without any modality is missing; one \
        without some of them is made of the others.
        """,
      parameters: MapModalities.given + options + (isRandom ? [Self.seed.base] : []),
      output: .embedding, examples: MapModalities.examples(name, exampleOptions, verb: "fuse"))
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    do throws(FusionError) {
      let modalities = try call.modalities(work: work)
      let joined = try joint(call).fuse(modalities, seed: UInt64(call[Self.seed]), work: work)
      call.note("\(joined.features.count) features of \(modalities.parts.count) modalities")
      return .embedding(joined)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }
}

extension FuseJoint {
  static let residuals = Parameter<Bool>.flag(
    "residuals", help: "Adds what the joint vector leaves unexplained of each modality, as one column each.")
  static let directions = Parameter<Int>.integer(
    "directions", in: 1...1000, default: 16, help: "At most so many shared directions.")
  private static let weights = Parameter<[Double]?>.optional(
    "weights", .list(.real(-1e6...1e6, unit: nil)), help: "One weight a modality, in order; equal if absent."
  ) { argument in
    switch argument {
    case .list(let items): items.compactMap { if case .real(let weight) = $0 { weight } else { nil } }
    case .real(let weight): [weight]
    default: nil
    }
  }
  private static let size = Parameter<String>.choice(
    "size", of: [256, 512, 1024, 2048, 4096, 8192].map { Choice("\($0)", "\($0) columns") }, default: "1024",
    help: "Columns of the sketch.")
  private static let raw = Parameter<Bool>.flag(
    "raw", help: "Leaves out the signed root and the length of one, so that sizes of rows still count.")
  private static let explained = Parameter<Double>.fraction(
    "explained", in: 0.01...1, default: 0.9, help: "Share of the variance to keep at least.")
  private static let components = Parameter<Int>.integer(
    "components", in: 1...4096, default: 64, help: "At most so many components.")
  private static let dimensions = Parameter<Int>.integer(
    "dimensions", in: 1...512, default: 8, help: "Length of the hidden vector.")

  static let add = FuseJoint(
    name: "add", summary: "Adds modalities in the directions that they share.",
    source: """
      Each modality is projected onto the directions of generalised canonical correlation, where sums mean something; \
      the weights are renormalised over the modalities present.
      """,
    options: [directions.base, weights.base], exampleOptions: " --weights 2,1",
    joint: { SharedFusion(.sum, directions: $0[directions], weights: $0[weights] ?? []) })

  static let mul = FuseJoint(
    name: "mul", summary: "Multiplies modalities in the directions that they share.",
    source: """
      The product of tanh of the canonical projections (Hadamard product, Kim et al., ICLR 2017, with projections that \
      need no training); an absent modality is a factor of 1.
      """,
    options: [directions.base], exampleOptions: " --directions 4",
    joint: { SharedFusion(.product, directions: $0[directions]) })

  static let tensor = FuseJoint(
    name: "tensor", summary: "Makes all products of features of different modalities.",
    source: """
      vec([1; h1] x [1; h2] x ...) without its constant (tensor fusion, Zadeh et al., EMNLP 2017). The width is the \
      product of the widths: choose few features, or `fuse sketch`.
      """,
    joint: { _ in TensorFusion() })

  static let sketch = FuseJoint(
    name: "sketch", summary: "Folds all products of features into a vector of fixed length.",
    source: """
      Count sketches joined by circular convolution (compact bilinear pooling, Fukui et al., EMNLP 2016): inner products \
      approximate the product of the modalities' inner products. Nothing is learned.
      """,
    options: [size.base, raw.base], exampleOptions: " --size 256 --raw", isRandom: true,
    joint: { SketchFusion(dimensions: Int($0[size]) ?? 1024, isNormalised: !$0[raw]) })

  static let pca = FuseJoint(
    name: "pca", summary: "Finds the directions in which all modalities vary together.",
    source: """
      Consensus principal components of block-scaled modalities (Westerhuis, Kourti and MacGregor, Journal of \
      Chemometrics 1998), each with unit variance on the fit rows.
      """,
    options: [explained.base, components.base, residuals.base], exampleOptions: " --residuals",
    joint: {
      ComponentFusion(
        .principal, explained: $0[explained], mostComponents: $0[components], addsResiduals: $0[residuals])
    })

  static let ica = FuseJoint(
    name: "ica", summary: "Finds the most independent sources behind all modalities.",
    source: """
      Principal components, turned until each is as far from a normal distribution as can be (FastICA with tanh, all \
      components at once, Hyvärinen, IEEE Transactions on Neural Networks 1999).
      """,
    options: [explained.base, components.base, residuals.base], exampleOptions: " --components 4",
    isRandom: true,
    joint: {
      ComponentFusion(
        .independent, explained: $0[explained], mostComponents: $0[components],
        addsResiduals: $0[residuals])
    })

  static let poe = FuseJoint(
    name: "poe", summary: "Infers one hidden state from whichever modalities are present.",
    source: """
      A product of linear Gaussian experts: precisions of the modalities present add up (Hinton 2002; Wu and Goodman, \
      NeurIPS 2018, in the linear case where it is exact), learned by expectation and maximisation (Tipping and Bishop \
      1999) with one noise a modality. Absent modalities need no filling.
      """,
    options: [dimensions.base, residuals.base], exampleOptions: " --dimensions 4 --residuals",
    joint: { ExpertFusion(dimensions: $0[dimensions], addsResiduals: $0[residuals]) })
}

struct FuseBanks: PureCommand {
  static let share = Parameter<Double>.fraction(
    "share", in: 0.001...1, default: 0.1, help: "Share of the fit rows that a bank keeps.")
  static let rule = Parameter<String>.choice(
    "rule",
    of: [
      Choice("ocsvm", "one-class gate over the distances"), Choice("cauchy", "Cauchy rule on p-values"),
      Choice("fisher", "Fisher's sum on p-values"), Choice("reliability", "weights by what each finds"),
    ], default: "ocsvm", help: "How the banks' scores are joined.")

  let spec = CommandSpec(
    "fuse", "banks", "Scores rows by their distance from memory banks of normal rows.",
    discussion: """
      One bank a modality and one for all features together, each holding the rows that a greedy search for k centres \
      picks (PatchCore, Roth et al., CVPR 2022), joined by a one-class gate over the scores (M3DM, Wang et al., CVPR \
      2023). Works on vectors: there is no map. A row lacking a modality is scored by the other banks. Fit rows skip \
      themselves.
      """,
    parameters: MapModalities.given + [share.base, rule.base], output: .scores,
    examples: MapModalities.examples("banks", " --share 25% --rule cauchy", verb: "fuse"))

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let rule: any CombinationRule =
      switch call[Self.rule] {
      case "cauchy": CauchyRule()
      case "fisher": FisherRule()
      case "reliability": ReliabilityRule()
      default: OneClassRule()
      }
    do throws(FusionError) {
      let modalities = try call.modalities(work: work)
      let fused = try MemoryBanks(share: call[Self.share], rule: rule).score(modalities, work: work)
      FuseScores.note(fused, call: call)
      return .scores(fused.scores)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }
}
