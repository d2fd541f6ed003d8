import Detection
import Learning

/// The detectors that a peer has, too, with the parameters with which the peer runs.
enum DetectorCases {
  typealias Maker = @Sendable (_ columns: Int) -> any Detector

  static let tables: [String: Maker] = [
    "zscore": { _ in ZScore() }, "mad": { _ in MedianDeviation() }, "ecod": { _ in EmpiricalTails() },
    "copod": { _ in CopulaTails() }, "hbos": { _ in HistogramScore() },
    "pca": { _ in PrincipalComponents(score: .vectors, scaling: .standard, explained: 1) },
    "pca-limits": { _ in PrincipalComponents(scaling: .standard) },
    "kpca": { _ in KernelComponents(landmarks: 300) }, "mahalanobis": { _ in Mahalanobis() },
    "mcd": { _ in MinimumCovariance() }, "gmm": { _ in GaussianMixture() },
    "gmm-3": { _ in GaussianMixture(components: 3) }, "kde": { _ in KernelDensity() },
    "sampling": { _ in SampleDistance() }, "cd": { _ in CookDistance() }, "rod": { _ in RotationDeviation() },
    "lmdd": { _ in SmoothingFactor() }, "qmcd": { _ in WrapAroundDiscrepancy() },
    "knn": { _ in NearestNeighbors() }, "lof": { _ in LocalOutlierFactor() },
    "cof": { _ in ConnectivityOutlierFactor() }, "loci": { _ in LocalCorrelation() },
    "inne": { _ in NeighborEnsemble() }, "sos": { _ in StochasticSelection() },
    "abod": { _ in AngleVariance(neighbors: 10) }, "sod": { _ in SubspaceOutlierDegree() },
    "bagging": { _ in FeatureBagging() }, "kmeans": { _ in ClusterDistance() },
    "cblof": { _ in ClusterOutlierFactor() }, "dbscan": { _ in DensityReach(radius: 4) },
    "hdbscan": { _ in ClusterHierarchy() }, "iforest": { _ in IsolationForest(trees: 200) },
    "eif": { _ in ExtendedForest() }, "loda": { _ in ProjectionHistograms() },
    "ocsvm": { _ in OneClassMachine(isRaw: true) }, "ocsvm-sgd": { _ in RandomFeatureMachine() },
    "hst": { _ in StreamDetector(HalfSpaceTrees(trees: 25, depth: 10, window: 250)) },
    "autoencoder": { _ in
      Autoencoder(descent: Descent(epochs: 10, batchSize: 32, rate: 0.001, patience: 15))
    },
  ]

  static let series: [String: @Sendable () -> any Detector] = [
    "matrixprofile": { MatrixProfile(window: 100) },
    "mmp": { ManyChannelsProfile(window: 100) },
    "spectral": { ChannelDetector(SpectralResidual()) },
    "kshape": { StretchDetector(ShapeClusters(window: 100)) },
  ]
}
