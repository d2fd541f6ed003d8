import Formats
import Language
import Numerics
import Values

struct LoadTracks: WorldCommand {
  static let paths = Parameter<[String]>.inputs("paths", help: "AIS sentences (NMEA) or CSV files, or globs.")
  static let ship = Parameter<String?>.name(
    "ship", help: "CSV: the column that names what moves; MMSI if absent.")
  static let time = Parameter<String?>.name(
    "time", help: "CSV: the column that tells when; found by its name if absent.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "tracks", "Reads where ships were: a row a report, a segment a ship.",
    discussion: """
      Sentences are those of the Automatic Identification System (`!AIVDM`): position reports of classes A and B and of long \
      range, with names and types of ships from their static messages. When a report came is told by a tag block (`c:`), \
      a stamp in front of the sentence, or seconds since 1970 behind it. CSV needs columns of a ship, a time, latitude and longitude; \
      the usual names are known (MMSI, BaseDateTime, LAT, LON, SOG, COG, Heading …). Values that mean "not available" are missing; reports \
      without a place on earth, damaged sentences and repeated reports are left out and counted.

      Made of each report and the one before: `step` in metres along the great circle, `pause` in seconds, and `implied_speed` in knots, which \
      tells jumps that no ship can make.
      """,
    parameters: [paths.base, ship.base, time.base, labels.base], output: .series, reach: .read,
    examples: [
      Example(
        "pump = generate pump-station --minutes 5 --seed 7 | derive MMSI = 211000001 | derive LAT = 54 + Flow / 1000"
      ),
      Example(
        "pump | derive LON = 10 + Pressure / 100 | select MMSI,LAT,LON | export --to ships.csv --overwrite"),
      Example("ships = load tracks ships.csv"),
      Example("load tracks ships.csv --ship MMSI --time time"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open(call[Self.paths], for: Self.paths.base, of: call.call)
    var records = TrackRecords()
    for file in files {
      do throws(FormatError) {
        let text = try TextBytes(file.source, limit: FileKind.headSize)
        let head = try text.source.read(at: text.start, count: FileKind.headSize)
        if TrackRecords.isSentences(head[...]) {
          try records.read(sentences: file.source, work: work)
          continue
        }
      } catch {
        throw error.failure(
          file.path, at: Self.paths.base, of: call.call,
          remedy: "Give AIS sentences, or CSV with MMSI, time, LAT, LON.")
      }
      try table(file, &records, call, work: work)
    }
    guard !records.reports.isEmpty else {
      throw call.blame(
        Self.paths.base, "E0542", "`\(files.first?.path ?? "")` holds no report of a position",
        label: "empty",
        remedy: "Give AIS sentences, or CSV with MMSI, time, LAT and LON.")
    }
    var frame = records.frame()
    tell(records, frame, call)
    let known = frame.columns.map(\.name)
    for label in call[Self.labels] where !known.contains(label) {
      throw call.blame(
        Self.labels.base, "E0524", "the reports have no column `\(label)`", label: "not there",
        remedy: Suggestion.remedy(for: label, among: known, else: "They have \(Suggestion.some(known))."))
    }
    frame = frame.with(
      columns: frame.columns.map { column in
        var column = column
        if call[Self.labels].contains(column.name) { column.role = .label }
        return column
      })
    return frame.index.time == nil ? .table(frame) : .series(frame)
  }

  private func tell(_ records: TrackRecords, _ frame: Frame, _ call: Invocation) {
    call.note("\(counted(frame.rowCount, "report")) of \(counted(frame.index.runs.count, "ship"))")
    if frame.index.time == nil {
      call.note("not every report has a time, so that the order of the file counts")
    }
    if records.damaged > 0 {
      call.note(
        "\(counted(records.damaged, "line")) damaged and left out (the first: line \(records.firstDamaged))")
    }
    if records.placeless > 0 {
      call.note("\(counted(records.placeless, "report")) without a place on earth left out")
    }
    if records.repeated > 0 { call.note("\(counted(records.repeated, "report")) repeated and left out") }
    if records.silent > 0 {
      call.note("\(counted(records.silent, "message")) that tell no position passed over")
    }
  }

  private func table(
    _ file: (path: String, source: any ByteSource), _ records: inout TrackRecords, _ call: Invocation,
    work: Work
  ) throws(Failure) {
    let table: DelimitedTable
    do throws(TableFailure) {
      table = try DelimitedReader([file.source]).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw problem.failure(
        file.path, at: Self.paths.base, of: call.call, remedy: "Give CSV with MMSI, time, LAT and LON.")
    }
    let names = table.columns.map(\.name)
    let places = TrackRecords.places(names)
    func place(_ parameter: Parameter<String?>, _ field: String) throws(Failure) -> Int {
      if let name = call[parameter] {
        if let place = names.firstIndex(of: name) { return place }
        throw call.blame(
          parameter.base, "E0524", "the file has no column `\(name)`", label: "not in the header",
          remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
      }
      if let place = places[field] { return place }
      throw call.blame(
        Self.paths.base, "E0543", "no column is known to name the \(field)", label: "which column?",
        remedy: "Add `--\(field) COLUMN`; there are \(Suggestion.some(names)).")
    }
    for field in ["latitude", "longitude"] where places[field] == nil {
      throw call.blame(
        Self.paths.base, "E0543", "no column is known to hold the \(field)", label: "which column?",
        remedy: "Name it `\(field)`; there are \(Suggestion.some(names)).")
    }
    let time = table.columns[try place(Self.time, "time")]
    guard let moments = time.moments else {
      throw call.blame(
        Self.time.base, "E0525", "`\(time.name)` holds \(time.type.rawValue) cells, not times",
        label: "not times",
        remedy: "Choose another one by `--time`; times are ISO 8601 texts or counts from 1970.")
    }
    let ship = try place(Self.ship, "ship")
    do throws(FormatError) {
      try records.add(table.columns, moments: moments, ship: ship, work: work)
    } catch {
      throw .cancelled
    }
  }
}
