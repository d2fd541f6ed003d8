import Chronology
import Language
import Notation
import Numerics
import Values

struct Describe: PureCommand {
  static let input = Parameter<Reference>.value(
    "value",
    [
      .table, .series, .audio, .images, .video, .cloud, .log, .text, .events, .graph, .bundle, .embedding,
      .tokens, .map, .scores, .alarms, .model,
    ],
    help: "What to describe.")

  static let other = Parameter<Reference?>.optional(
    "with", .value([.table, .series, .audio, .log, .video, .images, .bundle, .embedding, .scores, .alarms]),
    help: "Another value, whose clock is compared."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "describe", nil, "Summarises every column: type, missing cells, mean, spread, quantiles.",
    discussion: """
      The result is a table with a row a column (a channel of sound, a feature of an embedding, a column of each slot \
      of a bundle). `sd` divides by n - 1, quantiles interpolate between neighbours (type 7 of Hyndman and Fan, 1996), \
      `mode` is the most frequent text or truth value. `sparkline` is the course over time, each block as high as its highest value, \
      or, where rows have no times, how the values are spread from the lowest to the highest (texts: from the most frequent on). Remarks below tell how the rows lie in time: the usual step, \
      how far 95 % of the steps are from it, gaps (steps more than five times the usual one, if three quarters of the steps are about equal), segments, splits, and \
      what else there is to say about a value of that kind: level, clipping and noise of sound, copies, exposure and sharpness of pictures (at most 64 are looked at), \
      extent of clouds, lengths of documents, ways through event logs, degrees and components of graphs. `--with` tells how the \
      clocks of two values overlap.
      """,
    parameters: [Self.input.base, Self.other.base], output: .table, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("describe pump"),
      Example("mic = generate pump-station --part mic --minutes 5 --seed 7"),
      Example("describe pump --with mic"),
      Example("generate pump-station --part log --minutes 5 --seed 7 | describe"),
    ])

  private static let outline: [(name: String, type: ColumnType)] = [
    ("column", .text), ("type", .category), ("sparkline", .text), ("unit", .category), ("missing", .number),
    ("mean", .number),
    ("sd", .number), ("role", .category), ("distinct", .number), ("mode", .text), ("q25", .number),
    ("q75", .number), ("min", .number), ("median", .number), ("max", .number),
  ]

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(
      kind: .table, columns: Self.outline.map { ColumnShape(name: $0.name, type: $0.type.rawValue) })
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    let lines: [DescribedColumn]
    do throws(Cancelled) {
      lines = try input.value.described(work)
    } catch {
      throw .cancelled
    }
    if let other = call[Self.other] { call.note(try overlap(input, other, call)) }
    for fact in input.value.facts + lines.compactMap(\.timeFact) { call.note(fact) }
    return .table(Self.table(lines))
  }

  /// What two clocks have in common.
  private func overlap(_ one: NamedValue, _ other: NamedValue, _ call: Invocation) throws(Failure) -> String {
    for (named, parameter) in [(one, Self.input.base), (other, Self.other.base)]
    where named.value.clock == nil {
      throw call.blame(
        parameter, "D0402", "`\(named.name)` has no times", label: "no clock",
        remedy: "Compare values that are addressed by time.")
    }
    guard let first = one.value.clock, let second = other.value.clock else { return "" }
    let (start, end) = (
      max(first.lowerBound.nanoseconds, second.lowerBound.nanoseconds),
      min(first.upperBound.nanoseconds, second.upperBound.nanoseconds)
    )
    guard start <= end else {
      let (early, late) = first.upperBound < second.lowerBound ? (first, second) : (second, first)
      return "the clocks of \(one.name) and \(other.name) do not overlap: one ends "
        + "\(TimeSpan(nanoseconds: late.lowerBound.nanoseconds - early.upperBound.nanoseconds).short) before the other begins"
    }
    func share(_ clock: ClosedRange<Instant>) -> String {
      let whole = Double(clock.upperBound.nanoseconds - clock.lowerBound.nanoseconds)
      return whole > 0 ? "\((100 * Double(end - start) / whole).shortText(digits: 3)) %" : "all"
    }
    return "both clocks run from \(Instant(nanoseconds: start).short) to \(Instant(nanoseconds: end).short): "
      + "\(share(first)) of \(one.name), \(share(second)) of \(other.name)"
  }

  static func table(_ lines: [DescribedColumn]) -> Frame {
    func numbers(_ name: String, _ cell: (DescribedColumn) -> Double) -> Column {
      Column(numbers: lines.map(cell), name: name)
    }
    func texts(_ name: String, _ cell: (DescribedColumn) -> String?) -> Column {
      let cells = lines.map(cell)
      let nulls = Mask(cells.map { $0 == nil })
      guard outline.contains(where: { $0.name == name && $0.type == .category }) else {
        return Column(name, .text(TextColumn(cells.map { $0 ?? "" })), nulls: nulls)
      }
      var levels: [String] = []
      let codes = cells.map { cell -> Int32 in
        guard let cell else { return -1 }
        if let place = levels.firstIndex(of: cell) { return Int32(place) }
        levels.append(cell)
        return Int32(levels.count - 1)
      }
      return Column(name, .category(codes: codes, levels: levels), nulls: nulls)
    }
    return Frame(
      index: .rows(lines.count),
      columns: [
        texts("column", \.name), texts("type", \.type), texts("sparkline", \.sparkline),
        texts("unit", \.unit),
        numbers("missing") { Double($0.summary.missing) }, numbers("mean", \.summary.mean),
        numbers("sd", \.summary.deviation), texts("role", \.role), numbers("distinct", \.summary.distinct),
        texts("mode", \.summary.mode), numbers("q25") { $0.summary.quantiles[1] },
        numbers("q75") { $0.summary.quantiles[3] }, numbers("min") { $0.summary.quantiles[0] },
        numbers("median") { $0.summary.quantiles[2] }, numbers("max") { $0.summary.quantiles[4] },
      ])
  }
}

