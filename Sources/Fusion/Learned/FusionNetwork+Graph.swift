import Learning
import Numerics

/// Messages between modalities.
extension FusionNetwork {
  func graph(
    _ codes: [Tape.Node], _ batch: Batch, _ layer: ModalityGraph.Layer, on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> Tape.Node {
    var nodes = codes
    let perRound = layers.count / 2
    for round in 0..<2 {
      let own = Array(layers[round * perRound..<(round + 1) * perRound])
      let messages =
        switch layer {
        case .mean: means(nodes, batch, own, on: &tape, parameters)
        case .gcn: convolved(nodes, batch, own, on: &tape, parameters)
        case .gat: attended(nodes, batch, own, on: &tape, parameters)
        case .relation: related(nodes, batch, own, on: &tape, parameters)
        }
      for (part, message) in messages.enumerated() {
        nodes[part] = tape.weighted(tape.activated(message, .tanh), rows: weights(batch.presence[part]))
      }
    }
    return mean(nodes, batch, on: &tape)
  }

  private func weights(_ presence: [Bool]) -> [Double] { presence.map { $0 ? 1 : 0 } }

  private func means(
    _ nodes: [Tape.Node], _ batch: Batch, _ own: [ParameterBook.Dense], on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> [Tape.Node] {
    var messages: [Tape.Node] = []
    for part in nodes.indices {
      let others = neighbors[part]
      let message = tape.dense(nodes[part], own[0], parameters)
      guard let first = others.first else {
        messages.append(message)
        continue
      }
      let sum = others.dropFirst().reduce(nodes[first]) { tape.sum($0, nodes[$1]) }
      let shares = (0..<batch.rowCount).map { row in
        1 / Double(max(1, others.count { batch.presence[$0][row] }))
      }
      messages.append(
        tape.sum(message, tape.dense(tape.weighted(sum, rows: shares), own[1], parameters)))
    }
    return messages
  }

  private func convolved(
    _ nodes: [Tape.Node], _ batch: Batch, _ own: [ParameterBook.Dense], on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> [Tape.Node] {
    let turned = nodes.map { tape.dense($0, own[0], parameters) }
    let degrees = neighbors.map { heard in
      (0..<batch.rowCount).map { row in 1 + Double(heard.count { batch.presence[$0][row] }) }
    }
    return nodes.indices.map { part in
      var message = tape.weighted(turned[part], rows: degrees[part].map { 1 / $0 })
      for other in neighbors[part] {
        let shares = (0..<batch.rowCount).map { row in
          batch.presence[other][row] ? 1 / (degrees[part][row] * degrees[other][row]).squareRoot() : 0
        }
        message = tape.sum(message, tape.weighted(turned[other], rows: shares))
      }
      return message
    }
  }

  /// Below 0 an attention falls at this share of its slope above.
  private static let leak = 0.2

  private func attended(
    _ nodes: [Tape.Node], _ batch: Batch, _ own: [ParameterBook.Dense], on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> [Tape.Node] {
    let turned = nodes.map { tape.dense($0, own[0], parameters) }
    let ones = tape.leaf(Matrix(rows: 1, columns: hidden, repeating: 1))
    return nodes.indices.map { part in
      let heard = [part] + neighbors[part]
      let logits = heard.map { other in
        let raw = tape.dense(tape.joined([turned[part], turned[other]]), own[1], parameters)
        let leaky = tape.sum(
          tape.scaled(raw, by: Self.leak), tape.scaled(tape.activated(raw, .rectifier), by: 1 - Self.leak))
        return tape.product(leaky, ones)
      }
      return tape.gatedSum(
        logits: logits, values: heard.map { turned[$0] }, presence: heard.map { batch.presence[$0] })
    }
  }

  private func related(
    _ nodes: [Tape.Node], _ batch: Batch, _ own: [ParameterBook.Dense], on tape: inout Tape,
    _ parameters: [Tape.Node]
  ) -> [Tape.Node] {
    var place = 1
    return nodes.indices.map { part in
      var message = tape.dense(nodes[part], own[0], parameters)
      for other in neighbors[part] {
        let told = tape.dense(nodes[other], own[place], parameters)
        message = tape.sum(message, tape.weighted(told, rows: weights(batch.presence[other])))
        place += 1
      }
      return message
    }
  }
}
