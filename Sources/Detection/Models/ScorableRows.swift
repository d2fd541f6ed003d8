package import Numerics
package import Values

/// What detectors see of a value: its features as numbers, and which rows have any.
package struct ScorableRows: Sendable {
  package let index: Index
  /// NaN where a value is missing.
  package let matrix: Matrix
  package let features: [String]
  package let blocks: [Block]
  /// Rows with at least one value.
  package let presence: Mask
  /// Rows without a missing value.
  package let completeness: Mask
  /// What is known of rows: anomalous or not, nil where unknown. Empty if nothing is; only ever used of rows to fit on.
  package var labels: [Bool?] = []
  /// Category columns, which only some methods look at; see `including`.
  package var categories: [CategoryColumn] = []
  /// The levels of features that are categories.
  package var levels: [CategoryLevels] = []

  package init(index: Index, matrix: Matrix, features: [String], blocks: [Block]) {
    self.index = index
    self.matrix = matrix
    self.features = features
    self.blocks = blocks
    if matrix.columns > 0, matrix.firstMissing() == nil {
      presence = Mask(count: matrix.rows, repeating: true)
      completeness = presence
      return
    }
    var presence = Mask(count: matrix.rows)
    var completeness = Mask(count: matrix.rows)
    for row in 0..<matrix.rows {
      let missing = matrix.row(row).count(where: \.isNaN)
      if missing < matrix.columns { presence[row] = true }
      if missing == 0 { completeness[row] = true }
    }
    self.presence = presence
    self.completeness = completeness
  }

  /// nil for kinds without features: labels, texts and times never become numbers here.
  package init?(_ value: Value, work: Work = Work()) throws(Cancelled) {
    switch value {
    case .table(let frame), .series(let frame): try self.init(frame, work: work)
    case .embedding(let embedding):
      self.init(
        index: embedding.index, matrix: embedding.matrix, features: embedding.features,
        blocks: embedding.blocks)
    case .bundle(let bundle): try self.init(bundle, work: work)
    default: return nil
    }
  }

  private init(_ frame: Frame, work: Work) throws(Cancelled) {
    let columns = frame.features
    self.init(
      index: frame.index,
      matrix: try Matrix(columns: columns.map { $0.numbers ?? [] }, rows: frame.rowCount, work: work),
      features: columns.map(\.name),
      blocks: columns.enumerated().map { Block(name: $1.name, columns: $0..<$0 + 1) })
    categories = frame.columns.compactMap { column in
      guard column.role == .feature, case .category(let codes, let levels) = column.cells else { return nil }
      return CategoryColumn(name: column.name, codes: codes, levels: levels)
    }
  }

  /// The features of all slots side by side, named `slot.feature`; an absent slot's cells are missing.
  private init(_ bundle: Bundle, work: Work) throws(Cancelled) {
    var columns: [[Double]] = []
    var features: [String] = []
    var blocks: [Block] = []
    for slot in bundle.slots {
      let names: [String]
      let numbers: [[Double]]
      switch slot.content {
      case .frame(let frame):
        names = frame.features.map(\.name)
        numbers = frame.features.map { $0.numbers ?? [] }
      case .embedding(let embedding):
        names = embedding.features
        numbers = names.indices.map { embedding.matrix.column($0) }
      case .scores, .audio, .log: continue
      }
      blocks.append(Block(name: slot.name, columns: columns.count..<columns.count + names.count))
      features += names.map { "\(slot.name).\($0)" }
      columns += numbers.map { column in
        guard let presence = slot.presence else { return column }
        return column.enumerated().map { presence[$0] ? $1 : .nan }
      }
    }
    self.init(
      index: bundle.index, matrix: try Matrix(columns: columns, rows: bundle.index.count, work: work),
      features: features, blocks: blocks)
  }

  /// The first missing value, if there is one.
  var firstGap: DetectionError? {
    matrix.firstMissing().map {
      .missing(row: $0 / matrix.columns, feature: features[$0 % matrix.columns])
    }
  }

  /// The chosen rows as a detector takes them, with what is known of them if they are to be fitted on.
  package func observations(
    _ rows: [Int], withLabels: Bool = false
  ) throws(DetectionError) -> Observations {
    do throws(DetectionError) {
      return try Observations(
        matrix: matrix.selecting(rows: rows), features: features, blocks: blocks,
        labels: withLabels && !labels.isEmpty ? rows.map { labels[$0] } : [],
        levels: levels.isEmpty
          ? [] : features.map { name in levels.first { $0.feature == name }?.names.count })
    } catch {
      throw error.relocated(to: rows)
    }
  }

  /// Only the named features, in that order: what a model was fitted on.
  func selecting(features names: [String]) throws(DetectionError) -> ScorableRows {
    if names == features { return self }
    var places: [Int] = []
    for name in names {
      guard let place = features.firstIndex(of: name) else { throw .unknownFeature(name) }
      places.append(place)
    }
    var result = ScorableRows(
      index: index, matrix: matrix.selecting(columns: places), features: names,
      blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) })
    result.levels = levels.filter { names.contains($0.feature) }
    return result
  }
}

extension Matrix {
  /// Columns side by side; blocks of rows keep both sides in the cache.
  fileprivate init(columns: [[Double]], rows: Int, work: Work) throws(Cancelled) {
    let width = columns.count
    let values = try work.fill(rows, stride: width, size: 1024, stage: "gathering") { range, target in
      for (place, column) in columns.enumerated() {
        var cell = place
        for row in range {
          target[cell] = column[row]
          cell += width
        }
      }
    }
    self.init(rows: rows, columns: width, values: values)
  }
}

extension DetectionError {
  /// The same fact about row `rows[row]` of the whole value.
  func relocated(to rows: [Int]) -> DetectionError {
    switch self {
    case .missing(let row, let feature): .missing(row: rows[row], feature: feature)
    case .tooLarge(let row, let feature): .tooLarge(row: rows[row], feature: feature)
    default: self
    }
  }
}
