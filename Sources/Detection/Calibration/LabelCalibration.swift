import Numerics

/// Makes probabilities of scores by the share of anomalies among labelled rows, rising with the score.
///
/// - Input: labelled reference scores of both sorts.
/// - Output: the non-decreasing function of the score with the least squared distance from the labels, linear between the
///   blocks, 0...1; equal inside a block and beyond the ends.
/// - Complexity: O(*n* log *n*) once, O(log *n*) a score.
/// - Source: Zadrozny and Elkan, *Transforming classifier scores into accurate multiclass probability estimates*, KDD
///   2002; pool adjacent violators of Ayer et al., 1955.
package struct IsotonicCalibration: CalibrationRule {
  package static let needsLabels = true
  package init() {}

  package func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration {
    var blocks: [Block] = []
    let order = reference.indices.sorted { reference[$0] < reference[$1] }
    var place = 0
    while place < order.count {
      let score = reference[order[place]]
      var block = Block(low: score, high: score, sum: 0, count: 0)
      while place < order.count, reference[order[place]] == score {
        block.sum += labels[order[place]] ? 1 : 0
        block.count += 1
        place += 1
      }
      while let last = blocks.last, last.mean >= block.mean {
        block = Block(
          low: last.low, high: block.high, sum: last.sum + block.sum, count: last.count + block.count)
        blocks.removeLast()
      }
      blocks.append(block)
    }
    return Fitted(blocks: blocks)
  }

  struct Block: Sendable {
    let low: Double
    let high: Double
    var sum: Double
    var count: Double
    var mean: Double { sum / count }
  }

  struct Fitted: FittedCalibration {
    let blocks: [Block]

    func score(_ raw: Double) -> Double {
      guard let first = blocks.first, let last = blocks.last else { return 0 }
      if raw <= first.low { return first.mean }
      if raw >= last.high { return last.mean }
      var (low, high) = (0, blocks.count - 1)
      while high > low {
        let middle = (low + high + 1) / 2
        if blocks[middle].low <= raw { low = middle } else { high = middle - 1 }
      }
      let block = blocks[low]
      if raw <= block.high { return block.mean }
      let next = blocks[low + 1]
      let share = (raw / 2 - block.high / 2) / (next.low / 2 - block.high / 2)
      return block.mean + (next.mean - block.mean) * share
    }

    func probability(_ raw: Double) -> Double? { score(raw) }
  }
}

/// Makes probabilities of scores by a sigmoid fitted to labelled rows.
///
/// - Input: labelled reference scores of both sorts.
/// - Output: 1 / (1 + exp(−(*a x* + *b*))), 0...1, with *a* and *b* of the largest likelihood for softened labels; it falls
///   with the score if the labels do.
/// - Complexity: O(*n*) a step, 100 steps at most.
/// - Source: Platt, *Probabilistic outputs for support vector machines*, 1999; the Newton steps and the backtracking are
///   those of Lin, Lin and Weng, *A note on Platt's probabilistic outputs*, Machine Learning 2007, algorithm 1.
/// - Differs: scores are standardised first, so that their unit does not matter.
package struct SigmoidCalibration: CalibrationRule {
  package static let needsLabels = true
  package init() {}

  private static let mostSteps = 100
  private static let smallestStep = 1e-10
  private static let ridge = 1e-12
  private static let gradientEnd = 1e-8

  package func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration {
    let (center, deviation) = moments(of: reference)
    let scale = deviation > 0 ? deviation : 1
    let x = reference.map { ($0 - center) / scale }
    let positives = Double(labels.count { $0 })
    let negatives = Double(labels.count) - positives
    let targets = labels.map { $0 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2) }
    var a = 0.0
    var b = logarithm((positives + 1) / (negatives + 1))
    var loss = Self.loss(x, targets, a, b)
    for _ in 0..<Self.mostSteps {
      var (haa, hbb, hab, ga, gb) = (Self.ridge, Self.ridge, 0.0, 0.0, 0.0)
      for (value, target) in zip(x, targets) {
        let p = sigmoid(a * value + b)
        let weight = p * (1 - p)
        haa += value * value * weight
        hbb += weight
        hab += value * weight
        ga += value * (p - target)
        gb += p - target
      }
      if abs(ga) < Self.gradientEnd, abs(gb) < Self.gradientEnd { break }
      let determinant = haa * hbb - hab * hab
      let (da, db) = (-(hbb * ga - hab * gb) / determinant, -(haa * gb - hab * ga) / determinant)
      let slope = ga * da + gb * db
      var step = 1.0
      while step >= Self.smallestStep {
        let next = Self.loss(x, targets, a + step * da, b + step * db)
        if next < loss + 1e-4 * step * slope {
          (a, b, loss) = (a + step * da, b + step * db, next)
          break
        }
        step /= 2
      }
      if step < Self.smallestStep { break }
    }
    return Fitted(center: center, scale: scale, a: a, b: b)
  }

  /// The negative log-likelihood, in a form that does not overflow.
  private static func loss(_ x: [Double], _ targets: [Double], _ a: Double, _ b: Double) -> Double {
    zip(x, targets).reduce(0) { sum, pair in
      let z = a * pair.0 + b
      return sum
        + (z >= 0
          ? (1 - pair.1) * z + logarithm1p(exponential(-z)) : -pair.1 * z + logarithm1p(exponential(z)))
    }
  }

  struct Fitted: FittedCalibration {
    let center: Double
    let scale: Double
    let a: Double
    let b: Double

    func score(_ raw: Double) -> Double { sigmoid(a * ((raw - center) / scale) + b) }
    func probability(_ raw: Double) -> Double? { score(raw) }
  }
}

private func sigmoid(_ z: Double) -> Double {
  z >= 0 ? 1 / (1 + exponential(-z)) : exponential(z) / (1 + exponential(z))
}
