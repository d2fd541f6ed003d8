/// The detectors, in the order in which `help` shows them.
let detectionMethods: [any DetectionMethod] = [
  // Feature by feature.
  ZScoreMethod(), MedianDeviationMethod(), QuantileRangeMethod(), EmpiricalTailsMethod(), CopulaTailsMethod(),
  HistogramScoreMethod(),

  // How features go together.
  MahalanobisMethod(), MinimumCovarianceMethod(), PrincipalComponentsMethod(), GaussianMixtureMethod(),
  KernelDensityMethod(), AutoencoderMethod(),

  // Neighbours.
  NearestNeighborsMethod(), SampleDistanceMethod(), LocalOutlierFactorMethod(),
  ConnectivityOutlierFactorMethod(), LocalCorrelationMethod(), NeighborEnsembleMethod(),
  StochasticSelectionMethod(), AngleVarianceMethod(), SubspaceOutlierDegreeMethod(),

  // Clusters.
  ClusterDistanceMethod(), ClusterOutlierFactorMethod(),

  // Random trees and projections.
  IsolationForestMethod(), ProjectionHistogramsMethod(),

  // Series.
  MatrixProfileMethod(),
]

/// `detect` and `fit` with each of them.
let detectionCommands: [any Command] =
  detectionMethods.map { Detect(method: $0) } + detectionMethods.map { Fit(method: $0) }
