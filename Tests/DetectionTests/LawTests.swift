import Detection
import TestKit
import Testing

@Suite struct `Detector laws` {
  @Test(arguments: DeviationSummary.allCases) func `hold for z-scores`(_ summary: DeviationSummary) throws {
    try checkLaws(ZScore(summary: summary), toy: ToyRows(), takesMissing: true)
  }

  @Test(arguments: DeviationSummary.allCases) func `hold for median deviations`(_ summary: DeviationSummary)
    throws
  {
    try checkLaws(MedianDeviation(summary: summary), toy: ToyRows(), takesMissing: true)
  }

  @Test func `hold for the isolation forest`() throws {
    try checkLaws(IsolationForest(trees: 50, sampleSize: 64), toy: ToyRows(), takesMissing: true)
  }

  @Test(arguments: NearestNeighbors.Measure.allCases)
  func `hold for nearest neighbours`(_ measure: NearestNeighbors.Measure) throws {
    try checkLaws(NearestNeighbors(neighbors: 4, measure: measure), toy: ToyRows(), takesMissing: true)
  }

  @Test func `hold for the local outlier factor`() throws {
    try checkLaws(LocalOutlierFactor(neighbors: 10), toy: ToyRows())
  }

  @Test func `hold for empirical tails`() throws {
    try checkLaws(EmpiricalTails(), toy: ToyRows(), takesMissing: true)
  }

  @Test(arguments: [HistogramScore.Bins.count(10), .auto])
  func `hold for histogram scores`(_ bins: HistogramScore.Bins) throws {
    try checkLaws(HistogramScore(bins: bins), toy: ToyRows(), takesMissing: true)
  }

  // What is planted lies along the first component, where Q does not look.
  @Test(
    arguments: PrincipalComponents.Score.allCases.filter { $0 != .q }, PrincipalComponents.Scaling.allCases)
  func `hold for principal components`(
    _ score: PrincipalComponents.Score, _ scaling: PrincipalComponents.Scaling
  ) throws {
    try checkLaws(PrincipalComponents(score: score, scaling: scaling), toy: ToyRows(columns: 4))
  }

  @Test func `hold for the residuals of principal components`() throws {
    try checkLaws(PrincipalComponents(score: .q, explained: 0.5), toy: ToyRows(columns: 4, planted: 0))
  }

  @Test func `hold for one column`() throws {
    try checkLaws(ZScore(), toy: ToyRows(columns: 1), takesMissing: true)
    try checkLaws(NearestNeighbors(), toy: ToyRows(columns: 1), takesMissing: true)
    try checkLaws(IsolationForest(trees: 50), toy: ToyRows(columns: 1), takesMissing: true)
    // The smallest value is as far out in its tail as the largest in its own: nothing can be planted.
    try checkLaws(EmpiricalTails(), toy: ToyRows(columns: 1, planted: 0), takesMissing: true)
    try checkLaws(HistogramScore(), toy: ToyRows(columns: 1), takesMissing: true)
    try checkLaws(PrincipalComponents(), toy: ToyRows(columns: 1))
  }

  @Test func `hold for the matrix profile`() throws {
    try checkLaws(MatrixProfile(window: 16), toy: ToyRows(columns: 1, planted: 0), scoresRowsAlone: false)
  }
}
