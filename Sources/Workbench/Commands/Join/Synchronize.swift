import Chronology
import Fusion
import Language
import Notation
import Numerics
import Values

/// `sync offset`, `sync drift`, `sync dtw`: brings a recording onto the clock of another.
struct Synchronize: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series], help: "The series whose clock is off.")
  static let to = Parameter<Reference>.required(
    "to", .value([.series]), placement: .option, help: "A series whose clock is right, or a column of it."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let on = Parameter<String?>.optional(
    "on", .column([]), help: "The column that is compared; the first one of numbers if absent."
  ) { if case .column(let name) = $0 { name } else { nil } }
  static let every = Parameter<TimeSpan>.required(
    "every", .span(AlignmentOptions.steps), placement: .option, help: "Steps at which both are compared."
  ) { if case .span(let span) = $0 { span } else { TimeSpan(seconds: 1) } }
  static let within = Parameter<TimeSpan>.span(
    "within", in: TimeSpan(nanoseconds: 1_000)...TimeSpan(seconds: 86_400), default: TimeSpan(seconds: 60),
    help: "How far the clocks may be apart.")
  static let window = Parameter<TimeSpan>.span(
    "window", in: TimeSpan(nanoseconds: 1_000)...TimeSpan(seconds: 30 * 86_400),
    default: TimeSpan(seconds: 60),
    help: "Stretches of which each has a lag of its own; they overlap by half.")
  static let wander = Parameter<TimeSpan>.span(
    "wander", in: TimeSpan(nanoseconds: 1_000)...TimeSpan(seconds: 86_400), default: TimeSpan(seconds: 5),
    help: "How far a stretch may be from the lag of the whole.")
  static let least = Parameter<Double>.fraction(
    "least", in: 0...1, default: 0.5, help: "The correlation that a stretch needs to count.")
  static let band = Parameter<TimeSpan>.span(
    "band", in: TimeSpan(nanoseconds: 1_000)...TimeSpan(seconds: 86_400), default: TimeSpan(seconds: 10),
    help: "How far a moment may be moved.")
  static let open = Parameter<Bool>.flag(
    "open", help: "Matches with any stretch of the other, not from its first to its last row.")

  let name: String
  let summary: String
  let discussion: String
  let options: [AnyParameter]
  let exampleOptions: String
  let clock: @Sendable (ClockMatching, Invocation, Work) throws(Failure) -> Found

  /// How the clock reads, and what is to be told about it.
  struct Found {
    let map: ClockMap
    let notes: [String]
  }

  var spec: CommandSpec {
    CommandSpec(
      "sync", name, summary,
      discussion: """
        \(discussion)

        Both columns are brought onto steps of --every and compared where both have values; what is found changes the times of \
        the rows and nothing else. Choose the columns that should move together: `--on` for this series, a column for `--to`. \
        Align them afterwards.
        """,
      parameters: [Self.input.base, Self.to.base, Self.on.base, Self.every.base] + options, output: .series,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7"),
        Example("late = augment lag pump --seed 3"),
        Example("set = sync \(name) late --to pump.Flow --on Flow --every 1s\(exampleOptions)"),
        Example("sync \(name) late --to pump.Pressure --on Pressure --every 500ms"),
      ])
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .series(let frame) = call[Self.input].value, case .series(let target) = call[Self.to].value
    else { throw call.unexpectedKind(Self.input.base) }
    guard frame.index.segments.isEmpty, target.index.segments.isEmpty else {
      throw call.blame(
        Self.input.base, "R0516", "the clocks of several segments are several", label: "has segments",
        remedy: "`where` picks a segment.")
    }
    let own = try column(call[Self.on], of: frame, call[Self.input].name, Self.input.base, call)
    let other = try column(nil, of: target, call[Self.to].name, Self.to.base, call)
    let matching = try matching(frame.with(columns: [own]), target.with(columns: [other]), call, work: work)
    let found = try clock(matching, call, work)
    for note in found.notes { call.note(note) }
    guard let axis = frame.index.time else { throw call.noRows(Self.input.base) }
    let times = (0..<frame.rowCount).map { found.map.apply(axis[$0].nanoseconds) }
    var index = Index(.time(.listed(times)), extent: frame.index.extent)
    index.splits = frame.index.splits
    return .series(frame.with(index: index))
  }

  private func column(
    _ name: String?, of frame: Frame, _ value: String, _ parameter: AnyParameter, _ call: Invocation
  ) throws(Failure) -> Column {
    let columns = frame.columns.filter { $0.numbers != nil && $0.role == .feature }
    if let name {
      if let column = frame.column(name), column.numbers != nil { return column }
      throw call.blame(
        Self.on.base, "E0524", "`\(value)` has no column of numbers `\(name)`", label: "not there",
        remedy: Suggestion.remedy(
          for: name, among: columns.map(\.name), else: "It has \(Suggestion.some(columns.map(\.name)))."))
    }
    guard let column = columns.first else { throw call.noFeatures(parameter) }
    if columns.count > 1 { call.note("\(value): compared by `\(column.name)`") }
    return column
  }

  private func matching(
    _ own: Frame, _ other: Frame, _ call: Invocation, work: Work
  ) throws(Failure) -> ClockMatching {
    let step = call[Self.every]
    let resampling = Resampling(every: step, aggregate: .mean)
    let grids: (Frame, Frame)
    do throws(FusionError) {
      grids = (
        try resampling.resample(own, name: call[Self.input].name, work: work),
        try resampling.resample(other, name: call[Self.to].name, work: work)
      )
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
    guard let a = grids.0.index.time, let b = grids.1.index.time else { throw call.noRows(Self.input.base) }
    let shift = (a[0].nanoseconds - b[0].nanoseconds) / step.nanoseconds
    guard abs(shift) < 1 << 40 else { throw nothing(call) }
    return ClockMatching(
      step: step, own: grids.0.columns[0].numbers ?? [], other: grids.1.columns[0].numbers ?? [],
      shift: Int(shift))
  }

  private func nothing(_ call: Invocation) -> Failure { Self.nothing(call) }

  static func nothing(_ call: Invocation) -> Failure {
    call.blame(
      to.base, "R0322", "nothing shows how these clocks belong together", label: "never moves with it",
      remedy:
        "Compare columns that move together, over at least \(ClockMatching.fewest) steps; see `--within`.")
  }

  /// A length of time as so many steps, at least one.
  static func steps(_ span: TimeSpan, _ matching: ClockMatching) -> Int {
    max(1, Int(span.nanoseconds / matching.step.nanoseconds))
  }

  static func checked(
    _ cells: (Int, Int), _ parameter: AnyParameter, _ call: Invocation
  ) throws(Failure) {
    let (product, overflows) = cells.0.multipliedReportingOverflow(by: cells.1)
    if overflows || product > ClockMatching.mostCells {
      throw call.blame(
        parameter, "E0550", "\(cells.1) steps for each of \(cells.0) rows are too many", label: "too far",
        remedy: "Look less far, or choose a longer `--every`.")
    }
  }
}

