import Formats
import Language
import Numerics
import Values

struct LoadSpans: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "JSON, JSON Lines, CSV or TSV files, globs, or a folder with a slash at its end.")
  static let workloads = Parameter<Bool>.flag(
    "workloads",
    help: "Services named like pods of Kubernetes lose the two marks of the replica at their end.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Attributes of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "spans", "Reads traces of services: a row a span, a case a trace.",
    discussion: """
      JSON is that of Jaeger (`data`, `spans`, `processes`), Zipkin (version 2) or OpenTelemetry (`resourceSpans`, also \
      one a line), or flat objects. CSV needs columns for the trace, the span and its start; the usual names are known (TraceID, \
      trace_id, SpanID, ParentID, PodName, serviceName, OperationName, StartTimeUnixNano, startTime, Duration …). Stamps \
      count seconds, milliseconds, microseconds or nanoseconds from 1970, by their size. Durations come from the end; without \
      one, in the unit that their name tells (duration_ms), else in that of the stamps (seconds beside ISO stamps).

      The result is events whose activity is service and operation, with `service`, `operation`, `span`, `parent`, `duration` in \
      seconds, `depth` below the root and, if the files tell failures, `error`: an error tag, a status of OpenTelemetry, HTTP from 500 on, \
      gRPC from 2 on. Spans of a trace stand together in the order of their starts, from whatever file they come. `services rates` makes series of calls \
      and latencies of it, `services graph` the graph of who calls whom.
      """,
    parameters: [paths.base, workloads.base, labels.base], output: .events, reach: .read,
    examples: [
      Example("generate traces --count 30 --seed 7 | export --to spans.csv --overwrite"),
      Example("calls = load spans spans.csv"),
      Example("load spans spans.csv --workloads"),
      Example("services rates calls --every 10s"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open(call[Self.paths], for: Self.paths.base, of: call.call)
    var records = SpanRecords()
    var skipped: [String] = []
    for (number, file) in files.enumerated() {
      work.report(Double(number) / Double(files.count), "reading spans")
      do throws(FormatError) {
        if try Self.isJSON(file.source) {
          try records.read(json: file.source, work: work)
        } else {
          try records.read(delimited: file.source, work: work)
        }
      } catch {
        // A folder holds other things, too.
        if case .unsupported = error, files.count > 1 {
          skipped.append(file.path)
          continue
        }
        throw error.failure(
          file.path, at: Self.paths.base, of: call.call,
          remedy:
            "Give spans of Jaeger, Zipkin or OpenTelemetry, or CSV with TraceID, SpanID, ParentID and times.")
      }
    }
    guard records.count > 0 else {
      throw call.blame(
        Self.paths.base, "E0542", "`\(files.first?.path ?? "")` holds no span", label: "empty",
        remedy: records.firstRefused.map { "Look at the file: \($0)." } ?? "Look at the file.")
    }
    if call[Self.workloads] { records.services = records.services.map(Self.workload) }
    if let first = skipped.first {
      call.note("\(counted(skipped.count, "file")) without spans left out (the first: \(first))")
    }
    let (log, ties) = records.log()
    tell(records, ties, call)
    return .events(try labelled(log, call))
  }

  private func tell(_ records: SpanRecords, _ ties: SpanRecords.Ties, _ call: Invocation) {
    if let reason = records.firstRefused {
      call.note("\(counted(records.refused, "span")) left out (the first: \(reason))")
    }
    if records.reversed > 0 {
      call.note("\(counted(records.reversed, "span")) that end before they begin: taken as 0 s long")
    }
    if ties.orphans > 0 { call.note("\(counted(ties.orphans, "span")) whose parent is not in the files") }
    if ties.repeated > 0 { call.note("\(counted(ties.repeated, "span")) repeated and left out") }
    if ties.twins > 0 { call.note("\(counted(ties.twins, "span")) named like another one of their trace") }
    if ties.early > 0 {
      call.note("\(counted(ties.early, "span")) that begin before their parent: clocks differ")
    }
  }

  private func labelled(_ log: EventLog, _ call: Invocation) throws(Failure) -> EventLog {
    let labels = call[Self.labels]
    let known = log.frame.columns.dropFirst(2).map(\.name)
    for label in labels where !known.contains(label) {
      throw call.blame(
        Self.labels.base, "E0524", "the spans have no attribute `\(label)`", label: "not there",
        remedy: Suggestion.remedy(for: label, among: known, else: "They have \(Suggestion.some(known))."))
    }
    return log.with(
      frame: log.frame.with(
        columns: log.frame.columns.map { column in
          var column = column
          if labels.contains(column.name) { column.role = .label }
          return column
        }))
  }

  private static func isJSON(_ source: any ByteSource) throws(FormatError) -> Bool {
    let text = try TextBytes(source, limit: 4096)
    let first = try text.source.read(at: text.start, count: 4096).first { $0 > 32 }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// The letters and digits of which Kubernetes makes names of replicas: no vowels, nor 0, 1 and 3.
  private static let marks = Set("bcdfghjklmnpqrstvwxz2456789")

  /// `cart-6f6cfc45b-h5m2n` as `cart`.
  static func workload(_ name: String) -> String {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, let pod = parts.last, pod.count == 5, pod.allSatisfy(marks.contains) else {
      return name
    }
    let replica = parts[parts.count - 2]
    guard (6...10).contains(replica.count), replica.allSatisfy(marks.contains) else { return name }
    return parts.dropLast(2).joined(separator: "-")
  }
}
