package import Numerics
import Values

/// Scores rows by how few random splits isolate them as random networks see them.
///
/// A straight cut in what a random network makes of rows is a bent one in the rows themselves.
///
/// - Input: `n` × `d`, complete. Shifting or scaling a column does not matter.
/// - Output: ≥ 0: 2^(−mean path / c) times the mean distance to the thresholds on the way, averaged over the networks.
/// - Complexity: scores O(*n r* (*p* + *t* log *s*)) for *r* networks of *p* weights and *t* trees of *s* rows each.
/// - Randomness: weights, rows of the trees and splits; a stream a network.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Xu, Pang, Wang and Wang, *Deep isolation forest for anomaly detection*, TKDE 2023, equations 3, 7 and 8; 50
///   networks of 500 and 100 hidden and 20 last cells with tanh, 6 trees of 256 rows, as there. Columns are brought to
///   0...1, as in PyOD: in standard deviations most cells are so far out that tanh tells them from nothing further.
/// - Differs: a network's trees are grown from at most 1536 rows drawn for it, whose images also give the scale of each of
///   its outputs; single precision; values are held within 1000 ranges of the training rows.
package struct DeepIsolationForest: Detector, Equatable {
  package static let name = "dif"
  package let networks: Int
  package let trees: Int
  package let sampleSize: Int
  package let hidden: [Int]
  package let outputs: Int

  package init(
    networks: Int = 50, trees: Int = 6, sampleSize: Int = 256, hidden: [Int] = [500, 100], outputs: Int = 20
  ) {
    self.networks = networks
    self.trees = trees
    self.sampleSize = sampleSize
    self.hidden = hidden
    self.outputs = outputs
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let rows = try NetworkRows(training, unit: .range, work: work)
    let input = try rows.input(training, work: work)
    let seed = random.next()
    let source = SeededGenerator(seed: seed)
    var members: [Model.Member] = []
    do throws(Cancelled) {
      for number in 0..<networks {
        try work.check()
        var own = source.stream(number)
        members.append(try member(number, of: input, using: &own))
        work.report(Double(number + 1) / Double(networks), "random networks")
      }
    } catch {
      throw .cancelled
    }
    return Model(rows: rows, seed: seed, widths: [input.columns] + hidden + [outputs], members: members)
  }

  private func member(
    _ number: Int, of input: Matrix, using random: inout SeededGenerator
  ) throws(Cancelled) -> Model.Member {
    let network = RandomNetwork(widths: [input.columns] + hidden + [outputs], using: &random)
    let chosen = random.sample(min(input.rows, trees * sampleSize), of: input.rows)
    let images = try network.apply(FloatMatrix(input.selecting(rows: chosen)), work: Work()).asMatrix
    let found = (0..<images.columns).map { moments(of: images.column($0)) }
    let scale = Standardisation(
      centers: found.map(\.mean), scales: found.map { $0.deviation > 0 ? $0.deviation : 1 })
    let bent = Model.bend(images, scale)
    return Model.Member(
      scale: scale,
      trees: try IsolationTrees(
        bent, treeCount: trees, sampleSize: min(sampleSize, bent.rows), using: &random, work: Work()))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = DeepIsolationForest.name
    package static let needsCompleteRows = true

    struct Member: Sendable, Codable, Equatable {
      let scale: Standardisation
      let trees: IsolationTrees
    }

    let rows: NetworkRows
    /// What the weights are drawn from again: a stream a network.
    let seed: UInt64
    let widths: [Int]
    let members: [Member]

    package func scores(of observations: Observations, work: Work) throws(DetectionError) -> [Double] {
      let input = FloatMatrix(try rows.input(observations, work: work))
      var sums = [Double](repeating: 0, count: input.rows)
      let source = SeededGenerator(seed: seed)
      do throws(Cancelled) {
        for (number, member) in members.enumerated() {
          var random = source.stream(number)
          let network = RandomNetwork(widths: widths, using: &random)
          let own = Work(threads: work.threads, isCancelled: work.isCancelled)
          let images = Self.bend(try network.apply(input, work: own).asMatrix, member.scale)
          let (paths, gaps) = try member.trees.pathsAndGaps(of: images, work: own)
          let typical = max(1, IsolationTrees.averagePath(member.trees.sampleSize))
          for row in sums.indices {
            sums[row] += power(2, -paths[row] / typical) * gaps[row] / Double(members.count)
          }
          work.report(Double(number + 1) / Double(members.count), "scoring")
        }
      } catch {
        throw .cancelled
      }
      return sums
    }

    /// Outputs in standard deviations, bent into −1...1.
    static func bend(_ images: Matrix, _ scale: Standardisation) -> Matrix {
      var result = images
      for cell in result.values.indices {
        let column = cell % images.columns
        result.values[cell] = hyperbolicTangent(
          (images.values[cell] - scale.centers[column]) / scale.scales[column])
      }
      return result
    }
  }
}

/// Dense layers of standard normal weights with tanh between them, never trained.
private struct RandomNetwork {
  let weights: [FloatMatrix]

  init(widths: [Int], using random: inout SeededGenerator) {
    weights = zip(widths, widths.dropFirst()).map { inputs, outputs in
      FloatMatrix(
        rows: inputs, columns: outputs, values: (0..<inputs * outputs).map { _ in Float(random.normal()) })
    }
  }

  func apply(_ input: FloatMatrix, work: Work) throws(Cancelled) -> FloatMatrix {
    var output = input
    for (number, layer) in weights.enumerated() {
      output = try output.product(layer, work: work)
      if number < weights.count - 1 { output = try output.bentByTangent(work: work) }
    }
    return output
  }
}
