import Chronology
import Language
import Numerics
import Values

struct ServiceSteps: PureCommand {
  static let log = Parameter<Reference>.required(
    "log", .value([.log]),
    help: "A log whose column `span` names the span of each line, and `trace` its trace."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }

  let spec = CommandSpec(
    "services", "steps", "Joins spans with the lines that they logged: a case a span.",
    discussion: """
      A span's events are its operation and then the templates of its lines in the order of their times, so that `detect \
      transitions` and the methods for sequences see what went on inside. Lines join by the name of their span, within their \
      trace if the log has a column `trace`; lines of unknown spans are left out and counted. Label columns of the \
      spans stay with their events.
      """,
    parameters: [ServiceInput.input.base, log.base], output: .events,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("lines = generate traces --part log --seed 7"),
      Example("steps = services steps calls lines"),
      Example("services steps calls lines | detect markov"),
      Example("detect transitions steps --by service --every 20s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let calls = try ServiceInput.calls(call)
    guard case .events(let spans) = call[ServiceInput.input].value, case .log(let log) = call[Self.log].value,
      let times = log.frame.index.time
    else {
      throw call.blame(
        Self.log.base, "R0402", "this log has no times", label: "no times",
        remedy: "Name the fields of its time by `load log --time`.")
    }
    guard let span = log.frame.column("span") else {
      throw call.blame(
        Self.log.base, "E0524", "`\(call[Self.log].name)` has no column `span`", label: "not there",
        remedy: "Name the field by `load log --format`; its columns are "
          + log.frame.columns.map { "`\($0.name)`" }.joined(separator: ", ") + ".")
    }
    let trace = log.frame.column("trace")
    let frame = spans.frame
    var places: [String: Int] = [:]
    for run in frame.index.runs {
      for row in run.rows {
        let name = frame.column("span")?.plainText(row) ?? ""
        places[trace == nil ? name : run.name + "/" + name] = row
      }
    }
    var lines = [[Int]](repeating: [], count: frame.rowCount)
    var unknown = 0
    for row in 0..<log.frame.rowCount {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      let name = span.plainText(row) ?? ""
      if let place = places[trace.map { ($0.plainText(row) ?? "") + "/" + name } ?? name] {
        lines[place].append(row)
      } else {
        unknown += 1
      }
    }
    if unknown > 0 { call.note("\(counted(unknown, "line")) of unknown spans left out") }
    return .events(try Self.joined(calls, frame, log, times, lines, work: work))
  }

  private static func joined(
    _ calls: ServiceCalls, _ spans: Frame, _ log: Log, _ times: TimeAxis, _ lines: [[Int]], work: Work
  ) throws(Failure) -> EventLog {
    guard case .category(let operations, let names)? = spans.column("operation")?.cells else {
      throw .cancelled
    }
    var (cases, kinds, moments, rows, segments) = ([String](), [Int32](), [Int64](), [Int](), [Segment]())
    for run in spans.index.runs {
      if work.isCancelled() { throw .cancelled }
      for row in run.rows {
        let first = kinds.count
        let name = run.name + "/" + (spans.column("span")?.plainText(row) ?? "")
        kinds.append(operations[row])
        moments.append(calls.starts[row])
        let ordered = lines[row].sorted { (times[$0], $0) < (times[$1], $1) }
        for line in ordered {
          kinds.append(Int32(names.count) + log.templateOfRow[line])
          moments.append(times[line].nanoseconds)
        }
        cases += repeatElement(name, count: kinds.count - first)
        rows += repeatElement(row, count: kinds.count - first)
        segments.append(Segment(name: name, rows: first..<kinds.count))
      }
    }
    let kept = [spans.column("service")].compactMap(\.self) + spans.columns.filter { $0.role == .label }
    var index = Index(.time(.listed(moments)), segments: segments)
    if let splits = spans.index.splits { index.splits = rows.map { splits[$0] } }
    return EventLog(
      frame: Frame(
        index: index,
        columns: [
          Column("case", .text(TextColumn(cases)), role: .identifier),
          Column("activity", .category(codes: kinds, levels: names + log.templates)),
        ] + kept.map { $0.selecting(rows) }))
  }
}
