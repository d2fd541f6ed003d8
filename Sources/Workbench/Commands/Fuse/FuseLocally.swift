import Detection
import Fusion
import Language
import Numerics
import Values

struct FuseLocally: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "scores", [.scores], help: "Scores of several detectors on the same rows.")
  static let data = Parameter<Reference>.required(
    "data", .value([.table, .series, .embedding, .bundle]), placement: .option,
    help: "What was scored: says which rows are near each other."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 2...1000, default: 30, help: "Neighbours in each subspace.")
  static let subspaces = Parameter<Int>.integer(
    "subspaces", in: 1...1000, default: 10,
    help: "Random sets of features in which neighbours are looked for.")
  static let target = Parameter<String>.choice(
    "target",
    of: [Choice("max", "the highest standardised score"), Choice("mean", "their mean")], default: "max",
    help: "What a competent detector agrees with, since there are no labels.")
  static let keep = Parameter<Int>.integer(
    "keep", in: 1...100, default: 1, help: "Most competent detectors that are averaged.")
  static let seed = Parameter<Int>.seed

  let spec = CommandSpec(
    "fuse", "lscp", "Trusts those detectors, row by row, that do well among its neighbours.",
    discussion: """
      Locally selective combination in parallel outlier ensembles (Zhao et al., SDM 2019): a row's region are the rows that are \
      its neighbours in more than half of the random subspaces; there, detectors are ranked by the correlation of their \
      scores with the target, and the best decide the row. Scores are standardised and neighbours looked for on the \
      calibrate rows, else the fit rows, else all. Rows of the data with a missing cell are not scored.
      """,
    parameters: [
      inputs.base, data.base, neighbors.base, subspaces.base, target.base, keep.base, seed.base,
    ], output: .scores,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7 | split --fit 120"),
      Example("a = pump | detect knn"),
      Example("b = pump | detect ecod"),
      Example("c = pump | detect iforest --trees 50"),
      Example("joint = fuse lscp a b c --data pump"),
      Example("calm = fuse lscp a b c --data pump --target mean --keep 2"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let named = call[Self.inputs]
    let parts: [LateFusion.Part]
    do throws(FusionError) {
      parts = try FuseScores.parts(of: named)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
    guard let rows = try call.features(of: call[Self.data].value, work: work) else {
      throw call.unexpectedKind(Self.data.base)
    }
    if rows.features.isEmpty { throw call.noFeatures(Self.data.base) }
    guard let first = parts.first, first.scores.index.address == rows.index.address else {
      throw call.failure(
        FusionError.differentRows(named.first?.name ?? "scores", call[Self.data].name), at: Self.data.base)
    }
    let usable = (0..<rows.index.count).filter { row in
      rows.completeness[row] && parts.contains { $0.scores.isScored(row) }
    }
    let chosen = Set(ThresholdRows.choose(in: first.scores, among: 0..<rows.index.count).rows)
    let known = usable.filter { chosen.contains($0) }
    func scores(_ rows: [Int]) -> Matrix {
      Matrix(
        rows: rows.count, columns: parts.count,
        values: rows.flatMap { row in
          parts.map { $0.scores.isScored(row) ? $0.scores.values[row] : .nan }
        })
    }
    do throws(DetectionError) {
      let combined = try LocalSelection(
        neighbors: call[Self.neighbors], subspaces: call[Self.subspaces],
        target: LocalSelection.Target(rawValue: call[Self.target]) ?? .max, keeping: call[Self.keep]
      ).combine(
        rows.observations(known), scores: scores(known), queries: rows.observations(usable),
        queryScores: scores(usable), using: SeededGenerator(seed: UInt64(call[Self.seed])), work: work)
      if usable.count < rows.index.count {
        call.note(
          "\(counted(rows.index.count - usable.count, "row")) without a score or with a missing cell left out"
        )
      }
      return .scores(Self.placed(combined, at: usable, of: first.scores, parts: parts))
    } catch {
      throw call.failure(error, method: "lscp", rows: rows)
    }
  }

  private static func placed(
    _ combined: LocalSelection.Combined, at rows: [Int], of first: Scores, parts: [LateFusion.Part]
  ) -> Scores {
    let count = first.index.count
    var values = [Double](repeating: 0, count: count)
    var presence = Mask(count: count)
    var shares = Matrix(rows: count, columns: parts.count)
    for (place, row) in rows.enumerated() {
      values[row] = combined.values[place]
      presence[row] = true
      for part in parts.indices { shares[row, part] = combined.parts[place, part] }
    }
    let fitted = parts.compactMap(\.scores.fitted)
    let names = parts.map(\.name)
    let heard = parts.map { part in Mask((0..<count).map { part.scores.isScored($0) }) }
    let said = Matrix(
      rows: count, columns: parts.count,
      values: (0..<count).flatMap { row in parts.map { $0.scores.values[row] } })
    return Scores(
      index: first.index, values: values, method: "fuse lscp", presence: presence,
      fitted: fitted.isEmpty ? nil : Mask((0..<count).map { row in fitted.contains { $0[row] } }),
      contributions: Contributions(
        matrix: shares, features: names,
        blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
        meaning: "part of the score that each deciding detector gave"),
      voices: Voices(
        modalities: names, presence: heard,
        conflict: Voices.conflict(of: said, presence: heard, reference: first.index.rows(in: .fit))))
  }
}
