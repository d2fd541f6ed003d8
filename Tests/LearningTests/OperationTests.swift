import Learning
import Numerics
import Testing

@Suite struct `Gradients of operations` {
  typealias Build = @Sendable (inout Tape, [Tape.Node]) -> Tape.Node

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [(Int, Int)]
    let build: Build
    var testDescription: String { name }
  }

  /// A loss that tells every cell apart.
  static func spread(_ tape: inout Tape, _ node: Tape.Node) -> Tape.Node {
    let value = tape.value(of: node)
    let target = Matrix(
      rows: value.rows, columns: value.columns, values: value.values.indices.map { sine(Double(3 * $0 + 1)) })
    return tape.squaredError(node, target: target, rows: (0..<value.rows).map { _ in true })
  }

  static let presence = [
    [true, true, false], [true, false, false], [true, true, true], [false, true, true],
  ]

  static let cases: [Case] = [
    Case(name: "product of cells", shapes: [(3, 2), (3, 2)]) { t, x in spread(&t, t.cellProduct(x[0], x[1]))
    },
    Case(name: "difference", shapes: [(3, 2), (3, 2)]) { t, x in spread(&t, t.difference(x[0], x[1])) },
    Case(name: "scaled", shapes: [(3, 2)]) { t, x in spread(&t, t.scaled(x[0], by: -2.5)) },
    Case(name: "weighted rows", shapes: [(3, 2)]) { t, x in spread(&t, t.weighted(x[0], rows: [1, 0, 0.5])) },
    Case(name: "joined", shapes: [(3, 2), (3, 1)]) { t, x in spread(&t, t.joined([x[0], x[1], x[0]])) },
    Case(name: "columns", shapes: [(3, 4)]) { t, x in spread(&t, t.columns(x[0], 1..<3)) },
    Case(name: "reshaped", shapes: [(2, 6)]) { t, x in spread(&t, t.reshaped(x[0], columns: 3)) },
    Case(name: "repeated", shapes: [(1, 3)]) { t, x in spread(&t, t.repeated(x[0], count: 4)) },
    Case(name: "softmax", shapes: [(3, 4)]) { t, x in spread(&t, t.softmax(x[0])) },
    Case(name: "held", shapes: [(3, 4)]) { t, x in spread(&t, t.held(x[0], within: -0.5...0.8)) },
    Case(name: "drawn", shapes: [(3, 2), (3, 2)]) { t, x in
      let noise = Matrix(rows: 3, columns: 2, values: [0.5, -1, 2, 0.1, -0.3, 1])
      return spread(&t, t.drawn(mean: x[0], logVariance: x[1], noise: noise))
    },
    Case(name: "divergence from the normal", shapes: [(3, 2), (3, 2)]) { t, x in
      t.normalDivergence(mean: x[0], logVariance: x[1])
    },
    Case(name: "distance to a center", shapes: [(3, 2)]) { t, x in
      t.centerLoss(x[0], center: [3, -3], exponents: [1, -1, 1], weights: [1, 0.5, 2])
    },
    Case(name: "contrast within groups", shapes: [(6, 3), (6, 3)]) { t, x in
      t.contrastWithin(t.normalised(x[0]), t.normalised(x[1]), group: 3, temperature: 0.5)
    },
    Case(name: "GELU", shapes: [(3, 3)]) { t, x in spread(&t, t.gelu(x[0])) },
    Case(name: "signed root", shapes: [(3, 3)]) { t, x in spread(&t, t.signedRoot(x[0])) },
    Case(name: "length one", shapes: [(3, 4)]) { t, x in spread(&t, t.normalised(x[0])) },
    Case(name: "columns of length one within groups", shapes: [(6, 2)]) { t, x in
      spread(&t, t.normalisedWithin(x[0], group: 3))
    },
    Case(name: "layer normalisation", shapes: [(3, 5)]) { t, x in spread(&t, t.layerNormalised(x[0])) },
    Case(name: "outer product", shapes: [(3, 2), (3, 4)]) { t, x in spread(&t, t.outerProduct(x[0], x[1])) },
    Case(name: "gated sum", shapes: [(4, 2), (4, 2), (4, 2), (4, 2), (4, 2), (4, 2)]) { t, x in
      let bits = (0..<3).map { part in presence.map { $0[part] } }
      return spread(&t, t.gatedSum(logits: Array(x[..<3]), values: Array(x[3...]), presence: bits))
    },
    Case(name: "attention", shapes: [(4, 8), (4, 12), (4, 12)]) { t, x in
      spread(&t, t.attention(queries: x[0], keys: x[1], values: x[2], width: 4, presence: presence))
    },
    Case(name: "attention with two heads, unscaled", shapes: [(4, 8), (4, 12), (4, 12)]) { t, x in
      spread(
        &t,
        t.attention(
          queries: x[0], keys: x[1], values: x[2], width: 4, heads: 2, presence: presence, scales: false))
    },
    Case(name: "attention to itself", shapes: [(4, 12)]) { t, x in
      spread(&t, t.attention(queries: x[0], keys: x[0], values: x[0], width: 4, presence: presence))
    },
    Case(name: "distances of rows", shapes: [(3, 2)]) { t, x in
      spread(&t, t.rowDistances(x[0], target: Matrix(rows: 3, columns: 2, repeating: 3)))
    },
    Case(name: "distances to edges", shapes: [(4, 2)]) { t, x in
      let edges = Edges(
        rows: 4,
        [(0, 1), (1, 0), (1, 2), (2, 1), (3, 0)].map { Edges.Edge(from: $0.0, to: $0.1, weight: 1.5) })
      return spread(&t, t.edgeDistances(x[0], to: edges))
    },
    Case(name: "mean", shapes: [(3, 2)]) { t, x in t.mean(x[0]) },
    Case(name: "squared error of some rows", shapes: [(3, 2)]) { t, x in
      t.squaredError(x[0], target: Matrix(rows: 3, columns: 2, repeating: 0.3), rows: [true, false, true])
    },
    Case(name: "cosine distance", shapes: [(3, 4)]) { t, x in
      t.cosineDistance(x[0], target: Matrix(rows: 3, columns: 4, values: (0..<12).map { cosine(Double($0)) }))
    },
    Case(name: "contrast", shapes: [(5, 3), (5, 3)]) { t, x in
      t.contrast(t.normalised(x[0]), t.normalised(x[1]), temperature: 0.5)
    },
    Case(name: "yes or no", shapes: [(4, 1)]) { t, x in
      t.logisticLoss(x[0], isTrue: [true, false, true, false])
    },
    Case(name: "sum of losses", shapes: [(2, 2)]) { t, x in
      let (a, b) = (spread(&t, x[0]), spread(&t, t.scaled(x[0], by: 2)))
      return t.total([a, b])
    },
  ]

  static func loss(_ build: Build, _ inputs: [Matrix]) -> Double {
    var tape = Tape()
    let nodes = inputs.map { tape.leaf($0) }
    let loss = build(&tape, nodes)
    return tape.value(of: loss).values[0]
  }

  @Test(arguments: cases + LayerCases.operations) func `agree with finite differences`(_ example: Case) {
    var random = SeededGenerator(seed: 4)
    let inputs = example.shapes.map { shape in
      Matrix(rows: shape.0, columns: shape.1, values: (0..<shape.0 * shape.1).map { _ in random.normal() })
    }
    var tape = Tape()
    let nodes = inputs.map { tape.leaf($0) }
    let loss = example.build(&tape, nodes)
    let gradients = tape.gradients(of: loss)
    let step = 1e-5
    var largest = 0.0
    for (position, node) in nodes.enumerated() {
      for cell in inputs[position].values.indices {
        var (above, below) = (inputs, inputs)
        above[position].values[cell] += step
        below[position].values[cell] -= step
        let slope = (Self.loss(example.build, above) - Self.loss(example.build, below)) / (2 * step)
        largest = max(largest, abs(slope))
        #expect(abs(gradients[node].values[cell] - slope) < 1e-6, "input \(position), cell \(cell)")
      }
    }
    #expect(largest > 1e-3, "a loss that does not depend on its inputs checks nothing")
  }

  @Test func `attention equals softmax written out`() {
    var tape = Tape()
    let q = Matrix(rows: 1, columns: 2, values: [1, 2])
    let k = Matrix(rows: 1, columns: 4, values: [0.5, -1, 2, 0.25])
    let v = Matrix(rows: 1, columns: 4, values: [10, 20, 30, 40])
    let nodes = [q, k, v].map { tape.leaf($0) }
    let out = tape.attention(
      queries: nodes[0], keys: nodes[1], values: nodes[2], width: 2, presence: [[true, true]])
    let (a, b) = (exponential(-1.5 / 2.0.squareRoot()), exponential(2.5 / 2.0.squareRoot()))
    let found = tape.value(of: out)
    #expect(abs(found[0, 0] - (10 * a + 30 * b) / (a + b)) < 1e-12)
    #expect(abs(found[0, 1] - (20 * a + 40 * b) / (a + b)) < 1e-12)
  }
}

