package import Numerics
package import Values

/// Reads the lines of a log into events.
package struct LogReader: Sendable {
  package struct Options: Sendable {
    package var pattern: LogPattern
    /// Fields that tell the time together; the usual names if empty.
    package var time: [String] = []
    /// The year of stamps that name none.
    package var year = 1970
    package var zone: Int64 = 0
    package var mining = TemplateMiner.Options()

    package init(pattern: LogPattern) { self.pattern = pattern }
  }

  package let options: Options
  /// Places of the fields that tell the time.
  private let timeFields: [Int]
  /// The form of the first lines' times, if they were looked at.
  private let timeForm: StampFormat?
  /// The place of the message: the last field.
  private let messageField: Int

  package struct Result: Sendable {
    package let log: Log
    /// Lines that do not fit, which were taken as going on with the message before.
    package var continued = 0
    package var firstContinued = 0
    /// Lines that do not fit and come before all that do, or are left out for having no time.
    package var leftOut = 0
    package var firstLeftOut = 0
    package var yearIsTaken = false
    package var encoding = TextEncoding.utf8
  }

  private static let timeNames: [[String]] = [
    ["month", "date", "time", "year"], ["month", "date", "time"], ["month", "day", "time", "year"],
    ["month", "day", "time"], ["date", "time"], ["day", "time"], ["datetime"], ["timestamp"], ["time"],
    ["date"],
  ]

  /// - Parameter sample: the file, of which the first lines are looked at to see which fields tell the time.
  package init(_ options: Options, sample: (any ByteSource)? = nil) throws(FormatError) {
    self.options = options
    let names = options.pattern.fields.map { $0.lowercased() }
    messageField =
      names.firstIndex(of: "content") ?? names.firstIndex(of: "message") ?? names.count - 1
    let wanted = options.time.map { $0.lowercased() }
    let candidates = (wanted.isEmpty ? Self.timeNames : [wanted]).filter { Set($0).isSubset(of: names) }
      .map { set in set.compactMap { names.firstIndex(of: $0) } }
    guard !candidates.isEmpty, let sample else {
      (timeFields, timeForm) = (candidates.first ?? [], nil)
      return
    }
    let text = try TextBytes(sample, limit: Self.sampleSize * 2)
    let lines = try text.source.read(at: text.start, count: Self.sampleSize)
      .split(separator: 10).prefix(200).compactMap { line in
        options.pattern.match(line.last == 13 ? line.dropLast() : line).map { ranges in
          ranges.map { line[$0] }
        }
      }
    for fields in candidates {
      let stamps = lines.map { line in Array(fields.map { line[$0] }.joined(separator: [32])) }
      guard let form = Self.format(stamps, options) else { continue }
      (timeFields, timeForm) = (fields, form)
      return
    }
    (timeFields, timeForm) = (candidates[0], nil)
  }

  /// Whether the fields hold a time; what has the shape of a line without its time goes on with the one before.
  private func tellsTime(_ fields: [ArraySlice<UInt8>]) -> Bool {
    guard let timeForm else { return true }
    let stamp = Array(timeFields.map { fields[$0] }.joined(separator: [32]))
    return timeForm.moment(stamp, year: options.year, zone: options.zone) != nil
  }

  private static let sampleSize = 65_536

  /// The form that most of the stamps have.
  private static func format(_ stamps: [[UInt8]], _ options: Options) -> StampFormat? {
    let scored = StampFormat.allCases.map { format in
      (format, stamps.count { format.moment($0, year: options.year, zone: options.zone) != nil })
    }
    // The first of equals, so that what comes earlier in the list wins.
    guard let best = scored.map(\.1).max(), best * 2 > stamps.count else { return nil }
    return scored.first { $0.1 == best }?.0
  }

  package var hasTime: Bool { !timeFields.isEmpty }

  /// The columns besides the time: `message`, and the other fields by their names in lower case.
  package var columnNames: [String] {
    options.pattern.fields.indices.filter { !timeFields.contains($0) }.map(name)
  }

  private func name(_ field: Int) -> String {
    field == messageField ? "message" : options.pattern.fields[field].lowercased()
  }

  package func read(_ file: any ByteSource, work: Work) throws(FormatError) -> Result {
    let text = try TextBytes(file) { !work.isCancelled() }
    var events = Events(fields: options.pattern.fields.count)
    var lines = LineReader(text.source, from: text.start)
    while let line = try lines.next() {
      if lines.number % 4096 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(lines.offset) / Double(max(1, text.source.count)), "reading")
      }
      if line.isEmpty { continue }
      let fields = options.pattern.match(line[...]).map { ranges in ranges.map { line[$0] } }
      if let fields, tellsTime(fields) {
        events.add(fields, line: lines.number)
      } else {
        events.goOn(line, messageField, number: lines.number)
      }
    }
    guard events.count > 0 else {
      throw events.leftOut == 0
        ? .malformed("there is nothing in it", offset: 0)
        : .malformedLine("no line fits the pattern `\(options.pattern.text)`", line: events.firstLeftOut)
    }
    if events.count < events.continued + events.leftOut {
      throw .malformedLine(
        "most lines do not fit the pattern `\(options.pattern.text)`",
        line: events.leftOut > 0 ? events.firstLeftOut : events.firstContinued)
    }
    return try assemble(&events, encoding: text.encoding, work: work)
  }

  private func assemble(
    _ events: inout Events, encoding: TextEncoding, work: Work
  ) throws(FormatError) -> Result {
    let isUTF8 = events.cells.allSatisfy { TextEncoding.isUTF8($0.bytes) }
    if !isUTF8 { events.recode() }
    var index = Index.rows(events.count)
    var kept: [Int]?
    var yearIsTaken = false
    if hasTime {
      let times = try stamps(events)
      yearIsTaken = times.yearIsTaken
      let rows = times.moments.indices.filter { times.moments[$0] != nil }
      if rows.count < events.count {
        kept = rows
        events.leftOut += events.count - rows.count
        if events.firstLeftOut == 0, let row = times.moments.firstIndex(where: { $0 == nil }) {
          events.firstLeftOut = events.lines[row]
        }
      }
      index = Index(.time(.listed(times.moments.compactMap(\.self))))
    }
    var columns: [Column] = []
    for field in options.pattern.fields.indices where !timeFields.contains(field) {
      let texts = kept.map { events.cells[field].selecting($0) } ?? events.cells[field]
      columns.append(field == messageField ? Column("message", .text(texts)) : Self.typed(name(field), texts))
    }
    let messages = kept.map { events.cells[messageField].selecting($0) } ?? events.cells[messageField]
    let frame = Frame(index: index, columns: columns)
    return Result(
      log: try Log(frame, messages: messages, options.mining, work: work), continued: events.continued,
      firstContinued: events.firstContinued, leftOut: events.leftOut,
      firstLeftOut: events.firstLeftOut, yearIsTaken: yearIsTaken,
      encoding: isUTF8 ? encoding : .windows1252)
  }

  /// The moments of the events; nil where the stamp cannot be read.
  private func stamps(_ events: Events) throws(FormatError) -> (moments: [Int64?], yearIsTaken: Bool) {
    func stamp(_ row: Int) -> [UInt8] {
      Array(
        timeFields.map { field -> [UInt8] in
          let cells = events.cells[field]
          return Array(cells.bytes[cells.offsets[row]..<cells.offsets[row + 1]])
        }.joined(separator: [32]))
    }
    let sample = (0..<min(200, events.count)).map(stamp)
    guard let format = Self.format(sample, options) else {
      let text = String(decoding: sample.first ?? [], as: UTF8.self)
      throw .malformedLine("the time `\(text)` is in no known form", line: events.lines.first ?? 1)
    }
    var moments: [Int64?] = []
    moments.reserveCapacity(events.count)
    var year = options.year
    var last = Int64.min
    var yearIsTaken = false
    for row in 0..<events.count {
      var moment = format.moment(stamp(row), year: year, zone: options.zone)
      if let found = moment, !found.hasYear {
        yearIsTaken = true
        // Half a year back means that a new year has begun.
        if last != .min, found.nanoseconds < last - 15_768_000_000_000_000 {
          year += 1
          moment = format.moment(stamp(row), year: year, zone: options.zone)
        }
        last = moment?.nanoseconds ?? last
      }
      moments.append(moment?.nanoseconds)
    }
    return (moments, yearIsTaken)
  }

  /// Numbers if all are, categories if they repeat, else texts; a dash says that there is none.
  private static func typed(_ name: String, _ texts: TextColumn) -> Column {
    let scanner = NumberScanner()
    var numbers: [Double] = []
    var isNumeric = true
    let absent = { (text: String) in text.isEmpty || text == "-" }
    var codes: [Int32] = []
    var levels: [String] = []
    var known: [String: Int32] = [:]
    for row in 0..<texts.count {
      let text = texts[row]
      if absent(text) {
        numbers.append(.nan)
        codes.append(-1)
        continue
      }
      if isNumeric, let number = scanner.number(text.utf8), number.isFinite {
        numbers.append(number)
      } else {
        isNumeric = false
      }
      let code = known[text] ?? Int32(levels.count)
      if known[text] == nil {
        known[text] = code
        levels.append(text)
      }
      codes.append(code)
    }
    if isNumeric, !levels.isEmpty { return Column(numbers: numbers, name: name) }
    let nulls = Mask(codes.map { $0 < 0 })
    return levels.count > 20 && levels.count * 2 > texts.count
      ? Column(name, .text(texts), nulls: nulls)
      : Column(name, .category(codes: codes, levels: levels), nulls: nulls)
  }
}

