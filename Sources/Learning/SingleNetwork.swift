package import Numerics

/// Dense layers in single precision with GELU between them, trained to point the same way as their targets.
///
/// The fast path for large mappings; its naive twin is the tape.
///
/// - Complexity: 6 operations a weight and row.
/// - Source: the architecture and loss of Costanzino et al., *Multimodal industrial anomaly detection by crossmodal feature
///   mapping*, CVPR 2024, section 3.2: loss 1 − cosine.
package struct SingleNetwork: Sendable, Equatable {
  package private(set) var weights: [FloatMatrix]
  package private(set) var biases: [[Float]]

  /// Weights uniform within ±1/√inputs, biases too.
  ///
  /// - Source: the default of common libraries for dense layers (LeCun et al., *Efficient backprop*, 1998).
  package init(widths: [Int], using random: inout SeededGenerator) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "a network has an input and an output")
    weights = []
    biases = []
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      let limit = 1 / Double(inputs).squareRoot()
      weights.append(
        FloatMatrix(
          rows: inputs, columns: outputs,
          values: (0..<inputs * outputs).map { _ in Float((2 * random.unit() - 1) * limit) }))
      biases.append((0..<outputs).map { _ in Float((2 * random.unit() - 1) * limit) })
    }
  }

  package func apply(_ input: FloatMatrix, work: Work) throws(Cancelled) -> FloatMatrix {
    var output = input
    for layer in weights.indices {
      output = try forward(layer, output, work: work)
      if layer < weights.count - 1 { output = try Self.gelu(output, work: work).value }
    }
    return output
  }

  /// What a step needs to know of a batch.
  package struct Gradients: Sendable, Equatable {
    /// The mean of 1 − cosine.
    package let loss: Float
    package let weights: [FloatMatrix]
    package let biases: [[Float]]
  }

  /// The mean of 1 − cosine between outputs and targets, and its gradient.
  package func gradients(
    _ input: FloatMatrix, target: FloatMatrix, work: Work
  ) throws(Cancelled) -> Gradients {
    var inputs = [input]
    var slopes: [FloatMatrix] = []
    var output = input
    for layer in weights.indices {
      output = try forward(layer, output, work: work)
      if layer < weights.count - 1 {
        let bent = try Self.gelu(output, work: work)
        slopes.append(bent.slope)
        inputs.append(bent.value)
        output = bent.value
      }
    }
    let (loss, start) = try Self.cosineDistance(output, target, work: work)
    var gradient = start
    var weightGradients: [FloatMatrix] = []
    var biasGradients: [[Float]] = []
    for layer in weights.indices.reversed() {
      weightGradients.append(try inputs[layer].product(gradient, turning: .yes, work: work))
      biasGradients.append(try gradient.columnSums(work: work))
      if layer == 0 { break }
      gradient = try gradient.product(weights[layer], other: .yes, work: work)
        .multiplied(by: slopes[layer - 1], work: work)
    }
    return Gradients(loss: loss, weights: weightGradients.reversed(), biases: biasGradients.reversed())
  }

  private func forward(_ layer: Int, _ input: FloatMatrix, work: Work) throws(Cancelled) -> FloatMatrix {
    let product = try input.product(weights[layer], work: work)
    let bias = biases[layer]
    return FloatMatrix(
      rows: product.rows, columns: product.columns,
      values: try work.fillSingle(product.rows, stride: product.columns, size: Self.chunk(product.columns)) {
        range, target in
        let start = range.lowerBound * bias.count
        for row in 0..<range.count {
          for column in bias.indices {
            let cell = row * bias.count + column
            target[cell] = product.values[start + cell] + bias[column]
          }
        }
      })
  }

  private static func chunk(_ columns: Int) -> Int { max(1, 100_000 / columns) }

  private static func gelu(
    _ x: FloatMatrix, work: Work
  ) throws(Cancelled) -> (value: FloatMatrix, slope: FloatMatrix) {
    let columns = x.columns
    // A row holds its values, then its slopes.
    let both = try work.fillSingle(x.rows, stride: 2 * columns, size: chunk(columns)) { range, target in
      let input = x.values.span
      for row in range {
        let cells = input.extracting(row * columns..<(row + 1) * columns)
        let start = (row - range.lowerBound) * 2 * columns
        var values = [Float](repeating: 0, count: columns)
        var slopes = values
        var valueSpan = values.mutableSpan
        var slopeSpan = slopes.mutableSpan
        SingleGelu.apply(cells, value: &valueSpan, slope: &slopeSpan)
        for column in 0..<columns {
          target[start + column] = values[column]
          target[start + columns + column] = slopes[column]
        }
      }
    }
    var (value, slope) = (
      FloatMatrix(rows: x.rows, columns: columns), FloatMatrix(rows: x.rows, columns: columns)
    )
    for row in 0..<x.rows {
      for column in 0..<columns {
        value.values[row * columns + column] = both[row * 2 * columns + column]
        slope.values[row * columns + column] = both[row * 2 * columns + columns + column]
      }
    }
    return (value, slope)
  }

  private static func cosineDistance(
    _ output: FloatMatrix, _ target: FloatMatrix, work: Work
  ) throws(Cancelled) -> (loss: Float, gradient: FloatMatrix) {
    let columns = output.columns
    let count = Float(max(1, output.rows))
    let cells = try work.fillSingle(output.rows, stride: columns + 1, size: chunk(columns)) { range, filled in
      for row in range {
        var (dot, own, goal): (Float, Float, Float) = (0, 0, 0)
        for cell in row * columns..<(row + 1) * columns {
          dot += output.values[cell] * target.values[cell]
          own += output.values[cell] * output.values[cell]
          goal += target.values[cell] * target.values[cell]
        }
        let base = (row - range.lowerBound) * (columns + 1)
        let (length, size) = (max(own.squareRoot(), 1e-8), max(goal.squareRoot(), 1e-8))
        let cosine = dot / (length * size)
        filled[base + columns] = 1 - cosine
        for column in 0..<columns {
          let cell = row * columns + column
          filled[base + column] =
            (cosine * output.values[cell] / length - target.values[cell] / size) / (length * count)
        }
      }
    }
    var gradient = FloatMatrix(rows: output.rows, columns: columns)
    var sum = 0.0
    for row in 0..<output.rows {
      sum += Double(cells[row * (columns + 1) + columns])
      for column in 0..<columns {
        gradient.values[row * columns + column] = cells[row * (columns + 1) + column]
      }
    }
    return (Float(sum) / count, gradient)
  }

  /// Adam's step with the gradients of a batch.
  package mutating func step(_ gradients: Gradients, _ adam: inout SingleAdam, work: Work) throws(Cancelled) {
    adam.begin()
    for layer in weights.indices {
      try adam.step(
        &weights[layer].values, gradients.weights[layer].values, place: 2 * layer, work: work)
      try adam.step(&biases[layer], gradients.biases[layer], place: 2 * layer + 1, work: work)
    }
  }
}