@Suite struct `A network in single precision` {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in generator.normal() })
  }

  /// The tape in double precision is the naive twin; single precision carries some 1e-6 of the largest cell.
  @Test func `has the gradients of the tape`() throws {
    var generator = SeededGenerator(seed: 1)
    let network = SingleNetwork(widths: [7, 6, 6, 5], using: &generator)
    let (input, target) = (random(20, 7, seed: 2), random(20, 5, seed: 3))
    let found = try network.gradients(FloatMatrix(input), target: FloatMatrix(target), work: Work())
    var tape = Tape()
    var output = tape.leaf(input)
    var nodes: [(Tape.Node, Tape.Node)] = []
    for layer in 0..<3 {
      let weights = tape.leaf(network.weights[layer].asMatrix)
      let bias = tape.leaf(
        Matrix(
          rows: 1, columns: network.biases[layer].count, values: network.biases[layer].map { Double($0) }))
      nodes.append((weights, bias))
      output = tape.biased(tape.product(output, weights), by: bias)
      if layer < 2 { output = tape.gelu(output) }
    }
    let loss = tape.cosineDistance(output, target: target)
    let expected = tape.gradients(of: loss)
    #expect(abs(Double(found.loss) - tape.value(of: loss).values[0]) < 1e-5)
    for (layer, (weights, bias)) in nodes.enumerated() {
      for (a, b) in zip(found.weights[layer].values, expected[weights].values) {
        #expect(abs(Double(a) - b) < 1e-5)
      }
      for (a, b) in zip(found.biases[layer], expected[bias].values) { #expect(abs(Double(a) - b) < 1e-5) }
    }
    let applied = try network.apply(FloatMatrix(input), work: Work())
    for (a, b) in zip(applied.values, tape.value(of: output).values) { #expect(abs(Double(a) - b) < 1e-5) }
  }

  @Test func `has the same bits at one and two threads, and learns`() throws {
    func train(_ threads: Int) throws -> (SingleNetwork, [Float]) {
      var generator = SeededGenerator(seed: 5)
      var network = SingleNetwork(widths: [40, 50, 50, 60], using: &generator)
      let input = random(300, 40, seed: 6)
      let target = try input.product(random(40, 60, seed: 7))
      var adam = SingleAdam()
      var losses: [Float] = []
      for _ in 0..<60 {
        let gradients = try network.gradients(
          FloatMatrix(input), target: FloatMatrix(target), work: Work(threads: threads))
        losses.append(gradients.loss)
        try network.step(gradients, &adam, work: Work(threads: threads))
      }
      return (network, losses)
    }
    let (one, losses) = try train(1)
    let (two, _) = try train(2)
    #expect(one == two)
    #expect(try #require(losses.last) < 0.5 * losses[0])
  }

  @Test func `knows GELU to single precision`() {
    let x = stride(from: -9.0, through: 9.0, by: 0.01).map { $0 }
    let input = x.map { Float($0) }
    var (values, slopes) = ([Float](repeating: 0, count: x.count), [Float](repeating: 0, count: x.count))
    do {
      var value = values.mutableSpan
      var slope = slopes.mutableSpan
      SingleGelu.apply(input.span, value: &value, slope: &slope)
    }
    for place in x.indices {
      let share = complementaryErrorFunction(-x[place] / 2.0.squareRoot()) / 2
      #expect(abs(Double(values[place]) - x[place] * share) < 2e-6)
      #expect(
        abs(
          Double(slopes[place]) - share - x[place] * 0.3989422804014327
            * exponential(-x[place] * x[place] / 2)) < 2e-6)
    }
  }
}