/// The cells of the events so far.
private struct Events {
  var cells: [TextColumn]
  var lines: [Int] = []
  var continued = 0
  var firstContinued = 0
  var leftOut = 0
  var firstLeftOut = 0
  /// What goes on with the last message.
  private var more: [UInt8] = []

  init(fields: Int) { cells = [TextColumn](repeating: TextColumn(), count: fields) }

  var count: Int { lines.count }

  mutating func add(_ fields: [ArraySlice<UInt8>], line: Int) {
    for (place, field) in fields.enumerated() { cells[place].append(field) }
    lines.append(line)
  }

  /// A line that does not fit belongs to the message before.
  mutating func goOn(_ line: [UInt8], _ field: Int, number: Int) {
    guard count > 0 else {
      leftOut += 1
      if firstLeftOut == 0 { firstLeftOut = number }
      return
    }
    continued += 1
    if firstContinued == 0 { firstContinued = number }
    cells[field].extendLast([10] + line)
  }

  mutating func recode() {
    for field in cells.indices {
      var recoded = TextColumn()
      let texts = cells[field]
      for row in 0..<texts.count {
        recoded.append(
          TextEncoding.utf8(fromWindows1252: texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]]))
      }
      cells[field] = recoded
    }
  }
}

extension TextColumn {
  fileprivate mutating func extendLast(_ more: [UInt8]) {
    var (offsets, bytes) = (self.offsets, self.bytes)
    self = TextColumn()
    bytes += more
    offsets[offsets.count - 1] = bytes.count
    self = TextColumn(offsets: offsets, bytes: bytes)
  }
}

/// Gives the lines of a text one by one, without their ends.
struct LineReader {
  private let source: any ByteSource
  private var block: [UInt8] = []
  private var place = 0
  private(set) var offset: Int
  private(set) var number = 0

  private static let blockSize = 1 << 20
  /// Longer lines are cut, so that a file without line ends does not fill the memory.
  private static let longest = 1 << 24

  init(_ source: any ByteSource, from start: Int) {
    self.source = source
    offset = start
  }

  mutating func next() throws(FormatError) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if place == block.count {
        block = try source.read(at: offset, count: Self.blockSize)
        place = 0
        if block.isEmpty {
          if line.isEmpty { return nil }
          break
        }
        offset += block.count
      }
      if let end = block[place...].firstIndex(of: 10) {
        line += block[place..<end]
        place = end + 1
        break
      }
      line += block[place...]
      place = block.count
      if line.count > Self.longest { break }
    }
    number += 1
    if line.last == 13 { line.removeLast() }
    return line
  }
}
