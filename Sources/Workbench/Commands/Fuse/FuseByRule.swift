import Chronology
import Fusion
import Language
import Numerics
import Values

/// `fuse cauchy`, `fuse dempster`…: one rule of evidence as a command.
struct FuseByRule: PureCommand {
  static let decay = Parameter<TimeSpan?>.optional(
    "decay", .span(AlignmentOptions.steps),
    help: "How old a value is when it counts a third; age does not matter if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }

  /// How far each modality is believed.
  static func trust(_ usual: String) -> Parameter<String> {
    .choice(
      "trust",
      of: [
        Choice("measured", "one that finds nothing beyond luck among the rows to judge is discounted"),
        Choice("equal", "all alike, as published"),
      ], default: usual, help: "How far each modality is believed; no label is looked at.")
  }

  let name: String
  let summary: String
  let source: String
  var options: [AnyParameter] = []
  /// Whether modalities of noise are discounted unless the call says otherwise.
  var measuresTrust = false
  /// Options that show it at work.
  var exampleOptions = ""
  let rule: @Sendable (Invocation) -> any CombinationRule

  var spec: CommandSpec {
    CommandSpec(
      "fuse", name, summary,
      discussion: """
        \(source)

        A row's p-value in a modality is the chance of a score as high among its calibrate rows, else its fit rows, else \
        all its rows; beyond the highest of them it goes on falling, so that extremes keep their order. A row is combined \
        from the modalities present in it alone. With --decay, what was measured long ago counts less. The result keeps \
        what each modality adds, and where they contradict each other. \
        \(Self.trusting)\(measuresTrust ? " Unless --trust equal is given, which is the published form." : "")
        """,
      parameters: [FuseScores.inputs.base] + options
        + [Self.trust(usualTrust).base, Self.decay.base, FuseScores.contribution.base],
      output: .scores,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7 | split --fit 120"),
        Example("a = pump.Flow | detect zscore"),
        Example("b = pump.Pressure | detect zscore"),
        Example("c = pump.Current | detect zscore"),
        Example("joint = fuse \(name) a b c\(exampleOptions)"),
        Example("aged = align a b --every 1s --fill hold(5s) | fuse \(name) --decay 3s"),
        Example("wary = fuse \(name) a b c --trust \(measuresTrust ? "equal" : "measured")"),
      ])
  }

  private var usualTrust: String { measuresTrust ? "measured" : "equal" }

  /// What every discussion says of it.
  static let trusting = """
    With --trust measured, a modality whose small p-values among the rows to judge are no more than luck would give (higher \
    criticism, Donoho and Jin, Annals of Statistics 2004), or to which hardly a row looks normal any more, is \
    discounted: a sensor of noise then takes nothing from the others.
    """

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    do throws(FusionError) {
      let parts = try FuseScores.parts(of: call[FuseScores.inputs])
      let fusion = EvidenceFusion(
        rule(call), decay: call[Self.decay]?.seconds,
        contribution: LateFusion.Contribution(rawValue: call[FuseScores.contribution]) ?? .share,
        measuresTrust: call[Self.trust(usualTrust)] == "measured")
      let fused = try fusion.fuse(parts, work: work)
      FuseScores.note(fused, call: call)
      return .scores(
        fused.scores.with(
          voices: fused.scores.voices, refusion: Refusion(LateRefusion(fusion, of: parts))))
    } catch {
      throw call.failure(error, at: FuseScores.inputs.base)
    }
  }
}

extension FuseByRule {
  private static let level = Parameter<Double>.fraction(
    "level", in: 1e-9...0.5, default: 0.05, help: "A p-value at most this is a vote.")
  private static let belief = Parameter<Double>.fraction(
    "reliability", in: 0.01...0.999999, default: 0.99, help: "How far a single modality is believed.")
  private static let nu = Parameter<Double>.fraction(
    "nu", in: 0.01...1, default: 0.5, help: "Share of reference rows that may lie outside.")
  private static let hard = Parameter<Bool>.flag(
    "hard", help: "The most confident modality alone decides, instead of all by weight.")
  private static let independent = Parameter<Bool>.flag(
    "independent", help: "Takes the modalities for independent instead of measuring their correlation.")
  private static let groups = Parameter<Int>.integer(
    "buckets", in: 1...1000, default: 2, help: "Groups of modalities.")
  private static let order = Parameter<String>.choice(
    "order",
    of: [Choice("aom", "average of the groups' maxima"), Choice("moa", "maximum of the groups' averages")],
    default: "aom", help: "What comes first within a group.")

  static let cauchy = FuseByRule(
    name: "cauchy", summary: "Combines p-values by the Cauchy rule, safe for dependent modalities.",
    source: "Mean of tan((1/2 - p) pi), turned back into a p-value; -log10 of it (Liu and Xie, JASA 2020).",
    rule: { _ in CauchyRule() })

  static let fisher = FuseByRule(
    name: "fisher", summary: "Sums -2 ln p over the modalities, which must be independent.",
    source:
      "The sum is chi-square with 2M degrees of freedom; -log10 of its tail (Fisher 1932). See `fuse brown`.",
    rule: { _ in FisherRule() })

  static let brown = FuseByRule(
    name: "brown", summary: "Sums -2 ln p and corrects for modalities that depend on each other.",
    source:
      "Fisher's sum against a scaled chi-square with the measured covariances (Brown, Biometrics 1975; Poole et "
      + "al., Bioinformatics 2016).",
    rule: { _ in BrownRule() })

