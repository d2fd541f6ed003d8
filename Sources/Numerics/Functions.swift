#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The natural logarithm, here so that other rooms need not import the C library.
package func logarithm(_ x: Double) -> Double { log(x) }
package func exponential(_ x: Double) -> Double { exp(x) }
package func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
package func sine(_ x: Double) -> Double { sin(x) }
package func cosine(_ x: Double) -> Double { cos(x) }
package func tangent(_ x: Double) -> Double { tan(x) }
package func errorFunction(_ x: Double) -> Double { erf(x) }
package func logarithmOfGamma(_ x: Double) -> Double { lgamma(x) }
package func logarithm10(_ x: Double) -> Double { log10(x) }
package func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
package func arcTangent(_ x: Double) -> Double { atan(x) }
/// The angle of a point, from -π to π.
package func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
package func arcTangent(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }
/// 1 - erf(x), exact also where erf(x) is almost 1.
package func complementaryErrorFunction(_ x: Double) -> Double { erfc(x) }
/// log(1 + x), exact also for tiny x.
package func logarithm1p(_ x: Double) -> Double { log1p(x) }
/// exp(x) - 1, exact also for tiny x.
package func exponentialMinus1(_ x: Double) -> Double { expm1(x) }
package func logarithm2(_ x: Double) -> Double { log2(x) }