extension Synchronize {
  private static func whole(
    _ matching: ClockMatching, _ call: Invocation, _ work: Work
  ) throws(Failure) -> ClockMatching.Lag {
    let reach = steps(call[within], matching)
    try checked((matching.own.count, 2 * reach + 1), within.base, call)
    let found: ClockMatching.Lag?
    do throws(Cancelled) {
      found = try matching.lag(0..<matching.own.count, reach: -reach...reach, work: work)
    } catch {
      throw .cancelled
    }
    guard let found, found.correlation > 0 else { throw nothing(call) }
    return found
  }

  private static func seconds(_ steps: Double, _ matching: ClockMatching) -> String {
    (steps * matching.step.seconds).shortText(digits: 4) + " s"
  }

  private static func told(_ lag: ClockMatching.Lag, _ matching: ClockMatching) -> String {
    "the clock is \(seconds(abs(lag.steps), matching)) \(lag.steps < 0 ? "ahead" : "behind"): correlation "
      + "\(lag.correlation.shortText(digits: 3)), elsewhere at most \(lag.next.shortText(digits: 3))"
  }

  static let offset = Synchronize(
    name: "offset", summary: "Finds how far a clock is off, by cross-correlation.",
    discussion:
      "The lag within --within at which both columns correlate most (Knapp and Carter 1976), refined between steps by a "
      + "parabola. The largest correlation away from that peak is told: where it is about as large, the lag is not sure.",
    options: [within.base], exampleOptions: " --within 20s",
    clock: { matching, call, work throws(Failure) in
      let lag = try whole(matching, call, work)
      let shift = Int64((lag.steps * Double(matching.step.nanoseconds)).rounded())
      return Found(map: ClockMap([(0, shift)]), notes: [told(lag, matching)])
    })

