/// y = C·xᵉ, by least squares between logarithms; points that are not positive are left out.
package struct PowerLaw: Sendable, Equatable {
  package let exponent: Double
  private let center: (x: Double, y: Double)

  package static func == (one: PowerLaw, other: PowerLaw) -> Bool {
    one.exponent == other.exponent && one.center == other.center
  }

  package init(_ x: [Double], _ y: [Double]) {
    let known = x.indices.filter { x[$0] > 0 && y[$0] > 0 }
    let (a, b) = (known.map { logarithm(x[$0]) }, known.map { logarithm(y[$0]) })
    let count = Double(max(1, known.count))
    center = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (spread, joint) = (0.0, 0.0)
    for (a, b) in zip(a, b) {
      spread += (a - center.x) * (a - center.x)
      joint += (a - center.x) * (b - center.y)
    }
    exponent = spread > 0 ? joint / spread : 1
  }

  package func expected(_ x: Double) -> Double {
    x > 0 ? exponential(center.y + exponent * (logarithm(x) - center.x)) : 0
  }

  /// How far a point is from the law: max(y, ŷ) / min(y, ŷ) · ln(|y − ŷ| + 1); 0 where there is no y.
  ///
  /// - Source: Akoglu, McGlohon and Faloutsos, *OddBall: spotting anomalies in weighted graphs*, PAKDD 2010, equation 2.
  package func oddness(_ x: Double, _ y: Double) -> Double {
    let expected = expected(x)
    guard y > 0, expected > 0 else { return 0 }
    let ratio = max(y, expected) / min(y, expected)
    return min(ratio * logarithm1p(abs(y - expected)), .greatestFiniteMagnitude)
  }
}
