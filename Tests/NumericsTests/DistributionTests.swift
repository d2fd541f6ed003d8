import Numerics
import Testing

/// Expected numbers were computed once with SciPy 1.17 (the tiny risk of F from its tail, not from its inverse).
@Suite struct `Distributions` {
  static let cases: [(name: String, got: Double, expected: Double)] = [
    ("normal quantile far out", StandardNormal().quantile(1e-12), -7.034483825301131),
    ("normal quantile", StandardNormal().quantile(0.3), -0.5244005127080409),
    ("normal upper quantile", StandardNormal().quantile(0.999), 3.090232306167813),
    ("normal tail", StandardNormal().survival(20), 2.7536241186061556e-89),
    ("chi-square", ChiSquare(degrees: 4).cumulative(7.7), 0.8967932782738708),
    ("chi-square, half a degree", ChiSquare(degrees: 0.5).cumulative(0.01), 0.2930808947210196),
    ("chi-square tail", ChiSquare(degrees: 200).survival(320), 1.4420224505352197e-07),
    ("chi-square small", ChiSquare(degrees: 30).cumulative(12), 0.0014003538333618914),
    ("chi-square quantile", ChiSquare(degrees: 52).quantile(0.999), 89.27215083430448),
    ("chi-square low quantile", ChiSquare(degrees: 4).quantile(0.001), 0.09080403553897909),
    ("chi-square tiny risk", ChiSquare(degrees: 6).quantile(ofSurvival: 1e-14), 77.83458135581645),
    ("beta", BetaDistribution(alpha: 2, beta: 3).cumulative(0.4), 0.5248),
    ("beta skewed", BetaDistribution(alpha: 100, beta: 3).cumulative(0.95), 0.11026985672872086),
    ("beta quantile", BetaDistribution(alpha: 8, beta: 392).quantile(0.99), 0.039649458406763746),
    ("beta low quantile", BetaDistribution(alpha: 0.5, beta: 0.5).quantile(0.2), 0.09549150281252627),
    ("F", FisherF(numerator: 2, denominator: 10).cumulative(4.1), 0.9499224515189161),
    ("F tail", FisherF(numerator: 8, denominator: 392).survival(2.5), 0.011723746099385927),
    ("F quantile", FisherF(numerator: 8, denominator: 392).quantile(0.999), 3.3505296418902653),
    ("F tiny risk", FisherF(numerator: 5, denominator: 300).quantile(ofSurvival: 1e-10), 12.142763081469894),
    ("t", StudentT(degrees: 1).cumulative(-3), 0.10241638234956672),
    ("t upper", StudentT(degrees: 5).cumulative(2), 0.9490302605850708),
    ("t tiny risk", StudentT(degrees: 7).quantile(ofSurvival: 1e-6), 14.241469651981445),
    ("Pareto quantile", GeneralizedPareto(scale: 2, shape: 0.3).quantile(0.999), 46.28854898161874),
    ("Pareto tail", GeneralizedPareto(scale: 2, shape: -0.2).survival(5), 0.03125),
  ]

  @Test(arguments: cases) func `agree with SciPy`(_ name: String, _ got: Double, _ expected: Double) {
    #expect(abs(got - expected) <= 1e-10 * abs(expected), "\(name): \(got)")
  }

  @Test func `turn quantiles back into shares`() {
    for p in [1e-6, 0.01, 0.2, 0.5, 0.9, 0.9999] {
      for distribution: any Distribution in [
        StandardNormal(), ChiSquare(degrees: 3), FisherF(numerator: 3, denominator: 40),
        BetaDistribution(alpha: 2, beta: 7), StudentT(degrees: 4), GammaDistribution(shape: 2.5, scale: 3),
        GeneralizedPareto(scale: 1, shape: 0.2), GeneralizedPareto(scale: 1, shape: 0),
      ] {
        #expect(abs(distribution.cumulative(distribution.quantile(p)) - p) < 1e-12, "\(distribution) \(p)")
        #expect(abs(distribution.survival(distribution.quantile(ofSurvival: p)) - p) < 1e-12)
      }
    }
  }

  /// The likelihood that SciPy's fit reaches on the 200 mid-quantiles of each distribution.
  @Test(arguments: [
    ("heavy tail", 0.3, 2.0, 0.2917011582190684, 2.0121362712502857),
    ("exponential", 0.0, 1.0, -0.010461647431624078, 1.0086981464297518),
    ("bounded", -0.4, 3.0, -0.4147217623986046, 3.0405891529410365),
  ]) func `fit the most likely generalised Pareto`(
    _ name: String, _ shape: Double, _ scale: Double, _ fittedShape: Double, _ fittedScale: Double
  ) throws {
    let law = GeneralizedPareto(scale: scale, shape: shape)
    let excesses = (0..<200).map { law.quantile((Double($0) + 0.5) / 200) }
    let fit = try #require(GeneralizedPareto(fitting: excesses))
    #expect(abs(fit.shape - fittedShape) < 2e-4, "\(name)")
    #expect(abs(fit.scale - fittedScale) < 4e-4, "\(name)")
  }

  @Test func `refuse to fit what does not vary`() {
    #expect(GeneralizedPareto(fitting: [1, 1, 1]) == nil)
    #expect(GeneralizedPareto(fitting: [2]) == nil)
    #expect(GeneralizedPareto(fitting: [0, 0]) == nil)
  }

  @Test func `fit the same shape at any scale`() throws {
    let excesses = (0..<50).map { Double($0 * $0 % 47) + 1 }
    let one = try #require(GeneralizedPareto(fitting: excesses))
    let other = try #require(GeneralizedPareto(fitting: excesses.map { $0 * 1e-9 }))
    #expect(abs(one.shape - other.shape) < 1e-9)
    #expect(abs(one.scale * 1e-9 - other.scale) < 1e-18)
  }
}
