import Detection
import Language
import Notation
import Numerics
import Values

struct ThresholdConformal: PureCommand {
  static let rate = Parameter<Double>.fraction(
    "fdr", in: 1e-6...0.5, default: 0.1, help: "Expected share of alarmed rows that are normal.")

  static let groups = Parameter<Reference?>.optional(
    "groups", .value([.table, .series, .log, .text, .images, .events]),
    help: "A column that says which group a row belongs to; p-values are counted within groups."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "threshold", "conformal", "Alarms rare scores so that few alarms are false on average.",
    discussion: """
      A row's p-value is the share of calibrate rows that score at least as high (Bates et al., Annals of Statistics \
      2023); Benjamini and Hochberg (1995) choose how many of the smallest may be alarmed so that, on average over \
      data, at most `--fdr` of the alarms are false. Rows must be exchangeable: rows of a series that depend on their \
      neighbours keep the promise only roughly. With *n* calibrate rows no p-value is below 1/(n+1). `--per segment` \
      controls each segment by itself; `--groups` counts each row's p-value within its own group (Mondrian: machines, seasons, \
      sorts of rows that differ in what is usual) and judges all groups together, so that each has its own threshold.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.rate.base, Self.groups.base] + ThresholdOptions.shared,
    output: .alarms,
    examples: [
      Example("pump = generate pump-station --seed 1 | split --fit-share 30% --calibrate-share 20%"),
      Example("risk = pump | detect zscore"),
      Example("risk | threshold conformal"),
      Example("risk | threshold conformal --fdr 5%"),
      Example("parts = derive pump half = floor(Flow / 20)"),
      Example("risk | threshold conformal --groups parts.half"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    if let named = call[Self.groups] {
      if call[ThresholdOptions.from] != nil {
        throw call.blame(
          ThresholdOptions.from.base, "D0214", "`--groups` and `--from` cannot be had together",
          remedy: "Leave one of them out.")
      }
      let groups = try groups(of: named, call)
      return try ThresholdOptions.decide(
        call, by: GroupedConformalThreshold(rate: call[Self.rate], groups: groups))
    }
    return try ThresholdOptions.decide(call, by: ConformalThreshold(rate: call[Self.rate]))
  }

  /// A number for each group; nil where the cell is missing.
  private func groups(of named: NamedValue, _ call: Invocation) throws(Failure) -> [Int?] {
    guard case .scores(let scores) = call[ThresholdOptions.input].value else {
      throw call.unexpectedKind(ThresholdOptions.input.base)
    }
    guard let frame = named.value.cellFrame, frame.columns.count == 1, let column = frame.columns.first
    else {
      throw call.blame(
        Self.groups.base, "D0214", "`\(named.name)` is not one column",
        remedy: "Name the column: `--groups \(named.name).COLUMN`.")
    }
    guard frame.index.address == scores.index.address else {
      throw call.blame(
        Self.groups.base, "D0214", "`\(named.name)` does not have the rows of the scores",
        remedy: "Name a column of the value that was scored.")
    }
    if call[ThresholdOptions.per] == "segment" {
      throw call.blame(
        Self.groups.base, "D0214", "`--groups` and `--per segment` cannot be had together",
        remedy: "Leave `--per segment` out.")
    }
    let groups = column.groups
    call.note("\(counted(groups.count, "group"))")
    return groups.ofRow
  }
}
