package import Numerics

/// Records operations on matrices and runs them backwards: the gradient of one number by everything before it.
///
/// - Complexity: the backward run costs about twice the forward run.
/// - Source: Linnainmaa, *Taylor expansion of the accumulated rounding error*, BIT 1976; the adjoint rules stand beside
///   each operation.
package struct Tape: Sendable {
  /// A recorded matrix.
  package struct Node: Sendable, Hashable {
    fileprivate let position: Int
  }

  private enum Operation {
    case leaf
    case product(Node, Node)
    case sum(Node, Node)
    /// A row added to every row.
    case biased(Node, bias: Node)
    case activated(Node, Activation)
    case meanSquaredError(Node, target: Node)
    /// Inputs, and what the gradient of the result makes of each; nil for inputs that get none.
    case custom([Node], pullback: @Sendable (Matrix) -> [Matrix?])
  }

  private var operations: [Operation] = []
  private var values: [Matrix] = []
  /// How many threads products may use; the bits do not depend on it.
  let threads: Int

  package init(threads: Int = 1) { self.threads = threads }

  private mutating func record(_ operation: Operation, _ value: Matrix) -> Node {
    operations.append(operation)
    values.append(value)
    return Node(position: values.count - 1)
  }

  /// Records an operation of its own: its value, and how a gradient goes back to the inputs.
  mutating func record(
    _ inputs: [Node], _ value: Matrix, pullback: @escaping @Sendable (Matrix) -> [Matrix?]
  ) -> Node { record(.custom(inputs, pullback: pullback), value) }

  package func value(of node: Node) -> Matrix { values[node.position] }

  /// An input, a target or a parameter.
  package mutating func leaf(_ value: Matrix) -> Node { record(.leaf, value) }

  package mutating func product(_ a: Node, _ b: Node) -> Node {
    record(.product(a, b), value(of: a).times(value(of: b), threads: threads))
  }

  package mutating func sum(_ a: Node, _ b: Node) -> Node {
    record(.sum(a, b), value(of: a).combined(with: value(of: b), +))
  }

  /// Adds the one row of `bias` to every row.
  package mutating func biased(_ a: Node, by bias: Node) -> Node {
    let row = value(of: bias)
    var result = value(of: a)
    precondition(row.rows == 1 && row.columns == result.columns, "the bias is one row of the same width")
    for i in 0..<result.rows {
      for j in 0..<result.columns { result.values[i * result.columns + j] += row.values[j] }
    }
    return record(.biased(a, bias: bias), result)
  }

  package mutating func activated(_ a: Node, _ activation: Activation) -> Node {
    record(.activated(a, activation), activation.apply(value(of: a)))
  }

  /// The mean over all cells of the squared difference, a 1 × 1 matrix.
  package mutating func meanSquaredError(_ a: Node, target: Node) -> Node {
    let differences = value(of: a).combined(with: value(of: target), -)
    let mean = differences.values.reduce(0) { $0 + $1 * $1 } / Double(max(1, differences.values.count))
    return record(.meanSquaredError(a, target: target), Matrix(rows: 1, columns: 1, values: [mean]))
  }

  /// The derivatives of the one number in `loss` by every recorded matrix, each in the shape of that matrix.
  package func gradients(of loss: Node) -> Gradients {
    precondition(value(of: loss).values.count == 1, "only one number has a gradient")
    var gradients = [Matrix?](repeating: nil, count: values.count)
    func add(_ gradient: Matrix, to node: Node) {
      gradients[node.position] = gradients[node.position]?.combined(with: gradient, +) ?? gradient
    }
    add(Matrix(rows: 1, columns: 1, values: [1]), to: loss)
    for position in stride(from: loss.position, through: 0, by: -1) {
      guard let gradient = gradients[position] else { continue }
      switch operations[position] {
      case .leaf: break
      case .product(let a, let b):
        add(gradient.timesTransposed(value(of: b), threads: threads), to: a)
        add(value(of: a).transposedTimes(gradient, threads: threads), to: b)
      case .sum(let a, let b):
        add(gradient, to: a)
        add(gradient, to: b)
      case .biased(let a, let bias):
        add(gradient, to: a)
        add(gradient.columnSums, to: bias)
      case .activated(let a, let activation):
        add(gradient.combined(with: values[position]) { $0 * activation.slope(at: $1) }, to: a)
      case .meanSquaredError(let a, let target):
        let differences = value(of: a).combined(with: value(of: target), -)
        let scale = 2 * gradient.values[0] / Double(max(1, differences.values.count))
        add(differences.map { $0 * scale }, to: a)
        add(differences.map { -$0 * scale }, to: target)
      case .custom(let inputs, let pullback):
        for (input, part) in zip(inputs, pullback(gradient)) {
          if let part { add(part, to: input) }
        }
      }
    }
    return Gradients(of: gradients, shapes: values)
  }
}

/// What `Tape.gradients` found.
package struct Gradients: Sendable {
  private let found: [Matrix?]
  private let shapes: [Matrix]

  fileprivate init(of found: [Matrix?], shapes: [Matrix]) {
    self.found = found
    self.shapes = shapes
  }

  /// Zeros for what the loss does not depend on.
  package subscript(node: Tape.Node) -> Matrix {
    let shape = shapes[node.position]
    return found[node.position] ?? Matrix(rows: shape.rows, columns: shape.columns)
  }
}

/// A function that is applied to each cell.
package enum Activation: String, Sendable, Codable, CaseIterable {
  case identity, rectifier, tanh, sigmoid

  package func apply(_ matrix: Matrix) -> Matrix {
    switch self {
    case .identity: matrix
    case .rectifier: matrix.map { max($0, 0) }
    case .tanh: matrix.map(hyperbolicTangent)
    case .sigmoid: matrix.map { $0 >= 0 ? 1 / (1 + exponential(-$0)) : 1 - 1 / (1 + exponential($0)) }
    }
  }

  /// The derivative, written by the value of the function; 0 for the rectifier at 0.
  func slope(at value: Double) -> Double {
    switch self {
    case .identity: 1
    case .rectifier: value > 0 ? 1 : 0
    case .tanh: 1 - value * value
    case .sigmoid: value * (1 - value)
    }
  }
}
