import Fusion
import Language
import Learning
import Numerics
import Values

/// `map ridge`, `map cca`…: how badly modalities fit each other.
struct MapModalities: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "parts", [.bundle, .embedding, .series, .table],
    help: "A bundle, values with the same rows, or what `fuse concat` made.")
  /// What every operator on modalities takes: them, and how their features are scaled.
  static let given = [inputs.base, FuseConcat.scale.base]
  static let combine = Parameter<String>.choice(
    "combine",
    of: [
      Choice("product", "geometric mean over pairs and directions"), Choice("sum", "mean over them"),
      Choice("max", "the worst of them"),
    ], default: "product", help: "How pairs of modalities become one score.")
  static let residual = Parameter<String>.choice(
    "residual",
    of: [
      Choice("scaled", "each feature over its usual error"), Choice("norm", "length of the error"),
      Choice("direction", "distance of both at length one: sees wrong pairs, not far-out rows"),
    ], default: "scaled", help: "How an error vector becomes one number.")

  let name: String
  let summary: String
  let source: String
  var options: [AnyParameter] = []
  var exampleOptions = ""
  var isRandom = false
  let mapping: @Sendable (Invocation) -> any PairMapping

  var spec: CommandSpec {
    CommandSpec(
      "map", name, summary,
      discussion: """
        \(source)

        Learns from the fit rows if the value was split, else from all; options are chosen on calibrate rows, or on every \
        fifth row to learn from. Each pair of modalities is scored where both are present, in units of its median over the \
        rows to learn from; a row with one modality alone is not scored. A modality that is normal by itself and does not \
        fit the others scores high. Contributions say which modality the others fail to predict.
        """,
      parameters: Self.given + options + [Self.combine.base] + (isRandom ? [Self.seed.base] : []),
      output: .scores, examples: Self.examples(name, exampleOptions))
  }

  static let seed = Parameter<Int>.seed

  static func examples(_ name: String, _ options: String, verb: String = "map") -> [Example] {
    [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("camera = generate pump-station --part camera --minutes 5 --seed 7"),
      Example("all = align pump camera --every 1s --fill hold(5s) | split --fit 120"),
      Example("joint = \(verb) \(name) all\(options)"),
      Example("pairs = all | encode --use stats(5s) | \(verb) \(name)"),
    ]
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    do throws(FusionError) {
      let modalities = try call.modalities(work: work)
      let crossModal = CrossModal(
        mapping(call), combination: CrossModal.Combination(rawValue: call[Self.combine]) ?? .product)
      let scores = try crossModal.score(modalities, seed: UInt64(call[Self.seed]), work: work)
      Self.note(scores, call: call)
      return .scores(scores)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }

  static func note(_ scores: Scores, call: Invocation) {
    let unscored = scores.index.count - (scores.presence?.setCount ?? scores.index.count)
    if unscored > 0 { call.note("\(unscored) rows with fewer than two modalities are not scored") }
  }
}

extension MapModalities {
  private static let nearest = Parameter<Int>.integer(
    "neighbors", in: 1...1000, default: 5, help: "Nearest rows whose mean predicts.")
  private static let share = Parameter<Double?>.optional(
    "penalty", .real(1e-9...1e6, unit: nil),
    help: "The penalty as a share of the mean eigenvalue; that of least leave-one-out error if absent."
  ) { if case .real(let number) = $0 { number } else { nil } }
  private static let penalty = Parameter<Double>.real(
    "ridge", in: 0...1000, default: 1e-3, help: "Added to covariances, as a share of their mean variance.")
  private static let directions = Parameter<Int>.integer(
    "directions", in: 1...1000, default: 16, help: "At most so many pairs of directions.")
  private static let landmarks = Parameter<Int>.integer(
    "landmarks", in: 5...5000, default: 200, help: "Rows to which all others are compared.")
  private static let score = Parameter<String>.choice(
    "score",
    of: [
      Choice("conditional", "how badly each predicts the other"), Choice("joint", "how rare the pair is"),
    ], default: "conditional", help: "What is scored in the shared directions.")

  static let ridge = MapModalities(
    name: "ridge", summary: "Predicts each modality from each other linearly; scores the error.",
    source: """
      Ridge regression in closed form with the penalty of least leave-one-out error (Hoerl and Kennard, Technometrics \
      1970; Golub, Heath and Wahba, Technometrics 1979). The baseline that a trained mapping has to beat.
      """,
    options: [residual.base, share.base], exampleOptions: " --residual direction --penalty 0.1",
    mapping: {
      RidgeMapping(residual: Residual(rawValue: $0[residual]) ?? .scaled, penalty: $0[share])
    })

  static let neighbors = MapModalities(
    name: "neighbors", summary: "Predicts each modality from similar rows of each other one.",
    source:
      "The mean over the nearest rows in the other modality; rows to learn from do not find themselves.",
    options: [nearest.base, residual.base], exampleOptions: " --neighbors 3",
    mapping: {
      NeighborMapping(count: $0[nearest], residual: Residual(rawValue: $0[residual]) ?? .scaled)
    })

  static let cca = MapModalities(
    name: "cca", summary: "Scores rows that leave the directions in which modalities agree.",
    source: """
      Canonical correlation with a ridge (Hotelling, Biometrika 1936; Vinod 1976). Only directions whose correlation \
      holds on rows held out are used. With --score joint, the negative log density of the pairs of canonical variates.
      """,
    options: [score.base, penalty.base, directions.base], exampleOptions: " --score joint",
    mapping: {
      CanonicalCorrelation(
        score: CanonicalCorrelation.Score(rawValue: $0[score]) ?? .conditional, ridge: $0[penalty],
        directions: $0[directions])
    })

