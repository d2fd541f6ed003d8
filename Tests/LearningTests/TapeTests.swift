import Learning
import Numerics
import Testing

@Suite struct `Gradients of the tape` {
  typealias Build = @Sendable (inout Tape, [Tape.Node]) -> Tape.Node

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [(rows: Int, columns: Int)]
    let build: Build
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "mean squared error", shapes: [(3, 2), (3, 2)]) { tape, x in
      tape.meanSquaredError(x[0], target: x[1])
    },
    Case(name: "product", shapes: [(3, 4), (4, 2), (3, 2)]) { tape, x in
      tape.meanSquaredError(tape.product(x[0], x[1]), target: x[2])
    },
    Case(name: "sum", shapes: [(2, 3), (2, 3), (2, 3)]) { tape, x in
      tape.meanSquaredError(tape.sum(x[0], x[1]), target: x[2])
    },
    Case(name: "a matrix used twice", shapes: [(3, 3), (3, 3)]) { tape, x in
      tape.meanSquaredError(tape.sum(tape.product(x[0], x[0]), x[0]), target: x[1])
    },
    Case(name: "bias", shapes: [(4, 3), (1, 3), (4, 3)]) { tape, x in
      tape.meanSquaredError(tape.biased(x[0], by: x[1]), target: x[2])
    },
    Case(name: "rectifier", shapes: [(4, 3), (4, 3)]) { tape, x in
      tape.meanSquaredError(tape.activated(x[0], .rectifier), target: x[1])
    },
    Case(name: "tanh", shapes: [(4, 3), (4, 3)]) { tape, x in
      tape.meanSquaredError(tape.activated(x[0], .tanh), target: x[1])
    },
    Case(name: "sigmoid", shapes: [(4, 3), (4, 3)]) { tape, x in
      tape.meanSquaredError(tape.activated(x[0], .sigmoid), target: x[1])
    },
    Case(name: "identity", shapes: [(2, 2), (2, 2)]) { tape, x in
      tape.meanSquaredError(tape.activated(x[0], .identity), target: x[1])
    },
    Case(name: "two layers", shapes: [(5, 3), (3, 4), (1, 4), (4, 3), (1, 3), (5, 3)]) { tape, x in
      let hidden = tape.activated(tape.biased(tape.product(x[0], x[1]), by: x[2]), .tanh)
      return tape.meanSquaredError(tape.biased(tape.product(hidden, x[3]), by: x[4]), target: x[5])
    },
  ]

  static func loss(_ build: Build, _ inputs: [Matrix]) -> Double {
    var tape = Tape()
    let nodes = inputs.map { tape.leaf($0) }
    let loss = build(&tape, nodes)
    return tape.value(of: loss).values[0]
  }

  /// Central differences err by about step² and rounding by 1e-16 / step: 1e-5 leaves some 1e-9 of either.
  @Test(arguments: cases) func `agree with finite differences`(_ example: Case) {
    var random = SeededGenerator(seed: 11)
    let inputs = example.shapes.map { shape in
      Matrix(
        rows: shape.rows, columns: shape.columns,
        values: (0..<shape.rows * shape.columns).map { _ in random.normal() })
    }
    var tape = Tape()
    let nodes = inputs.map { tape.leaf($0) }
    let loss = example.build(&tape, nodes)
    let gradients = tape.gradients(of: loss)
    let step = 1e-5
    for (position, node) in nodes.enumerated() {
      for cell in inputs[position].values.indices {
        var above = inputs
        above[position].values[cell] += step
        var below = inputs
        below[position].values[cell] -= step
        let slope = (Self.loss(example.build, above) - Self.loss(example.build, below)) / (2 * step)
        #expect(abs(gradients[node].values[cell] - slope) < 1e-7, "input \(position), cell \(cell)")
      }
    }
  }

  @Test func `are zero for what the loss does not see`() {
    var tape = Tape()
    let unused = tape.leaf(Matrix(rows: 2, columns: 2, repeating: 3))
    let x = tape.leaf(Matrix(rows: 1, columns: 1, repeating: 2))
    let loss = tape.meanSquaredError(x, target: tape.leaf(Matrix(rows: 1, columns: 1)))
    let gradients = tape.gradients(of: loss)
    #expect(gradients[unused] == Matrix(rows: 2, columns: 2))
    #expect(gradients[x].values == [4])
  }
}

