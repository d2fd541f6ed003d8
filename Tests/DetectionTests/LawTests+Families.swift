import Detection
import TestKit
import Testing

extension `Detector laws` {
  /// A detector, whether it takes missing values, and the rows on which it is tried.
  struct Case: Sendable, CustomTestStringConvertible {
    let detector: any Detector
    var takesMissing = false
    var columns = 3
    var planted = 3
    var testDescription: String { "\(detector)" }
  }

  static let families: [Case] = [
    Case(detector: QuantileRange(), takesMissing: true),
    Case(detector: QuantileRange(tail: 0.1, summary: .rootMeanSquare), takesMissing: true),
    Case(detector: CopulaTails(), takesMissing: true),
    Case(detector: Mahalanobis()),
    Case(detector: MinimumCovariance()),
    Case(detector: MinimumCovariance(support: 0.8), columns: 5),
    Case(detector: GaussianMixture()),
    Case(detector: GaussianMixture(components: 2, covariance: .diagonal), planted: 0),
    Case(detector: GaussianMixture(components: 3, isAutomatic: true), planted: 0),
    Case(detector: KernelDensity()),
    Case(detector: SampleDistance()),
    Case(detector: ConnectivityOutlierFactor(neighbors: 10)),
    Case(detector: LocalCorrelation(), planted: 0),
    Case(detector: LocalCorrelation(references: 60, radii: 7, least: 8), planted: 0),
    Case(detector: NeighborEnsemble(samples: 50)),
    Case(detector: StochasticSelection(), planted: 1),
    // Of rows far out in all directions each other makes the best company.
    Case(detector: RepresentationGraph(), planted: 0),
    Case(detector: RepresentationGraph(gamma: 10, tau: 0.9), planted: 0),
    Case(detector: ProjectedEnsemble()),
    Case(detector: ProjectedEnsemble(most: 50), columns: 5),
    Case(detector: AngleVariance()),
    Case(detector: AngleVariance(neighbors: nil)),
    // Rows that are far out in all features have no flat of their own.
    Case(detector: SubspaceOutlierDegree(), planted: 0),
    // Three rows far out must not win a center of their own.
    Case(detector: ClusterDistance(clusters: 1)),
    Case(detector: ClusterDistance(), planted: 0),
    Case(detector: ClusterOutlierFactor(clusters: 4)),
    Case(detector: ClusterOutlierFactor(clusters: 4, isWeighted: true), planted: 0),
    Case(detector: ProjectionHistograms()),
    Case(detector: OneClassMachine()),
    Case(detector: OneClassMachine(outside: 0.1, gamma: 2)),
    Case(detector: OneClassMachine(gamma: 0.05, isRaw: true)),
    Case(detector: ExtendedForest(trees: 60)),
    Case(detector: ExtendedForest(trees: 60, level: 0)),
    Case(detector: FeatureBagging(), planted: 1),
    Case(detector: SupportBall()),
    Case(detector: SupportBall(outside: 0.3, kernel: .linear)),
    Case(detector: SupportBall(kernel: .linear, isRaw: true)),
    Case(detector: DensityReach()),
    Case(detector: DensityReach(least: 3, radius: 0.5)),
    Case(detector: ClusterHierarchy()),
    Case(detector: KernelComponents(), planted: 0),
    Case(detector: KernelComponents(landmarks: 40, explained: 0.7), planted: 0),
    Case(detector: SelfOrganizingMap(side: 1)),
    Case(detector: SelfOrganizingMap(passes: 5), planted: 0),
    Case(detector: SelectiveForest(trees: 40, sampleSize: 64)),
    Case(detector: RandomFeatureMachine(features: 128, passes: 4), planted: 0),
    Case(detector: RotationDeviation()),
    Case(detector: RotationDeviation(), columns: 5),
    Case(detector: WrapAroundDiscrepancy(), planted: 0),
    Case(detector: CookDistance(), planted: 1),
    Case(detector: SmoothingFactor()),
    Case(detector: SmoothingFactor(dissimilarity: .variance)),
    Case(detector: SmoothingFactor(dissimilarity: .iqr), planted: 0),
  ]

  @Test(arguments: families) func `hold for`(_ tried: Case) throws {
    try checkLaws(
      tried.detector, toy: ToyRows(columns: tried.columns, planted: tried.planted),
      takesMissing: tried.takesMissing)
  }
}
