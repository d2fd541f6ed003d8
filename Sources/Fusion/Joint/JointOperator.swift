package import Numerics
package import Values

/// The joint vectors that an operator made, one a row.
package struct JointRows: Sendable, Equatable {
  /// NaN in all columns where no modality is present.
  package let matrix: Matrix
  package let features: [String]
  /// Which columns belong to one modality alone; the rest belongs to the block `joint`.
  package let blocks: [Block]

  package init(matrix: Matrix, features: [String], blocks: [Block]? = nil) {
    self.matrix = matrix
    self.features = features
    self.blocks = blocks ?? [Block(name: "joint", columns: 0..<features.count)]
  }
}

/// A way of making one vector a row of several modalities, learned from the fit rows without labels.
package protocol JointOperator: Sendable {
  /// `tensor`.
  static var name: String { get }
  /// A row of the result depends on the same row of the modalities, and on what was learned.
  func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows
}

extension JointOperator {
  /// The result as a value, with rows lacking every modality missing.
  package func fuse(_ modalities: Modalities, seed: UInt64, work: Work) throws(FusionError) -> Embedding {
    var random = SeededGenerator(seed: seed)
    return embedding(of: try join(modalities, using: &random, work: work), modalities)
  }

  func embedding(of joint: JointRows, _ modalities: Modalities) -> Embedding {
    var matrix = joint.matrix
    for row in 0..<matrix.rows where !modalities.parts.contains(where: { $0.presence[row] }) {
      for column in 0..<matrix.columns { matrix[row, column] = .nan }
    }
    return Embedding(
      index: modalities.index, matrix: matrix, features: joint.features, blocks: joint.blocks)
  }
}

/// No operator makes wider vectors.
let widestJoint = 65_536

func jointNames(_ count: Int, _ stem: String = "z") -> [String] {
  (1...max(1, count)).prefix(count).map { "\(stem)\($0)" }
}
