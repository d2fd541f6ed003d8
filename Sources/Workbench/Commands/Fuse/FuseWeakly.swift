import Evaluation
import Fusion
import Language
import Learning
import Numerics
import Values

/// `fuse mil`: learns from labels of whole stretches.
struct FuseWeakly: PureCommand {
  static let truth = Parameter<Reference>.required(
    "labels", .value(GroundTruth.kinds), placement: .option,
    help: "What is known: a label column, or a value with one; only stretches to fit and calibrate on count."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let bag = Parameter<Int>.integer(
    "bag", in: 2...100_000, default: 20, help: "Rows a stretch that has one label.")

  let spec = CommandSpec(
    "fuse", "mil", "Learns to score rows from labels of whole stretches.",
    discussion: """
      Often somebody knows that a night was bad, and nobody which minute. Rows in turn form bags of --bag; a bag is anomalous \
      if any row in it is, and that alone is looked at. The joint vector of a row gives its score, and the mean of the \
      T / 16 + 1 highest scores of a bag of T rows must fit the bag's label (multiple instances: Sultani et al., CVPR 2018; Wu et \
      al., ECCV 2020). Modalities drop out while it learns, and are restored beside, so that a row may lack some. Labels of \
      test rows are never looked at.
      """,
    parameters: MapModalities.given + [truth.base, bag.base, MapMasked.op.base]
      + FuseLearned.training.filter { $0 != FuseLearned.corruption.base } + [FuseLearned.seed.base],
    output: .scores,
    examples: [
      Example(
        "pump = generate pump-station --minutes 30 --seed 7 | split --fit-share 50% --calibrate-share 20%"),
      Example("risk = fuse mil pump.Flow pump.Current --labels pump.fault --epochs 10"),
      Example("night = fuse mil pump --labels pump.fault --bag 60 --epochs 5 --hidden 8"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let truth = try GroundTruth(call[Self.truth], of: call, parameter: Self.truth.base)
    let modalities: Modalities
    do throws(FusionError) {
      modalities = try call.modalities(work: work)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
    let blank = Scores(
      index: modalities.index, values: [Double](repeating: 0, count: modalities.index.count), method: "")
    let labels = try truth.aligned(to: blank, tolerance: nil, of: call, parameter: Self.truth.base).labels
    do throws(FusionError) {
      var descent = Descent(
        epochs: call[FuseLearned.epochs], batchSize: 8, rate: call[FuseLearned.rate], patience: 10)
      descent.settling = call.settling(FuseLearned.epochs)
      let fusion = WeakFusion(
        MapMasked.kind(call), hidden: call[FuseLearned.hidden], bag: call[Self.bag],
        dropout: call[FuseLearned.dropout], descent: descent)
      let outcome = try fusion.score(
        modalities, labels: labels, seed: UInt64(call[FuseLearned.seed]), work: work)
      call.note(
        "\(outcome.bags) stretches to learn from, \(outcome.anomalousBags) of them anomalous; "
          + "\(outcome.losses.count) epochs, least loss on stretches held out "
          + FuseLearned.shortNumber(outcome.losses.min() ?? 0))
      return .scores(outcome.scores)
    } catch {
      throw call.failure(error, at: MapModalities.inputs.base)
    }
  }
}
