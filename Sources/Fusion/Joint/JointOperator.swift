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
  /// How many columns it makes at most.
  func width(of modalities: Modalities) -> Int
  /// A row of the result depends on the same row of the modalities, and on what was learned.
  func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows
}

extension JointOperator {
  package func width(of modalities: Modalities) -> Int { 64 }

  /// The result as a value, with rows lacking every modality missing, and how far each row's vector moves without each
  /// modality; large results do without the latter.
  package func fuse(_ modalities: Modalities, seed: UInt64, work: Work) throws(FusionError) -> Embedding {
    let leavesOut = modalities.leavesOut(cells: width(of: modalities))
    let whole = leavesOut ? modalities.extended(by: modalities.leftOut) : modalities
    var random = SeededGenerator(seed: seed)
    let joint = try join(whole, using: &random, work: work)
    return embedding(of: joint, modalities, weights: leavesOut ? joint.movement(modalities) : nil) {
      (changed, work) throws(FusionError) in
      var random = SeededGenerator(seed: seed)
      return try join(changed, using: &random, work: work)
    }
  }

  func embedding(
    of joint: JointRows, _ modalities: Modalities, weights: Matrix?,
    meaning: String = "how far the joint vector moves without the modality",
    conflict: [Double]? = nil,
    again: @escaping @Sendable (Modalities, Work) throws(FusionError) -> JointRows
  ) -> Embedding {
    let presence = modalities.parts.map(\.presence)
    let matrix = joint.matrix(of: modalities)
    return Embedding(
      index: modalities.index, matrix: matrix, features: joint.features, blocks: joint.blocks,
      voices: Voices(
        modalities: modalities.parts.map(\.name), presence: presence, weights: weights,
        meaning: weights == nil ? "" : meaning,
        conflict: conflict
          ?? joint.residuals(of: matrix).map {
            Voices.conflict(of: $0, presence: presence, reference: modalities.index.rows(in: .fit))
          }),
      rejoining: Rejoining(
        JointRejoining(of: modalities) { (changed, work) throws(FusionError) in
          try again(changed, work).matrix(of: changed)
        }))
  }
}

extension JointRows {
  /// The vectors of these modalities, which may be fewer; NaN where no modality is present.
  fileprivate func matrix(of modalities: Modalities) -> Matrix {
    let count = modalities.index.count
    var result = count == matrix.rows ? matrix : matrix.selecting(rows: Array(0..<count))
    for row in 0..<count where !modalities.parts.contains(where: { $0.presence[row] }) {
      for column in 0..<result.columns { result[row, column] = .nan }
    }
    return result
  }

  /// One column a modality, if each has one.
  fileprivate func residuals(of matrix: Matrix) -> Matrix? {
    let own = blocks.dropFirst().map(\.columns.lowerBound)
    return own.count > 1 ? matrix.selecting(columns: own) : nil
  }

  /// How far vectors of rows move without each modality, from the rows behind the modalities' own; 0 where it is absent.
  func movement(_ modalities: Modalities) -> Matrix {
    let count = modalities.index.count
    let columns = blocks.first?.columns ?? 0..<0
    var result = Matrix(rows: count, columns: modalities.parts.count)
    for part in modalities.parts.indices {
      for row in 0..<count where modalities.parts[part].presence[row] {
        let other = (part + 1) * count + row
        let sum = columns.reduce(0.0) { sum, column in
          let difference = matrix[row, column] - matrix[other, column]
          return sum + difference * difference
        }
        result[row, part] = sum.squareRoot()
      }
    }
    return result
  }
}

extension Modalities {
  /// Each modality gone from all rows.
  var leftOut: [RowExchange] {
    parts.indices.map { part in
      var exchange = RowExchange(modalities: parts.count, rows: index.count)
      exchange.sources[part] = [Int?](repeating: nil, count: index.count)
      return exchange
    }
  }

  /// Whether leaving each out makes no more cells than are kept elsewhere.
  func leavesOut(cells width: Int) -> Bool {
    parts.count > 1
      && index.count.multipliedReportingOverflow(by: width * (parts.count + 1)).partialValue
        <= Self.mostCells
  }

  private static let mostCells = 5_000_000
}

/// No operator makes wider vectors.
let widestJoint = 65_536

func jointNames(_ count: Int, _ stem: String = "z") -> [String] {
  (1...max(1, count)).prefix(count).map { "\(stem)\($0)" }
}
