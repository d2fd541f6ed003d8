package import Learning
package import Numerics

/// An encoder a modality, an operator that joins what they say, and a decoder a modality.
package struct FusionNetwork: Sendable {
  /// What a row of each modality is, and who is present.
  package struct Batch: Sendable {
    package var inputs: [Matrix]
    /// By modality, then by row.
    package var presence: [[Bool]]
    /// The same of rows at each offset that the operator looks at; nobody is present beyond the ends of a segment.
    var nearby: [(inputs: [Matrix], presence: [[Bool]])] = []

    package init(inputs: [Matrix], presence: [[Bool]]) {
      self.inputs = inputs
      self.presence = presence
    }

    var rowCount: Int { inputs.first?.rows ?? 0 }
  }

  /// What was recorded for a batch.
  package struct Recorded {
    package let joint: Tape.Node
    let outputs: [Tape.Node]
    /// The gates' logits, if the operator has gates.
    let logits: [Tape.Node]
  }

  let kind: FusionKind
  let widths: [Int]
  let hidden: Int
  /// The encoders' parameters, then the operator's in the order in which its formula names them, then the decoders'.
  package private(set) var book = ParameterBook()
  private var encoders: [ParameterBook.Dense] = []
  private var decoders: [(ParameterBook.Dense, ParameterBook.Dense)] = []
  private(set) var layers: [ParameterBook.Dense] = []
  private var rows: [Int] = []
  /// For a graph: whom each modality hears.
  let neighbors: [[Int]]
  private var head: ParameterBook.Dense?

  /// Tokens that a modality is cut into for attention.
  private static let tokens = 4

  /// With `hasHead` the joint vector also gives a number; see `judged`.
  package init(
    _ kind: FusionKind, widths: [Int], hidden: Int, neighbors: [[Int]] = [], hasHead: Bool = false,
    using random: inout SeededGenerator
  ) {
    self.kind = kind
    self.neighbors = neighbors
    self.widths = widths
    self.hidden = hidden
    let parts = widths.count
    let encoded = usesTokens ? Self.tokens * hidden : hidden
    encoders = widths.map { book.dense($0, encoded, using: &random) }
    func layer(_ inputs: Int, _ outputs: Int) { layers.append(book.dense(inputs, outputs, using: &random)) }
    switch kind {
    case .weightedSum(let form):
      rows = widths.map { _ in
        form == .softmax
          ? book.row(hidden, size: 0.01, using: &random)
          : book.row(form == .vector ? hidden : 1, size: 1, using: &random)
      }
    case .gate: for _ in widths { layer(parts * hidden, hidden) }
    case .gatedUnit: for _ in widths { layer(widths.reduce(0, +), hidden) }
    case .residualGate:
      for _ in 1..<max(2, parts) {
        layer(2 * hidden, hidden)
        layer(2 * hidden, hidden)
        layer(hidden, hidden)
      }
    case .lowRank(let rank):
      for _ in 0..<rank {
        for _ in widths { layer(hidden, hidden) }
        rows.append(book.row(hidden, size: 1, using: &random))
      }
    case .factorized(let pool): for _ in widths { layer(hidden, hidden * pool) }
    case .bilinear: layer((hidden + 1) * (hidden + 1), hidden)
    case .film:
      layer(hidden, hidden)
      layer(hidden, hidden)
    case .crossAttention:
      for _ in widths { for _ in 0..<4 { layer(hidden, hidden) } }
      layer(Self.tokens * hidden, hidden)
      rows = kind.offsets.map { _ in book.row(Self.tokens * hidden, size: 0.1, using: &random) }
    case .bottleneck(let count):
      rows = [book.row(count * hidden, size: 0.5, using: &random)]
      for _ in widths { for _ in 0..<2 { layer(hidden, hidden) } }
      layer((count + Self.tokens) * hidden, hidden)
    case .graph(let graph):
      for _ in 0..<2 {
        layer(hidden, hidden)
        switch graph.layer {
        case .mean: layer(hidden, hidden)
        case .gcn: break
        case .gat: layer(2 * hidden, 1)
        case .relation: for heard in neighbors { for _ in heard { layer(hidden, hidden) } }
        }
      }
    }
    decoders = widths.map {
      (book.dense(hidden, hidden, using: &random), book.dense(hidden, $0, using: &random))
    }
    if hasHead { head = book.dense(hidden, 1, using: &random) }
  }

  /// One number a row of the joint vector.
  func judged(_ joint: Tape.Node, on tape: inout Tape, _ parameters: [Tape.Node]) -> Tape.Node {
    head.map { tape.dense(joint, $0, parameters) } ?? joint
  }

  private var usesTokens: Bool {
    switch kind {
    case .crossAttention, .bottleneck: true
    default: false
    }
  }

  package func record(_ batch: Batch, on tape: inout Tape, _ parameters: [Tape.Node]) -> Recorded {
    var inputs: [Tape.Node] = []
    var codes: [Tape.Node] = []
    for (part, input) in batch.inputs.enumerated() {
      let weights = batch.presence[part].map { $0 ? 1.0 : 0 }
      let node = tape.weighted(tape.leaf(input), rows: weights)
      inputs.append(node)
      let code = tape.activated(tape.dense(node, encoders[part], parameters), .tanh)
      codes.append(tape.weighted(code, rows: weights))
    }
    let (joint, logits) = join(codes, inputs: inputs, batch, on: &tape, parameters)
    var outputs: [Tape.Node] = []
    for (first, second) in decoders {
      let middle = tape.activated(tape.dense(joint, first, parameters), .tanh)
      outputs.append(tape.dense(middle, second, parameters))
    }
    return Recorded(joint: joint, outputs: outputs, logits: logits)
  }

  private func join(
    _ codes: [Tape.Node], inputs: [Tape.Node], _ batch: Batch, on tape: inout Tape, _ parameters: [Tape.Node]
  ) -> (Tape.Node, [Tape.Node]) {
    switch kind {
    case .weightedSum(.vector), .weightedSum(.scalar):
      let scales = (0..<batch.rowCount).map { row in
        Double(codes.count) / Double(max(1, batch.presence.count { $0[row] }))
      }
      let terms = zip(codes, rows).map { code, row in
        let weight = tape.repeated(parameters[row], count: batch.rowCount)
        let spread =
          tape.value(of: weight).columns == hidden
          ? weight : tape.product(weight, tape.leaf(Matrix(rows: 1, columns: hidden, repeating: 1)))
        return tape.cellProduct(code, spread)
      }
      let sum = terms.dropFirst().reduce(terms[0]) { tape.sum($0, $1) }
      return (tape.weighted(sum, rows: scales), [])
    case .weightedSum(.softmax):
      let logits = rows.map { tape.repeated(parameters[$0], count: batch.rowCount) }
      return (tape.gatedSum(logits: logits, values: codes, presence: batch.presence), logits)
    case .gate, .gatedUnit:
      let context = tape.joined(kind == .gate ? codes : inputs)
      let logits = layers.map { tape.dense(context, $0, parameters) }
      return (tape.gatedSum(logits: logits, values: codes, presence: batch.presence), logits)
    case .residualGate: return (residual(codes, batch, on: &tape, parameters), [])
    case .lowRank(let rank):
      var terms: [Tape.Node] = []
      for number in 0..<rank {
        let factors = codes.enumerated().map { part, code in
          factor(code, layers[number * codes.count + part], batch.presence[part], on: &tape, parameters)
        }
        let product = factors.dropFirst().reduce(factors[0]) { tape.cellProduct($0, $1) }
        let weight = tape.repeated(parameters[rows[number]], count: batch.rowCount)
        terms.append(tape.cellProduct(product, weight))
      }
      return (terms.dropFirst().reduce(terms[0]) { tape.sum($0, $1) }, [])
    case .factorized(let pool):
      let factors = codes.enumerated().map { part, code in
        factor(code, layers[part], batch.presence[part], on: &tape, parameters)
      }
      let product = factors.dropFirst().reduce(factors[0]) { tape.cellProduct($0, $1) }
      var pooling = Matrix(rows: hidden * pool, columns: hidden)
      for place in 0..<hidden * pool { pooling[place, place / pool] = 1 }
      return (tape.normalised(tape.signedRoot(tape.product(product, tape.leaf(pooling)))), [])
    case .bilinear:
      let ones = tape.leaf(Matrix(rows: batch.rowCount, columns: 1, repeating: 1))
      let products = tape.outerProduct(tape.joined([ones, codes[0]]), tape.joined([ones, codes[1]]))
      return (tape.dense(products, layers[0], parameters), [])
    case .film:
      let scale = tape.dense(codes[0], layers[0], parameters)
      let shift = tape.dense(codes[0], layers[1], parameters)
      return (tape.sum(tape.sum(codes[1], tape.cellProduct(scale, codes[1])), shift), [])
    case .crossAttention(let heads, let isPaperForm, _):
      return (crossAttention(codes, batch, heads: heads, isPaperForm: isPaperForm, on: &tape, parameters), [])
    case .bottleneck(let count): return (bottleneck(codes, batch, count: count, on: &tape, parameters), [])
    case .graph(let form): return (graph(codes, batch, form.layer, on: &tape, parameters), [])
    }
  }

  /// A factor of a product; 1 where the modality is absent.
  private func factor(
    _ code: Tape.Node, _ layer: ParameterBook.Dense, _ presence: [Bool], on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> Tape.Node {
    let projected = tape.weighted(tape.dense(code, layer, parameters), rows: presence.map { $0 ? 1 : 0 })
    if presence.allSatisfy(\.self) { return projected }
    let width = tape.value(of: projected).columns
    let ones = Matrix(
      rows: presence.count, columns: width,
      values: presence.flatMap { [Double](repeating: $0 ? 0 : 1, count: width) })
    return tape.sum(projected, tape.leaf(ones))
  }

  private func residual(
    _ codes: [Tape.Node], _ batch: Batch, on tape: inout Tape, _ parameters: [Tape.Node]
  ) -> Tape.Node {
    var result = codes[0]
    for part in codes.indices.dropFirst() {
      let pair = tape.joined([codes[0], codes[part]])
      let place = 3 * (part - 1)
      let gate = tape.activated(tape.dense(pair, layers[place], parameters), .sigmoid)
      let inner = tape.gelu(tape.dense(pair, layers[place + 1], parameters))
      let change = tape.cellProduct(gate, tape.dense(inner, layers[place + 2], parameters))
      result = tape.sum(result, tape.weighted(change, rows: batch.presence[part].map { $0 ? 1 : 0 }))
    }
    return result
  }

  /// A layer on every token.
  private func tokenwise(
    _ tokens: Tape.Node, _ layer: ParameterBook.Dense, on tape: inout Tape, _ parameters: [Tape.Node]
  ) -> Tape.Node {
    let width = tape.value(of: tokens).columns
    return tape.reshaped(
      tape.dense(tape.reshaped(tokens, columns: hidden), layer, parameters), columns: width)
  }

  /// The mean over the modalities present.
  func mean(_ codes: [Tape.Node], _ batch: Batch, on tape: inout Tape) -> Tape.Node {
    let shape = tape.value(of: codes[0])
    let logits = codes.map { _ in tape.leaf(Matrix(rows: shape.rows, columns: shape.columns)) }
    return tape.gatedSum(logits: logits, values: codes, presence: batch.presence)
  }

  private func crossAttention(
    _ codes: [Tape.Node], _ batch: Batch, heads: Int, isPaperForm: Bool, on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> Tape.Node {
    var attended: [Tape.Node] = []
    let around = nearbyCodes(batch, on: &tape, parameters)
    for part in codes.indices {
      let others = codes.indices.filter { $0 != part }
      if others.isEmpty { return tape.dense(codes[0], layers[layers.count - 1], parameters) }
      let context = tape.joined(others.map { codes[$0] } + around.flatMap { near in others.map { near[$0] } })
      let own = Array(layers[4 * part..<4 * part + 4])
      let presence = (0..<batch.rowCount).map { row in
        ([batch.presence] + batch.nearby.map(\.presence)).flatMap { presence in
          others.flatMap { [Bool](repeating: presence[$0][row], count: Self.tokens) }
        }
      }
      let found = tape.attention(
        queries: tokenwise(codes[part], own[0], on: &tape, parameters),
        keys: tokenwise(context, own[1], on: &tape, parameters),
        values: isPaperForm ? context : tokenwise(context, own[2], on: &tape, parameters), width: hidden,
        heads: heads, presence: presence, scales: !isPaperForm)
      attended.append(tape.sum(codes[part], tokenwise(found, own[3], on: &tape, parameters)))
    }
    return tape.dense(mean(attended, batch, on: &tape), layers[layers.count - 1], parameters)
  }

  /// Codes of the rows at each offset, each with what the offset adds.
  private func nearbyCodes(
    _ batch: Batch, on tape: inout Tape, _ parameters: [Tape.Node]
  ) -> [[Tape.Node]] {
    var result: [[Tape.Node]] = []
    for (place, near) in batch.nearby.enumerated() {
      var codes: [Tape.Node] = []
      for part in widths.indices {
        let weights = near.presence[part].map { $0 ? 1.0 : 0 }
        let code = tape.activated(
          tape.dense(tape.leaf(near.inputs[part]), encoders[part], parameters), .tanh)
        let shift = tape.repeated(parameters[rows[place]], count: batch.rowCount)
        codes.append(tape.weighted(tape.sum(code, shift), rows: weights))
      }
      result.append(codes)
    }
    return result
  }

  private func bottleneck(
    _ codes: [Tape.Node], _ batch: Batch, count: Int, on tape: inout Tape, _ parameters: [Tape.Node]
  ) -> Tape.Node {
    let start = tape.repeated(parameters[rows[0]], count: batch.rowCount)
    var collected: [Tape.Node] = []
    for (part, code) in codes.enumerated() {
      let presence = batch.presence[part].map { [Bool](repeating: $0, count: Self.tokens) }
      collected.append(
        tape.attention(
          queries: start, keys: tokenwise(code, layers[2 * part], on: &tape, parameters),
          values: tokenwise(code, layers[2 * part + 1], on: &tape, parameters), width: hidden,
          presence: presence))
    }
    let shared = mean(collected, batch, on: &tape)
    let everyone = (0..<batch.rowCount).map { _ in [Bool](repeating: true, count: count) }
    let told = codes.map { code in
      tape.sum(
        code,
        tape.attention(queries: code, keys: shared, values: shared, width: hidden, presence: everyone))
    }
    let both = tape.joined([shared, mean(told, batch, on: &tape)])
    return tape.dense(both, layers[layers.count - 1], parameters)
  }
}
