import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

/// Services with metrics, logs, traces and injected faults: Nezha.
extension DatasetLayout {
  private var day: String { path.hasSuffix("/") ? path : path + "/" }

  private func files(_ folder: String) throws(Failure) -> [String] {
    let files = world.files.files(matching: day + folder + "/").filter { $0.hasSuffix(".csv") }.sorted()
    guard !files.isEmpty else {
      throw wrong(
        "there is no `\(folder)/` with CSV files below it",
        "Unpack the archive with `tar xf`, and give the folder of one day, such as `rca_data/2023-01-29/`.")
    }
    return files
  }

  /// The spans of all minutes; a minute's file repeats some of the one before.
  func serviceSpans() throws(Failure) -> EventLog {
    let files = try files("trace")
    var records = SpanRecords()
    for (number, file) in files.enumerated() {
      work.report(Double(number) / Double(files.count), "reading spans")
      let source = try open(file)
      do throws(FormatError) {
        try records.read(delimited: source, work: work)
      } catch {
        throw failure(error, file)
      }
    }
    records.services = records.services.map(LoadSpans.workload)
    let (log, ties) = records.log()
    call.note("\(counted(ties.repeated, "span")) repeated and left out")
    return log
  }

  // MARK: - Log

  private struct Line {
    var time: Int64
    var cells: [String]
    var template: Int32
  }

  /// Lines by the place in the code that wrote them; a minute's file repeats some of the one before.
  func serviceLog() throws(Failure) -> Log {
    var lines: [Line] = []
    var seen: Set<[String]> = []
    var templates: [String: Int32] = [:]
    var (repeated, refused) = (0, 0)
    for file in try files("log") {
      let columns = try texts(file, ["TimeUnixNano", "PodName", "TraceID", "SpanID", "Log"])
      for row in 0..<(columns.first?.count ?? 0) {
        if row % 4096 == 0, work.isCancelled() { throw .cancelled }
        let cells = columns.map { $0.plainText(row) ?? "" }
        guard let time = Int64(cells[0]), time > 0, let text = try? JSON(parsing: cells[4])["log"]?.string
        else {
          refused += 1
          continue
        }
        guard seen.insert(cells).inserted else {
          repeated += 1
          continue
        }
        let words = text.split(maxSplits: 3, whereSeparator: \.isWhitespace).map(String.init)
        let (level, place) = (words.count > 1 ? words[1] : "", words.count > 2 ? words[2] : "")
        let kind = level + " " + place
        let template = templates[kind] ?? Int32(templates.count)
        templates[kind] = template
        lines.append(
          Line(
            time: time,
            cells: [
              LoadSpans.workload(cells[1]), level, place, cells[2], cells[3], Self.message(text),
            ], template: template))
      }
    }
    if repeated > 0 { call.note("\(counted(repeated, "line")) repeated and left out") }
    if refused > 0 { call.note("\(counted(refused, "line")) without a time or a text left out") }
    let order = lines.indices.sorted { (lines[$0].time, $0) < (lines[$1].time, $1) }
    func cells(_ cell: Int) -> [String] { order.map { lines[$0].cells[cell] } }
    return Log(
      frame: Frame(
        index: Index(.time(.listed(order.map { lines[$0].time }))),
        columns: [
          Column("message", .text(TextColumn(cells(5)))), Column("service", .categories(cells(0))),
          Column("level", .categories(cells(1))), Column("source", .categories(cells(2))),
          Column("trace", .text(TextColumn(cells(3))), role: .identifier),
          Column("span", .text(TextColumn(cells(4))), role: .identifier),
        ]), templates: templates.sorted { $0.value < $1.value }.map(\.key),
      templateOfRow: order.map { lines[$0].template })
  }

  /// What follows the name of the span.
  private static func message(_ line: String) -> String {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard let mark = words.firstIndex(of: "SpanID:"), mark + 2 < words.count else { return line }
    return String(line[words[mark + 2].startIndex...].prefix { !$0.isNewline })
  }

