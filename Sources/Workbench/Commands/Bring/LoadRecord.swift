import Chronology
import Formats
import Language
import Numerics
import Values

struct LoadRecord: WorldCommand {
  static let path = Parameter<String>.input(
    "path", help: "The header (.hea) of a WFDB record, or its name without the ending.")
  static let signals = Parameter<[String]>.names(
    "signals", help: "The signals to take; all if absent.")
  static let annotations = Parameter<String?>.name(
    "annotations", help: "The ending of the file of marks, such as atr; atr if absent and there is one.")

  let spec = CommandSpec(
    "load", "record", "Reads the signals and marks of a WFDB (PhysioNet) record.",
    discussion: """
      The header names rate, files, storage formats, gains and units; values are in those units. Formats 8, 16, 24, 32, \
      61, 80, 160, 212, 310, 311 and FLAC (508, 516, 524) are read, with skew, offsets and several samples a frame; \
      checksums are compared and told. Rows lie at the rate of the fastest chosen signal; slower ones have missing \
      cells between their samples, so choose them with --signals and join them with `align`. Time starts where the header says, \
      else in 1970.

      Marks become the label columns `mark` (the code of the annotator) and `ectopic`: beats of the classes S, V and F of \
      AAMI EC57. Source: Moody, WFDB Applications Guide, header(5), signal(5), annot(5).
      """,
    parameters: [path.base, signals.base, annotations.base], output: .series, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("pump | resample --every 1s | select Temperature,Pressure | export --to pump.hea"),
      Example("again = load record pump"),
      Example("load record pump.hea --signals Pressure"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    let loading = RecordLoading(call: call, path: file.path, world: world)
    return .series(try loading.read(file.source, work: work))
  }
}

/// One `load record`.
private struct RecordLoading {
  let call: Invocation
  let path: String
  let world: World

  private var folder: String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

  private func failure(_ error: FormatError, _ path: String) -> Failure {
    error.failure(
      path, at: LoadRecord.path.base, of: call.call,
      remedy: "Give the `.hea` file, with the files that it names beside it.")
  }

  func read(_ source: any ByteSource, work: Work) throws(Failure) -> Frame {
    let header: RecordHeader
    do throws(FormatError) { header = try RecordHeader(source) } catch { throw failure(error, path) }
    let names = header.signals.map(\.name)
    let wanted = call[LoadRecord.signals]
    for name in wanted where !names.contains(name) {
      throw call.blame(
        LoadRecord.signals.base, "E0524", "the record has no signal `\(name)`", label: "not in the header",
        remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
    }
    let record: SignalRecord
    do throws(FormatError) {
      let (files, folder, audio) = (world.files, folder, world.audio)
      record = try SignalRecord(
        header, chosen: { wanted.isEmpty || wanted.contains($0.name) },
        open: { (name: String) throws(FormatError) -> any ByteSource in
          do throws(Diagnostic) { return try files.open(folder + name) } catch {
            throw .unreadable("its file `\(name)` cannot be had (\(error.summary))")
          }
        },
        flac: { (source: any ByteSource, name: String) throws(FormatError) -> [[Float]] in
          do throws(Diagnostic) { return try audio.decode(source, name: name).audio.channels } catch {
            throw .unsupported("`\(name)` cannot be decoded (\(error.summary))")
          }
        }, work: work)
    } catch {
      throw failure(error, path)
    }
    guard record.frames > 0, !record.traces.isEmpty else {
      throw failure(.malformed("it holds no samples", offset: 0), path)
    }
    return try frame(record)
  }

  private func frame(_ record: SignalRecord) throws(Failure) -> Frame {
    let fastest = record.traces.map(\.signal.samplesPerFrame).max() ?? 1
    let rows = record.frames * fastest
    var columns: [Column] = []
    var names: Set<String> = []
    for (place, trace) in record.traces.enumerated() {
      var name = trace.signal.name.isEmpty ? "signal\(place + 1)" : trace.signal.name
      while !names.insert(name).inserted { name += "'" }
      columns.append(Column(numbers: spread(trace, fastest, rows), name: name, unit: trace.signal.unit))
      if trace.isIntact == false { call.note("\(name): the sum of its samples is not the one in the header") }
    }
    let rates = Set(record.traces.map(\.signal.samplesPerFrame))
    if rates.count > 1 {
      let list = record.traces.map {
        "\($0.signal.name) \(shortRate(record.header.rate * Double($0.signal.samplesPerFrame)))"
      }
      call.note(
        "several rates (\(list.joined(separator: ", ")) Hz): slower signals have missing cells between samples"
      )
    }
    for comment in record.header.comments.prefix(5) { call.note("the header says: \(comment)") }
    columns += try marks(record, fastest, rows)
    let step = TimeSpan(seconds: 1 / (record.header.rate * Double(fastest)))
    let axis = TimeAxis.regular(
      start: Instant(nanoseconds: record.header.start ?? 0), step: step, count: rows)
    return Frame(index: Index(.time(axis)), columns: columns)
  }

  private func shortRate(_ rate: Double) -> String { rate == rate.rounded() ? "\(Int(rate))" : "\(rate)" }

  private func spread(_ trace: SignalRecord.Trace, _ fastest: Int, _ rows: Int) -> [Double] {
    let own = trace.signal.samplesPerFrame
    if own == fastest { return trace.values }
    var values = [Double](repeating: .nan, count: rows)
    for (place, value) in trace.values.enumerated() {
      values[place / own * fastest + place % own * fastest / own] = value
    }
    return values
  }

  private func marks(_ record: SignalRecord, _ fastest: Int, _ rows: Int) throws(Failure) -> [Column] {
    let stem = path.hasSuffix(".hea") ? String(path.dropLast(4)) : path
    let ending = call[LoadRecord.annotations] ?? "atr"
    let file = "\(stem).\(ending)"
    guard !world.files.files(matching: file).isEmpty else {
      if call[LoadRecord.annotations] == nil { return [] }
      throw call.blame(
        LoadRecord.annotations.base, "E0501", "there is no file `\(file)`", label: "not found",
        remedy: "Leave the option out, or name the ending of a file beside the header.")
    }
    let source: any ByteSource
    do throws(Diagnostic) { source = try world.files.open(file) } catch { throw .diagnostic(error) }
    let annotations: RecordAnnotations
    do throws(FormatError) {
      annotations = try RecordAnnotations(source)
    } catch {
      throw failure(error, file)
    }
    var names = [String](repeating: "", count: rows)
    var ectopic = [Bool](repeating: false, count: rows)
    var outside = 0
    for mark in annotations.marks {
      let (row, overflow) = mark.sample.multipliedReportingOverflow(by: fastest)
      guard !overflow, names.indices.contains(row) else {
        outside += 1
        continue
      }
      names[row] = RecordAnnotations.name(of: mark.code)
      if RecordAnnotations.isEctopic(mark.code) { ectopic[row] = true }
    }
    if outside > 0 { call.note("\(counted(outside, "mark")) outside of the record left out") }
    call.note(
      "\(counted(annotations.marks.count - outside, "mark")), \(ectopic.count { $0 }) of them ectopic beats")
    let nulls = Mask(names.map { $0.isEmpty })
    guard case .category(let codes, let levels) = Cells.categories(names.filter { !$0.isEmpty }) else {
      return []
    }
    var next = codes.makeIterator()
    let spread = names.map { $0.isEmpty ? -1 : next.next() ?? -1 }
    return [
      Column("mark", .category(codes: spread, levels: levels), nulls: nulls, role: .label),
      Column("ectopic", .bool(ectopic), role: .label),
    ]
  }
}
