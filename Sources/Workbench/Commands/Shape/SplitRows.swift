import Chronology
import Language
import Numerics
import Values

struct SplitRows: PureCommand {
  static let input = Parameter<Reference>.value(
    "value",
    [
      .table, .series, .embedding, .scores, .bundle, .log, .images, .video, .cloud, .text, .events, .graph,
      .tokens, .map,
    ], help: "Whose rows to divide.")
  static let fit = rows("fit", "Rows at the start of each segment to fit on.")
  static let fitShare = share("fit-share", "Share of each segment to fit on, such as 40%.")
  static let fitUntil = moment("fit-until", "Fit on the rows before this time.")
  static let calibrate = rows("calibrate", "Rows behind those for fitting on which thresholds are set.")
  static let calibrateShare = share("calibrate-share", "Share of each segment, behind those for fitting.")
  static let calibrateUntil = moment("calibrate-until", "Calibrate on the rows from there to this time.")

  static let normal = Parameter<String?>.name(
    "normal", help: "A label column: only rows for which it is false or 0 are fitted or calibrated on.")

  static let shuffle = Parameter<Int?>.optional(
    "shuffle", .integer(0...Int(UInt32.max)),
    help: "Draws the rows at random, by this number, not in their order."
  ) { if case .integer(let number) = $0 { number } else { nil } }

  let spec = CommandSpec(
    "split", nil, "Divides rows into those to fit on, to calibrate on, and to test on.",
    discussion: """
      Every segment (one a file of a glob) is divided by itself, in the order of its rows: first fit, then calibrate, \
      the rest is test. From then on fitting uses fit rows, thresholds use calibrate rows if there are any, metrics use \
      test rows. Values made from this one keep the division. With --normal the rows that this label calls anomalous \
      are all tested and the others divided, which is how detectors of what is new are compared; no method sees the label. \
      --shuffle draws the rows at random, for samples whose order means something but time; rows of a series are better left in order.
      """,
    parameters: [
      Self.input.base, Self.fit.base, Self.fitShare.base, Self.fitUntil.base, Self.calibrate.base,
      Self.calibrateShare.base, Self.calibrateUntil.base, Self.normal.base, Self.shuffle.base,
    ], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("divided = pump | split --fit 120"),
      Example("halves = pump | split --fit-share 30% --calibrate-share 10%"),
      Example("clean = pump | split --fit-share 50% --normal fault"),
      Example(
        "tiles = generate tiles --count 20 --seed 7 | split --fit-share 60% --normal anomaly --shuffle 1"),
    ])

  private static func rows(_ name: String, _ help: String) -> Parameter<Int?> {
    .optional(name, .integer(1...1_000_000_000), help: help) {
      if case .integer(let count) = $0 { count } else { nil }
    }
  }

  private static func share(_ name: String, _ help: String) -> Parameter<Double?> {
    .optional(name, .fraction(0...1), help: help) { if case .real(let share) = $0 { share } else { nil } }
  }

  private static func moment(_ name: String, _ help: String) -> Parameter<Moment?> {
    .moment(name, help: help)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let index = input.value.index else { throw call.noRows(Self.input.base) }
    let fit = try amount(
      call, rows: call[Self.fit], share: call[Self.fitShare],
      until: call[Self.fitUntil]?.instant(from: index.start), of: "fit")
    guard let fit else {
      throw call.blame(
        Self.fit.base, "R0401", "nothing says which rows to fit on",
        remedy: "Add `--fit ROWS`, `--fit-share 40%` or `--fit-until TIME`.")
    }
    let calibrate = try amount(
      call, rows: call[Self.calibrate], share: call[Self.calibrateShare],
      until: call[Self.calibrateUntil]?.instant(from: index.start), of: "calibrate")
    let kept = try normalRows(call, index.count)
    let chosen = kept.map { index.selecting($0) } ?? index
    guard var splits = Splitting(fit: fit, calibrate: calibrate).splits(of: chosen) else {
      throw call.blame(
        Self.input.base, "R0402", "`\(input.name)` has no times", label: "rows without times",
        remedy: "Divide by rows or by share, or load it with `--time COLUMN`.")
    }
    if let seed = call[Self.shuffle] {
      for run in chosen.runs {
        let drawn = Self.drawn(Array(splits[run.rows]), seed: seed)
        splits.replaceSubrange(run.rows, with: drawn)
      }
    }
    if let kept {
      var all = [Split](repeating: .test, count: index.count)
      for (place, row) in kept.enumerated() { all[row] = splits[place] }
      splits = all
    }
    guard let divided = input.value.with(splits: splits) else { throw call.noRows(Self.input.base) }
    let counts = Split.allCases.map { split in "\(split.name) \(splits.count { $0 == split })" }
    call.note("rows: \(counts.joined(separator: ", "))")
    return divided
  }

  /// The same purposes in a random order.
  private static func drawn(_ splits: [Split], seed: Int) -> [Split] {
    var random = SeededGenerator(seed: UInt64(seed))
    return random.sample(splits.count, of: splits.count).map { splits[$0] }
  }

  /// The rows that the label calls normal; nil if no label was named.
  private func normalRows(_ call: Invocation, _ count: Int) throws(Failure) -> [Int]? {
    guard let name = call[Self.normal] else { return nil }
    let columns = call[Self.input].value.cellFrame?.columns ?? []
    guard let column = columns.first(where: { $0.name == name }) else {
      let known = columns.filter { $0.role == .label }.map(\.name)
      throw call.blame(
        Self.normal.base, "R0408", "`\(call[Self.input].name)` has no column `\(name)`", label: "not there",
        remedy: Suggestion.remedy(
          for: name, among: columns.map(\.name),
          else: known.isEmpty ? "It has no label column." : "Its labels are \(Suggestion.some(known))."))
    }
    guard let numbers = column.numbers else {
      throw call.blame(
        Self.normal.base, "R0408",
        "`\(name)` holds \(column.type.rawValue) cells, not true and false or 0 and 1",
        label: "not a label", remedy: "Derive one, as in `derive anomaly = \(name) != \"normal\"`.")
    }
    guard numbers.allSatisfy({ $0 == 0 || $0 == 1 || $0.isNaN }) else {
      throw call.blame(
        Self.normal.base, "R0408", "`\(name)` holds more than 0 and 1", label: "not a label",
        remedy: "Derive a label, as in `derive anomaly = \(name) > 1`.")
    }
    return numbers.indices.filter { numbers[$0] == 0 }
  }

  private func amount(
    _ call: Invocation, rows: Int?, share: Double?, until: Instant?, of name: String
  ) throws(Failure) -> Splitting.Amount? {
    let given = [rows.map(Splitting.Amount.rows), share.map { .share($0) }, until.map { .until($0) }]
      .compactMap(\.self)
    if given.count > 1 {
      throw call.blame(
        Self.fit.base, "R0403", "the \(name) rows are said twice",
        remedy: "Keep one of `--\(name)`, `--\(name)-share` and `--\(name)-until`.")
    }
    return given.first
  }
}
