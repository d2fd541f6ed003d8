package import Numerics

/// Steps against the gradient, each parameter at its own pace.
///
/// - Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1, with its defaults.
package struct Adam: Sendable {
  package let rate: Double
  private let firstDecay = 0.9
  private let secondDecay = 0.999
  private let floor = 1e-8
  private var steps = 0
  private var firstMoments: [Matrix] = []
  private var secondMoments: [Matrix] = []

  package init(rate: Double = 1e-3) { self.rate = rate }

  package mutating func step(_ parameters: inout [Matrix], gradients: [Matrix]) {
    precondition(parameters.count == gradients.count, "one gradient a parameter")
    if steps == 0 {
      firstMoments = gradients.map { Matrix(rows: $0.rows, columns: $0.columns) }
      secondMoments = firstMoments
    }
    steps += 1
    let firstScale = 1 / (1 - power(firstDecay, Double(steps)))
    let secondScale = 1 / (1 - power(secondDecay, Double(steps)))
    for position in parameters.indices {
      for cell in parameters[position].values.indices {
        let slope = gradients[position].values[cell]
        let first = firstDecay * firstMoments[position].values[cell] + (1 - firstDecay) * slope
        let second = secondDecay * secondMoments[position].values[cell] + (1 - secondDecay) * slope * slope
        firstMoments[position].values[cell] = first
        secondMoments[position].values[cell] = second
        parameters[position].values[cell] -=
          rate * first * firstScale / ((second * secondScale).squareRoot() + floor)
      }
    }
  }
}
