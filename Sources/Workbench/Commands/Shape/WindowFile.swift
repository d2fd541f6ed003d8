import Chronology
import Formats
import Language
import Numerics
import Values

/// `window file`: windows of files that need not fit memory, as a series.
struct WindowFile: WorldCommand {
  static let every = Parameter<TimeSpan?>.optional(
    "every", .span(TimeSpan(nanoseconds: 1)...TimeSpan(seconds: 366 * 86_400)),
    help: "How long a window lasts; of sound, or of a table with --time."
  ) { if case .span(let span) = $0 { span } else { nil } }
  static let rows = Parameter<Int>.integer(
    "rows", in: 1...1_000_000_000, default: 1000, help: "Rows or samples in a window, without --every.")
  static let start = Parameter<Instant?>.optional(
    "start", .instant, help: "When the first sample of a sound was taken; 1970 if absent."
  ) { if case .instant(let instant) = $0 { instant } else { nil } }

  let spec = CommandSpec(
    "window", "file", "Makes one row of each window of a table or sound that need not fit memory.",
    discussion: """
      Windows stand beside one another. Of each column of numbers or truth values, of each channel of a sound, a window \
      has the mean, the standard deviation (n - 1), the least and the greatest; without a known cell they are missing. \
      Other columns are left out and told. Rows may come in any order: a window of --every holds the rows whose times lie \
      in it, and begins at a multiple of its length since 1970. The result is a series at the beginnings of the windows; \
      of a table, --rows gives a table.
      """,
    parameters: [
      FileRows.path.base, every.base, rows.base, FileRows.time.base, FileRows.labels.base, start.base,
    ], output: .series, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to station.csv --overwrite"),
      Example("calm = window file station.csv --time time --every 30s --labels fault"),
      Example("blocks = window file station.csv --rows 50"),
    ])

  /// Columns times windows, so that the result stays below half a gigabyte.
  private static let mostCells = 1 << 24

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    let isSound = call[FileRows.path].lowercased().hasSuffix(".wav")
    return ValueShape(kind: call[Self.every] == nil && !isSound ? .table : .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let file = try FileRows(call, world: world, work: work)
    let fields = file.stream.fields
    let names = fields.map(\.name)
    for name in call[FileRows.labels] where !names.contains(name) {
      throw call.blame(
        FileRows.labels.base, "E0524", "the file has no column `\(name)`", label: "not in the header",
        remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
    }
    let place = call[FileRows.time].flatMap { names.firstIndex(of: $0) }
    if call[Self.every] != nil, place == nil, file.rate == nil {
      throw call.blame(
        Self.every.base, "D0402", "the rows have no times", label: "windows of time",
        remedy: "Name the column of times with `--time`, or count rows with `--rows`.")
    }
    let used = fields.indices.filter { fields[$0].type == .number || fields[$0].type == .bool }
    let others = fields.indices.filter { !used.contains($0) && $0 != place }.map { names[$0] }
    if !others.isEmpty {
      call.note("no numbers, and so left out: \(others.prefix(8).joined(separator: ", "))")
    }
    let clock = WindowClock(
      every: call[Self.every], rows: call[Self.rows], rate: file.rate, timePlace: place)
    var windows: [Int: [WindowCell]] = [:]
    var isTooMany = false
    var untimed = 0
    try file.reduce(call, work) {
      clock.windows(of: $0, used)
    } take: { found in
      untimed += found.untimed
      for (window, cells) in found.windows {
        if var known = windows[window] {
          for column in known.indices { known[column].append(cells[column]) }
          windows[window] = known
        } else if (windows.count + 1) * max(1, used.count) <= Self.mostCells {
          windows[window] = cells
        } else {
          isTooMany = true
        }
      }
    }
    if isTooMany {
      throw call.blame(
        call[Self.every] == nil ? Self.rows.base : Self.every.base, "E0522",
        "there are more windows than \(Self.mostCells / max(1, used.count))", label: "too short",
        remedy: "Choose longer windows.")
    }
    if untimed > 0 { call.note("\(counted(untimed, "row")) without a time left out") }
    let order = windows.keys.sorted()
    let labels = Set(call[FileRows.labels])
    let columns = used.enumerated().flatMap { column, field -> [Column] in
      let cells = order.compactMap { windows[$0]?[column] }
      if labels.contains(names[field]) {
        return [Column(names[field], .bool(cells.map { $0.high > 0 }), role: .label)]
      }
      return WindowCell.statistics.map { name, value in
        Column(numbers: cells.map(value), name: "\(names[field]).\(name)")
      }
    }
    guard let step = clock.step else {
      return .table(Frame(index: .rows(order.count), columns: columns))
    }
    let begin = place == nil ? call[Self.start]?.nanoseconds ?? 0 : 0
    let times = order.map { begin &+ Int64($0) &* step.nanoseconds }
    return .series(
      Frame(index: Index(.time(.listed(times)), extent: step), columns: columns))
  }
}

/// Which window a row lies in.
private struct WindowClock: Sendable {
  let every: TimeSpan?
  let rows: Int
  let rate: Double?
  let timePlace: Int?

  /// How long a window lasts; nil for windows of rows without a clock.
  var step: TimeSpan? {
    if let every { return every }
    return rate.map { TimeSpan(seconds: Double(rows) / $0) }
  }

  /// The windows of consecutive rows, one behind the other; a window may come several times.
  func windows(of part: RowStream.Part, _ used: [Int]) -> (windows: [(Int, [WindowCell])], untimed: Int) {
    var found: [(Int, [WindowCell])] = []
    var untimed = 0
    let columns = used.map { part.columns[$0].numbers ?? [] }
    let count = part.columns.first?.count ?? 0
    var start = 0
    while start < count {
      guard let window = window(start, part) else {
        untimed += 1
        start += 1
        continue
      }
      var end = start + 1
      while end < count, self.window(end, part) == window { end += 1 }
      found.append((window, columns.map { WindowCell($0[start..<end]) }))
      start = end
    }
    return (found, untimed)
  }

  private func window(_ row: Int, _ part: RowStream.Part) -> Int? {
    guard let timePlace else {
      guard let every, let rate else { return (part.first + row) / rows }
      return Int(Double(part.first + row) / rate / every.seconds)
    }
    guard let every else { return (part.first + row) / rows }
    let column = part.columns[timePlace]
    guard !column.isNull(row), case .time(let times) = column.cells else { return nil }
    let quotient = times[row] / every.nanoseconds
    return Int(times[row] % every.nanoseconds < 0 ? quotient - 1 : quotient)
  }
}

/// What a window says about a column.
private struct WindowCell: Sendable {
  private var moments = Moments()
  private var low = Double.infinity
  private(set) var high = -Double.infinity

  init(_ numbers: ArraySlice<Double>) {
    for number in numbers where !number.isNaN {
      moments.take(number)
      low = min(low, number)
      high = max(high, number)
    }
  }

  mutating func append(_ later: WindowCell) {
    moments.append(later.moments)
    low = min(low, later.low)
    high = max(high, later.high)
  }

  private var isKnown: Bool { moments.count > 0 }

  static let statistics: [(String, @Sendable (WindowCell) -> Double)] = [
    ("mean", { $0.isKnown ? $0.moments.mean : .nan }), ("sd", { $0.moments.standardDeviation() }),
    ("min", { $0.isKnown ? $0.low : .nan }), ("max", { $0.isKnown ? $0.high : .nan }),
  ]
}