/// One row of the result.
struct DescribedColumn: Sendable {
  var name: String
  var type: String
  var unit: String?
  var role = ColumnRole.feature.rawValue
  var sparkline: String?
  var summary = ColumnSummary()

  static let cells = 8

  /// Over time, or over the values where the rows have no order; nil for what has neither.
  static func sparkline(_ column: Column, isCourse: Bool) -> String? {
    switch column.cells {
    case .category(let codes, let levels):
      var counts = [Int](repeating: 0, count: levels.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      return Sparkline.bars(Array(counts.filter { $0 > 0 }.sorted(by: >).prefix(cells)))
    case .time(let times):
      let known = times.indices.filter { !column.isNull($0) }.map { Double(times[$0]) }
      return Sparkline.histogram(of: known, cells: cells)
    case .text: return nil
    case .number, .bool:
      let numbers = column.numbers ?? []
      return isCourse
        ? Sparkline.course(of: numbers, cells: cells) : Sparkline.histogram(of: numbers, cells: cells)
    }
  }

  /// The largest size in each of some hundred stretches.
  static func envelope(_ samples: [Float]) -> [Double] {
    let parts = min(samples.count, 100 * cells)
    return (0..<parts).map { part in
      Double(
        samples[samples.count * part / parts..<samples.count * (part + 1) / parts].lazy.map(\.magnitude).max()
          ?? 0)
    }
  }

  /// Where the moments of a column of times lie.
  var timeFact: String? {
    summary.times.map {
      "\(name): \(Instant(nanoseconds: $0.lowerBound).short) to \(Instant(nanoseconds: $0.upperBound).short)"
    }
  }
}

extension Value {
  /// From the first to the last moment, if rows have moments.
  fileprivate var clock: ClosedRange<Instant>? {
    if case .audio(let audio) = self { return audio.start.map { $0...$0 + audio.length } }
    return index?.time?.ends
  }

  private static func described(
    _ matrix: Matrix, _ features: [String], _ work: Work
  ) throws(Cancelled) -> [DescribedColumn] {
    try work.map(features.count, stage: "describe") { place in
      let column = Column(numbers: matrix.column(place), name: features[place])
      return DescribedColumn(
        name: column.name, type: column.type.rawValue,
        sparkline: DescribedColumn.sparkline(column, isCourse: false), summary: ColumnSummary(column))
    }
  }

  /// Those of the rows; of graphs also those of the edges.
  private var describedColumns: [Column] {
    guard case .graph(let graph) = self else { return cellFrame?.columns ?? [] }
    return graph.nodes.columns
      + graph.edges.columns.map { column in
        var column = column
        column.name = "edge: " + column.name
        return column
      }
  }

  /// A line for each column, channel or feature.
  fileprivate func described(_ work: Work) throws(Cancelled) -> [DescribedColumn] {
    switch self {
    case .audio(let audio):
      let channels = audio.channels
      return try work.map(channels.count, stage: "describe") { number in
        DescribedColumn(
          name: "channel \(number + 1)", type: "sound",
          sparkline: Sparkline.course(
            of: DescribedColumn.envelope(channels[number]), cells: DescribedColumn.cells),
          summary: ColumnSummary(samples: channels[number]))
      }
    case .bundle(let bundle):
      var lines: [DescribedColumn] = []
      for slot in bundle.slots {
        lines += try slot.value.described(work).map { line in
          var line = line
          line.name = "\(slot.name).\(line.name)"
          return line
        }
      }
      return lines
    case .tokens(let tokens): return try Self.described(tokens.matrix, tokens.features, work)
    case .map(let map): return try Self.described(map.matrix, map.features, work)
    case .images where describedColumns.isEmpty: return [DescribedColumn(name: "picture", type: "picture")]
    case .video where describedColumns.isEmpty: return [DescribedColumn(name: "frame", type: "picture")]
    case .model(let model): return model.features.map { DescribedColumn(name: $0, type: "number") }
    default:
      let columns = describedColumns
      let isCourse = index?.time != nil
      return try work.map(columns.count, stage: "describe") { place in
        let column = columns[place]
        return DescribedColumn(
          name: column.name, type: column.type.rawValue, unit: column.unit, role: column.role.rawValue,
          sparkline: DescribedColumn.sparkline(column, isCourse: isCourse),
          summary: ColumnSummary(column))
      }
    }
  }
}