  static let stouffer = FuseByRule(
    name: "stouffer", summary: "Adds the normal deviates of the p-values.",
    source:
      "Sum of z over the root of 1'R1, R measured on the reference rows (Stouffer et al. 1949; Strube 1985).",
    options: [independent.base], exampleOptions: " --independent",
    rule: { StoufferRule(correlated: !$0[independent]) })

  static let tippett = FuseByRule(
    name: "tippett", summary: "Believes the smallest p-value, corrected for their number.",
    source: "1 - (1 - min p)^M; -log10 of it (Tippett 1931).", rule: { _ in TippettRule() })

  static let simes = FuseByRule(
    name: "simes", summary: "Believes one very small p-value, or two small ones, and so on.",
    source: "min M p(i) / i; -log10 of it (Simes, Biometrika 1986).", rule: { _ in SimesRule() })

  static let harmonic = FuseByRule(
    name: "harmonic", summary: "Takes the harmonic mean of the p-values.",
    source: "-log10 of the harmonic mean (Wilson, PNAS 2019).", rule: { _ in HarmonicRule() })

  static let dempster = FuseByRule(
    name: "dempster", summary: "Combines beliefs by Dempster's rule and keeps their conflict.",
    source:
      "Evidence -ln p for and -ln(1 - p) against an anomaly, combined as subjective opinions (Han et al., Trusted "
      + "multi-view classification, ICLR 2021). The score is belief plus half of what nobody knows.",
    measuresTrust: true, rule: { _ in DempsterShaferRule() })

  static let noisyOr = FuseByRule(
    name: "noisy-or", summary: "Calls a row normal only if every modality does.",
    source:
      "-log10 of the product of 1 - r (1 - p)^8 (noisy-or, Pearl 1988; the power lets only the upper end speak).",
    options: [belief.base], exampleOptions: " --reliability 90%",
    rule: { NoisyOrRule(reliability: $0[belief]) })

  static let vote = FuseByRule(
    name: "vote", summary: "Counts the modalities in whose upper tail a row lies.",
    source: "Share of present modalities with p at most --level; the mean percentile orders ties.",
    options: [level.base], exampleOptions: " --level 1%", rule: { VoteRule(level: $0[level]) })

  static let experts = FuseByRule(
    name: "experts", summary: "Trusts the modalities that are most certain, row by row.",
    source:
      "1 - p weighted by |1 - 2p| (after Willibald, Sliwowski and Lee 2025). With --hard the most confident one "
      + "decides alone.",
    options: [hard.base], measuresTrust: true, exampleOptions: " --hard",
    rule: { ExpertRule(isHard: $0[hard]) })

  static let spectral = FuseByRule(
    name: "spectral", summary: "Weighs modalities by how they agree, learned without labels.",
    source:
      "Weights are the leading eigenvector of the covariance of percentiles over all rows (Parisi et al., PNAS "
      + "2014); below three modalities all weigh the same.",
    rule: { _ in SpectralRule() })

  static let reliability = FuseByRule(
    name: "reliability", summary: "Weighs modalities by how much they find, learned without labels.",
    source:
      "-ln p weighted by one minus Storey's share of normal rows (Storey 2002), estimated over all rows: a "
      + "modality of noise finds nothing and gets no weight. A drift counts as a finding.",
    rule: { _ in ReliabilityRule() })

  static let ocsvm = FuseByRule(
    name: "ocsvm", summary: "Gates modalities by a linear one-class machine over their scores.",
    source:
      "w.x of a linear one-class support vector machine on the deviations of the reference rows (Schölkopf et al. "
      + "2001), as in M3DM (Wang et al., CVPR 2023); w is never negative.",
    options: [nu.base], exampleOptions: " --nu 20%", rule: { OneClassRule(nu: $0[nu]) })

  static let median = FuseByRule(
    name: "median", summary: "Takes the middle calibrated score of the modalities.",
    source: "The median of robust deviations (Kittler et al. 1998).", rule: { _ in MedianRule() })

  static let min = FuseByRule(
    name: "min", summary: "Takes the lowest calibrated score: all must see an anomaly.",
    source: "The minimum of robust deviations (Kittler et al. 1998).", rule: { _ in MinimumRule() })

  static let rrf = FuseByRule(
    name: "rrf", summary: "Rewards rows near the top of any modality's ranking.",
    source:
      "Mean of 1 / (60 + rank) (reciprocal rank fusion, Cormack et al., SIGIR 2009); the rank is that among the "
      + "reference scores.",
    rule: { _ in ReciprocalRankRule() })

  static let buckets = FuseByRule(
    name: "buckets", summary: "Averages maxima over groups of modalities, or the other way.",
    source:
      "Average of maximum or maximum of average (Aggarwal and Sathe 2015); groups are dealt in the given order.",
    options: [groups.base, order.base], exampleOptions: " --order moa",
    rule: { BucketRule(buckets: $0[groups], averagesMaxima: $0[order] == "aom") })

  static let aom = FuseByRule(
    name: "aom", summary: "Averages the maxima of groups of modalities.",
    source:
      "Average of maximum (Aggarwal and Sathe, SIGKDD Explorations 2015, section 4) over robust deviations: `fuse buckets "
      + "--order aom` by its name.",
    options: [groups.base], exampleOptions: " --buckets 3",
    rule: { BucketRule(buckets: $0[groups], averagesMaxima: true) })

  static let moa = FuseByRule(
    name: "moa", summary: "Takes the highest of the averages of groups of modalities.",
    source:
      "Maximum of average (Aggarwal and Sathe, SIGKDD Explorations 2015, section 4) over robust deviations: `fuse buckets "
      + "--order moa` by its name.",
    options: [groups.base], exampleOptions: " --buckets 3",
    rule: { BucketRule(buckets: $0[groups], averagesMaxima: false) })
}