/// Adam in single precision.
///
/// - Source: Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1, with its defaults.
package struct SingleAdam: Sendable {
  package let rate: Float
  private var steps = 0
  private var first: [Int: [Float]] = [:]
  private var second: [Int: [Float]] = [:]
  private let firstDecay: Float = 0.9
  private let secondDecay: Float = 0.999
  private let floor: Float = 1e-8

  package init(rate: Float = 1e-3) { self.rate = rate }

  mutating func begin() { steps += 1 }

  mutating func step(
    _ parameters: inout [Float], _ gradients: [Float], place: Int, work: Work
  ) throws(Cancelled) {
    let step = SingleAdamStep(
      rate: rate, firstDecay: firstDecay, secondDecay: secondDecay,
      firstScale: Float(1 / (1 - power(Double(firstDecay), Double(steps)))),
      secondScale: Float(1 / (1 - power(Double(secondDecay), Double(steps)))), floor: floor)
    // Taken out while they are written, so that nothing is copied.
    var m = first.removeValue(forKey: place) ?? [Float](repeating: 0, count: parameters.count)
    var v = second.removeValue(forKey: place) ?? [Float](repeating: 0, count: parameters.count)
    try step.apply(gradients, to: &parameters, first: &m, second: &v, work: work)
    first[place] = m
    second[place] = v
  }
}

extension FloatMatrix {
  fileprivate func columnSums(work: Work) throws(Cancelled) -> [Float] {
    try work.fillSingle(columns, size: max(1, 1_000_000 / max(1, rows))) { range, target in
      for row in 0..<rows {
        for column in range { target[column - range.lowerBound] += values[row * columns + column] }
      }
    }
  }

  fileprivate func multiplied(by other: FloatMatrix, work: Work) throws(Cancelled) -> FloatMatrix {
    FloatMatrix(
      rows: rows, columns: columns,
      values: try work.fillSingle(values.count, size: 65_536) { range, target in
        for cell in range { target[cell - range.lowerBound] = values[cell] * other.values[cell] }
      })
  }
}
