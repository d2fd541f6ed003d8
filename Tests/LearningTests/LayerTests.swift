import Learning
import Numerics
import Testing

/// Operations and layers of networks, as cases of `Gradients of operations`.
enum LayerCases {
  typealias Case = `Gradients of operations`.Case
  typealias Build = `Gradients of operations`.Build

  private static func spread(_ tape: inout Tape, _ node: Tape.Node) -> Tape.Node {
    `Gradients of operations`.spread(&tape, node)
  }

  static func shape(_ dimensions: Int, padding: ConvolutionShape.Padding, stride: Int = 1) -> ConvolutionShape
  {
    ConvolutionShape(
      size: [[6], [4, 3], [3, 2, 2]][dimensions - 1], channels: 2,
      kernel: [[3], [3, 2], [2, 1, 2]][dimensions - 1],
      stride: [Int](repeating: stride, count: dimensions), padding: padding)
  }

  private static func convolution(_ name: String, _ shape: ConvolutionShape) -> Case {
    Case(
      name: name, shapes: [(2, shape.size.reduce(shape.channels, *)), (shape.patch, 3), (1, 3)]
    ) { t, x in spread(&t, t.convolved(x[0], weights: x[1], bias: x[2], shape: shape)) }
  }

  /// A case whose parameters come from a book: the book's matrices are the inputs after the first ones.
  private static func booked(
    _ name: String, inputs: [(Int, Int)], _ make: @escaping @Sendable (inout ParameterBook) -> Build
  ) -> Case {
    var book = ParameterBook()
    let build = make(&book)
    return Case(name: name, shapes: inputs + book.matrices.map { ($0.rows, $0.columns) }, build: build)
  }

  private static func recurrence(_ kind: RecurrentCell.Kind) -> Case {
    booked("\(kind) over three steps", inputs: [(2, 3), (2, 3), (2, 3)]) { book in
      var random = SeededGenerator(seed: 1)
      let cell = book.recurrent(kind, 3, 2, using: &random)
      return { t, x in
        let outputs = t.recurrent(Array(x[..<3]), cell, Array(x[3...]))
        return spread(&t, t.joined(outputs))
      }
    }
  }

  static let edges = Edges(
    rows: 4,
    [
      .init(from: 0, to: 1, weight: 0.5), .init(from: 1, to: 0), .init(from: 2, to: 1, weight: 2),
      .init(from: 3, to: 2), .init(from: 0, to: 3, weight: -1), .init(from: 1, to: 1),
    ])

