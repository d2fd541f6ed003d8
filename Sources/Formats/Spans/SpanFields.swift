import Chronology

/// Which cells of a row hold what is known of a span, by the names that tracing systems use.
struct SpanFields: Sendable {
  private enum Field: Sendable { case trace, id, parent, service, operation, start, end, duration }
  private var places: [Field: Int] = [:]
  private var rest: [(name: String, place: Int)] = []

  /// Names in lower case without `_`, `.`, `-` and blanks, the likeliest first.
  private static let usual: [(Field, [String])] = [
    (.trace, ["traceid", "trace", "tracenum", "case"]),
    (.id, ["spanid", "id", "span", "segmentid"]),
    (.parent, ["parentspanid", "parentid", "parent", "parentspan"]),
    (
      .service,
      [
        "servicename", "service", "podname", "cmdbid", "localendpointservicename", "processservicename",
        "pod",
        "container", "containername", "serviceinstance",
      ]
    ),
    (
      .operation,
      [
        "operationname", "operation", "spanname", "name", "endpoint", "url", "methodname", "method",
        "rpctype",
      ]
    ),
    (
      .start,
      [
        "starttimeunixnano", "starttime", "timestamp", "start", "startts", "startedat", "begintime", "time",
        "starttimemillis", "starttimenano", "timestampnano",
      ]
    ),
    (.end, ["endtimeunixnano", "endtime", "end", "finishtime", "endts", "endtimemillis", "endtimenano"]),
    (
      .duration,
      [
        "duration", "durationnano", "durationns", "durationus", "durationms", "durations", "elapsed",
        "elapsedtime",
        "latency", "elapsedms",
      ]
    ),
  ]

  init(_ names: [String]) {
    let plain = names.map(Self.plain)
    var taken = Set<Int>()
    for (field, words) in Self.usual {
      guard let place = words.lazy.compactMap({ plain.firstIndex(of: $0) }).first, !taken.contains(place)
      else {
        continue
      }
      places[field] = place
      taken.insert(place)
    }
    self.names = names
    // What is computed anew of spans that were written out.
    let made = ["activity", "depth"]
    rest = names.indices.filter { !taken.contains($0) && !names[$0].isEmpty && !made.contains(names[$0]) }
      .map { (names[$0], $0) }
  }

  private let names: [String]

  static func plain(_ name: String) -> String {
    String(name.lowercased().filter { !"_.- ".contains($0) })
  }

  /// Whether a row names a trace, a span and a moment.
  var isWhole: Bool { lack == nil }

  /// Whether rows of these names are spans and not only lines that mention some.
  var isTelling: Bool {
    isWhole && places[.parent] != nil && (places[.duration] != nil || places[.end] != nil)
  }

  /// What is missing, in words; nil if nothing is.
  var lack: String? {
    if places[.trace] == nil { return "a trace, such as TraceID" }
    if places[.id] == nil { return "a span, such as SpanID" }
    return places[.start] == nil ? "its start, such as StartTimeUnixNano" : nil
  }

  /// nil if the row has no time that can be read.
  ///
  /// - Parameter durationUnit: seconds a unit of the duration lasts; by the name or the stamps if nil.
  func span(_ cells: [String], durationUnit: Double? = nil) -> SpanRecords.Span? {
    var span = SpanRecords.Span()
    func cell(at place: Int) -> String { cells.indices.contains(place) ? cells[place] : "" }
    func cell(_ field: Field) -> String { places[field].map { cell(at: $0) } ?? "" }
    span.trace = cell(.trace)
    span.id = cell(.id)
    let above = cell(.parent)
    span.parent = Self.roots.contains(above.lowercased()) ? "" : above
    span.service = cell(.service)
    span.operation = cell(.operation)
    guard let (start, unit) = Self.moment(cell(.start)) else { return nil }
    span.start = start
    if let (end, _) = Self.moment(cell(.end)) {
      span.duration = Double(end &- start) * 1e-9
    } else if let place = places[.duration], let number = Double(cell(at: place)) {
      span.duration = number * (durationUnit ?? Self.unit(ofName: Self.plain(names[place])) ?? unit)
    }
    for (name, place) in rest where !cell(at: place).isEmpty {
      span.attributes.append((name, cell(at: place)))
    }
    span.isError = SpanRecords.failed(of: span.attributes)
    return span
  }

  /// What stands for no parent.
  private static let roots: Set<String> = ["root", "null", "none", "nan", "0", "-1", "0000000000000000"]

  /// Nanoseconds since 1970, and how many seconds a unit of the number lasts: a count of seconds, milliseconds,
  /// microseconds or nanoseconds by its size, or an ISO stamp.
  private static func moment(_ text: String) -> (Int64, Double)? {
    if let whole = Int64(text) ?? Double(text).flatMap(Int64.init(exactly:)), whole > 0 {
      let unit: Int64 =
        switch whole {
        case ..<100_000_000_000: 1_000_000_000
        case ..<100_000_000_000_000: 1_000_000
        case ..<100_000_000_000_000_000: 1000
        default: 1
        }
      let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
      return overflow ? nil : (product, Double(unit) * 1e-9)
    }
    if let number = Double(text), number > 0 {
      let unit = number < 1e11 ? 1e9 : number < 1e14 ? 1e6 : number < 1e17 ? 1e3 : 1
      return Int64(exactly: (number * unit).rounded()).map { ($0, unit * 1e-9) }
    }
    return Instant(text).map { ($0.nanoseconds, 1) }
  }

  private static func unit(ofName name: String) -> Double? {
    if name.hasSuffix("nano") || name.hasSuffix("ns") { return 1e-9 }
    if name.hasSuffix("us") || name.hasSuffix("micros") { return 1e-6 }
    if name.hasSuffix("ms") || name.hasSuffix("millis") { return 1e-3 }
    return nil
  }
}
