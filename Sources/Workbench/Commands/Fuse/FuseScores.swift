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

  static let weights = Parameter<[Double]>(
    AnyParameter(
      "weights", .list(.real(0...1_000_000, unit: nil)),
      help: "How much each input counts, in their order; all the same if absent.")
  ) { argument in
    let items = if case .list(let items) = argument { items } else { [argument] }
    return items.compactMap { if case .real(let weight) = $0 { weight } else { nil } }
  }
  static let alike = Parameter<Bool>.flag(
    "alike", help: "Inputs that say the same share one vote, so that copies gain nothing.")

  static let contribution = Parameter<String>.choice(
    "contribution",
    of: [
      Choice("share", "as the combination counts it"),
      Choice("left-out", "the score less what it would be without the modality"),
    ], default: "share", help: "How what each modality adds to a score is told.")

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
        outlier ensembles, SIGKDD Explorations 2015.\(weighing)
        """,
      parameters: [Self.inputs.base] + (combine == .rank ? [] : [Self.calibrate.base])
        + (combine == .max ? [] : [Self.weights.base, Self.alike.base]) + [Self.contribution.base],
      output: .scores,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7"),
        Example("a = pump.Flow | detect zscore"),
        Example("b = pump.Pressure | detect zscore"),
        Example("joint = fuse \(combine.rawValue) a b"),
        Example("pair = align a b --every 5s --aggregate max | fuse \(combine.rawValue)"),
        Example("lost = fuse \(combine.rawValue) a b --contribution left-out"),
      ]
        + (combine == .max
          ? []
          : [
            Example("c = pump.Flow | detect mad"),
            Example("weighed = fuse \(combine.rawValue) a b c --weights 2,1,1"),
            Example("fuse \(combine.rawValue) a b c --alike"),
          ]))
  }

  private var weighing: String {
    combine == .max
      ? ""
      : " `--weights` counts some inputs more than others; with `--alike` each input counts one over the sum of its squared "
        + "rank correlations with all, so that two copies have one vote together."
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
    var fusion = try weighed(LateFusion(combine, calibration: method), call)
    fusion.contribution = LateFusion.Contribution(rawValue: call[Self.contribution]) ?? .share
    do throws(FusionError) {
      let parts = try Self.parts(of: call[Self.inputs])
      let fused = try fusion.fuse(parts, work: work)
      Self.note(fused, call: call)
      return .scores(
        fused.scores.with(
          voices: fused.scores.voices, refusion: Refusion(LateRefusion(fusion, of: parts))))
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }

  private func weighed(_ fusion: LateFusion, _ call: Invocation) throws(Failure) -> LateFusion {
    if combine == .max { return fusion }
    var fusion = fusion
    fusion.sharesVotes = call[Self.alike]
    let weights = call[Self.weights]
    if weights.isEmpty { return fusion }
    let count: Int
    do throws(FusionError) {
      count = try Self.parts(of: call[Self.inputs]).count
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
    guard weights.count == count, weights.contains(where: { $0 > 0 }) else {
      throw call.blame(
        Self.weights.base, "R0513",
        "\(counted(weights.count, "weight")) cannot weigh \(counted(count, "input"))",
        remedy: "Give one weight for each input, in their order, at least one of them above 0.")
    }
    fusion.weights = weights
    return fusion
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
    if fused.scores.voices?.modalities.count == 1 { call.note(FuseParts.alone) }
    if !fused.silent.isEmpty { call.note(FuseParts.silence(of: fused.silent)) }
    if let trust = fused.trust, trust.contains(where: { $0 < 1 }), let voices = fused.scores.voices {
      let doubted = zip(voices.modalities, trust).filter { $1 < 1 }.map {
        "\($0) \(FuseLearned.shortNumber($1))"
      }
      call.note("trusted less than the others, for finding little beyond luck: \(doubted.bounded(6))")
    }
    let strong = fused.conflict.indices.filter { fused.conflict[$0] > strongConflict }
    if let worst = strong.max(by: { fused.conflict[$0] < fused.conflict[$1] }) {
      call.note(
        "the modalities contradict each other in \(strong.count) rows, most at "
          + fused.scores.index.label(of: worst))
    }
  }
}
