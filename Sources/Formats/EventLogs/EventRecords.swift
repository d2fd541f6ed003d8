import Chronology
package import Numerics
package import Values

/// Events as they stand in a file, before they are put in the order of their cases.
package struct EventRecords: Sendable {
  package var cases: [String] = []
  package var activities: [String] = []
  /// Nanoseconds since 1970; nil where an event has no time that can be read.
  package var times: [Int64?] = []
  /// Further attributes of events, and of traces with `case:` in front, by name in the order in which they come.
  package var attributes: [Attribute] = []
  /// Events without an activity, which are left out.
  package var nameless = 0
  /// Attributes inside of attributes, and those beyond the first two hundred names: cells that are left out.
  package internal(set) var nested = 0
  package internal(set) var surplus = 0

  package init() {}

  /// What is known of some rows.
  package struct Attribute: Sendable {
    package enum Kind: Sendable { case text, number, time, bool }

    package let name: String
    /// As the file declares it; texts that look like numbers are no quantities.
    package var kind: Kind
    package var cells: [Int: String]

    package init(_ name: String, _ kind: Kind, cells: [Int: String] = [:]) {
      (self.name, self.kind, self.cells) = (name, kind, cells)
    }
  }

  /// More bytes are not read into memory.
  package static let mostBytes = 1 << 30
  private static let mostAttributes = 200

  mutating func add(
    attribute name: String, _ kind: Attribute.Kind, _ cell: String, row: Int, places: inout [String: Int]
  ) {
    if let place = places[name] {
      attributes[place].cells[row] = cell
      if attributes[place].kind != kind { attributes[place].kind = .text }
    } else if places.count < Self.mostAttributes {
      places[name] = attributes.count
      attributes.append(Attribute(name, kind, cells: [row: cell]))
    } else {
      surplus += 1
    }
  }

  /// Reads a log in the Extensible Event Stream format (IEEE 1849), packed by gzip or not.
  package static func xes(_ source: any ByteSource, work: Work) throws(FormatError) -> EventRecords {
    guard source.count <= mostBytes else { throw .unsupported("it has more than 1 GB") }
    let text = try TextBytes(source) { !work.isCancelled() }
    guard text.source.count <= mostBytes else { throw .unsupported("it unpacks to more than 1 GB") }
    let bytes = try text.source.read(at: text.start, count: text.source.count - text.start)
    var reader = EventReader()
    var scanner = MarkupScanner(bytes)
    var pieces = 0
    while let piece = try scanner.next() {
      pieces += 1
      if pieces % 4096 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(scanner.position) / Double(bytes.count), "reading events")
      }
      try reader.take(piece, at: scanner.position)
    }
    guard reader.isLog else { throw .unsupported("it holds no `log` of XES") }
    guard reader.open.isEmpty else {
      throw .malformed("`\(reader.open.last ?? "")` does not end", offset: bytes.count)
    }
    return reader.records
  }

  /// The events as a value: cases in the order in which they begin in the file, events by time.
  package func log() -> EventLog {
    var order: [String: Int] = [:]
    for name in cases where order[name] == nil { order[name] = order.count }
    let isTimed = !times.isEmpty && times.allSatisfy { $0 != nil }
    let rows = cases.indices.sorted { one, other in
      let (a, b) = (order[cases[one], default: 0], order[cases[other], default: 0])
      if a != b { return a < b }
      let (early, late) = (times[one] ?? 0, times[other] ?? 0)
      return isTimed && early != late ? early < late : one < other
    }
    var segments: [Segment] = []
    var start = 0
    while start < rows.count {
      var end = start
      while end < rows.count, cases[rows[end]] == cases[rows[start]] { end += 1 }
      segments.append(Segment(name: cases[rows[start]], rows: start..<end))
      start = end
    }
    let address: Address = isTimed ? .time(.listed(rows.map { times[$0] ?? 0 })) : .row(count: rows.count)
    var columns = [
      Column("case", .text(TextColumn(rows.lazy.map { cases[$0] })), role: .identifier),
      Column("activity", .categories(rows.map { activities[$0] })),
    ]
    if !isTimed, times.contains(where: { $0 != nil }) {
      columns.append(
        Column("time", .time(rows.map { times[$0] ?? 0 }), nulls: Mask(rows.map { times[$0] == nil })))
    }
    for attribute in attributes {
      columns.append(Self.column(attribute, rows.map { attribute.cells[$0] }))
    }
    return EventLog(frame: Frame(index: Index(address, segments: segments), columns: columns))
  }

  /// The cells as their kind if all known ones are of it, else as texts.
  private static func column(_ attribute: Attribute, _ cells: [String?]) -> Column {
    let name = attribute.name
    let nulls = Mask(cells.map { $0 == nil })
    func all<Cell>(_ parsed: [Cell?]) -> Bool { zip(cells, parsed).allSatisfy { $0 == nil || $1 != nil } }
    switch attribute.kind {
    case .text: break
    case .number:
      let numbers = cells.map { $0.flatMap(Double.init) }
      if all(numbers) { return Column(numbers: numbers.map { $0 ?? .nan }, name: name) }
    case .time:
      let times = cells.map { $0.flatMap { Instant($0)?.nanoseconds } }
      if all(times) { return Column(name, .time(times.map { $0 ?? 0 }), nulls: nulls) }
    case .bool:
      let bits = cells.map { $0.flatMap { Bool($0.lowercased()) } }
      if all(bits) { return Column(name, .bool(bits.map { $0 ?? false }), nulls: nulls) }
    }
    return Column(texts: TextColumn(cells.lazy.map { $0 ?? "" }), nulls: nulls, name: name)
  }
}