  static let drift = Synchronize(
    name: "drift", summary: "Finds how a clock drifts, stretch by stretch.",
    discussion:
      "The lag of the whole first, and then one for each stretch of --window, within --wander of it. Between the middles of "
      + "stretches whose correlation reaches --least the clock runs evenly; stretches that contradict the order of others are left out.",
    options: [within.base, window.base, wander.base, least.base], exampleOptions: " --window 40s --least 30%",
    clock: { matching, call, work throws(Failure) in
      let lag = try whole(matching, call, work)
      let reach = steps(call[wander], matching)
      // Windows overlap by half, so that each row is compared twice.
      try checked((2 * matching.own.count, 2 * reach + 1), wander.base, call)
      let length = max(ClockMatching.fewest, steps(call[window], matching))
      let found: [(row: Double, lag: ClockMatching.Lag)]
      do throws(Cancelled) {
        found = try matching.drift(
          length: length, around: lag.steps, reach: reach, least: call[least], work: work)
      } catch {
        throw .cancelled
      }
      guard let first = found.first, let last = found.last else { throw nothing(call) }
      let start = try startOfGrid(call, matching)
      let unit = Double(matching.step.nanoseconds)
      let knots = found.map { row, lag -> (own: Int64, other: Int64) in
        let own = start + Int64((row * unit).rounded())
        return (own, own + Int64((lag.steps * unit).rounded()))
      }
      return Found(
        map: ClockMap(knots),
        notes: [
          told(lag, matching),
          "followed in \(counted(found.count, "window")): the lag goes from \(seconds(first.lag.steps, matching)) to \(seconds(last.lag.steps, matching))",
        ])
    })

  static let dtw = Synchronize(
    name: "dtw", summary: "Warps a clock so that every moment meets what is alike.",
    discussion:
      "Dynamic time warping (Sakoe and Chiba 1978) of both columns, standardised, with moments at most --band apart; with --open "
      + "the series is matched with any stretch of the other (Tormene et al. 2009). A moment gets the mean time of those that it "
      + "is matched with. Warping makes anything look alike: prefer an offset or a drift where one will do.",
    options: [band.base, open.base], exampleOptions: " --band 5s --open",
    clock: { matching, call, work throws(Failure) in
      let reach = steps(call[band], matching)
      try checked((matching.own.count, 2 * reach + 1), band.base, call)
      let found: (rows: [Double], cost: Double)?
      do throws(Cancelled) {
        found = try matching.warped(band: reach, isOpen: call[open], work: work)
      } catch {
        throw .cancelled
      }
      guard let found else {
        throw call.blame(
          band.base, "R0322", "no way of matching leads through this band", label: "too narrow",
          remedy: "Choose a wider `--band`, or `--open` where one is longer than the other.")
      }
      let start = try startOfGrid(call, matching)
      let unit = Double(matching.step.nanoseconds)
      let knots = found.rows.enumerated().map { row, matched -> (own: Int64, other: Int64) in
        (start + Int64((Double(row) * unit).rounded()), start + Int64((matched * unit).rounded()))
      }
      let moved = found.rows.enumerated().map { abs($1 - Double($0)) }.max() ?? 0
      return Found(
        map: ClockMap(knots),
        notes: [
          "moments are moved by up to \(seconds(moved, matching)); root mean square difference "
            + "\((found.cost / Double(found.rows.count)).squareRoot().shortText(digits: 3)) standard deviations"
        ])
    })

  /// The time of the first step.
  private static func startOfGrid(_ call: Invocation, _ matching: ClockMatching) throws(Failure) -> Int64 {
    guard let index = call[input].value.index, let axis = index.time,
      let first = (0..<index.count).map({ axis[$0].nanoseconds }).min()
    else { throw call.noRows(input.base) }
    // A step stands for its middle.
    let step = matching.step.nanoseconds
    return first.flooredQuotient(step) * step
  }

  static let all = [offset, drift, dtw]
}