  static let operations: [Case] = [
    Case(name: "gathered", shapes: [(2, 4)]) { t, x in spread(&t, t.gathered(x[0], places: [3, nil, 0, 3]))
    },
    Case(name: "selected rows", shapes: [(3, 2)]) { t, x in
      spread(&t, t.selected(x[0], rows: [2, 0, 2, 2]))
    },
    Case(name: "mean of the greatest", shapes: [(3, 5)]) { t, x in spread(&t, t.topMean(x[0], count: 2)) },
    Case(name: "batched product", shapes: [(3, 6), (3, 12)]) { t, x in
      spread(&t, t.batchedProduct(x[0], x[1], rows: 2))
    },
    Case(name: "batched product with a transpose", shapes: [(3, 6), (3, 12)]) { t, x in
      spread(&t, t.batchedProduct(x[0], x[1], rows: 2, turnsOther: true))
    },
    convolution("1-D convolution", shape(1, padding: .none)),
    convolution("1-D causal convolution", shape(1, padding: .causal)),
    convolution("2-D convolution", shape(2, padding: .same)),
    convolution("2-D convolution with a stride", shape(2, padding: .same, stride: 2)),
    convolution("3-D convolution", shape(3, padding: .same)),
    Case(name: "greatest of a pool", shapes: [(2, 12)]) { t, x in
      spread(&t, t.maximumPooled(x[0], shape: shape(1, padding: .none, stride: 3)))
    },
    Case(name: "mean of a pool", shapes: [(2, 24)]) { t, x in
      spread(&t, t.meanPooled(x[0], shape: shape(2, padding: .none)))
    },
    recurrence(.gru), recurrence(.lstm),
    Case(name: "normalisation by channel", shapes: [(6, 3)]) { t, x in
      spread(&t, t.channelNormalised(x[0], channels: 2))
    },
    Case(name: "normalisation by channel and known moments", shapes: [(4, 2)]) { t, x in
      let known = ChannelMoments(of: Matrix(rows: 2, columns: 2, values: [0, 1, 3, 5]), channels: 2)
      return spread(&t, t.channelNormalised(x[0], channels: 2, by: known))
    },
    Case(name: "gain and bias of channels", shapes: [(4, 3), (1, 2), (1, 2)]) { t, x in
      spread(&t, t.channelAffine(x[0], gain: x[1], bias: x[2]))
    },
    Case(name: "gain and bias", shapes: [(3, 2), (1, 2), (1, 2)]) { t, x in
      spread(&t, t.affine(x[0], gain: x[1], bias: x[2]))
    },
    Case(name: "dropout", shapes: [(4, 4)]) { t, x in
      var random = SeededGenerator(seed: 3)
      return spread(&t, t.dropped(x[0], rate: 0.5, using: &random))
    },
    Case(name: "aggregation over edges", shapes: [(4, 3)]) { t, x in
      spread(&t, t.aggregated(x[0], over: edges))
    },
    Case(name: "attention over edges", shapes: [(4, 3), (4, 1), (4, 1)]) { t, x in
      spread(&t, t.graphAttention(x[0], hearing: x[1], speaking: x[2], over: edges))
    },
    Case(name: "attention with limited sight", shapes: [(4, 8), (4, 12), (4, 12)]) { t, x in
      spread(
        &t,
        t.attention(
          queries: x[0], keys: x[1], values: x[2], width: 4, heads: 2,
          presence: `Gradients of operations`.presence, sight: [[true, false, true], [true, true, false]]))
    },
    Case(name: "points above rows", shapes: [(3, 3)]) { t, x in spread(&t, t.lorentzLifted(x[0])) },
    Case(name: "walks from the origin", shapes: [(3, 3)]) { t, x in spread(&t, t.lorentzExponential(x[0])) },
    Case(name: "walks to points", shapes: [(3, 3)]) { t, x in
      spread(&t, t.lorentzLogarithm(t.lorentzLifted(x[0])))
    },
    booked("layer between points", inputs: [(3, 2)]) { book in
      var random = SeededGenerator(seed: 1)
      let layer = book.dense(3, 4, using: &random)
      return { t, x in spread(&t, t.lorentzDense(t.lorentzLifted(x[0]), layer, Array(x[1...]))) }
    },
    Case(name: "Lorentzian distance", shapes: [(3, 3), (3, 3)]) { t, x in
      let (a, b) = (t.lorentzLifted(x[0]), t.lorentzLifted(x[1]))
      return spread(&t, t.lorentzDistance(a, b))
    },
    Case(name: "centre of points", shapes: [(3, 3), (3, 3)]) { t, x in
      let points = [t.lorentzLifted(x[0]), t.lorentzLifted(x[1])]
      return spread(&t, t.lorentzCentre(points, weights: [0.3, 1.2]))
    },
    Case(name: "Huber's loss of some cells", shapes: [(3, 2)]) { t, x in
      t.robustError(
        x[0], target: Matrix(rows: 3, columns: 2, repeating: 0.3),
        weights: Matrix(rows: 3, columns: 2, values: [1, 0, 2, 0.5, 1, 0]), width: 0.7)
    },
    Case(name: "cross-entropy of classes", shapes: [(3, 4)]) { t, x in
      t.softmaxLoss(x[0], classes: [2, 0, 3])
    },
    Case(name: "ranking of bags", shapes: [(5, 4)]) { t, x in
      t.rankingLoss(t.topMean(x[0], count: 2), isAnomalous: [true, false, false, true, false])
    },
  ]
}

