import Fusion
import Language
import Numerics
import Values

/// `fuse mean`, `fuse max`, `fuse rank`.
struct FuseScores: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "scores", [.scores, .bundle], help: "Scores on the same rows, or a bundle of them.")
  static let calibrate = Parameter<String>.choice(
    "calibrate",
    of: [
      Choice("robust", "robust standard deviations above the median"),
      Choice("ecdf", "percentile among the reference scores"),
    ], default: "robust", help: "How scores of different detectors become comparable.")

  static let mean = FuseScores(combine: .mean)
  static let max = FuseScores(combine: .max)
  static let rank = FuseScores(combine: .rank)

  let combine: LateFusion.Operator

  var spec: CommandSpec {
    CommandSpec(
      "fuse", combine.rawValue, summary,
      discussion: """
        Every input is calibrated first, on its calibrate rows, else its fit rows, else all its rows: \(calibration). A \
        row is combined from the modalities present in it alone; an absent one neither raises nor lowers the result, \
        and a row without any is not scored. The result keeps how much each modality adds, and says where the \
        modalities contradict each other. Source: Aggarwal and Sathe, Theoretical foundations and algorithms for \
        outlier ensembles, SIGKDD Explorations 2015.
        """,
      parameters: [Self.inputs.base] + (combine == .rank ? [] : [Self.calibrate.base]), output: .scores,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7"),
        Example("a = pump.Flow | detect zscore"),
        Example("b = pump.Pressure | detect zscore"),
        Example("joint = fuse \(combine.rawValue) a b"),
        Example("pair = align a b --every 5s --aggregate max | fuse \(combine.rawValue)"),
      ])
  }

  private var summary: String {
    switch combine {
    case .mean: "Averages the calibrated scores of the modalities present in each row."
    case .max: "Takes the highest calibrated score of the modalities present in each row."
    case .rank: "Averages the percentiles of the modalities present in each row."
    }
  }

  private var calibration: String {
    combine == .rank
      ? "to its percentile among them, interpolated, and rising strictly beyond the highest of them"
      : "to robust standard deviations above the median, or with --calibrate ecdf to its percentile"
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let method =
      combine == .rank ? ScoreCalibration.Method.ecdf : .init(rawValue: call[Self.calibrate]) ?? .robust
    do throws(FusionError) {
      let parts = try Self.parts(of: call[Self.inputs])
      let fused = try LateFusion(combine, calibration: method).fuse(parts, work: work)
      Self.note(fused, call: call)
      return .scores(fused.scores)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }

  static func parts(of values: [NamedValue]) throws(FusionError) -> [LateFusion.Part] {
    let bundle = try FuseParts.bundle(of: values)
    var parts: [LateFusion.Part] = []
    for slot in bundle.slots {
      guard case .scores(let scores) = slot.content else {
        throw .notFusable(name: slot.name, kind: "no scores")
      }
      parts.append(
        LateFusion.Part(slot.name, scores, presence: slot.presence, staleness: slot.staleness))
    }
    return parts
  }

  /// Modalities that lie so far apart contradict each other.
  private static let strongConflict = 0.9

  static func note(_ fused: LateFusion.Fused, call: Invocation) {
    let unscored = fused.scores.index.count - (fused.scores.presence?.setCount ?? fused.scores.index.count)
    if unscored > 0 { call.note("\(unscored) rows without any modality are not scored") }
    let strong = fused.conflict.indices.filter { fused.conflict[$0] > strongConflict }
    if let worst = strong.max(by: { fused.conflict[$0] < fused.conflict[$1] }) {
      call.note(
        "the modalities contradict each other in \(strong.count) rows, most at "
          + fused.scores.index.label(of: worst))
    }
  }
}
