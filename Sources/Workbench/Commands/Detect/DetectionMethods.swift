/// The detectors, in the order in which `help` shows them.
let detectionMethods: [any DetectionMethod] =
  [
    // Feature by feature.
    ZScoreMethod(), MedianDeviationMethod(), QuantileRangeMethod(), EmpiricalTailsMethod(),
    CopulaTailsMethod(),
    HistogramScoreMethod(),

    // How features go together.
    MahalanobisMethod(), MinimumCovarianceMethod(), PrincipalComponentsMethod(), GaussianMixtureMethod(),
    KernelDensityMethod(), AutoencoderMethod(), VariationalAutoencoderMethod(), DeepSVDDMethod(),
    DeepSADMethod(), RandomDistancesMethod(), InternalContrastMethod(), LearnedViewsMethod(), OneClassMachineMethod(),
    RandomFeatureMachineMethod(), SupportBallMethod(), KernelComponentsMethod(), CookDistanceMethod(),
    RotationDeviationMethod(), SmoothingFactorMethod(), WrapAroundDiscrepancyMethod(),

    // Neighbours.
    NearestNeighborsMethod(), SampleDistanceMethod(), LocalOutlierFactorMethod(),
    ConnectivityOutlierFactorMethod(), LocalCorrelationMethod(), NeighborEnsembleMethod(),
    StochasticSelectionMethod(), AngleVarianceMethod(), SubspaceOutlierDegreeMethod(), FeatureBaggingMethod(),
    LocalEnsembleMethod(), LearnedNeighborsMethod(), RepresentationGraphMethod(), ProjectedEnsembleMethod(),

    // Clusters.
    ClusterDistanceMethod(), ClusterOutlierFactorMethod(), DensityReachMethod(), ClusterHierarchyMethod(),
    SelfOrganizingMapMethod(),

    // Random trees and projections.
    IsolationForestMethod(), ExtendedForestMethod(), SelectiveForestMethod(), DeepForestMethod(),
    ProjectionHistogramsMethod(),

    StateEstimationMethod(),

    // Series: windows that no other is like.
    MatrixProfileMethod(), DiscordSearchMethod(), ManyLengthsProfileMethod(), ManyChannelsProfileMethod(),
    ShapeClustersMethod(), NormalModelMethod(), WarpedTemplatesMethod(), StreamingShapesMethod(),
    SeriesGraphMethod(),

    // Series: moments that were not foretold.
    AutoregressionMethod(), VectorAutoregressionMethod(), HoltWintersMethod(), SeasonalTrendMethod(),
    KalmanResidualMethod(), PolynomialForecastMethod(), SpectralResidualMethod(),

    // Series: changes that last.
    WeightedMeanChartMethod(), CumulativeSumMethod(), PageHinkleyMethod(), ControlT2Method(),
    BayesianChangeMethod(), WindowChangeMethod(),
  ] + streamMethods

/// Detectors of streams, which `watch` can also put to work.
let streamMethods: [any StreamDetectionMethod] = [
  StreamNeighborsMethod(), StreamOutlierFactorMethod(), HalfSpaceTreesMethod(), RandomCutForestMethod(),
  StreamHistogramsMethod(), XStreamMethod(), HierarchicalMemoryMethod(), OnlineProfileMethod(),
  StreamingPeaksMethod(),
]

/// `detect` and `fit` with each of them.
let detectionCommands: [any Command] =
  detectionMethods.map { Detect(method: $0) } + detectionMethods.map { Fit(method: $0) }
  + streamMethods.map { Watch(method: $0) }