@Suite struct `Training a network` {
  static let descent = Descent(epochs: 300, batchSize: 16, rate: 0.01, patience: 20)

  /// Two columns that follow one hidden number.
  static func rows(_ count: Int, seed: UInt64) -> Matrix {
    var random = SeededGenerator(seed: seed)
    return Matrix(
      rows: count, columns: 2,
      values: (0..<count).flatMap { _ in
        let x = random.normal()
        return [x, -2 * x + 1]
      })
  }

  static func error(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.values.count)
  }

  /// The network and its losses on every fifth row, which it does not learn from.
  static func fit(
    _ start: Network, _ input: Matrix, to target: Matrix, using random: inout SeededGenerator,
    work: Work = Work()
  ) throws -> (network: Network, losses: [Double]) {
    let rows = Array(0..<input.rows)
    let found = try descent.fit(
      start.parameters, rows: rows.filter { $0 % 5 != 0 }, watched: rows.filter { $0 % 5 == 0 },
      using: &random, work: work
    ) { tape, nodes, batch, _ in
      let output = start.record(
        on: &tape, input: tape.leaf(input.selecting(rows: batch)), parameters: nodes[...])
      return tape.meanSquaredError(output, target: tape.leaf(target.selecting(rows: batch)))
    }
    var network = start
    network.parameters = found.parameters
    return (network, found.losses)
  }

  static func fit(_ data: Matrix, seed: UInt64 = 5) throws -> (network: Network, losses: [Double]) {
    var random = SeededGenerator(seed: seed)
    let network = Network(widths: [2, 1, 2], activation: .identity, using: &random)
    return try fit(network, data, to: data, using: &random)
  }

  @Test func `finds what the columns share`() throws {
    let data = Self.rows(200, seed: 1)
    let (network, losses) = try Self.fit(data)
    #expect(Self.error(network.apply(data), data) < 1e-3)
    #expect((losses.min() ?? 1) < 0.01 * losses[0])
    let strange = Matrix(rows: 1, columns: 2, values: [2, 2])
    #expect(Self.error(network.apply(strange), strange) > 0.5)
  }

  @Test func `gives the same network for the same seed`() throws {
    let data = Self.rows(50, seed: 2)
    #expect(try Self.fit(data).network == Self.fit(data).network)
    #expect(try Self.fit(data).network != Self.fit(data, seed: 6).network)
  }

  @Test func `stops when the held-out rows no longer gain and keeps the best epoch`() throws {
    var random = SeededGenerator(seed: 3)
    let noise = Matrix(rows: 40, columns: 6, values: (0..<240).map { _ in random.normal() })
    let network = Network(widths: [6, 24, 6], activation: .tanh, using: &random)
    let other = Matrix(rows: 40, columns: 6, values: (0..<240).map { _ in random.normal() })
    let (found, losses) = try Self.fit(network, noise, to: other, using: &random)
    #expect(losses.count < 300)
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(losses.count == best + 21)
    let held = (0..<40).filter { $0 % 5 == 0 }
    let loss = Self.error(found.apply(noise.selecting(rows: held)), other.selecting(rows: held))
    #expect(abs(loss - losses[best]) < 1e-12)
  }

  @Test func `stops when asked`() {
    let data = Self.rows(20, seed: 4)
    #expect(throws: Cancelled()) {
      var random = SeededGenerator(seed: 1)
      let network = Network(widths: [2, 2], activation: .tanh, using: &random)
      _ = try Self.fit(network, data, to: data, using: &random, work: Work(isCancelled: { true }))
    }
  }

  @Test func `takes a first Adam step of the learning rate against the sign`() {
    var adam = Optimizer(rate: 0.1)
    var parameters = [Matrix(rows: 1, columns: 3, values: [1, 1, 1])]
    adam.step(&parameters, gradients: [Matrix(rows: 1, columns: 3, values: [5, -0.001, 0])])
    for (value, expected) in zip(parameters[0].values, [0.9, 1.1, 1]) {
      #expect(abs(value - expected) < 1e-5)
    }
  }
}
