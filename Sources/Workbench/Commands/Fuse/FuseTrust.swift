import Fusion
import Language
import Numerics
import Values

/// How far modalities are trusted before their features are joined.
enum FuseTrust {
  static func parameter(_ isMeasured: Bool) -> Parameter<String> {
    .choice(
      "trust",
      of: [
        Choice("measured", "one in which nothing stands out beyond luck counts as missing"),
        Choice("equal", "all alike, as published"),
      ], default: isMeasured ? "measured" : "equal",
      help: "How far each modality is believed; no label is looked at.")
  }

  static let discussion = """
    With --trust measured, a modality counts as missing if its rows to judge are no farther from their nearest fit row \
    than luck would have it (higher criticism, Donoho and Jin, Annals of Statistics 2004), or if nearly all of them are: \
    noise then spoils nothing. If one is left, its features come through as they are.
    """

  static func modalities(
    of values: [NamedValue], measuring: Bool, call: Invocation, work: Work
  ) throws(FusionError) -> Modalities {
    let modalities = try Modalities(FuseParts.modalities(of: values), work: work)
    if !measuring || modalities.parts.count < 2 { return modalities }
    let (trusted, doubted) = modalities.trusting(try modalities.trust(work: work))
    if !doubted.isEmpty {
      call.note("counts as missing, for nothing in it stands out beyond luck: \(doubted.bounded(6))")
    }
    return trusted
  }
}
