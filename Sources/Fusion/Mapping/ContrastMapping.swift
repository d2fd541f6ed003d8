package import Learning
package import Numerics

/// Learns to tell which rows of two modalities belong together, and scores rows whose parts do not.
///
/// `contrast`: an encoder a modality, trained so that the two codes of a row point the same way and those of different rows
/// do not; the score is 1 − cosine. `match`: a network that sees both and says whether they belong together, trained on true
/// pairs and on shuffled ones; the score is −ln of its belief in a true pair.
///
/// - Input: present pairs; features on comparable scales.
/// - Output: `contrast` 0...2, `match` ≥ 0.
/// - Complexity: O(epochs · *n* (parameters + batch · width)).
/// - Randomness: starting weights, order of rows, shuffled pairs.
/// - Source: Radford et al., *Learning transferable visual models from natural language supervision* (CLIP), ICML 2021,
///   figure 3; van den Oord, Li and Vinyals 2018, equation 4; matching as in Arandjelović and Zisserman, *Look, listen and
///   learn*, ICCV 2017, section 2.
/// - Differs: encoders have one hidden layer; the temperature is fixed.
package struct ContrastMapping: PairMapping {
  package enum Objective: String, Sendable {
    case contrast, match
  }

  package static let name = "contrast"
  package var isDirected: Bool { false }
  package let objective: Objective
  package let hidden: Int
  package let code: Int
  package let temperature: Double
  package let descent: Descent

  package init(
    _ objective: Objective = .contrast, hidden: Int = 32, code: Int = 16, temperature: Double = 0.07,
    descent: Descent = Descent(epochs: 200, batchSize: 64, rate: 3e-3, patience: 25)
  ) {
    self.objective = objective
    self.hidden = hidden
    self.code = code
    self.temperature = temperature
    self.descent = descent
  }

  package func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double] {
    let (a, b) = (rows.source.sized, rows.target.sized)
    let heads = Heads(objective, a.columns, b.columns, hidden: hidden, code: code, using: &random)
    return try orCancelled { () throws(Cancelled) in
      let (parameters, _) = try descent.fit(
        heads.book.matrices, rows: rows.fit, watched: rows.choose, using: &random, work: work
      ) { tape, nodes, batch, random in
        switch objective {
        case .contrast:
          let (x, y) = heads.codes(a.selecting(rows: batch), b.selecting(rows: batch), on: &tape, nodes)
          return tape.contrast(x, y, temperature: temperature)
        case .match:
          // Each row once with its own partner and once with another's.
          let shift = batch.count > 1 ? 1 + random.below(batch.count - 1) : 0
          let others = batch.indices.map { batch[($0 + shift) % batch.count] }
          let logits = heads.logits(
            a.selecting(rows: batch + batch), b.selecting(rows: batch + others), on: &tape, nodes)
          return tape.logisticLoss(
            logits,
            isTrue: batch.map { _ in true } + zip(batch, others).map { $0 == $1 })
        }
      }
      return try work.fill(a.rows, size: 128, stage: "matching") { range, target in
        let (x, y) = (a.selecting(rows: Array(range)), b.selecting(rows: Array(range)))
        var tape = Tape()
        let nodes = parameters.map { tape.leaf($0) }
        switch objective {
        case .contrast:
          let (codeA, codeB) = heads.codes(x, y, on: &tape, nodes)
          let (left, right) = (tape.value(of: codeA), tape.value(of: codeB))
          for row in 0..<range.count {
            target[row] = max(0, 1 - zip(left.row(row), right.row(row)).reduce(0) { $0 + $1.0 * $1.1 })
          }
        case .match:
          let judged = heads.logits(x, y, on: &tape, nodes)
          let logits = tape.value(of: judged)
          for row in 0..<range.count {
            let logit = logits.values[row]
            target[row] = max(0, -logit) + logarithm1p(exponential(-abs(logit)))
          }
        }
      }
    }
  }

  /// Encoders of both modalities, and for matching the judge of their codes.
  private struct Heads: Sendable {
    var book = ParameterBook()
    let first: (ParameterBook.Dense, ParameterBook.Dense)
    let second: (ParameterBook.Dense, ParameterBook.Dense)
    let judge: (ParameterBook.Dense, ParameterBook.Dense)

    init(
      _ objective: Objective, _ a: Int, _ b: Int, hidden: Int, code: Int, using random: inout SeededGenerator
    ) {
      first = (book.dense(a, hidden, using: &random), book.dense(hidden, code, using: &random))
      second = (book.dense(b, hidden, using: &random), book.dense(hidden, code, using: &random))
      judge = (book.dense(3 * code, hidden, using: &random), book.dense(hidden, 1, using: &random))
    }

    private func code(
      _ input: Matrix, _ layers: (ParameterBook.Dense, ParameterBook.Dense), on tape: inout Tape,
      _ nodes: [Tape.Node]
    ) -> Tape.Node {
      let middle = tape.gelu(tape.dense(tape.leaf(input), layers.0, nodes))
      return tape.dense(middle, layers.1, nodes)
    }

    func codes(
      _ a: Matrix, _ b: Matrix, on tape: inout Tape, _ nodes: [Tape.Node]
    ) -> (Tape.Node, Tape.Node) {
      (
        tape.normalised(code(a, first, on: &tape, nodes)), tape.normalised(code(b, second, on: &tape, nodes))
      )
    }

    func logits(_ a: Matrix, _ b: Matrix, on tape: inout Tape, _ nodes: [Tape.Node]) -> Tape.Node {
      let (x, y) = (code(a, first, on: &tape, nodes), code(b, second, on: &tape, nodes))
      let seen = tape.joined([x, y, tape.cellProduct(x, y)])
      return tape.dense(tape.gelu(tape.dense(seen, judge.0, nodes)), judge.1, nodes)
    }
  }
}

extension Matrix {
  /// Blocks were divided by √d; a network learns best from features of size one.
  var sized: Matrix {
    let scale = Double(max(1, columns)).squareRoot()
    return mapValues { min(max($0 * scale, -20), 20) }
  }
}
