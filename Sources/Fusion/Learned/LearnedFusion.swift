package import Learning
package import Numerics
package import Values

/// Joins modalities by a network that learns, without labels, to restore all of them from what is left of them.
///
/// During training modalities drop out, or are replaced by those of another row, and the network must restore the clean row:
/// so it has to use the others, and a row without a modality is nothing new to it. A fifth of the rows (or the calibrate
/// rows) decides when to stop.
///
/// - Input: one modality or more.
/// - Output: the joint vector; with `residuals` how badly each modality is restored, 1 in the middle of the fit rows.
/// - Complexity: O(epochs · *n* · parameters).
/// - Randomness: starting weights, order of rows, what drops out.
/// - Source: operators as in `FusionKind`; denoising as in Vincent et al., *Extracting and composing robust features with
///   denoising autoencoders*, ICML 2008; dropout of modalities as in Neverova et al., *ModDrop*, TPAMI 2016.
package struct LearnedFusion: JointOperator {
  package static let name = "learned"
  package let kind: FusionKind
  package let hidden: Int
  /// The chance that a modality drops out of a training row, and the chance that it is another row's.
  package let dropout: Double
  package let corruption: Double
  package let descent: Descent
  package let addsResiduals: Bool

  package init(
    _ kind: FusionKind, hidden: Int = 16, dropout: Double = 0.2, corruption: Double = 0.2,
    descent: Descent = Descent(), addsResiduals: Bool = false
  ) {
    self.kind = kind
    self.hidden = hidden
    self.dropout = dropout
    self.corruption = corruption
    self.descent = descent
    self.addsResiduals = addsResiduals
  }

  /// What the network says about all rows.
  package struct Outcome: Sendable, Equatable {
    package let joint: Matrix
    /// One column a modality: how badly it is restored; 0 where it is absent.
    package let errors: Matrix
    /// One column a modality: its mean gate; nil for operators without gates.
    package let gates: Matrix?
    package let losses: [Double]
  }

  package func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows {
    rows(of: try learn(modalities, using: &random, work: work), modalities)
  }

  /// The joint vectors and what the network says beside them.
  package func fuseWithOutcome(
    _ modalities: Modalities, seed: UInt64, work: Work
  ) throws(FusionError) -> (Embedding, Outcome) {
    var random = SeededGenerator(seed: seed)
    let leavesOut = !kind.hasGates && modalities.leavesOut(cells: hidden)
    let whole = leavesOut ? modalities.extended(by: modalities.leftOut) : modalities
    let outcome = try learn(whole, using: &random, work: work)
    let joint = rows(of: outcome, modalities)
    let count = modalities.index.count
    let weights = outcome.gates ?? (leavesOut ? joint.movement(modalities) : nil)
    let conflict = Voices.conflict(
      of: outcome.errors.selecting(rows: Array(0..<count)), presence: modalities.parts.map(\.presence),
      reference: modalities.index.rows(in: .fit))
    let joined = embedding(
      of: joint, modalities, weights: weights,
      meaning: kind.hasGates ? "mean gate" : "how far the joint vector moves without the modality",
      conflict: modalities.parts.count > 1 ? conflict : nil
    ) { (changed, work) throws(FusionError) in
      var random = SeededGenerator(seed: seed)
      let same = limited(to: outcome.losses.count)
      return rows(of: try same.learn(changed, using: &random, work: work), changed)
    }
    return (joined, outcome)
  }

  /// As many epochs learn the same again, and no more.
  func limited(to epochs: Int) -> LearnedFusion {
    LearnedFusion(
      kind, hidden: hidden, dropout: dropout, corruption: corruption, descent: descent.limited(to: epochs),
      addsResiduals: addsResiduals)
  }

  private func rows(of outcome: Outcome, _ modalities: Modalities) -> JointRows {
    let names = jointNames(hidden)
    if !addsResiduals { return JointRows(matrix: outcome.joint, features: names) }
    let parts = modalities.parts
    return JointRows(
      matrix: outcome.joint.beside(outcome.errors), features: names + parts.map { "\($0.name).residual" },
      blocks: [Block(name: "joint", columns: 0..<hidden)]
        + parts.enumerated().map { Block(name: $1.name, columns: hidden + $0..<hidden + $0 + 1) })
  }

  /// Trains, and applies the network to all rows; with `masks` each modality is restored from the others alone.
  package func learn(
    _ modalities: Modalities, masks: Bool = false, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> Outcome {
    let parts = modalities.parts
    if let needed = kind.count, needed != parts.count { throw .wrongCount(needed: needed, got: parts.count) }
    if case .crossAttention(let heads, _) = kind, hidden % heads != 0 {
      throw .unevenHeads(width: hidden, heads: heads)
    }
    let anyone = modalities.index.rows(in: .fit).filter { row in parts.contains { $0.presence[row] } }
    if anyone.count < 10 { throw .noFitRows(name: parts.first?.name ?? "") }
    let calibrate =
      modalities.index.splits == nil
      ? [] : modalities.index.rows(in: .calibrate).filter { row in parts.contains { $0.presence[row] } }
    let fit = calibrate.isEmpty ? anyone.enumerated().filter { $0.offset % 5 != 4 }.map(\.element) : anyone
    let watched =
      calibrate.isEmpty ? anyone.enumerated().filter { $0.offset % 5 == 4 }.map(\.element) : calibrate
    // Blocks were divided by √d; a network learns best from features of size one.
    let inputs = parts.map { part in
      let scale = Double(part.dimensions).squareRoot()
      return part.matrix.mapValues { min(max($0 * scale, -Self.farthest), Self.farthest) }
    }
    let all = FusionNetwork.Batch(inputs: inputs, presence: parts.map { $0.presence.bits })
    let network = FusionNetwork(kind, widths: parts.map(\.dimensions), hidden: hidden, using: &random)
    let (parameters, losses) = try orCancelled { () throws(Cancelled) in
      try descent.fit(network.book.matrices, rows: fit, watched: watched, using: &random, work: work) {
        tape, nodes, rows, random in
        loss(network, all, rows: rows, from: fit, on: &tape, nodes, using: &random)
      }
    }
    return try orCancelled { () throws(Cancelled) in
      try apply(
        network, parameters, to: all, masks: masks, reference: fit, losses: losses, work: work)
    }
  }

  private static let farthest = 20.0

  private func loss(
    _ network: FusionNetwork, _ all: FusionNetwork.Batch, rows: [Int], from pool: [Int],
    on tape: inout Tape, _ nodes: [Tape.Node], using random: inout SeededGenerator
  ) -> Tape.Node {
    let clean = all.selecting(rows)
    let corrupted = self.corrupted(clean, from: pool, of: all, using: &random)
    let recorded = network.record(corrupted, on: &tape, nodes)
    var losses: [Tape.Node] = []
    for (part, output) in recorded.outputs.enumerated() {
      losses.append(tape.squaredError(output, target: clean.inputs[part], rows: clean.presence[part]))
    }
    return tape.total(losses)
  }

  private func corrupted(
    _ clean: FusionNetwork.Batch, from pool: [Int], of all: FusionNetwork.Batch,
    using random: inout SeededGenerator
  ) -> FusionNetwork.Batch {
    var batch = clean
    for row in 0..<clean.rowCount {
      var left = clean.presence.count { $0[row] }
      for part in clean.inputs.indices where clean.presence[part][row] {
        let chance = random.unit()
        if chance < dropout, left > 1 {
          batch.presence[part][row] = false
          left -= 1
        } else if chance >= dropout, chance < dropout + corruption, clean.inputs.count > 1 {
          let other = pool[random.below(pool.count)]
          if !all.presence[part][other] { continue }
          for column in 0..<batch.inputs[part].columns {
            batch.inputs[part][row, column] = all.inputs[part][other, column]
          }
        }
      }
    }
    return batch
  }

  private func apply(
    _ network: FusionNetwork, _ parameters: [Matrix], to all: FusionNetwork.Batch, masks: Bool,
    reference: [Int], losses: [Double], work: Work
  ) throws(Cancelled) -> Outcome {
    let parts = all.inputs.count
    // A row holds its joint vector, its errors and its gates.
    let stride = hidden + 2 * parts
    let cells = try work.fill(all.rowCount, stride: stride, size: 128, stage: "joining") { range, target in
      let batch = all.selecting(Array(range))
      var tape = Tape()
      let nodes = parameters.map { tape.leaf($0) }
      let recorded = network.record(batch, on: &tape, nodes)
      let joint = tape.value(of: recorded.joint)
      let shares =
        recorded.logits.isEmpty
        ? [] : Tape.shares(recorded.logits.map { tape.value(of: $0) }, presence: batch.presence)
      for row in 0..<range.count {
        for place in 0..<hidden { target[row * stride + place] = joint[row, place] }
        for (part, share) in shares.enumerated() {
          target[row * stride + hidden + parts + part] = share.row(row).reduce(0, +) / Double(share.columns)
        }
      }
      for part in 0..<parts {
        var output = tape.value(of: recorded.outputs[part])
        if masks {
          var hiding = batch
          hiding.presence[part] = hiding.presence[part].map { _ in false }
          var own = Tape()
          let leaves = parameters.map { own.leaf($0) }
          let restored = network.record(hiding, on: &own, leaves).outputs[part]
          output = own.value(of: restored)
        }
        for row in 0..<range.count where batch.presence[part][row] {
          var sum = 0.0
          for column in 0..<output.columns {
            let difference = output[row, column] - batch.inputs[part][row, column]
            sum += difference * difference
          }
          target[row * stride + hidden + part] = (sum / Double(max(1, output.columns))).squareRoot()
        }
      }
    }
    func cut(_ start: Int, _ width: Int) -> Matrix {
      Matrix(
        rows: all.rowCount, columns: width,
        values: (0..<all.rowCount * width).map { cells[$0 / width * stride + start + $0 % width] })
    }
    var errors = cut(hidden, parts)
    for part in 0..<parts {
      let usual =
        Selection.median(of: reference.filter { all.presence[part][$0] }.map { errors[$0, part] }) ?? 1
      if usual > 0 { for row in 0..<errors.rows { errors[row, part] /= usual } }
    }
    return Outcome(
      joint: cut(0, hidden), errors: errors, gates: kind.hasGates ? cut(hidden + parts, parts) : nil,
      losses: losses)
  }
}

extension FusionNetwork.Batch {
  func selecting(_ rows: [Int]) -> FusionNetwork.Batch {
    FusionNetwork.Batch(
      inputs: inputs.map { $0.selecting(rows: rows) },
      presence: presence.map { bits in rows.map { bits[$0] } })
  }
}

/// Scores rows by how badly each modality is restored from the others.
///
/// - Input: two modalities or more.
/// - Output: the geometric mean over the modalities present of the error, 1 in the middle of the fit rows; a row with one
///   modality alone is not scored. Contributions: the error of each modality.
/// - Source: masked prediction across modalities, with the network of `LearnedFusion`.
package struct MaskedReconstruction: Sendable {
  package let fusion: LearnedFusion
  package let combination: CrossModal.Combination

  package init(_ fusion: LearnedFusion, combination: CrossModal.Combination = .product) {
    self.fusion = fusion
    self.combination = combination
  }

  package func score(_ modalities: Modalities, seed: UInt64, work: Work) throws(FusionError) -> Scores {
    if modalities.parts.count < 2 { throw .onlyOneModality }
    var random = SeededGenerator(seed: seed)
    let outcome = try fusion.learn(modalities, masks: true, using: &random, work: work)
    let count = modalities.index.count
    var values = [Double](repeating: 0, count: count)
    var presence = Mask(count: count)
    for row in 0..<count {
      let present = modalities.parts.indices.filter { modalities.parts[$0].presence[row] }
      if present.count < 2 { continue }
      presence[row] = true
      values[row] = combination.combined(present.map { outcome.errors[row, $0] })
    }
    let names = modalities.parts.map(\.name)
    return Scores(
      index: modalities.index, values: values, method: "map masked", presence: presence,
      fitted: modalities.fittedMask,
      contributions: Contributions(
        matrix: outcome.errors, features: names,
        blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
        meaning: "error of restoring the modality from the others, 1 is normal"),
      voices: modalities.voices(judging: outcome.errors),
      refusion: Refusion(
        JointRefusion(of: modalities) { (changed, work) throws(FusionError) in
          try MaskedReconstruction(
            fusion.limited(to: outcome.losses.count), combination: combination
          ).score(changed, seed: seed, work: work)
        }))
  }
}
