import Learning
import Numerics
import Testing

/// 0.8 sin(0.5 + 1.7 k + 2.3 t) in cell k.
private func wave(_ rows: Int, _ columns: Int, _ number: Int) -> Matrix {
  Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { 0.8 * sine(0.5 + 1.7 * Double($0) + 2.3 * Double(number)) })
}

private func agrees(_ found: [Double], _ expected: [Double]) -> Bool {
  found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }
}

/// Values of losses, cells and steps beside those that NumPy works out from the published formulas.
@Suite struct `Formulas of learning` {
  typealias Build = @Sendable (inout Tape) -> Tape.Node

  static let losses: [(String, Build, Double)] = [
    (
      // Mean of −ln softmax(x yᵀ / T) on the diagonal, both ways; rows of length one, T = 0.07.
      "InfoNCE",
      { tape in
        let (x, y) = (tape.leaf(wave(4, 3, 0)), tape.leaf(wave(4, 3, 1)))
        return tape.contrast(tape.normalised(x), tape.normalised(y), temperature: 0.07)
      }, 20.956906813976843
    ),
    (
      "cross-entropy of yes and no",
      { tape in tape.logisticLoss(tape.leaf(wave(4, 1, 2)), isTrue: [true, false, false, true]) },
      1.028803938539319
    ),
    (
      "1 − cosine", { tape in tape.cosineDistance(tape.leaf(wave(4, 3, 0)), target: wave(4, 3, 1)) },
      1.6074823453922877
    ),
    (
      // Σ (μ² + e^s − s − 1) / 2 a row.
      "divergence from the standard normal",
      { tape in
        tape.normalDivergence(mean: tape.leaf(wave(4, 3, 0)), logVariance: tape.leaf(wave(4, 3, 1)))
      }, 0.6885414622662771
    ),
    (
      "cross-entropy of classes",
      { tape in tape.softmaxLoss(tape.leaf(wave(3, 4, 5)), classes: [2, 0, 3]) }, 1.6110503639575924
    ),
    (
      "Huber's loss of width a half",
      { tape in
        tape.robustError(
          tape.leaf(wave(4, 3, 0)), target: wave(4, 3, 1), weights: Matrix(rows: 4, columns: 3, repeating: 1),
          width: 0.5)
      }, 0.32407651623161277
    ),
    (
      "mean squared error",
      { tape in tape.meanSquaredError(tape.leaf(wave(4, 3, 0)), target: tape.leaf(wave(4, 3, 1))) },
      0.9768237101070598
    ),
  ]

  @Test(arguments: losses.indices) func `of losses are met`(_ number: Int) {
    let (name, build, expected) = Self.losses[number]
    var tape = Tape()
    let node = build(&tape)
    let found = tape.value(of: node).values[0]
    #expect(abs(found - expected) < 1e-12 * max(1, abs(expected)), "\(name): \(found)")
  }

  /// r, z = σ(W x + U h), n = tanh(W x + r ⊙ U h), h′ = (1 − z) ⊙ n + z ⊙ h; and i, f, g, o with c′ = f ⊙ c + i ⊙ g, h′ = o ⊙
  /// tanh c′. Three steps.
  @Test(arguments: [
    (RecurrentCell.Kind.gru, [0.7137314745, -0.2780572127, 0.5216431638, -0.0954762622]),
    (.lstm, [0.1750304412, -0.2600705338, 0.1746440516, -0.1222813788]),
  ]) func `of cells that remember are met`(_ kind: RecurrentCell.Kind, _ expected: [Double]) throws {
    var random = SeededGenerator(seed: 0)
    var book = ParameterBook()
    let cell = book.recurrent(kind, 3, 2, using: &random)
    var tape = Tape()
    let nodes = book.matrices.enumerated().map { tape.leaf(wave($1.rows, $1.columns, $0)) }
    let steps = (0..<3).map { tape.leaf(wave(2, 3, 10 + $0)) }
    let last = try #require(tape.recurrent(steps, cell, nodes).last)
    #expect(agrees(tape.value(of: last).values, expected), "\(tape.value(of: last).values)")
  }

  /// (x − mean) / √(variance + 1e-5) of a row.
  @Test func `of normalised rows are met`() {
    var tape = Tape()
    let node = tape.layerNormalised(tape.leaf(wave(2, 5, 0)))
    #expect(
      agrees(
        tape.value(of: node).values,
        [
          0.4608713508, 0.9414745608, -1.2437951388, -1.1612784101, 1.0027276372, 0.5734244492, -1.5327105267,
          -0.315531744, 1.4769496624, -0.202131841,
        ]))
  }

  /// θ ← θ − η λ θ − η m̂ / (√v̂ + ε), three gradients.
  @Test func `of AdamW are met`() {
    var optimizer = Optimizer(.adam(decay: 0.01), rate: 0.1)
    var parameters = [Matrix(rows: 1, columns: 1, values: [1.5])]
    for gradient in [0.3, -0.2, 0.5] {
      optimizer.step(&parameters, gradients: [Matrix(rows: 1, columns: 1, values: [gradient])])
    }
    #expect(abs(parameters[0].values[0] - 1.3229066461395762) < 1e-9)
  }
}
