import Chronology
import Detection
import Language
import Numerics
import Values

struct DetectTransitions: PureCommand {
  static let input = Parameter<Reference>.value(
    "events", [.events, .log],
    help: "Events of cases over time, as `load events` and `services steps` make them, or a log.")
  static let every = Parameter<TimeSpan>.required(
    "every", .span(AlignmentOptions.steps), placement: .option, help: "The length of a window, such as 1min."
  ) { if case .span(let span) = $0 { span } else { TimeSpan(seconds: 60) } }
  static let by = Parameter<String?>.optional(
    "by", .column([]), help: "A column that divides events into groups, such as service; one group if absent."
  ) { if case .column(let name) = $0 { name } else { nil } }
  static let caseColumn = Parameter<String?>.optional(
    "case", .column([]),
    help: "Logs: the column that names the sequence of each line; a segment is one if absent."
  ) { if case .column(let name) = $0 { name } else { nil } }

  let spec = CommandSpec(
    "detect", "transitions", "Scores windows in which events follow each other as they usually do not.",
    discussion: """
      Counts in each window what comes behind each event, within each case and for each group by itself; the end of a case comes \
      behind its last event. Of a log the templates are the events, and --case tells whose they are. The logit of each share is compared with its median over the usual windows, in units of \
      the root of (1.4826 median absolute deviation)² + 1 / (k + 1/2) + 1 / (n - k + 1/2) for k of n, so that few events prove \
      little (Haldane 1956; Gart and Zweifel, Biometrika 1967). A window scores its largest departure. Its features are \
      transitions, its blocks the groups: `explain` names what is new or stays away, `unfold` gives each group rows of its own.

      Windows lie at whole multiples of --every since 1970; those without events are not scored. Usual are windows whose events \
      are all fit rows if the value was split, else all windows; fewer than three with an event tell nothing about it.
      """,
    parameters: [input.base, every.base, by.base, caseColumn.base], output: .scores,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("lines = generate traces --part log --seed 7"),
      Example("risk = services steps calls lines | detect transitions --every 20s --by service"),
      Example("detect transitions calls --every 30s"),
      Example("inside = detect transitions lines --every 20s --by service --case span"),
    ])

  /// More windows are not made.
  private static let mostWindows = 10_000_000

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let (frame, kinds, names, cases) = try input(call)
    guard frame.rowCount > 0 else { throw call.noRows(Self.input.base) }
    guard let axis = frame.index.time else {
      throw call.blame(
        Self.input.base, "R0402", "these events have no times", label: "no times",
        remedy: "Name the field of the times when you load them: `--time`.")
    }
    let step = call[Self.every].nanoseconds
    let places = (0..<frame.rowCount).map { axis[$0].nanoseconds.flooredQuotient(step) }
    let first = places.min() ?? 0
    let count = Int((places.max() ?? 0) - first) + 1
    guard count <= Self.mostWindows else {
      throw call.blame(
        Self.every.base, "E0550", "\(count) windows are too many", label: "too short",
        remedy: "Choose a longer `--every`.")
    }
    let groups = try groups(call, frame)
    let events = places.indices.map { row in
      TransitionShifts.Event(
        kind: kinds[row], group: groups.codes[row], window: Int32(places[row] - first))
    }
    var (usual, isThere) = ([Bool](repeating: true, count: count), Mask(count: count))
    for (row, event) in events.enumerated() {
      isThere[Int(event.window)] = true
      if let splits = frame.index.splits, splits[row] != .fit { usual[Int(event.window)] = false }
    }
    let isSplit = frame.index.splits != nil
    if isSplit, !usual.indices.contains(where: { usual[$0] && isThere[$0] }) {
      throw call.blame(
        Self.input.base, "D0109", "there is no window to learn from", label: "no fit rows",
        remedy: "Divide the rows again with `split`, or choose a shorter `--every`.")
    }
    var index = Index(
      .time(
        .regular(
          start: Instant(nanoseconds: first * step), step: TimeSpan(nanoseconds: step), count: count)),
      extent: TimeSpan(nanoseconds: step))
    if isSplit { index.splits = usual.map { $0 ? .fit : .test } }
    do throws(DetectionError) {
      let shifts = try TransitionShifts(
        cases: cases, events: events, usual: usual, work: work)
      return .scores(try scores(shifts, index, names, groups.names, call, work: work))
    } catch {
      throw .cancelled
    }
  }

  /// The rows, what each is, what these are called, and the rows of each case in order.
  private func input(
    _ call: Invocation
  ) throws(Failure) -> (frame: Frame, kinds: [Int32], names: [String], cases: [[Int]]) {
    switch call[Self.input].value {
    case .events(let log):
      let activities = log.activities
      return (log.frame, activities.codes, activities.levels, log.frame.index.runs.map { Array($0.rows) })
    case .log(let log):
      var cases: [[Int]] = []
      if let name = call[Self.caseColumn] {
        let column = try column(name, Self.caseColumn.base, log.frame, call)
        var places: [String: Int] = [:]
        for row in 0..<log.frame.rowCount {
          guard let key = column.plainText(row) else { continue }
          if let place = places[key] {
            cases[place].append(row)
          } else {
            places[key] = cases.count
            cases.append([row])
          }
        }
      } else {
        cases = log.frame.index.runs.map { Array($0.rows) }
      }
      return (log.frame, log.templateOfRow, log.templates, cases)
    default: throw call.unexpectedKind(Self.input.base)
    }
  }

  private func column(
    _ name: String, _ parameter: AnyParameter, _ frame: Frame, _ call: Invocation
  ) throws(Failure) -> Column {
    if let column = frame.column(name) { return column }
    throw call.blame(
      parameter, "E0524", "`\(call[Self.input].name)` has no column `\(name)`", label: "not there",
      remedy: Suggestion.remedy(
        for: name, among: frame.columns.map(\.name),
        else: "It has \(Suggestion.some(frame.columns.map(\.name)))."))
  }

  private func groups(_ call: Invocation, _ frame: Frame) throws(Failure) -> (codes: [Int32], names: [String])
  {
    guard let name = call[Self.by] else {
      return ([Int32](repeating: 0, count: frame.rowCount), [call[Self.input].name])
    }
    let column = try column(name, Self.by.base, frame, call)
    let cells = Cells.categories((0..<frame.rowCount).map { column.plainText($0) ?? "none" })
    guard case .category(let codes, let names) = cells else { return ([], []) }
    return (codes, names)
  }

  private func scores(
    _ shifts: TransitionShifts, _ index: Index, _ names: [String], _ groups: [String], _ call: Invocation,
    work: Work
  ) throws(DetectionError) -> Scores {
    let (count, kinds) = (index.count, shifts.transitions.count)
    // Few at a time, so that memory stays bounded where there are many.
    let batch = max(1, FittedModel.mostContributions / count)
    let keepsParts = kinds <= batch
    var values = [Double](repeating: -1, count: count)
    var parts: [[Double]] = []
    for start in stride(from: 0, to: kinds, by: batch) {
      let found: [[Double]]
      do throws(Cancelled) {
        found = try work.map(min(batch, kinds - start), stage: "comparing") {
          shifts.departures(of: start + $0)
        }
      } catch {
        throw .cancelled
      }
      for departures in found {
        for window in 0..<count where departures[window] > values[window] {
          values[window] = departures[window]
        }
      }
      if keepsParts { parts = found }
    }
    if !keepsParts { call.note("\(kinds) transitions in \(count) windows: too many to keep what each adds") }
    let presence = Mask(values.map { $0 >= 0 })
    var contributions: Contributions?
    if keepsParts, kinds > 0 {
      var matrix = Matrix(rows: count, columns: kinds)
      for (place, part) in parts.enumerated() { for row in 0..<count { matrix[row, place] = part[row] } }
      contributions = Contributions(
        matrix: matrix, features: shifts.transitions.map { Self.name($0, names, groups) },
        blocks: blocks(shifts.transitions, groups), meaning: "departure of the share, in standard deviations")
    }
    return Scores(
      index: index, values: values.map { max(0, $0) }, method: "transitions", presence: presence,
      contributions: contributions)
  }

  private static func name(
    _ transition: TransitionShifts.Transition, _ kinds: [String], _ groups: [String]
  ) -> String {
    let group = groups.count > 1 ? groups[Int(transition.group)] + ": " : ""
    return group + kinds[Int(transition.from)] + " > " + (transition.to.map { kinds[Int($0)] } ?? "end")
  }

  private func blocks(_ transitions: [TransitionShifts.Transition], _ groups: [String]) -> [Block] {
    var blocks: [Block] = []
    var start = 0
    while start < transitions.count {
      var end = start
      while end < transitions.count, transitions[end].group == transitions[start].group { end += 1 }
      blocks.append(Block(name: groups[Int(transitions[start].group)], columns: start..<end))
      start = end
    }
    return blocks
  }
}