  static let kcca = MapModalities(
    name: "kcca", summary: "Scores rows that leave the curves along which modalities agree.",
    source: """
      Kernel canonical correlation (Akaho 2001) with a Gaussian kernel on landmark rows (Williams and Seeger, NIPS \
      2000); the width is the median distance.
      """,
    options: [landmarks.base, directions.base], exampleOptions: " --landmarks 50", isRandom: true,
    mapping: { KernelCanonicalCorrelation(landmarks: $0[landmarks], directions: $0[directions]) })
}

extension MapModalities {
  private static let epochs = Parameter<Int>.integer(
    "epochs", in: 1...10_000, default: 50, help: "Most passes over the rows; it may stop earlier.")
  private static let batch = Parameter<Int>.integer(
    "batch", in: 1...100_000, default: 64, help: "Rows a step of the optimiser.")
  private static let rate = Parameter<Double>.real(
    "rate", in: 1e-6...1, default: 1e-3, help: "Step size of the optimiser.")
  private static let temperature = Parameter<Double>.real(
    "temperature", in: 0.001...10, default: 0.07, help: "Small: only the closest wrong pairs teach.")
  private static let code = Parameter<Int>.integer(
    "code", in: 1...1024, default: 16, help: "Length of the common code.")

  static let mlp = MapModalities(
    name: "mlp", summary: "Predicts each modality's direction from each other by a small network.",
    source: """
      Crossmodal feature mapping (Costanzino et al., CVPR 2024): three layers with GELU between each two modalities, \
      both ways, trained on 1 - cosine by Adam; the product of both distances is scored. Stops when rows held out no \
      longer gain.
      """,
    options: [epochs.base, batch.base, rate.base], exampleOptions: " --epochs 5", isRandom: true,
    mapping: { FeatureMapping(epochs: $0[epochs], batchSize: $0[batch], rate: $0[rate]) })

  static let contrast = MapModalities(
    name: "contrast", summary: "Learns which rows belong together; scores those whose codes part.",
    source: """
      Symmetric InfoNCE (van den Oord, Li and Vinyals 2018; CLIP, Radford et al., ICML 2021) with an encoder of one hidden \
      layer a modality; the score is 1 - cosine of the two codes.
      """,
    options: [epochs.base, batch.base, temperature.base, code.base], exampleOptions: " --epochs 5",
    isRandom: true,
    mapping: {
      ContrastMapping(
        .contrast, code: $0[code], temperature: $0[temperature],
        descent: Descent(epochs: $0[epochs], batchSize: $0[batch], rate: 3e-3, patience: 25))
    })

  static let match = MapModalities(
    name: "match", summary: "Learns to tell true pairs from shuffled ones; scores its doubt.",
    source: """
      A network that sees both modalities and says whether they belong together (Arandjelović and Zisserman, ICCV 2017), \
      trained on true and on shuffled pairs; the score is -ln of its belief in a true pair.
      """,
    options: [epochs.base, batch.base, code.base], exampleOptions: " --epochs 5", isRandom: true,
    mapping: {
      ContrastMapping(
        .match, code: $0[code],
        descent: Descent(epochs: $0[epochs], batchSize: $0[batch], rate: 3e-3, patience: 25))
    })
}

struct MapGeneralized: PureCommand {
  static let ridge = Parameter<Double>.real(
    "ridge", in: 0...1000, default: 1e-2, help: "Added to covariances, as a share of their mean variance.")
  static let directions = Parameter<Int>.integer(
    "directions", in: 1...1000, default: 16, help: "At most so many shared directions.")

  let spec = CommandSpec(
    "map", "gcca", "Scores how far each modality lies from what all have in common.",
    discussion: """
      Generalised canonical correlation for any number of modalities (MAXVAR, Kettenring, Biometrika 1971): each modality \
      is whitened, and the leading directions of all of them side by side are shared. A row is scored by the spread of \
      the modalities present about their mean there, over that of rows held out. Contributions add up to the score.
      """,
    parameters: MapModalities.given + [ridge.base, directions.base], output: .scores,
    examples: MapModalities.examples("gcca", " --directions 4"))

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    do throws(FusionError) {
      let modalities = try call.modalities(work: work)
      let scores = try GeneralizedCorrelation(ridge: call[Self.ridge], directions: call[Self.directions])
        .score(modalities, work: work)
      MapModalities.note(scores, call: call)
      return .scores(scores)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }
}

struct MapProbabilistic: PureCommand {
  static let hidden = Parameter<Int>.integer(
    "directions", in: 1...64, default: 4, help: "Dimensions of the hidden cause.")

  let spec = CommandSpec(
    "map", "pcca", "Scores how little modalities fit one hidden cause.",
    discussion: """
      Probabilistic canonical correlation (Bach and Jordan 2005) for any number of modalities: each is W z + mu and noise of its own, with one z \
      for all, learned by EM; rows that lack a modality teach the others. The score is sum ln p(x) of each alone less ln p of all \
      together: below 0 where modalities bear each other out, above where they contradict, however normal each may be by itself. \
      Contributions tell what each adds, given the others.

      Learns from the fit rows if the value was split, else from all. A row with one modality alone is not scored.
      """,
    parameters: MapModalities.given + [hidden.base, MapGeneralized.ridge.base], output: .scores,
    examples: MapModalities.examples("pcca", " --directions 2"))

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    do throws(FusionError) {
      let modalities = try call.modalities(work: work)
      let scores = try ProbabilisticCorrelation(
        directions: call[Self.hidden], ridge: call[MapGeneralized.ridge]
      ).score(modalities, work: work)
      MapModalities.note(scores, call: call)
      return .scores(scores)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }
}