  private func texts(_ path: String, _ names: [String]) throws(Failure) -> [Column] {
    var options = DelimitedOptions()
    options.hasHeader = true
    options.texts = names
    let source = try open(path)
    do throws(TableFailure) {
      let columns = try DelimitedReader([source], options: options).read(work: work).columns
      return names.compactMap { name in columns.first { $0.name == name } }
    } catch {
      guard case .format(let problem) = error.problem else {
        throw wrong("`\(path)` lacks one of \(names.joined(separator: ", "))", "Keep the files as published.")
      }
      throw failure(problem, path)
    }
  }

  // MARK: - Metrics

  /// Minutes from the one of an injection on of which the authors keep the data.
  private static let faultMinutes: Int64 = 3
  private static let minute: Int64 = 60_000_000_000

  /// A row a minute, a column `SERVICE.MEASURE` for each measure of each pod, and the injected faults as labels.
  func serviceMetrics() throws(Failure) -> Frame {
    var columns: [(name: String, unit: String?, cells: [Int64: Double])] = []
    var first = Int64.max
    var last = Int64.min
    let scanner = NumberScanner()
    for file in try files("metric") {
      if work.isCancelled() { throw .cancelled }
      let table = try table(file, header: true)
      guard let pods = table.first(where: { $0.name == "PodName" }), pods.count > 0,
        let stamps = table.first(where: { $0.name == "TimeStamp" })
      else { continue }
      let minutes = (0..<stamps.count).map { row in
        stamps.plainText(row).flatMap { scanner.number(Array($0.utf8)[...]) }.map { Int64($0 / 60) } ?? 0
      }
      first = min(first, minutes.min() ?? first)
      last = max(last, minutes.max() ?? last)
      let service = LoadSpans.workload(pods.plainText(0) ?? "")
      for column in table where column.type == .number && column.name != "TimeStamp" {
        var cells: [Int64: Double] = [:]
        for (row, value) in (column.numbers ?? []).enumerated() where value.isFinite {
          cells[minutes[row]] = value
        }
        let parts = column.name.split(separator: "(", maxSplits: 1).map(String.init)
        let unit = parts.count > 1 ? String(parts[1].prefix { $0 != ")" }) : nil
        columns.append((service + "." + (parts.first ?? column.name), unit, cells))
      }
    }
    guard first <= last, last - first < 10_000_000 else {
      throw wrong("no file of `metric/` has PodName and TimeStamp", "Keep the files as published.")
    }
    let index = Index(
      .time(
        .regular(
          start: Instant(nanoseconds: first * Self.minute), step: TimeSpan(nanoseconds: Self.minute),
          count: Int(last - first) + 1)), extent: TimeSpan(nanoseconds: Self.minute))
    let measured = columns.map { name, unit, cells in
      Column(numbers: (first...last).map { cells[$0] ?? .nan }, name: name, unit: unit)
    }
    return Frame(index: index, columns: measured + (try faults(from: first, count: index.count)))
  }

  /// The labels `cause` and `fault`, in the minute of each injection and the two behind it.
  private func faults(from first: Int64, count: Int) throws(Failure) -> [Column] {
    guard let list = world.files.files(matching: day).first(where: { $0.hasSuffix("fault_list.json") }) else {
      call.note("there is no `*-fault_list.json`, so that no row has a label")
      return []
    }
    var causes = [String](repeating: "", count: count)
    var kinds = causes
    var faults = 0
    let scanner = TimeScanner(.calendar(.yearFirst, zone: 0))
    do throws(FormatError) {
      let hours = try JSONDocument.values(of: try opened(list)).first?.members ?? []
      for fault in hours.flatMap({ $0.value.array ?? [] }) {
        guard let time = fault["inject_time"]?.string.flatMap({ scanner.nanoseconds($0.utf8) }),
          let pod = fault["inject_pod"]?.string
        else { continue }
        faults += 1
        let start = time.flooredQuotient(Self.minute) - first
        for row in start..<start + Self.faultMinutes where causes.indices.contains(Int(row)) {
          causes[Int(row)] = LoadSpans.workload(pod)
          kinds[Int(row)] = fault["inject_type"]?.string ?? ""
        }
      }
    } catch {
      throw failure(error, list)
    }
    call.note("\(counted(faults, "injected fault"))")
    let isNone = Mask(causes.map(\.isEmpty))
    return [
      Column("cause", .categories(causes), nulls: isNone, role: .label),
      Column("fault", .categories(kinds), nulls: isNone, role: .label),
    ]
  }
}
