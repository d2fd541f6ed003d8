import Detection
import Numerics
import TestKit
import Testing

extension `Detector laws` {
  /// A series detector and the toy series on which it is tried.
  struct SeriesCase: Sendable, CustomTestStringConvertible {
    let detector: any Detector
    var takesMissing = true
    var columns = 2
    var planted = 3
    var testDescription: String { "\(detector)" }
  }

  static let series: [SeriesCase] = [
    SeriesCase(detector: ChannelDetector(SpectralResidual(), summary: .mean), planted: 0),
    SeriesCase(detector: ChannelDetector(PolynomialForecast(window: 8)), planted: 0),
    SeriesCase(detector: ChannelDetector(PolynomialForecast()), planted: 0),
    SeriesCase(detector: ChannelDetector(Autoregression(order: 3)), planted: 0),
    SeriesCase(detector: ChannelDetector(HoltWinters(period: 1))),
    SeriesCase(detector: ChannelDetector(HoltWinters(period: 7)), planted: 0),
    SeriesCase(detector: ChannelDetector(HoltWinters()), planted: 0),
    SeriesCase(detector: ChannelDetector(KalmanResidual())),
    SeriesCase(detector: ChannelDetector(WeightedMeanChart(), summary: .rootMeanSquare), planted: 0),
    SeriesCase(detector: ChannelDetector(CumulativeSum())),
    SeriesCase(detector: ChannelDetector(PageHinkley()), planted: 0),
    SeriesCase(detector: ChannelDetector(SeasonalTrend(period: 7)), planted: 0),
    SeriesCase(detector: ChannelDetector(BayesianChange()), planted: 0),
    SeriesCase(detector: ChannelDetector(BayesianChange(score: .surprise)), planted: 0),
    SeriesCase(detector: ChannelDetector(WindowChange(window: 20)), planted: 0),
    SeriesCase(detector: VectorAutoregression(order: 1), takesMissing: false, planted: 0),
    SeriesCase(detector: ControlT2(window: 1), takesMissing: false),
    SeriesCase(detector: ControlT2(), takesMissing: false, planted: 0),
    SeriesCase(
      detector: MatrixProfile(window: 16, neighbors: .left), takesMissing: false, columns: 1, planted: 0),
    SeriesCase(
      detector: MatrixProfile(window: 16, neighbors: .right), takesMissing: false, columns: 1, planted: 0),
    SeriesCase(detector: DiscordSearch(window: 12), takesMissing: false, columns: 1, planted: 0),
    SeriesCase(
      detector: ManyLengthsProfile(shortest: 8, longest: 20, lengths: 3), takesMissing: false, columns: 1,
      planted: 0),
    SeriesCase(detector: ManyChannelsProfile(window: 12), takesMissing: false, columns: 3, planted: 0),
    SeriesCase(
      detector: ManyChannelsProfile(window: 12, dimensions: 2), takesMissing: false, columns: 3, planted: 0),
    SeriesCase(detector: WindowedDetector(PrincipalComponents(), window: 8), takesMissing: false, planted: 0),
    SeriesCase(detector: WindowedDetector(NearestNeighbors(), window: nil), takesMissing: false, planted: 0),
    SeriesCase(
      detector: WindowedDetector(NearestNeighbors(), window: 8, form: .shape), takesMissing: false, planted: 0
    ),
    SeriesCase(detector: WindowedDetector(IsolationForest(trees: 20), window: 8), planted: 0),
    SeriesCase(
      detector: StretchDetector(ShapeClusters(window: 12)), takesMissing: false, columns: 1, planted: 0),
    SeriesCase(
      detector: StretchDetector(NormalModel(window: 12)), takesMissing: false, columns: 1, planted: 0),
    SeriesCase(detector: StretchDetector(NormalModel()), takesMissing: false, columns: 1, planted: 0),
    SeriesCase(
      detector: StretchDetector(WarpedTemplates(window: 12, templates: 4)), takesMissing: false, columns: 1,
      planted: 0),
    SeriesCase(
      detector: StretchDetector(StreamingShapes(window: 12, batch: 30)), takesMissing: false, columns: 1,
      planted: 0),
    SeriesCase(
      detector: StretchDetector(SeriesGraph(window: 12)), takesMissing: false, columns: 1, planted: 0),
  ]

  @Test(arguments: series) func `hold in time for`(_ tried: SeriesCase) throws {
    try checkLaws(
      tried.detector, toy: ToyRows(columns: tried.columns, planted: tried.planted), scoresRowsAlone: false,
      takesMissing: tried.takesMissing)
  }

  @Test func `hold for state estimation`() throws {
    try checkLaws(StateEstimation(memory: 20), toy: ToyRows(planted: 0))
  }
}
