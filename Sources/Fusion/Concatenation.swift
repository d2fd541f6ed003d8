package import Numerics
package import Values

/// Puts the features of all modalities side by side, so that each modality weighs the same.
///
/// Every feature is scaled on the rows for fitting, then the *d* features of a modality are divided by √*d*:
/// without that, distances belong to the modality with the most columns.
///
/// - Input: slots of numbers on one index: frames (number and bool features) and embeddings.
/// - Output: one vector a row with a block a modality. A row in which a modality is absent holds NaN in its block.
/// - Complexity: O(*n d* log *n*) for the robust scale.
/// - Source: block scaling as in Westerhuis, Kourti and MacGregor, *Analysis of multiblock and hierarchical PCA and
///   PLS models*, Journal of Chemometrics 1998.
/// - Differs: weights the blocks by their number of features, not by their number of variance-carrying components.
package struct Concatenation: Sendable, Equatable {
  /// nil leaves the features as they are, also without the 1/√*d*.
  package var scaling: Scaling.Method?
  package var missing: Missing

  /// What stands where a modality is absent or a cell is missing.
  package enum Missing: String, Sendable, CaseIterable {
    /// NaN: the detector decides.
    case keep
    /// The median over the fit rows, so that the row looks normal there; never 0 by accident.
    case median
  }

  package init(scaling: Scaling.Method? = .robust, missing: Missing = .keep) {
    self.scaling = scaling
    self.missing = missing
  }

  package func fuse(_ bundle: Bundle, work: Work) throws(FusionError) -> Embedding {
    if bundle.slots.isEmpty { throw .nothingToFuse }
    let fitRows = bundle.index.rows(in: .fit)
    var features: [String] = []
    var blocks: [Block] = []
    var all: [[Double]] = []
    for slot in bundle.slots {
      let (names, raw) = try slot.numbers()
      // One that is absent everywhere would leave no row complete.
      if !names.isEmpty, raw.allSatisfy({ $0.allSatisfy(\.isNaN) }), bundle.slots.count > 1 { continue }
      var columns = raw
      if let scaling {
        let fitted = try Scaling.fit(scaling, to: columns, rows: fitRows, name: slot.name, work: work)
        let weight = 1 / Double(max(1, columns.count)).squareRoot()
        columns = fitted.apply(to: columns).map { column in column.map { $0 * weight } }
      }
      if missing == .median { columns = columns.map { Self.filled($0, fitRows: fitRows) } }
      let start = features.count
      features += names.map { "\(slot.name).\($0)" }
      blocks.append(Block(name: slot.name, columns: start..<features.count))
      all += columns
    }
    if features.isEmpty { throw .nothingToFuse }
    let matrix = Self.matrix(of: all, rows: bundle.index.count)
    let presence = blocks.map { block in
      Mask(
        (0..<matrix.rows).map { row in
          bundle.slot(block.name)?.presence?[row] ?? true
            && block.columns.contains { !matrix[row, $0].isNaN }
        })
    }
    let absent = all.map { column in
      missing == .keep ? Double.nan : SortedSample(fitRows.map { column[$0] }).median ?? 0
    }
    return Embedding(
      index: bundle.index, matrix: matrix, features: features, blocks: blocks,
      voices: Voices(modalities: blocks.map(\.name), presence: presence),
      rejoining: Rejoining(
        BlockRejoining(index: bundle.index, matrix: matrix, blocks: blocks, absent: absent)))
  }

  /// Blocks of rows, so that writing across the columns stays in the cache.
  static func matrix(of columns: [[Double]], rows: Int) -> Matrix {
    var values = [Double](repeating: 0, count: rows * columns.count)
    for start in stride(from: 0, to: rows, by: 512) {
      for (place, column) in columns.enumerated() {
        for row in start..<min(rows, start + 512) { values[row * columns.count + place] = column[row] }
      }
    }
    return Matrix(rows: rows, columns: columns.count, values: values)
  }

  private static func filled(_ column: [Double], fitRows: [Int]) -> [Double] {
    let median =
      SortedSample(fitRows.map { column[$0] }).median ?? SortedSample(column).median ?? 0
    return column.map { $0.isNaN ? median : $0 }
  }
}

extension Slot {
  /// The slot's features as columns of numbers, NaN where the modality is absent.
  func numbers() throws(FusionError) -> (names: [String], columns: [[Double]]) {
    let names: [String]
    var columns: [[Double]]
    switch content {
    case .frame(let frame):
      let features = frame.features
      names = features.map(\.name)
      columns = features.map { $0.numbers ?? [] }
    case .embedding(let embedding):
      names = embedding.features
      columns = (0..<names.count).map { embedding.matrix.column($0) }
    case .scores: throw .notFusable(name: name, kind: "scores")
    case .audio: throw .notFusable(name: name, kind: "audio")
    case .log: throw .notFusable(name: name, kind: "log")
    }
    if let presence {
      for row in 0..<presence.count where !presence[row] {
        for place in columns.indices { columns[place][row] = .nan }
      }
    }
    return (names, columns)
  }
}
