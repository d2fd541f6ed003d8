import Fusion
import Language
import Numerics
import Scenarios
import Values

/// `augment spike`, `augment drift` and so on.
struct Augment: PureCommand {
  static let all = Augmentation.Kind.allCases.map(Augment.init)
  /// The label column that tells which rows were changed.
  static let label = "augmented"

  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .embedding],
    help: "Whose rows to change; labels are left out. Vectors become columns.")
  static let share = Parameter<Double>.fraction(
    "share", in: 0...1, default: 0.05, help: "Share of the rows to change.")
  static let length = Parameter<Int>.integer(
    "length", in: 1...1_000_000, default: 10, help: "Rows a stretch.")
  static let size = Parameter<Double>.real(
    "size", in: 0...1e6, default: 4, help: "How far, in robust spreads of the column.")
  static let columns = Parameter<[String]?>.columns(
    "columns", .option, "Columns that change together; one at random in each stretch if absent.")
  static let seed = Parameter<Int>.seed

  let kind: Augmentation.Kind

  private var takesLength: Bool { kind != .spike && kind != .swap }
  private var takesSize: Bool { [.spike, .level, .drift, .noise].contains(kind) }

  var spec: CommandSpec {
    CommandSpec(
      "augment", kind.rawValue, kind.summary,
      discussion: """
        Anomalies that were put in tell methods apart where nobody has labelled any (Goswami et al., Unsupervised model \
        selection for time-series anomaly detection, ICLR 2023). Only test rows are changed, if the value was split, and \
        missing cells stay missing. The label column `\(Self.label)` takes the place of all others, so that what was put in \
        is never mixed up with what happened: `evaluate … --against` the new value asks for the former alone. \
        \(more)
        """,
      parameters: [Self.input.base, Self.share.base] + (takesLength ? [Self.length.base] : [])
        + (takesSize ? [Self.size.base] : []) + [Self.columns.base, Self.seed.base], output: nil,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7 | split --fit 120"),
        Example("changed = augment \(kind.rawValue) pump"),
        Example("detect knn changed | evaluate --against changed"),
        Example("few = pump | augment \(kind.rawValue) --share 2% --columns Flow,Pressure"),
      ])
  }

  private var more: String {
    switch kind {
    case .swap:
      "A row that belongs elsewhere is seen only beside another modality: give the other one unchanged."
    case .lag: "Stretches lie where the rows before them reach back far enough."
    default: "Stretches never touch each other and never cross segments."
    }
  }

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    // Which columns are labels is known when it runs.
    shape.columns = nil
    return shape
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame, let part = input.value.featureParts.first, !part.columns.isEmpty
    else {
      throw call.noFeatures(Self.input.base)
    }
    let named = try call[Self.columns].map { (names) throws(Failure) in
      try places(of: names, in: part.names, call)
    }
    let index = frame.index
    let augmentation = Augmentation(
      kind, share: call[Self.share], length: takesLength ? call[Self.length] : 1,
      size: takesSize ? call[Self.size] : 0, seed: UInt64(call[Self.seed]))
    let scaling: Scaling
    do throws(FusionError) {
      scaling = try Scaling.fit(
        .robust, to: part.columns, rows: index.rows(in: .fit), name: input.name, work: work)
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
    let result = augmentation.apply(
      to: part.columns, spreads: scaling.scale, rows: index.rows(in: .test), runs: index.runs.map(\.rows),
      among: named)
    guard let result else {
      throw call.blame(
        Self.input.base, "R0409",
        "no stretch of \(counted(augmentation.length, "row")) fits into the test rows",
        remedy: "Use a smaller `--length`, or leave more rows to test on.")
    }
    tell(result, of: frame, call)
    let values = Value.table(frame).replacingFeatures([result.columns])
    let columns = (values.cellFrame?.columns ?? []).filter { $0.role != .label && $0.name != Self.label }
    let augmented = frame.with(
      columns: columns + [Column(Self.label, .bool(result.isChanged), role: .label)])
    return augmented.index.time == nil ? .table(augmented) : .series(augmented)
  }

  private func places(of names: [String], in known: [String], _ call: Invocation) throws(Failure) -> [Int] {
    var places: [Int] = []
    for name in names {
      let found = known.indices.filter { known[$0] == name || Glob.matches(known[$0], name) }
      if found.isEmpty {
        throw call.blame(
          Self.columns.base, "E0203", "no feature `\(name)` in `\(call[Self.input].name)`",
          label: "not a feature of it",
          remedy: Suggestion.remedy(for: name, among: known, else: "it has \(Suggestion.some(known))"))
      }
      places += found.filter { !places.contains($0) }
    }
    return places
  }

  private func tell(_ result: Augmentation.Result, of frame: Frame, _ call: Invocation) {
    let rows = result.isChanged.count { $0 }
    call.note(
      "changed: \(counted(rows, "row")) of \(frame.index.rows(in: .test).count)"
        + (takesLength ? " in \(result.stretches.count) stretches" : ""))
    let left = frame.labels.map(\.name).filter { $0 != Self.label }
    if !left.isEmpty { call.note("labels left out: \(left.bounded(6))") }
  }
}

extension Augmentation.Kind {
  var summary: String {
    switch self {
    case .spike: "Puts single values far off into test rows."
    case .level: "Puts steps to another level into test rows."
    case .drift: "Puts slow departures into test rows."
    case .stuck: "Lets columns stay at one value for stretches of test rows."
    case .noise: "Adds noise to stretches of test rows."
    case .lag: "Repeats what was one stretch earlier."
    case .dropout: "Makes cells missing in stretches of test rows."
    case .swap: "Exchanges whole test rows: normal each, but out of place."
    }
  }
}
