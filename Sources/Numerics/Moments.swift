/// Count, mean and sum of squared distances from the mean.
///
/// Source: Welford, Technometrics 1962; merging by Chan, Golub and LeVeque, *Updating formulae*, 1979, equation 2.1.
/// Equal numbers keep their exact mean and no spread.
package struct Moments: Sendable, Equatable {
  package private(set) var count = 0
  package private(set) var mean = 0.0
  private var squares = 0.0

  package init() {}

  /// Of the numbers that are not NaN, in parts of a fixed size.
  package init(_ numbers: [Double]) {
    let part = 4096
    for start in stride(from: 0, to: numbers.count, by: part) {
      var moments = Moments()
      for i in start..<min(start + part, numbers.count) where !numbers[i].isNaN { moments.take(numbers[i]) }
      append(moments)
    }
  }

  /// Divides by n - `degreesLost`; NaN for too few numbers.
  package func standardDeviation(degreesLost: Int = 1) -> Double {
    count > degreesLost ? (squares / Double(count - degreesLost)).squareRoot() : .nan
  }

  @inline(__always)
  package mutating func take(_ number: Double) {
    count += 1
    let distance = number - mean
    mean += distance / Double(count)
    squares += distance * (number - mean)
  }

  /// Puts later numbers behind these.
  @inline(__always)
  package mutating func append(_ later: Moments) {
    if later.count == 0 { return }
    if count == 0 {
      self = later
      return
    }
    let share = Double(later.count) / Double(count + later.count)
    let distance = later.mean - mean
    mean += distance * share
    squares += later.squares + distance * distance * (Double(count) * share)
    count += later.count
  }
}
