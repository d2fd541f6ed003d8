package import Numerics
package import Values

/// A detector with its parameters, whatever its type.
package struct AnyDetector: Sendable {
  package let base: any Detector
  package let name: String
  /// Models of a series never cross the border of a segment.
  package let readsSeries: Bool
  /// Rows with a missing value are neither fitted on nor scored.
  package let needsCompleteRows: Bool
  /// Categories are features, too.
  package let takesCategories: Bool

  package init<Base: Detector>(_ base: Base) {
    self.base = base
    name = Base.name
    readsSeries = Base.Model.readsSeries
    needsCompleteRows = Base.Model.needsCompleteRows
    takesCategories = Base.Model.takesCategories
  }

  /// The rows as the detector sees them: with categories if it looks at any.
  package func seen(_ rows: ScorableRows) throws(DetectionError) -> ScorableRows {
    takesCategories ? try rows.including(rows.categoryLevels()) : rows
  }

  /// Fits on the fit rows (all rows if nothing was split), leaving out rows without any value.
  package func fit(
    _ given: ScorableRows, perSegment: Bool, seed: UInt64, work: Work
  ) throws(DetectionError) -> FittedModel {
    let rows = try seen(given)
    if rows.features.isEmpty { throw .noFeatures }
    let isPerSegment = perSegment || readsSeries
    let runs = isPerSegment ? rows.index.runs : [Segment(name: "", rows: 0..<rows.index.count)]
    let isChosen = Mask(rows: rows.index.rows(in: .fit), of: rows.index.count)
    let generator = SeededGenerator(seed: seed)
    var parts: [FittedModel.Part] = []
    for (number, run) in runs.enumerated() {
      let usable = needsCompleteRows ? rows.completeness : rows.presence
      let chosen = run.rows.filter { isChosen[$0] && (readsSeries || usable[$0]) }
      if chosen.isEmpty { throw (needsCompleteRows ? rows.firstGap : nil) ?? .noFitRows(segment: run.name) }
      let training = try rows.observations(chosen, withLabels: true)
      var random = isPerSegment ? generator.stream(number) : generator
      do throws(DetectionError) {
        let model = try base.fit(training, using: &random, work: work)
        parts.append(FittedModel.Part(segment: run.name, model: model, fittedRows: chosen))
      } catch {
        throw error.relocated(to: chosen)
      }
    }
    return FittedModel(method: name, rows: rows, isPerSegment: isPerSegment, parts: parts)
  }

  /// Fits on the fit rows and scores all; fit rows are scored as what they are, so that a row is not its own neighbour.
  package func detect(
    _ rows: ScorableRows, perSegment: Bool, seed: UInt64, work: Work
  ) throws(DetectionError) -> Scores {
    let rows = try seen(rows)
    let model = try fit(rows, perSegment: perSegment, seed: seed, work: work)
    return try model.scores(of: rows, knowsTraining: true, work: work)
  }
}

/// A fitted model as a value: one part, or one for each segment that it was fitted on.
package struct FittedModel: StoredModel {
  package struct Part: Sendable {
    package let segment: String
    package let model: any FittedDetector
    /// Rows of the value that it was fitted on.
    let fittedRows: [Int]
  }

  package let method: String
  package let features: [String]
  package let blocks: [Block]
  /// The levels of features that are categories.
  package let levels: [CategoryLevels]
  package let isPerSegment: Bool
  package let parts: [Part]

  /// Contributions of more cells are left out.
  package static let mostContributions = 5_000_000

  init(method: String, rows: ScorableRows, isPerSegment: Bool, parts: [Part]) {
    self.method = method
    features = rows.features
    blocks = rows.blocks
    levels = rows.levels
    self.isPerSegment = isPerSegment
    self.parts = parts
  }

  package var needsCompleteRows: Bool { parts.contains { $0.needsCompleteRows } }
  /// Rows are judged by their neighbours in time, so that one alone cannot be.
  package var readsSeries: Bool { parts.contains { $0.readsSeries } }
  package var fittedRows: Int { parts.reduce(0) { $0 + $1.fittedRows.count } }

  package func encoded() -> [UInt8] {
    var encoder = ByteEncoder()
    encoder.append(method)
    for feature in features { encoder.append(feature) }
    if !levels.isEmpty { encoder.append(levels) }
    for part in parts {
      encoder.append(part.segment)
      encoder.append(part.model)
    }
    return encoder.bytes
  }

  /// Scores every row of another value with the same features; rows without any value stay unscored.
  package func scores(of rows: ScorableRows, work: Work) throws(DetectionError) -> Scores {
    try scores(
      of: rows.including(levels).selecting(features: features), knowsTraining: false, work: work)
  }

  func scores(of rows: ScorableRows, knowsTraining: Bool, work: Work) throws(DetectionError) -> Scores {
    var result = Draft(rows: rows, showsParts: rows.matrix.values.count <= Self.mostContributions)
    let runs = isPerSegment ? rows.index.runs : [Segment(name: "", rows: 0..<rows.index.count)]
    for (number, run) in runs.enumerated() {
      let part = try part(number, named: run.name, of: runs.count)
      let training = knowsTraining ? part.fittedRows : []
      if !training.isEmpty { try result.add(part.model, trainedOn: training, work: work) }
      let isTraining = Mask(rows: training, of: rows.index.count)
      let usable = part.needsCompleteRows ? rows.completeness : rows.presence
      let rest = run.rows.filter { !isTraining[$0] && (part.readsSeries || usable[$0]) }
      // A series is scored whole, so that the first windows behind the training rows are complete.
      let context = part.readsSeries && !rest.isEmpty ? Array(run.rows) : rest
      try result.add(part.model, to: context, keeping: Mask(rows: rest, of: rows.index.count), work: work)
      result.fitted += training
    }
    return result.scores(method: method, knowsTraining: knowsTraining)
  }

  private func part(_ number: Int, named name: String, of count: Int) throws(DetectionError) -> Part {
    if parts.count == 1 { return parts[0] }
    if number < parts.count, count == parts.count, parts[number].segment == name { return parts[number] }
    guard let part = parts.first(where: { $0.segment == name }) else { throw .unknownSegment(name) }
    return part
  }
}

