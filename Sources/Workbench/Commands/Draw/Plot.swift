import Chronology
import Encoding
import Evaluation
import Formats
import Language
import Numerics
import Values

struct Plot: WorldCommand {
  static let inputs = Parameter<[Reference]>.values(
    "values", [.table, .series, .audio, .video, .log, .bundle, .embedding, .scores, .alarms],
    help: "What to draw, above one another on one axis.")
  static let mark = Parameter<Reference?>.optional(
    "mark", .value([.alarms]), help: "Alarms to shade in every lane."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let truth = Parameter<Reference?>.optional(
    "truth", .value(GroundTruth.kinds), help: "A label column whose anomalous stretches are shown."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let window = Parameter<MomentRange?>.moments(
    "window", help: "Draws only this stretch of time: `12:00..12:10`, or with dates.")
  static let rows = Parameter<ClosedRange<Double>?>.optional(
    "rows", .range(.integer(0...Int.max)), help: "Draws only these rows, for values without times."
  ) { argument -> ClosedRange<Double>? in
    guard case .range(.integer(let start), .integer(let end)) = argument, start <= end else { return nil }
    return Double(start)...Double(end)
  }
  static let kind = Parameter<String>.choice(
    "kind",
    of: [
      Choice("lines", "lanes over time or rows"), Choice("histogram", "how often each value occurs"),
      Choice("scatter", "the second line against the first"), Choice("heat", "one strip of colour a line"),
    ], default: "lines", help: "How to draw.")

  static let target = Parameter<String?>.optional(
    "to", .output, help: "Also writes the drawing as a picture: a `.svg`, `.png` or `.html` file."
  ) { if case .path(let path) = $0 { path } else { nil } }

  let spec = CommandSpec(
    "plot", nil, "Draws values on one axis, with alarms and truth marked.",
    discussion: """
      Tables, series and embeddings give a lane for each feature (at most 12; pick others by name), sound its \
      envelope, a film how much it changes from frame to frame, a log its event counts, alarms their scores with the threshold. Long lanes are thinned to 2000 points \
      by keeping the smallest and the largest value of each stretch, so that no spike is lost. A histogram draws the \
      first line in bins by the rule of Freedman and Diaconis (1981); scatter draws the second line against the first; \
      heat shows each line as robust z-scores, averaged over up to 200 stretches. `--to` also writes a picture, 960 wide \
      as SVG and twice that as PNG; a file that differs is replaced only with --overwrite.
      """,
    parameters: [
      Self.inputs.base, Self.mark.base, Self.truth.base, Self.window.base, Self.rows.base, Self.kind.base,
      Self.target.base, OutputFile.overwrite.base,
    ],
    output: .figure, reach: .read,
    examples: [
      Example("pump = generate pump-station --seed 1"),
      Example("risk = pump | detect zscore"),
      Example("alarms = risk | threshold quantile"),
      Example("plot pump.Pressure risk --mark alarms"),
      Example("plot risk --kind histogram"),
      Example("plot pump.Pressure risk --mark alarms --to pump.svg"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    if let path = call[Self.target], FigureWriter.Format(path: path) == nil {
      throw Diagnostic(
        "E0306", "`\(path)` is no SVG, PNG or HTML file", at: call.ranges[Self.target.base.name],
        label: "another kind of file", remedy: "let the name end in `.svg`, `.png` or `.html`")
    }
    return ValueShape(kind: .figure)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let figure = try figure(call, work)
    try call.write(figure, to: call[Self.target], at: Self.target.base, world: world)
    return .figure(figure)
  }

  private func figure(_ call: Invocation, _ work: Work) throws(Failure) -> Figure {
    let inputs = call[Self.inputs]
    let lines = try lines(of: inputs, call, work)
    try Self.checkCancelled(work)
    let title = inputs.map(\.name).joined(separator: ", ")
    let axis: Figure.Axis = lines.first?.isTimed ?? false ? .time : .row
    switch call[Self.kind] {
    case "histogram": return Figure(title: title, body: try histogram(lines, call))
    case "scatter": return Figure(title: title, body: try scatter(lines, call))
    case "heat": return Figure(title: title, body: HeatMap(lines.map(\.line), axis: axis).body)
    default:
      let lanes = try lanes(lines, call)
      return Figure(title: title, body: .lanes(lanes, axis: axis))
    }
  }

  /// A line with what it came from.
  private struct Source {
    let line: PlotLine
    let value: NamedValue
    let isTimed: Bool
  }

  private func lines(
    of inputs: [NamedValue], _ call: Invocation, _ work: Work
  ) throws(Failure) -> [Source] {
    var sources: [Source] = []
    for input in inputs {
      let isTimed = input.value.index?.time != nil
      let lines: [PlotLine]
      if case .video(let film) = input.value {
        do throws(EncodingError) {
          lines = [try PlotLine.changes(in: film, name: input.name, work: work)]
        } catch {
          throw call.failure(error, at: Self.inputs.base)
        }
      } else {
        lines = PlotLine.lines(of: input)
      }
      for line in lines {
        sources.append(Source(line: line, value: input, isTimed: isTimed))
      }
    }
    guard let first = sources.first else {
      throw call.blame(
        Self.inputs.base, "D0401", "nothing to draw: no column of numbers",
        remedy: "Give a value with numeric features, scores, sound or a log.")
    }
    if let other = sources.first(where: { $0.isTimed != first.isTimed }) {
      throw call.blame(
        Self.inputs.base, "D0402",
        "`\(first.value.name)` and `\(other.value.name)` have no axis in common: one has times, one has rows",
        remedy: "Draw them in two plots, or load both with times.")
    }
    if sources.count > PlotLine.mostLanes, call[Self.kind] != "heat" {
      call.note(
        "\(PlotLine.mostLanes) of \(sources.count) lines drawn; pick others by name, such as "
          + "\(first.value.name).\(sources[PlotLine.mostLanes].line.name)")
      sources.removeSubrange(PlotLine.mostLanes...)
    }
    guard let window = try stretch(call, sources) else { return sources }
    let cut = sources.map { Source(line: $0.line.within(window), value: $0.value, isTimed: $0.isTimed) }
    if cut.allSatisfy(\.line.x.isEmpty) {
      throw call.blame(
        first.isTimed ? Self.window.base : Self.rows.base, "D0403", "nothing lies in that stretch",
        remedy: "See with `describe` what the values cover.")
    }
    return cut
  }

  private func stretch(_ call: Invocation, _ sources: [Source]) throws(Failure) -> ClosedRange<Double>? {
    let isTimed = sources.first?.isTimed == true
    let wrong = isTimed ? Self.rows.base : Self.window.base
    if call.call.arguments[wrong.name] != nil {
      let right = isTimed ? "--window" : "--rows"
      throw call.blame(
        wrong, "D0404", "the values are addressed by \(isTimed ? "times" : "rows")",
        remedy: "Use `\(right)` to choose a stretch.")
    }
    let name = isTimed ? Self.window.base.name : Self.rows.base.name
    let start = sources.compactMap { $0.line.x.min() }.min().map { Instant(nanoseconds: Int64($0)) }
    let found = isTimed ? call[Self.window]?.nanoseconds(from: start) : call[Self.rows]
    if found == nil, call.call.arguments[name] != nil {
      throw call.blame(
        isTimed ? Self.window.base : Self.rows.base, "D0405", "the stretch ends before it begins",
        remedy: "Write the earlier border first.")
    }
    return found
  }

  // MARK: - Kinds

  private func lanes(_ sources: [Source], _ call: Invocation) throws(Failure) -> [Figure.Lane] {
    var marks: [ClosedRange<Double>] = []
    var marking: Alarms?
    if let mark = call[Self.mark], case .alarms(let alarms) = mark.value {
      marking = alarms
      marks = alarms.scores.index.stretches(of: alarms.segments.map(\.rows))
    }
    var truth: [ClosedRange<Double>] = []
    if let named = call[Self.truth] {
      let labels = try GroundTruth(named, of: call, parameter: Self.truth.base)
      truth =
        labels.incidents?.map { Double($0.lowerBound)...Double($0.upperBound) }
        ?? labels.index.stretches(of: labels.events)
    }
    return sources.map { source in
      let line = source.line.thinned()
      let own: Alarms? =
        switch source.value.value {
        case .alarms(let alarms): alarms
        case .scores(let scores): marking.flatMap { $0.scores == scores ? $0 : nil }
        default: nil
        }
      let level = own.flatMap { $0.distinctThresholds.count == 1 ? $0.distinctThresholds.first : nil }
      let ownMarks =
        marking == nil ? own.map { $0.scores.index.stretches(of: $0.segments.map(\.rows)) } ?? [] : marks
      return Figure.Lane(
        name: line.name, unit: line.unit, x: line.x, y: line.y, level: level,
        marks: clipped(ownMarks, to: line.x), truth: clipped(truth, to: line.x))
    }
  }

  private func clipped(_ marks: [ClosedRange<Double>], to x: [Double]) -> [ClosedRange<Double>] {
    guard let first = x.first, let last = x.last else { return [] }
    return marks.filter { $0.overlaps(first...last) }.map { $0.clamped(to: first...last) }
  }

  private func histogram(_ sources: [Source], _ call: Invocation) throws(Failure) -> Figure.Body {
    if sources.count > 1 { call.note("the histogram shows \(sources[0].line.name) alone") }
    let sample = SortedSample(sources[0].line.y)
    guard let low = sample.values.first, let high = sample.values.last,
      let upper = sample.quantile(0.75), let lower = sample.quantile(0.25)
    else {
      throw call.blame(
        Self.inputs.base, "D0406", "`\(sources[0].line.name)` has no known value",
        remedy: "Choose a column with values.")
    }
    let width = 2 * (upper - lower) / power(Double(sample.count), 1.0 / 3)
    let wanted = width > 0 ? ((high - low) / width).rounded(.up) : 10
    let bins = high > low ? Int(min(100, max(5, wanted))) : 1
    let edges = (0...bins).map { low + (high - low) * Double($0) / Double(bins) }
    var counts = (1..<bins).map { sample.countBelow(edges[$0]) } + [sample.count]
    for bin in stride(from: bins - 1, to: 0, by: -1) { counts[bin] -= counts[bin - 1] }
    return .histogram(counts: counts, edges: edges, name: sources[0].line.name)
  }

  private func scatter(_ sources: [Source], _ call: Invocation) throws(Failure) -> Figure.Body {
    guard sources.count == 2, let index = sources[0].line.index, index == sources[1].line.index,
      sources[0].line.x == sources[1].line.x
    else {
      throw call.blame(
        Self.inputs.base, "D0407", "a scatter plot needs two columns of the same rows",
        remedy: "Give two columns, such as `plot pump.Flow pump.Pressure --kind scatter`.")
    }
    let (x, y) = (sources[0].line, sources[1].line)
    var stretches: [ClosedRange<Double>] = []
    if let mark = call[Self.mark], case .alarms(let alarms) = mark.value {
      stretches = alarms.scores.index.stretches(of: alarms.segments.map(\.rows))
    }
    let known = x.x.indices.filter { x.y[$0].isFinite && y.y[$0].isFinite }
    let isMarked = known.map { row in stretches.contains { $0.contains(x.x[row]) } }
    let thinning = max(1, known.count / Self.mostDots)
    let kept = known.indices.filter { isMarked[$0] || $0 % thinning == 0 }
    return .scatter(
      x: kept.map { x.y[known[$0]] }, y: kept.map { y.y[known[$0]] },
      marks: stretches.isEmpty ? nil : Mask(kept.map { isMarked[$0] }), xName: x.title, yName: y.title)
  }

  /// More dots only cover each other; marked ones are always drawn.
  private static let mostDots = 5000

  private static func checkCancelled(_ work: Work) throws(Failure) {
    if work.isCancelled() { throw .cancelled }
  }
}

/// Lines as strips of colour: robust z-scores, averaged over equal stretches of the axis.
private struct HeatMap {
  let lines: [PlotLine]
  let axis: Figure.Axis

  private static let mostColumns = 200

  init(_ lines: [PlotLine], axis: Figure.Axis) {
    self.lines = lines
    self.axis = axis
  }

  var body: Figure.Body {
    let start = lines.compactMap(\.x.first).min() ?? 0
    let end = lines.compactMap(\.x.last).max() ?? 0
    let longest = lines.map(\.x.count).max() ?? 1
    let columns = max(1, min(Self.mostColumns, longest))
    let width = end > start ? (end - start) / Double(columns) : 1
    let values = lines.flatMap { strip($0, from: start, width: width, columns: columns) }
    return .heat(
      values: values, rows: lines.count, columns: columns, rowNames: lines.map(\.name), axis: axis,
      span: start...max(start, end))
  }

  private func strip(_ line: PlotLine, from start: Double, width: Double, columns: Int) -> [Double] {
    let sample = SortedSample(line.y)
    let center = sample.median ?? 0
    let deviation = (sample.medianAbsoluteDeviation ?? 0) * Statistics.normalConsistency
    let scale = deviation > 0 ? deviation : 1
    var sums = [Double](repeating: 0, count: columns)
    var counts = sums
    for (x, y) in zip(line.x, line.y) where y.isFinite {
      let column = min(columns - 1, Int((x - start) / width))
      sums[column] += (y - center) / scale
      counts[column] += 1
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan }
  }
}

extension GroundTruth {
  /// The anomalous stretches, inside segments.
  fileprivate var events: [Range<Int>] {
    LabelledScores(
      scores: [Double](repeating: 0, count: labels.count), labels: labels.map { $0 ?? false },
      runs: index.runs.map(\.rows)
    ).events
  }
}
