package import Learning
package import Numerics
package import Values

/// Learns to score rows from labels of whole stretches: somewhere in here something was wrong.
///
/// Rows in turn are cut into bags. The modalities of a row are joined by a network, whose joint vector gives a score; a bag is
/// as anomalous as the mean of its highest scores, and only that mean meets the bag's label. So the network has to find
/// out by itself which rows made the bag anomalous. Restoring the modalities steadies it where bags are few.
///
/// - Input: one modality or more, and what is known of rows; labels of rows other than those to fit on and to calibrate are
///   never looked at, and those only through their bags.
/// - Output: the logit of a row; contributions: the logit less that without the modality.
/// - Complexity: O(epochs · *n* · parameters).
/// - Randomness: starting weights, order of bags, what drops out.
/// - Source: Sultani, Chen and Shah, *Real-world anomaly detection in surveillance videos*, CVPR 2018, for bags; the mean of the
///   ⌊T / 16⌋ + 1 highest of T rows against the bag's label as in Wu et al., *Not only look, but also listen*, ECCV 2020,
///   equation 8.
/// - Differs: modalities drop out as in ModDrop; a tenth of the error of restoring them is added.
package struct WeakFusion: Sendable {
  package let kind: FusionKind
  package let hidden: Int
  /// Rows a bag.
  package let bag: Int
  package let dropout: Double
  package let descent: Descent

  package init(
    _ kind: FusionKind, hidden: Int = 16, bag: Int = 20, dropout: Double = 0.2, descent: Descent = Descent()
  ) {
    self.kind = kind
    self.hidden = hidden
    self.bag = bag
    self.dropout = dropout
    self.descent = descent
  }

  package struct Outcome: Sendable {
    package let scores: Scores
    package let losses: [Double]
    /// Bags to learn from, and how many of them are anomalous.
    package let bags: Int
    package let anomalousBags: Int
  }

  /// A stretch of rows and whether anything in it is anomalous.
  private struct Bag {
    let first: Int
    let isAnomalous: Bool
  }

  private static let restoring = 0.1
  private static let farthest = 20.0
  /// Rows in one of the highest places of a bag.
  private var top: Int { bag / 16 + 1 }

  package func score(
    _ modalities: Modalities, labels: [Bool?], seed: UInt64, work: Work
  ) throws(FusionError) -> Outcome {
    let parts = modalities.parts
    if let needed = kind.count, needed != parts.count { throw .wrongCount(needed: needed, got: parts.count) }
    var (taught, watched) = (
      bags(in: .fit, of: modalities, labels: labels),
      modalities.index.splits == nil ? [] : bags(in: .calibrate, of: modalities, labels: labels)
    )
    if watched.isEmpty {
      watched = taught.enumerated().filter { $0.offset % 5 == 4 }.map(\.element)
      taught = taught.enumerated().filter { $0.offset % 5 != 4 }.map(\.element)
    }
    let anomalous = taught.count { $0.isAnomalous }
    if anomalous == 0 || anomalous == taught.count {
      throw .oneSortOfBags(anomalous: anomalous, normal: taught.count - anomalous)
    }
    let whole = modalities.extended(by: modalities.leftOut)
    let inputs = whole.parts.map { part in
      let scale = Double(part.dimensions).squareRoot()
      return part.matrix.mapValues { min(max($0 * scale, -Self.farthest), Self.farthest) }
    }
    let all = FusionNetwork.Batch(inputs: inputs, presence: whole.parts.map { $0.presence.bits })
    var random = SeededGenerator(seed: seed)
    let network = FusionNetwork(
      kind, widths: parts.map(\.dimensions), hidden: hidden, hasHead: true, using: &random)
    let every = taught + watched
    let (logits, losses) = try orCancelled { () throws(Cancelled) in
      let (parameters, losses) = try descent.fit(
        network.book.matrices, rows: Array(taught.indices),
        watched: Array(taught.count..<every.count), using: &random, work: work
      ) { tape, nodes, places, random in
        loss(network, all, bags: places.map { every[$0] }, on: &tape, nodes, using: &random)
      }
      let logits = try work.fill(all.rowCount, size: 128, stage: "scoring") { range, target in
        var tape = Tape()
        let nodes = parameters.map { tape.leaf($0) }
        let recorded = network.record(all.selecting(Array(range)), on: &tape, nodes)
        let judged = network.judged(recorded.joint, on: &tape, nodes)
        let values = tape.value(of: judged).values
        for place in 0..<range.count { target[place] = values[place] }
      }
      return (logits, losses)
    }
    return Outcome(
      scores: scores(logits, modalities, used: every.map(\.first)), losses: losses, bags: taught.count,
      anomalousBags: anomalous)
  }

  /// Bags of rows in turn that serve the same purpose; one of rows of which nothing is known says nothing.
  private func bags(in split: Split, of modalities: Modalities, labels: [Bool?]) -> [Bag] {
    let index = modalities.index
    var isChosen = [Bool](repeating: false, count: index.count)
    for row in index.rows(in: split) { isChosen[row] = true }
    var bags: [Bag] = []
    for run in index.runs {
      var first = run.rows.lowerBound
      while first + bag <= run.rows.upperBound {
        let rows = first..<first + bag
        guard rows.allSatisfy({ isChosen[$0] }) else {
          first += 1
          continue
        }
        let isAnomalous = rows.contains { labels[$0] == true }
        if isAnomalous || rows.allSatisfy({ labels[$0] != nil }) {
          bags.append(Bag(first: first, isAnomalous: isAnomalous))
        }
        first += bag
      }
    }
    return bags
  }

  private func loss(
    _ network: FusionNetwork, _ all: FusionNetwork.Batch, bags: [Bag], on tape: inout Tape,
    _ nodes: [Tape.Node], using random: inout SeededGenerator
  ) -> Tape.Node {
    let clean = all.selecting(bags.flatMap { $0.first..<$0.first + bag })
    var batch = clean
    for row in 0..<clean.rowCount {
      var left = clean.presence.count { $0[row] }
      for part in clean.inputs.indices where clean.presence[part][row] {
        if random.unit() < dropout, left > 1 {
          batch.presence[part][row] = false
          left -= 1
        }
      }
    }
    let recorded = network.record(batch, on: &tape, nodes)
    let logits = tape.reshaped(network.judged(recorded.joint, on: &tape, nodes), columns: bag)
    var losses = [tape.logisticLoss(tape.topMean(logits, count: top), isTrue: bags.map(\.isAnomalous))]
    for (part, output) in recorded.outputs.enumerated() {
      let error = tape.squaredError(output, target: clean.inputs[part], rows: clean.presence[part])
      losses.append(tape.scaled(error, by: Self.restoring / Double(recorded.outputs.count)))
    }
    return tape.total(losses)
  }

  private func scores(_ logits: [Double], _ modalities: Modalities, used: [Int]) -> Scores {
    let count = modalities.index.count
    let names = modalities.parts.map(\.name)
    let presence = modalities.parts.map(\.presence)
    let isPresent = Mask((0..<count).map { row in presence.contains { $0[row] } })
    var shares = Matrix(rows: count, columns: names.count)
    for part in names.indices {
      for row in 0..<count where presence[part][row] {
        shares[row, part] = logits[row] - logits[(part + 1) * count + row]
      }
    }
    var fitted = Mask(count: count)
    for first in used { for row in first..<first + bag { fitted[row] = true } }
    return Scores(
      index: modalities.index, values: (0..<count).map { isPresent[$0] ? logits[$0] : 0 },
      method: "fuse mil", presence: isPresent, fitted: fitted,
      contributions: Contributions(
        matrix: shares, features: names,
        blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
        meaning: LateFusion.Contribution.leftOutMeaning),
      voices: modalities.voices(judging: shares))
  }
}