@Suite struct `Layers` {
  private func noise(_ rows: Int, _ columns: Int, seed: UInt64 = 1, size: Double = 1) -> Matrix {
    var random = SeededGenerator(seed: seed)
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in size * random.normal() })
  }

  @Test func `convolve as the sum is written`() {
    let shape = ConvolutionShape(
      size: [5, 4], channels: 2, kernel: [3, 2], stride: [2, 1], dilation: [1, 2], padding: .same)
    let (x, w, b) = (noise(1, 40), noise(12, 3, seed: 2), noise(1, 3, seed: 3))
    var tape = Tape()
    let node = tape.convolved(tape.leaf(x), weights: tape.leaf(w), bias: tape.leaf(b), shape: shape)
    #expect(shape.outputSize == [3, 4])
    let found = tape.value(of: node)
    for row in 0..<3 {
      for column in 0..<4 {
        for output in 0..<3 {
          var sum = b[0, output]
          for i in 0..<3 {
            for j in 0..<2 {
              let (r, c) = (row * 2 + i - 1, column + 2 * j - 1)
              guard (0..<5).contains(r), (0..<4).contains(c) else { continue }
              for channel in 0..<2 {
                sum += x[0, (r * 4 + c) * 2 + channel] * w[(i * 2 + j) * 2 + channel, output]
              }
            }
          }
          #expect(abs(found[0, (row * 4 + column) * 3 + output] - sum) < 1e-12)
        }
      }
    }
  }

  @Test func `see nothing later when they are causal`() {
    let shape = ConvolutionShape(size: [6], channels: 1, kernel: [3], padding: .causal)
    func output(_ x: [Double]) -> [Double] {
      var tape = Tape()
      let (w, b) = (tape.leaf(noise(3, 1)), tape.leaf(noise(1, 1)))
      let node = tape.convolved(
        tape.leaf(Matrix(rows: 1, columns: 6, values: x)), weights: w, bias: b, shape: shape)
      return tape.value(of: node).values
    }
    let (a, b) = (output([1, 2, 3, 4, 5, 6]), output([1, 2, 3, 4, 9, -6]))
    #expect(a.count == 6)
    #expect(a[..<4] == b[..<4] && a[4] != b[4])
  }

  @Test func `normalise channels over all their cells`() {
    let x = noise(40, 3, size: 4)
    var tape = Tape()
    let batch = tape.channelNormalised(tape.leaf(x), channels: 4)
    let unit = tape.value(of: batch)
    for channel in 0..<4 {
      let cells = stride(from: channel, to: 40, by: 4).flatMap { Array(unit.row($0)) }
      #expect(abs(Statistics.mean(cells)) < 1e-12)
      #expect(abs(cells.reduce(0) { $0 + $1 * $1 } / 30 - 1) < 1e-4)
    }
    let part = x.selecting(rows: [4, 5, 6, 7])
    let alone = tape.channelNormalised(tape.leaf(part), channels: 4, by: ChannelMoments(of: x, channels: 4))
    #expect(tape.value(of: alone).values == Array(unit.values[12..<24]))
  }

  @Test func `drop about the wanted share and keep the mean`() {
    var random = SeededGenerator(seed: 2)
    var tape = Tape()
    let node = tape.dropped(
      tape.leaf(Matrix(rows: 100, columns: 100, repeating: 1)), rate: 0.3, using: &random)
    let kept = tape.value(of: node).values
    #expect(abs(Double(kept.count { $0 == 0 }) / 10_000 - 0.3) < 0.02)
    #expect(abs(Statistics.mean(kept) - 1) < 0.03)
  }

  @Test func `weigh neighbours of a graph by their degrees`() {
    let edges = Edges(rows: 3, [.init(from: 0, to: 1), .init(from: 1, to: 0)]).normalised
    var tape = Tape()
    let node = tape.aggregated(
      tape.leaf(Matrix(rows: 3, columns: 1, values: [2, 4, 8])), over: edges)
    for (found, expected) in zip(tape.value(of: node).values, [3, 3, 8.0]) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test func `attend over edges with shares that add up to one`() {
    var tape = Tape()
    let ones = tape.leaf(Matrix(rows: 4, columns: 2, repeating: 3))
    let (own, other) = (tape.leaf(noise(4, 1)), tape.leaf(noise(4, 1, seed: 2)))
    let node = tape.graphAttention(ones, hearing: own, speaking: other, over: LayerCases.edges)
    for value in tape.value(of: node).values { #expect(abs(value - 3) < 1e-12) }
  }

  /// The promise is 1e-5; the time part is computed from the space part, so only rounding is left.
  @Test func `keep points on the hyperboloid through many layers and centres`() {
    var random = SeededGenerator(seed: 4)
    var book = ParameterBook()
    let layers = (0..<6).map { _ in book.dense(5, 4, using: &random) }
    var tape = Tape()
    let parameters = book.matrices.map { tape.leaf($0) }
    var point = tape.lorentzExponential(tape.leaf(noise(40, 4, size: 2)))
    let start = point
    for layer in layers {
      point = tape.lorentzDense(point, layer, parameters)
      point = tape.lorentzCentre([point, start], weights: [0.7, 0.3])
    }
    let product = tape.lorentzInner(point, point)
    let inner = tape.value(of: product)
    let x = tape.value(of: point)
    for row in 0..<x.rows {
      #expect(x[row, 0] > 0)
      #expect(abs(inner.values[row] + 1) < 1e-5 * max(1, x[row, 0] * x[row, 0] * 1e-6))
    }
  }

  @Test func `walk from the origin and back`() {
    let walks = noise(30, 3, size: 1.5)
    var tape = Tape()
    let point = tape.lorentzExponential(tape.leaf(walks))
    let walk = tape.lorentzLogarithm(point)
    let back = tape.value(of: walk)
    for (a, b) in zip(back.values, walks.values) { #expect(abs(a - b) < 1e-9 * max(1, abs(b)) + 1e-9) }
    // The distance from the origin is the length of the walk: cosh r = x₀.
    let x = tape.value(of: point)
    for row in 0..<30 {
      let length = walks.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(x[row, 0] - (exponential(length) + exponential(-length)) / 2) < 1e-9 * x[row, 0])
    }
  }

  @Test(arguments: RecurrentCell.Kind.allCases) func `remember what came first`(_ kind: RecurrentCell.Kind)
    throws
  {
    // The class is the sign of the first step; seven steps of noise follow.
    var random = SeededGenerator(seed: 5)
    let signs = (0..<200).map { _ in random.unit() < 0.5 }
    let steps = (0..<8).map { step in
      Matrix(
        rows: 200, columns: 1,
        values: signs.map { step == 0 ? ($0 ? 1 : -1) : 0.5 * random.normal() })
    }
    var book = ParameterBook()
    let cell = book.recurrent(kind, 1, 6, using: &random)
    let head = book.dense(6, 1, using: &random)
    let descent = Descent(epochs: 60, batchSize: 50, rate: 0.02, patience: 60)
    let (_, losses) = try descent.fit(
      book.matrices, rows: Array(0..<150), watched: Array(150..<200), using: &random, work: Work()
    ) { tape, parameters, rows, _ in
      let inputs = steps.map { tape.leaf($0.selecting(rows: rows)) }
      let outputs = tape.recurrent(inputs, cell, parameters)
      let logits = tape.dense(outputs[outputs.count - 1], head, parameters)
      return tape.logisticLoss(logits, isTrue: rows.map { signs[$0] })
    }
    #expect(try #require(losses.min()) < 0.1)
  }
}

@Suite struct `Optimizers` {
  @Test(arguments: [
    ("descent", Optimizer.Rule.descent(momentum: 0)), ("momentum", .descent(momentum: 0.9)),
    ("Adam", .adam(decay: 0)), ("AdamW", .adam(decay: 0.01)),
  ]) func `find the least of a bowl`(_ name: String, _ rule: Optimizer.Rule) {
    var optimizer = Optimizer(rule, rate: 0.1, schedule: .cosine(warmup: 10, total: 400))
    var parameters = [Matrix(rows: 1, columns: 2, values: [3, -4])]
    for _ in 0..<400 {
      let x = parameters[0].values
      optimizer.step(
        &parameters, gradients: [Matrix(rows: 1, columns: 2, values: [2 * (x[0] - 1), x[1] - 0.5])])
    }
    #expect(abs(parameters[0].values[0] - 1) < 0.02 && abs(parameters[0].values[1] - 0.5) < 0.02, "\(name)")
  }

  @Test func `decay parameters without a gradient`() {
    var optimizer = Optimizer(.adam(decay: 0.1), rate: 0.5)
    var parameters = [Matrix(rows: 1, columns: 1, values: [2])]
    optimizer.step(&parameters, gradients: [Matrix(rows: 1, columns: 1)])
    #expect(abs(parameters[0].values[0] - 1.9) < 1e-12)
  }

  @Test func `add to a step what momentum keeps of the one before`() {
    var optimizer = Optimizer(.descent(momentum: 0.5), rate: 1)
    var parameters = [Matrix(rows: 1, columns: 1)]
    for _ in 0..<2 { optimizer.step(&parameters, gradients: [Matrix(rows: 1, columns: 1, values: [1])]) }
    #expect(parameters[0].values == [-2.5])
  }

  @Test func `follow their schedules`() {
    let cosine = Optimizer.Schedule.cosine(warmup: 4, total: 104)
    #expect((0..<4).map { cosine.factor(at: $0) } == [0.25, 0.5, 0.75, 1])
    #expect(abs(cosine.factor(at: 54) - 0.5) < 1e-12)
    #expect(abs(cosine.factor(at: 104)) < 1e-12 && abs(cosine.factor(at: 500)) < 1e-12)
    let stairs = Optimizer.Schedule.stairs(every: 10, factor: 0.5)
    #expect([0, 9, 10, 25].map { stairs.factor(at: $0) } == [1, 1, 0.5, 0.25])
  }
}
