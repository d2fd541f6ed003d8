package import Numerics

/// The level and the spread of a channel under control.
struct InControl: Sendable, Codable, Equatable {
  let mean: Double
  let deviation: Double

  init(_ values: [Double]) {
    mean = Selection.median(of: values) ?? 0
    deviation = ResidualScale(values.map { $0 - (Selection.median(of: values) ?? 0) }).value
  }

  func standardised(_ value: Double) -> Double { (value - mean) / deviation }
}

/// Scores moments by an exponentially weighted mean that leaves its control limits.
///
/// - Input: see `ChannelDetector`.
/// - Output: the distance of the weighted mean from the target over its standard deviation; beyond 2.7 (at weight 0.2
///   beyond 2.86) is out of control once in some 370 rows.
/// - Complexity: O(*n*).
/// - Source: Roberts, *Control chart tests based on geometric moving averages*, Technometrics 1959; limits as in Lucas
///   and Saccucci, Technometrics 1990, equation 3.
/// - Differs: target and spread are the median and the scaled median absolute deviation of the training rows.
package struct WeightedMeanChart: ChannelMethod {
  package static let name = "ewma"
  package static let meaning = "distance of the weighted mean in its deviations"
  package let weight: Double
  package var leastRows: Int { 4 }

  package init(weight: Double = 0.2) { self.weight = weight }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if !(weight > 0 && weight <= 1) { throw .parameter(name: "weight", reason: "must lie in 0...1") }
    return Fitted(weight: weight, control: InControl(values))
  }

  package struct Fitted: FittedChannel {
    let weight: Double
    let control: InControl

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      var mean = 0.0
      var decay = 1.0
      return values.map { value in
        mean += weight * (control.standardised(value) - mean)
        decay *= (1 - weight) * (1 - weight)
        return abs(mean) / (weight / (2 - weight) * (1 - decay)).squareRoot()
      }
    }
  }
}

/// Scores moments by the sum of small deviations to one side that has built up.
///
/// - Input: see `ChannelDetector`.
/// - Output: the larger of the upper and the lower sum, in standard deviations; 5 is the usual limit. A sum beyond
///   the limit starts again at 0 in the next row, so that the chart shows each change and not its aftermath.
/// - Complexity: O(*n*).
/// - Source: Page, *Continuous inspection schemes*, Biometrika 1954, section 3; allowance 1/2 and limit 5 as in
///   Montgomery, *Introduction to statistical quality control*, chapter 9.
/// - Differs: see `WeightedMeanChart`.
package struct CumulativeSum: ChannelMethod {
  package static let name = "cusum"
  package static let meaning = "sum of deviations to one side"
  /// What a deviation must exceed to count.
  package let allowance: Double
  package let limit: Double
  package var leastRows: Int { 4 }

  package init(allowance: Double = 0.5, limit: Double = 5) {
    self.allowance = allowance
    self.limit = limit
  }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if !(allowance >= 0) { throw .parameter(name: "allowance", reason: "must be at least 0") }
    if !(limit > 0) { throw .parameter(name: "limit", reason: "must be above 0") }
    return Fitted(allowance: allowance, limit: limit, control: InControl(values))
  }

  package struct Fitted: FittedChannel {
    let allowance: Double
    let limit: Double
    let control: InControl

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      var (upper, lower) = (0.0, 0.0)
      return values.map { value in
        let z = control.standardised(value)
        upper = max(0, (upper > limit ? 0 : upper) + z - allowance)
        lower = max(0, (lower > limit ? 0 : lower) - z - allowance)
        return max(upper, lower)
      }
    }
  }
}

/// Scores moments by how far a running sum of deviations from the running mean has left its extreme.
///
/// - Input: see `ChannelDetector`; nothing is learned but the spread, the mean is that of the rows so far.
/// - Output: the larger of both directions' distance in standard deviations; 50 is the usual limit, beyond which mean
///   and sums start again.
/// - Complexity: O(*n*).
/// - Source: Page, Biometrika 1954; the form of Mouss and others, *Test of Page-Hinckley*, ASCC 2004, equations 1 to 4,
///   with δ = 0.005 and λ = 50 as in river.
package struct PageHinkley: ChannelMethod {
  package static let name = "pagehinkley"
  package static let meaning = "distance of the running sum from its extreme"
  package let allowance: Double
  package let limit: Double
  package var leastRows: Int { 4 }

  package init(allowance: Double = 0.005, limit: Double = 50) {
    self.allowance = allowance
    self.limit = limit
  }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if !(allowance >= 0) { throw .parameter(name: "allowance", reason: "must be at least 0") }
    if !(limit > 0) { throw .parameter(name: "limit", reason: "must be above 0") }
    return Fitted(allowance: allowance, limit: limit, control: InControl(values))
  }

  package struct Fitted: FittedChannel {
    let allowance: Double
    let limit: Double
    let control: InControl

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      var test = PageHinkleyTest(allowance: allowance)
      return values.map { value in
        if test.distance > limit { test = PageHinkleyTest(allowance: allowance) }
        test.take(control.standardised(value))
        return test.distance
      }
    }
  }
}

/// The running sums of Page and Hinkley's test, to both sides.
package struct PageHinkleyTest: Sendable, Codable, Equatable {
  let allowance: Double
  private var count = 0.0
  private var mean = 0.0
  private var rise = 0.0
  private var fall = 0.0

  package init(allowance: Double = 0.005) { self.allowance = allowance }

  package var distance: Double { max(rise, fall) }

  package mutating func take(_ value: Double) {
    count += 1
    mean += (value - mean) / count
    // A sum less its minimum is a sum that never falls below 0.
    rise = max(0, rise + value - mean - allowance)
    fall = max(0, fall - value + mean - allowance)
  }
}
