import Chronology
package import Numerics
package import Values

/// Reports of where ships (or others that move) were, before they are put in the order of their tracks.
package struct TrackRecords: Sendable {
  package struct Report: Sendable, Equatable {
    package var ship: String
    /// Nanoseconds since 1970; nil if nobody says.
    package var time: Int64?
    /// Degrees, north and east positive.
    package var latitude = Double.nan
    package var longitude = Double.nan
    /// Knots over ground.
    package var speed = Double.nan
    /// Degrees.
    package var course = Double.nan
    package var heading = Double.nan
    package var status = Double.nan
    package var row = 0

    package init(ship: String) { self.ship = ship }
  }

  package private(set) var reports: [Report] = []
  private var names: [String: String] = [:]
  private var kinds: [String: String] = [:]
  /// Columns of a table beside those that are known, a row a report.
  private var others: [Column] = []
  /// Sentences with a wrong check sum, in parts that never came together, or that cannot be read; the first line.
  package private(set) var damaged = 0
  package private(set) var firstDamaged = 0
  /// Reports without a place on earth.
  package private(set) var placeless = 0
  /// Reports that another one repeats.
  package private(set) var repeated = 0
  /// Messages that tell no position: base stations, safety texts and others.
  package private(set) var silent = 0

  package init() {}

  package static func isSentences(_ text: ArraySlice<UInt8>) -> Bool {
    let lines = text.split(separator: 10).prefix(20)
    let found = lines.count { Self.sentence(in: $0) != nil }
    return found > 0 && found * 10 >= lines.count * 7
  }

  /// Where `!AIVDM` or a similar mark begins.
  private static func sentence(in line: ArraySlice<UInt8>) -> Int? {
    var place = line.startIndex
    while let mark = line[place...].firstIndex(of: UInt8(ascii: "!")) {
      let rest = line[mark...]
      if rest.count > 12, rest[mark + 3..<mark + 5].elementsEqual(Array("VD".utf8)), rest[mark + 6] == 44 {
        return mark
      }
      place = mark + 1
    }
    return nil
  }

  // MARK: - Sentences

  package mutating func read(sentences source: any ByteSource, work: Work) throws(FormatError) {
    let bytes = try DocumentFile.bytes(of: source)
    var lines = LineCursor(bytes)
    var parts: [String: (payload: [UInt8], next: Int)] = [:]
    while let line = lines.next() {
      if lines.number % 4096 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(lines.at) / Double(bytes.count), "reading sentences")
      }
      guard let start = Self.sentence(in: line) else {
        if line.contains(where: { $0 > 32 }) { spoil(lines.number) }
        continue
      }
      guard let star = line[start...].firstIndex(of: UInt8(ascii: "*")), Self.isSound(line, start, star)
      else {
        spoil(lines.number)
        continue
      }
      let fields = line[start..<star].split(separator: 44, omittingEmptySubsequences: false)
      guard fields.count >= 7, let total = Int(fields[1].text), let number = Int(fields[2].text) else {
        spoil(lines.number)
        continue
      }
      var payload = Array(fields[5])
      if total > 1 {
        let key = fields[3].text + "," + fields[4].text
        if number > 1 {
          guard let before = parts[key], before.next == number else {
            spoil(lines.number)
            continue
          }
          payload = before.payload + payload
        }
        guard payload.count < 1000, parts.count < 10_000 else {
          spoil(lines.number)
          parts = [:]
          continue
        }
        if number < total {
          parts[key] = (payload, number + 1)
          continue
        }
        parts[key] = nil
      }
      guard let message = ShipMessage(payload, fill: Int(fields[6].text) ?? 0), message.count >= 38 else {
        spoil(lines.number)
        continue
      }
      take(message, at: Self.moment(before: line[..<start], behind: line[star...]))
    }
  }

  private mutating func spoil(_ line: Int) {
    if damaged == 0 { firstDamaged = line }
    damaged += 1
  }

  private mutating func take(_ message: ShipMessage, at time: Int64?) {
    if let about = message.about {
      let ship = String(message.station)
      if let name = about.name, !name.isEmpty { names[ship] = name }
      if let kind = about.kind, kind > 0 { kinds[ship] = String(kind) }
    }
    guard var report = message.report else {
      silent += 1
      return
    }
    report.time = time
    add(report)
  }

  private mutating func add(_ report: Report) {
    guard abs(report.latitude) <= 90, abs(report.longitude) <= 180 else {
      placeless += 1
      return
    }
    reports.append(report)
  }

  /// All bytes between the marks, taken together bit by bit, give the two digits behind the star.
  private static func isSound(_ line: ArraySlice<UInt8>, _ start: Int, _ star: Int) -> Bool {
    guard star + 2 < line.endIndex, let sum = UInt8(line[star + 1...star + 2].text, radix: 16) else {
      return false
    }
    return line[start + 1..<star].reduce(0, ^) == sum
  }

  /// A tag block's `c:`, a stamp in front of the sentence, or a count of seconds behind it.
  private static func moment(before: ArraySlice<UInt8>, behind: ArraySlice<UInt8>) -> Int64? {
    func count(_ text: Substring) -> Int64? {
      guard let whole = Int64(text), whole > 100_000_000 else { return nil }
      let (product, overflow) = whole.multipliedReportingOverflow(
        by: whole < 100_000_000_000 ? 1_000_000_000 : 1_000_000)
      return overflow ? nil : product
    }
    let front = before.text
    for tag in front.split(whereSeparator: { "\\,*".contains($0) }) where tag.hasPrefix("c:") {
      return count(tag.dropFirst(2))
    }
    let plain = front.split(whereSeparator: { "\t,;|".contains($0) }).map {
      $0.filter { !"[]\"".contains($0) }
    }
    for text in plain {
      let trimmed = text.split(separator: " ").joined(separator: " ")
      if let moment = count(Substring(trimmed)) ?? Instant(trimmed)?.nanoseconds { return moment }
    }
    return behind.text.split(separator: ",").dropFirst().lazy.compactMap(count).first
  }

  // MARK: - Tables

  /// Names in lower case without signs.
  private static let usual: [(String, [String])] = [
    (
      "ship",
      ["mmsi", "userid", "shipid", "vesselid", "sourcemmsi", "ship", "id", "icao24", "trackid", "objectid"]
    ),
    ("time", ["basedatetime", "timestamp", "time", "datetime", "datetimeutc", "t", "ts", "date"]),
    ("latitude", ["lat", "latitude", "y"]), ("longitude", ["lon", "longitude", "lng", "long", "x"]),
    ("speed", ["sog", "speed", "speedoverground"]), ("course", ["cog", "course", "courseoverground"]),
    ("heading", ["heading", "trueheading", "hdg"]),
    ("status", ["status", "navstatus", "navigationalstatus"]),
    ("name", ["vesselname", "name", "shipname"]),
    ("kind", ["vesseltype", "shiptype", "shiptypecode", "typeofship"]),
  ]

  /// What column holds what, by its name.
  package static func places(_ names: [String]) -> [String: Int] {
    let plain = names.map { String($0.lowercased().filter { $0.isLetter || $0.isNumber }) }
    var places: [String: Int] = [:]
    for (field, words) in usual {
      if let place = words.lazy.compactMap({ plain.firstIndex(of: $0) }).first { places[field] = place }
    }
    return places
  }

  /// Takes rows of a table; columns that are not known stay beside.
  package mutating func add(_ columns: [Column], moments: [Int64?], ship: Int, work: Work) throws(FormatError)
  {
    let places = Self.places(columns.map(\.name))
    let base = others.first?.count ?? 0
    let numbers = places.mapValues { columns[$0].numbers ?? [] }
    func cell(_ field: String, _ row: Int) -> Double {
      numbers[field].flatMap { $0.indices.contains(row) ? $0[row] : nil } ?? .nan
    }
    for row in moments.indices {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      guard let name = columns[ship].plainCellText(row) else {
        spoil(row + 2)
        continue
      }
      var report = Report(ship: name)
      report.time = moments[row]
      report.latitude = cell("latitude", row)
      report.longitude = cell("longitude", row)
      report.speed = cell("speed", row) < 102.25 ? cell("speed", row) : .nan
      report.course = cell("course", row) < 360 ? cell("course", row) : .nan
      report.heading = cell("heading", row) < 360 ? cell("heading", row) : .nan
      report.status = cell("status", row)
      report.row = base + row
      if let place = places["name"], let text = columns[place].plainCellText(row) { names[name] = text }
      if let place = places["kind"], let text = columns[place].plainCellText(row) { kinds[name] = text }
      add(report)
    }
    let known = Set(places.values)
    if base == 0 { others = columns.indices.filter { !known.contains($0) && $0 != ship }.map { columns[$0] } }
  }

  // MARK: - The value

  private static let earthRadius = 6_371_008.8
  private static let knot = 1852.0 / 3600

  /// A row a report, a segment a ship, in the order of time.
  ///
  /// - Output: `ship`, position, motion, and from the report before: `step` in metres along the great circle, `pause` in
  ///   seconds, and `implied_speed` in knots.
  package mutating func frame() -> Frame {
    var order: [String: Int] = [:]
    for report in reports where order[report.ship] == nil { order[report.ship] = order.count }
    let isTimed = !reports.isEmpty && reports.allSatisfy { $0.time != nil }
    var rows = reports.indices.sorted { one, other in
      let (a, b) = (order[reports[one].ship] ?? 0, order[reports[other].ship] ?? 0)
      if a != b { return a < b }
      let (early, late) = (reports[one].time ?? 0, reports[other].time ?? 0)
      return isTimed && early != late ? early < late : one < other
    }
    let all = rows.count
    rows = rows.enumerated().filter { place, row in
      guard place > 0, isTimed else { return true }
      var (one, other) = (reports[rows[place - 1]], reports[row])
      (one.row, other.row) = (0, 0)
      return
        !(one.ship == other.ship && one.time == other.time && one.latitude == other.latitude
        && one.longitude == other.longitude)
    }.map(\.element)
    repeated = all - rows.count
    let chosen = rows.map { reports[$0] }
    var segments: [Segment] = []
    for (row, report) in chosen.enumerated() {
      if let last = segments.last, last.name == report.ship {
        segments[segments.count - 1] = Segment(name: last.name, rows: last.rows.lowerBound..<row + 1)
      } else {
        segments.append(Segment(name: report.ship, rows: row..<row + 1))
      }
    }
    let address: Address = isTimed ? .time(.listed(chosen.map { $0.time ?? 0 })) : .row(count: chosen.count)
    var columns = [
      Column("ship", .text(TextColumn(chosen.map(\.ship))), role: .identifier),
      Column(numbers: chosen.map(\.latitude), name: "latitude", unit: "deg"),
      Column(numbers: chosen.map(\.longitude), name: "longitude", unit: "deg"),
      Column(numbers: chosen.map(\.speed), name: "speed", unit: "kn"),
      Column(numbers: chosen.map(\.course), name: "course", unit: "deg"),
      Column(numbers: chosen.map(\.heading), name: "heading", unit: "deg"),
      Column(numbers: chosen.map(\.status), name: "status"),
    ]
    columns.removeAll { $0.count > 0 && $0.nullCount == $0.count }
    for (name, cells) in [("name", names), ("kind", kinds)] where !cells.isEmpty {
      let texts = chosen.map { cells[$0.ship] ?? "" }
      guard case .category(let codes, let levels) = Cells.categories(texts) else { continue }
      columns.append(
        Column(
          name, .category(codes: codes.enumerated().map { texts[$0].isEmpty ? -1 : $1 }, levels: levels),
          nulls: Mask(texts.map(\.isEmpty))))
    }
    columns += Self.motion(chosen, isTimed: isTimed)
    columns += others.filter { other in !columns.contains { $0.name == other.name } }.map {
      $0.selecting(chosen.map(\.row))
    }
    return Frame(index: Index(address, segments: segments.count > 1 ? segments : []), columns: columns)
  }

  private static func motion(_ reports: [Report], isTimed: Bool) -> [Column] {
    var (steps, pauses, speeds) = (
      reports.map { _ in Double.nan }, reports.map { _ in Double.nan }, reports.map { _ in Double.nan }
    )
    for row in reports.indices.dropFirst() where reports[row].ship == reports[row - 1].ship {
      steps[row] = distance(reports[row - 1], reports[row])
      guard isTimed, let before = reports[row - 1].time, let now = reports[row].time else { continue }
      pauses[row] = Double(now &- before) * 1e-9
      if pauses[row] > 0 { speeds[row] = steps[row] / pauses[row] / knot }
    }
    var columns = [Column(numbers: steps, name: "step", unit: "m")]
    if isTimed {
      columns += [
        Column(numbers: pauses, name: "pause", unit: "s"),
        Column(numbers: speeds, name: "implied_speed", unit: "kn"),
      ]
    }
    return columns
  }

  /// Metres along the great circle (haversine formula, Sinnott, Sky and Telescope 1984).
  private static func distance(_ one: Report, _ other: Report) -> Double {
    let radian = Double.pi / 180
    let (a, b) = (one.latitude * radian, other.latitude * radian)
    let (dy, dx) = (sine((b - a) / 2), sine((other.longitude - one.longitude) * radian / 2))
    let chord = dy * dy + cosine(a) * cosine(b) * dx * dx
    let half = min(1, chord.squareRoot())
    return 2 * earthRadius * arcTangent(half, (1 - half * half).squareRoot())
  }
}

extension Column {
  /// A cell as a name; nil if it is missing.
  fileprivate func plainCellText(_ row: Int) -> String? {
    if isNull(row) { return nil }
    switch cells {
    case .number(let numbers): return Int64(exactly: numbers[row]).map(String.init) ?? "\(numbers[row])"
    case .bool(let bits): return String(bits[row])
    case .time(let times): return Instant(nanoseconds: times[row]).description
    default: return plainCell(row)
    }
  }
}
