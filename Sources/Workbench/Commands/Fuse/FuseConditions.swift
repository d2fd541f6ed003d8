import Fusion
import Language
import Numerics
import Values

struct FuseConditions: PureCommand {
  static let given = Parameter<Reference>.required(
    "given", .value([.table, .series, .embedding]), placement: .option,
    help: "A column, or a few, of the same rows: the conditions, as load, light or mode."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let bins = Parameter<Int>.integer(
    "bins", in: 1...32, default: 4, help: "Ranges of equally many reference rows that a number is cut into.")
  static let fewest = Parameter<Int>.integer(
    "fewest", in: 4...100_000, default: 10,
    help: "Reference rows that a condition needs to be told apart from all.")

  let spec = CommandSpec(
    "fuse", "conditions", "Weighs modalities by how steady each is under the row's condition.",
    discussion: """
      Experts with a reliability by condition: the reference rows (calibrate rows, else fit rows, else all) are divided by --given, a \
      number into ranges, a category by its levels, several columns by both. There a modality's scores have a median m and a robust spread s; a row \
      is scored by the sum of w (x - m) / s over the root of the sum of w squared, w being the modality's least s over s, over the \
      modalities present. A camera that scatters at night is believed less at night, and an ordinary night is no finding (inverse variances, Hartung, \
      Knapp and Sinha 2008; mixtures of experts, Jacobs et al., Neural Computation 1991, with a gate that is measured instead of trained). Where \
      a condition is missing or has fewer than --fewest reference rows, all of them count. What each weighs under each condition is told.
      """,
    parameters: [
      FuseScores.inputs.base, given.base, bins.base, fewest.base, FuseScores.contribution.base,
    ], output: .scores,
    examples: [
      Example("pump = generate pump-station --minutes 10 --seed 7 | split --fit 300"),
      Example("a = pump.Pressure | detect zscore"),
      Example("b = pump.Current | detect zscore"),
      Example("joint = fuse conditions a b --given pump.Flow"),
      Example("modes = fuse conditions a b --given pump.Flow --bins 2 --contribution left-out"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let fusion = ConditionalFusion(
      fewest: call[Self.fewest],
      contribution: LateFusion.Contribution(rawValue: call[FuseScores.contribution]) ?? .share)
    do throws(FusionError) {
      let parts = try FuseScores.parts(of: call[FuseScores.inputs])
      guard let first = parts.first else { throw .nothingToFuse }
      guard let frame = call[Self.given].value.cellFrame, frame.index.address == first.scores.index.address
      else {
        throw .differentRows(first.name, call[Self.given].name)
      }
      let conditions = Conditions(
        frame, bins: call[Self.bins], reference: Self.reference(of: first.scores.index))
      guard let conditions else { throw .notFusable(name: call[Self.given].name, kind: "no condition") }
      if conditions.names.isEmpty { throw .tooWide(columns: Conditions.most, limit: Conditions.most) }
      let outcome = try fusion.fuse(parts, conditions: conditions.places, count: conditions.names.count)
      FuseScores.note(outcome.fused, call: call)
      tell(outcome, conditions, parts.map(\.name), call)
      return .scores(
        outcome.fused.scores.with(
          voices: outcome.fused.scores.voices,
          refusion: Refusion(
            LateRefusion(
              fusion, of: parts, conditions: conditions.places, count: conditions.names.count))))
    } catch {
      if case .notFusable(let name, kind: "no condition") = error {
        throw call.blame(
          Self.given.base, "R0405", "`\(name)` has no column of numbers, categories or truth values",
          label: "no condition", remedy: "Choose columns that say under which conditions a row was measured.")
      }
      if case .tooWide(_, let limit) = error {
        throw call.blame(
          Self.given.base, "E0550", "these columns make more than \(limit) conditions", label: "too many",
          remedy: "Choose one column or two, or fewer `--bins`.")
      }
      throw call.failure(error, at: FuseScores.inputs.base)
    }
  }

  private static func reference(of index: Index) -> [Int] {
    guard index.splits != nil else { return Array(0..<index.count) }
    let calibrate = index.rows(in: .calibrate)
    return calibrate.isEmpty ? index.rows(in: .fit) : calibrate
  }

  private func tell(
    _ outcome: ConditionalFusion.Outcome, _ conditions: Conditions, _ names: [String], _ call: Invocation
  ) {
    for (place, name) in conditions.names.enumerated().prefix(8) {
      let weights = zip(names, outcome.weights[place]).map { "\($0) \(FuseLearned.shortNumber($1))" }
      let rows = outcome.references[place]
      call.note(
        "\(name): "
          + (rows < call[Self.fewest]
            ? "only \(counted(rows, "reference row")), so all of them count"
            : weights.joined(separator: ", ")))
    }
    if conditions.names.count > 8 { call.note("and \(conditions.names.count - 8) conditions more") }
  }
}

/// Which condition each row was measured under.
private struct Conditions {
  static let most = 256

  /// Empty if there were more than `most`.
  let names: [String]
  /// nil where a column is missing.
  let places: [Int?]

  init?(_ frame: Frame, bins: Int, reference: [Int]) {
    var levels: [(names: [String], places: [Int?])] = []
    for column in frame.columns where column.role == .feature {
      guard let found = Self.levels(of: column, bins: bins, reference: reference) else { continue }
      levels.append(found)
    }
    guard let first = levels.first else { return nil }
    if levels.reduce(1, { min($0, Self.most + 1) * $1.names.count }) > Self.most {
      self.names = []
      self.places = []
      return
    }
    var (names, places) = first
    for (more, others) in levels.dropFirst() {
      let width = more.count
      places = zip(places, others).map { one, other in
        if let one, let other { one * width + other } else { nil }
      }
      names = names.flatMap { name in more.map { "\(name), \($0)" } }
    }
    self.names = names
    self.places = places
  }

  private static func levels(
    of column: Column, bins: Int, reference: [Int]
  ) -> (names: [String], places: [Int?])? {
    switch column.cells {
    case .category(let codes, let levels):
      return (
        levels.map { "\(column.name) \($0)" },
        codes.indices.map { column.isNull($0) || codes[$0] < 0 ? nil : Int(codes[$0]) }
      )
    case .bool(let bits):
      return (
        ["not \(column.name)", column.name], bits.indices.map { column.isNull($0) ? nil : bits[$0] ? 1 : 0 }
      )
    case .number(let numbers):
      let known = SortedSample(reference.map { numbers[$0] })
      var cuts: [Double] = []
      for cut in 1..<max(2, bins) where bins > 1 {
        guard let value = known.quantile(Double(cut) / Double(bins)) else { return nil }
        if cuts.last.map({ $0 < value }) ?? true { cuts.append(value) }
      }
      let texts = cuts.map { FuseLearned.shortNumber($0) }
      var names = ["\(column.name) all"]
      if let first = texts.first, let last = texts.last {
        names = ["\(column.name) to \(first)"]
        for (low, high) in zip(texts, texts.dropFirst()) { names.append("\(column.name) \(low) to \(high)") }
        names.append("\(column.name) from \(last)")
      }
      return (
        names, numbers.map { number in number.isNaN ? nil : cuts.count { $0 <= number } }
      )
    case .text, .time: return nil
    }
  }
}
