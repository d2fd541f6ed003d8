package import Values

/// Spans of distributed traces as they stand in files, before they are put in the order of their traces.
package struct SpanRecords: Sendable {
  package var traces: [String] = []
  package var spans: [String] = []
  /// Empty for the root of a trace.
  package var parents: [String] = []
  package var services: [String] = []
  package var operations: [String] = []
  /// Nanoseconds since 1970.
  package var starts: [Int64] = []
  /// Seconds.
  package var durations: [Double] = []
  /// nil where the file says nothing of success or failure.
  package var errors: [Bool?] = []
  /// Further attributes by name, in the order in which they come.
  package private(set) var attributes: [(name: String, cells: [Int: String])] = []
  private var places: [String: Int] = [:]
  /// Spans without a trace, a name of their own or a time, which are left out, and the first reason.
  package private(set) var refused = 0
  package private(set) var firstRefused: String?
  /// Spans that end before they begin; they last 0 s.
  package private(set) var reversed = 0

  package init() {}

  /// More bytes of JSON are not read into memory.
  static let mostBytes = 1 << 30
  private static let mostAttributes = 60

  package var count: Int { traces.count }

  mutating func refuse(_ reason: @autoclosure () -> String) {
    if refused == 0 { firstRefused = reason() }
    refused += 1
  }

  mutating func add(_ span: Span) {
    let row = count
    traces.append(span.trace)
    spans.append(span.id)
    parents.append(span.parent)
    services.append(span.service.isEmpty ? "unknown" : span.service)
    operations.append(span.operation.isEmpty ? "unknown" : span.operation)
    starts.append(span.start)
    if span.duration < 0 { reversed += 1 }
    durations.append(max(0, span.duration))
    errors.append(span.isError)
    for (name, cell) in span.attributes {
      if let place = places[name] {
        attributes[place].cells[row] = cell
      } else if places.count < Self.mostAttributes {
        places[name] = attributes.count
        attributes.append((name, [row: cell]))
      }
    }
  }

  /// One span, before it is known to be whole.
  struct Span {
    var trace = ""
    var id = ""
    var parent = ""
    var service = ""
    var operation = ""
    var start: Int64 = 0
    var duration = 0.0
    var isError: Bool?
    var attributes: [(String, String)] = []
  }
}

extension SpanRecords {
  /// What ties the spans of a trace together, as far as it is broken.
  package struct Ties: Sendable, Equatable {
    /// Spans whose parent is not in the files.
    package var orphans = 0
    /// Spans that have the name of another one of their trace, and differ from it.
    package var twins = 0
    /// Spans that stand in the files once more, and are left out.
    package var repeated = 0
    /// Spans that begin before their parent does: clocks that differ.
    package var early = 0

    package init(orphans: Int = 0, twins: Int = 0, repeated: Int = 0, early: Int = 0) {
      self.orphans = orphans
      self.twins = twins
      self.repeated = repeated
      self.early = early
    }
  }

  /// The row of the parent of each span, -1 for roots and orphans, and which spans only repeat another one.
  private func parentRows() -> (rows: [Int32], isRepeated: [Bool], ties: Ties) {
    var places: [String: Int32] = [:]
    places.reserveCapacity(count)
    var ties = Ties()
    var isRepeated = [Bool](repeating: false, count: count)
    for row in 0..<count {
      guard let other = places.updateValue(Int32(row), forKey: key(row, spans)).map(Int.init) else {
        continue
      }
      isRepeated[row] =
        starts[row] == starts[other] && durations[row] == durations[other]
        && services[row] == services[other] && operations[row] == operations[other]
      if isRepeated[row] { ties.repeated += 1 } else { ties.twins += 1 }
    }
    var rows = [Int32](repeating: -1, count: count)
    for row in 0..<count where !parents[row].isEmpty && !isRepeated[row] {
      guard let parent = places[key(row, parents)], Int(parent) != row else {
        ties.orphans += 1
        continue
      }
      rows[row] = parent
      if starts[row] < starts[Int(parent)] { ties.early += 1 }
    }
    return (rows, isRepeated, ties)
  }

  private func key(_ row: Int, _ names: [String]) -> String { traces[row] + " " + names[row] }