/// Puts the pieces of a log together.
private struct EventReader {
  var records = EventRecords()
  var isLog = false
  var open: [String] = []
  private var places: [String: Int] = [:]
  private var traces = 0
  private var trace: [Entry] = []
  private var event: [Entry] = []
  private static let mostDeep = 64

  private struct Entry {
    let key: String
    let value: String
    let kind: EventRecords.Attribute.Kind
  }

  /// What the elements of XES declare (IEEE 1849, section 6).
  private static func kind(_ element: String) -> EventRecords.Attribute.Kind {
    switch element {
    case "int", "float": .number
    case "date": .time
    case "boolean": .bool
    default: .text
    }
  }

  mutating func take(_ piece: MarkupScanner.Piece, at position: Int) throws(FormatError) {
    switch piece {
    case .text: return
    case .start(let name, let attributes, let isEmpty):
      if name == "log" { isLog = true }
      if name == "trace" {
        traces += 1
        trace = []
      }
      if name == "event" { event = [] }
      if let key = attributes.first(where: { $0.0 == "key" })?.1,
        let value = attributes.first(where: { $0.0 == "value" })?.1
      {
        let entry = Entry(key: key, value: value, kind: Self.kind(name))
        switch open.last {
        case "event": event.append(entry)
        case "trace": trace.append(entry)
        default: if open.contains("trace") { records.nested += 1 }
        }
      }
      if isEmpty {
        if name == "event" { nameless() }
      } else {
        open.append(name)
        guard open.count <= Self.mostDeep else {
          throw .malformed("it is nested too deeply", offset: position)
        }
      }
    case .end(let name):
      guard open.popLast() == name else {
        throw .malformed("`\(name)` ends where it did not begin", offset: position)
      }
      if name == "event" { finish() }
    }
  }

  private mutating func nameless() { records.nameless += 1 }

  private mutating func finish() {
    guard let activity = event.first(where: { $0.key == "concept:name" })?.value else { return nameless() }
    let row = records.activities.count
    records.cases.append(trace.first { $0.key == "concept:name" }?.value ?? "trace \(traces)")
    records.activities.append(activity)
    records.times.append(
      event.first { $0.key == "time:timestamp" }.flatMap { Instant($0.value) }?.nanoseconds)
    for entry in event where entry.key != "concept:name" && entry.key != "time:timestamp" {
      records.add(attribute: entry.key, entry.kind, entry.value, row: row, places: &places)
    }
    for entry in trace where entry.key != "concept:name" {
      records.add(attribute: "case:" + entry.key, entry.kind, entry.value, row: row, places: &places)
    }
  }
}
