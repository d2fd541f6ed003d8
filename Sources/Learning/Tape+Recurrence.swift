package import Numerics

/// Cells that remember: each takes the present input and what it remembers, a row a sample.
package struct RecurrentCell: Sendable, Equatable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// - Source: Cho et al., *Learning phrase representations*, EMNLP 2014, equations 5 to 8, with the reset gate after the
    ///   product as common libraries have it.
    case gru
    /// - Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers, Schmidhuber and Cummins, *Learning to forget*,
    ///   Neural Computation 2000, equations 1 to 7.
    case lstm

    fileprivate var gates: Int { self == .gru ? 3 : 4 }
  }

  package let kind: Kind
  package let hidden: Int
  fileprivate let input: ParameterBook.Dense
  fileprivate let memory: ParameterBook.Dense
}

extension ParameterBook {
  package mutating func recurrent(
    _ kind: RecurrentCell.Kind, _ inputs: Int, _ hidden: Int, using random: inout SeededGenerator
  ) -> RecurrentCell {
    RecurrentCell(
      kind: kind, hidden: hidden, input: dense(inputs, kind.gates * hidden, using: &random),
      memory: dense(hidden, kind.gates * hidden, using: &random))
  }
}

extension Tape {
  /// What the cell says after each step; it remembers nothing before the first.
  ///
  /// - Input: a matrix a step, a row a sample.
  /// - Complexity: O(steps · rows · hidden (inputs + hidden)).
  package mutating func recurrent(
    _ steps: [Node], _ cell: RecurrentCell, _ parameters: [Node]
  ) -> [Node] {
    guard let first = steps.first else { return [] }
    let start = leaf(Matrix(rows: value(of: first).rows, columns: cell.hidden))
    var (output, store) = (start, start)
    return steps.map { step in
      let new = dense(step, cell.input, parameters)
      let old = dense(output, cell.memory, parameters)
      switch cell.kind {
      case .gru: output = gatedUnit(new, old, memory: output, cell.hidden)
      case .lstm: (output, store) = longMemory(sum(new, old), store: store, cell.hidden)
      }
      return output
    }
  }

  private mutating func gate(_ a: Node, _ number: Int, _ hidden: Int) -> Node {
    columns(a, number * hidden..<(number + 1) * hidden)
  }

  /// r = σ(·), z = σ(·), n = tanh(Wx + r ⊙ Uh), h′ = n + z ⊙ (h − n).
  private mutating func gatedUnit(_ new: Node, _ old: Node, memory: Node, _ hidden: Int) -> Node {
    let both = sum(new, old)
    let reset = activated(gate(both, 0, hidden), .sigmoid)
    let keep = activated(gate(both, 1, hidden), .sigmoid)
    let recalled = cellProduct(reset, gate(old, 2, hidden))
    let proposal = activated(sum(gate(new, 2, hidden), recalled), .tanh)
    return sum(proposal, cellProduct(keep, difference(memory, proposal)))
  }

  /// i, f, o = σ(·), g = tanh(·), c′ = f ⊙ c + i ⊙ g, h′ = o ⊙ tanh(c′).
  private mutating func longMemory(_ gates: Node, store: Node, _ hidden: Int) -> (Node, Node) {
    let input = activated(gate(gates, 0, hidden), .sigmoid)
    let forget = activated(gate(gates, 1, hidden), .sigmoid)
    let proposal = activated(gate(gates, 2, hidden), .tanh)
    let output = activated(gate(gates, 3, hidden), .sigmoid)
    let next = sum(cellProduct(forget, store), cellProduct(input, proposal))
    return (cellProduct(output, activated(next, .tanh)), next)
  }
}