extension FittedModel.Part {
  fileprivate var readsSeries: Bool { type(of: model).readsSeries }
  fileprivate var needsCompleteRows: Bool { type(of: model).needsCompleteRows }
}

/// Scores in the making.
private struct Draft {
  let rows: ScorableRows
  var values: [Double]
  var presence: Mask
  var fitted: [Int] = []
  var parts: Matrix?
  var meaning = ""
  var showsParts: Bool

  init(rows: ScorableRows, showsParts: Bool) {
    self.rows = rows
    self.showsParts = showsParts
    values = [Double](repeating: 0, count: rows.index.count)
    presence = Mask(count: rows.index.count)
  }

  mutating func add(
    _ model: any FittedDetector, trainedOn training: [Int], work: Work
  ) throws(DetectionError) {
    let observations = try rows.observations(training)
    place(
      try model.scoresOfTraining(observations, work: work), at: training, keeping: nil,
      from: model.unscoredRows(of: observations))
    try explain(model, observations, at: training, keeping: nil, work: work)
  }

  mutating func add(
    _ model: any FittedDetector, to chosen: [Int], keeping: Mask, work: Work
  ) throws(DetectionError) {
    if chosen.isEmpty { return }
    let observations = try rows.observations(chosen)
    do throws(DetectionError) {
      place(
        try model.scores(of: observations, work: work), at: chosen, keeping: keeping,
        from: model.unscoredRows(of: observations))
      try explain(model, observations, at: chosen, keeping: keeping, work: work)
    } catch {
      throw error.relocated(to: chosen)
    }
  }

  private mutating func place(_ scores: [Double], at chosen: [Int], keeping: Mask?, from first: Int) {
    for (row, score) in zip(chosen, scores).dropFirst(first) where keeping?[row] ?? true {
      values[row] = score
      presence[row] = true
    }
  }

  private mutating func explain(
    _ model: any FittedDetector, _ observations: Observations, at chosen: [Int], keeping: Mask?, work: Work
  ) throws(DetectionError) {
    guard showsParts, let found = try model.contributions(to: observations, work: work) else { return }
    let columns = rows.features.count
    var all = parts ?? Matrix(rows: rows.index.count, columns: columns)
    for (place, row) in chosen.enumerated() where keeping?[row] ?? true {
      for column in 0..<columns { all[row, column] = found.matrix[place, column] }
    }
    parts = all
    meaning = found.meaning
  }

  func scores(method: String, knowsTraining: Bool) -> Scores {
    let isFitted = Mask(rows: fitted, of: rows.index.count)
    return Scores(
      index: rows.index, values: values, method: method, presence: presence,
      fitted: rows.index.splits == nil ? nil : isFitted,
      contributions: parts.map {
        Contributions(matrix: $0, features: rows.features, blocks: rows.blocks, meaning: meaning)
      })
  }
}

extension Mask {
  fileprivate init(rows: [Int], of count: Int) {
    self.init(count: count)
    for row in rows { self[row] = true }
  }
}
