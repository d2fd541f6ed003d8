import Detection
import Language

struct ProjectedEnsembleMethod: DetectionMethod {
  static let share = Parameter<Double>.fraction(
    "share", in: 0.01...1, default: 2.0 / 3, help: "Share of the dimensions that a projection keeps.")
  static let most = Parameter<Int>.integer(
    "most", in: 3...10_000_000, default: 10_000, help: "Rows that a member by distances learns from at most.")

  let name = "suod"
  let measure = "the mean of eight detectors, six of them on random projections"
  let discussion = """
    Three mean distances to neighbours, three local outlier factors, an isolation forest and histograms, each in standard \
    deviations of its scores of the fit rows. Those by distances see the standardised columns in fewer random directions and \
    learn from `--most` rows at most, so that many rows and columns stay affordable (Zhao and others, SUOD, MLSys 2021).
    """
  let parameters = [share.base, most.base]
  let isRandom = true
  let exampleOptions = "--share 50%"
  func detector(_ call: Invocation) -> any Detector {
    ProjectedEnsemble(share: call[Self.share], most: call[Self.most])
  }
}