  /// The spans as events: a case is a trace, its events are in the order of their starts.
  ///
  /// - Output: columns `case`, `activity` (service and operation), `service`, `operation`, `span`, `parent`,
  ///   `duration` in seconds, `depth` below the root, `error` where it is known, and further attributes.
  /// - Complexity: O(*n* log *n*).
  package func log() -> (log: EventLog, ties: Ties) {
    let (parentRows, isRepeated, ties) = parentRows()
    let rows = order().filter { !isRepeated[$0] }
    var segments: [Segment] = []
    var start = 0
    while start < rows.count {
      var end = start
      while end < rows.count, traces[rows[end]] == traces[rows[start]] { end += 1 }
      segments.append(Segment(name: traces[rows[start]], rows: start..<end))
      start = end
    }
    var columns = [
      Column("case", .text(TextColumn(rows.lazy.map { traces[$0] })), role: .identifier),
      Column("activity", .categories(rows.map { services[$0] + " " + operations[$0] })),
      Column("service", .categories(rows.map { services[$0] })),
      Column("operation", .categories(rows.map { operations[$0] })),
      Column("span", .text(TextColumn(rows.lazy.map { spans[$0] })), role: .identifier),
      Column(
        "parent", .text(TextColumn(rows.lazy.map { parents[$0] })),
        nulls: Mask(rows.map { parents[$0].isEmpty }), role: .identifier),
      Column(numbers: rows.map { durations[$0] }, name: "duration", unit: "s"),
      Column(numbers: Self.depths(parentRows, rows), name: "depth"),
    ]
    if errors.contains(where: { $0 != nil }) {
      columns.append(
        Column("error", .bool(rows.map { errors[$0] ?? false }), nulls: Mask(rows.map { errors[$0] == nil })))
    }
    for (name, cells) in attributes where name != "error" {
      let taken = columns.contains { $0.name == name }
      columns.append(Self.column(taken ? "attribute:" + name : name, rows.map { cells[$0] }))
    }
    let index = Index(.time(.listed(rows.map { starts[$0] })), segments: segments)
    return (EventLog(frame: Frame(index: index, columns: columns)), ties)
  }

  /// Rows by trace in the order in which traces come, then by start.
  private func order() -> [Int] {
    var numbers: [String: Int] = [:]
    let traceOfRow = traces.map { name -> Int in
      if let number = numbers[name] { return number }
      numbers[name] = numbers.count
      return numbers.count - 1
    }
    return traceOfRow.indices.sorted { one, other in
      if traceOfRow[one] != traceOfRow[other] { return traceOfRow[one] < traceOfRow[other] }
      if starts[one] != starts[other] { return starts[one] < starts[other] }
      return one < other
    }
  }

  /// How many spans stand above each; rings of parents count as roots.
  private static func depths(_ parents: [Int32], _ rows: [Int]) -> [Double] {
    var depths = [Int32](repeating: -1, count: parents.count)
    for row in parents.indices {
      var path: [Int] = []
      var place = row
      while depths[place] < 0 {
        depths[place] = 0
        path.append(place)
        guard parents[place] >= 0 else { break }
        place = Int(parents[place])
      }
      // The last of the path is a root, or stands below one that was known before.
      var depth = path.last.map { parents[$0] < 0 ? Int32(0) : depths[Int(parents[$0])] + 1 } ?? 0
      for place in path.reversed() {
        depths[place] = depth
        depth += 1
      }
    }
    return rows.map { Double(depths[$0]) }
  }
}

extension SpanRecords {
  /// Tags as numbers if all known ones are, else as categories.
  fileprivate static func column(_ name: String, _ cells: [String?]) -> Column {
    let numbers = cells.map { cell in cell.flatMap(Double.init) }
    let known = cells.count { $0 != nil }
    if known > 0, numbers.count(where: { $0 != nil }) == known {
      return Column(numbers: numbers.map { $0 ?? .nan }, name: name)
    }
    let nulls = Mask(cells.map { $0 == nil })
    guard case .category(let codes, let levels) = Cells.categories(cells.map { $0 ?? "" }) else {
      return Column(name, .bool(cells.map { _ in false }), nulls: nulls)
    }
    return Column(
      name, .category(codes: codes.indices.map { nulls[$0] ? -1 : codes[$0] }, levels: levels), nulls: nulls)
  }
}
