import Chronology
import Language
import Numerics
import Values

/// One line of a plot, not yet thinned.
struct PlotLine {
  let name: String
  let unit: String?
  /// Nanoseconds since 1970 or row numbers, ascending.
  var x: [Double]
  /// NaN where nothing is known and where a segment ends.
  var y: [Double]
  /// The index whose rows these are, if each point is a row.
  let index: Index?

  /// With its unit.
  var title: String { unit.map { "\(name) (\($0))" } ?? name }

  /// More lanes than this cannot be read.
  static let mostLanes = 12
  /// The points that a lane may have.
  static let mostPoints = 2000

  /// The lines that a value has to show.
  static func lines(of named: NamedValue) -> [PlotLine] {
    switch named.value {
    case .table(let frame), .series(let frame): frameLines(frame)
    case .embedding(let embedding):
      embedding.features.indices.map { column in
        PlotLine(
          name: embedding.features[column], rows: embedding.matrix.column(column), of: embedding.index)
      }
    case .scores(let scores): [scoreLine(scores, name: named.name)]
    case .alarms(let alarms): [scoreLine(alarms.scores, name: named.name)]
    case .audio(let audio): [envelope(of: audio, name: named.name)]
    case .log(let log): [eventCounts(of: log, name: named.name)]
    case .bundle(let bundle): bundle.slots.flatMap { slotLines($0, of: bundle) }
    case .cloud, .video, .graph, .images: named.value.cellFrame.map(frameLines) ?? []
    case .text, .events, .tokens, .map: []
    case .scalar, .model, .figure, .report, .answer: []
    }
  }

  private static func slotLines(_ slot: Slot, of bundle: Bundle) -> [PlotLine] {
    let value: Value =
      switch slot.content {
      case .frame(let frame): .table(frame.with(index: bundle.index))
      case .embedding(let embedding): .embedding(embedding)
      case .scores(let scores): .scores(scores)
      case .audio(let audio): .audio(audio)
      case .log(let log): .log(log)
      }
    return lines(of: NamedValue(name: slot.name, value: value)).map { line in
      guard line.name != slot.name else { return line }
      return PlotLine(
        name: "\(slot.name).\(line.name)", unit: line.unit, x: line.x, y: line.y, index: line.index)
    }
  }

  /// Features; where only other columns were picked, those.
  private static func frameLines(_ frame: Frame) -> [PlotLine] {
    let columns =
      frame.features.isEmpty ? frame.columns.filter { $0.numbers != nil } : frame.features
    return columns.map { column in
      PlotLine(name: column.name, unit: column.unit, rows: column.numbers ?? [], of: frame.index)
    }
  }

  private static func scoreLine(_ scores: Scores, name: String) -> PlotLine {
    let values = scores.values.indices.map { scores.isScored($0) ? scores.values[$0] : .nan }
    return PlotLine(name: name, rows: values, of: scores.index)
  }

  /// The mean of the channels, thinned at once because sound is long.
  private static func envelope(of audio: Audio, name: String) -> PlotLine {
    let mono = audio.channels.count == 1 ? audio.channels[0] : audio.mono
    let kept = positionsToDraw(of: mono, limit: mostPoints)
    let x = kept.map { position in
      let seconds = Double(position) / audio.sampleRate
      return audio.start.map { Double($0.nanoseconds) + seconds * 1e9 } ?? Double(position)
    }
    return PlotLine(name: name, unit: nil, x: x, y: kept.map { Double(mono[$0]) }, index: nil)
  }

  /// Events in each of 200 equal stretches of time.
  private static func eventCounts(of log: Log, name: String) -> PlotLine {
    let times = moments(of: log.frame.index)
    guard let first = times.min(), let last = times.max(), last > first else {
      return PlotLine(name: name, unit: "events", x: times, y: times.map { _ in 1 }, index: nil)
    }
    let buckets = 200
    let width = (last - first) / Double(buckets)
    var counts = [Double](repeating: 0, count: buckets)
    for time in times { counts[min(buckets - 1, Int((time - first) / width))] += 1 }
    return PlotLine(
      name: name, unit: "events", x: (0..<buckets).map { first + (Double($0) + 0.5) * width }, y: counts,
      index: nil)
  }

  init(name: String, unit: String?, x: [Double], y: [Double], index: Index?) {
    self.name = name
    self.unit = unit
    self.x = x
    self.y = y
    self.index = index
  }

  /// A line through rows, in order of time, broken at the end of each segment.
  private init(name: String, unit: String? = nil, rows: [Double], of index: Index) {
    let moments = Self.moments(of: index)
    var x: [Double] = []
    var y: [Double] = []
    let runs = index.runs.filter { !$0.rows.isEmpty }
      .sorted { moments[$0.rows.lowerBound] < moments[$1.rows.lowerBound] }
    for (position, run) in runs.enumerated() {
      if position > 0, let last = x.last {
        x.append(last)
        y.append(.nan)
      }
      let times = Array(moments[run.rows])
      let longest = index.time == nil ? .infinity : Self.longestStep(times)
      for (offset, row) in run.rows.enumerated() {
        // Nobody shall take a straight line over a hole for data.
        if offset > 0, times[offset] - times[offset - 1] > longest {
          x.append(times[offset - 1])
          y.append(.nan)
        }
        x.append(times[offset])
        y.append(rows[row])
      }
    }
    if zip(x, x.dropFirst()).contains(where: { $0 > $1 }) {
      let order = x.indices.sorted { (x[$0], $0) < (x[$1], $1) }
      (x, y) = (order.map { x[$0] }, order.map { y[$0] })
    }
    self.init(name: name, unit: unit, x: x, y: y, index: index)
  }

  /// A step between rows that is ten times the usual one is a hole.
  private static let holeSteps = 10.0
  /// So many steps tell the usual one.
  private static let mostSteps = 1000

  private static func longestStep(_ times: [Double]) -> Double {
    let stride = stride(from: 1, to: times.count, by: max(1, times.count / mostSteps))
    let steps = stride.map { times[$0] - times[$0 - 1] }.filter { $0 > 0 }
    return SortedSample(steps).median.map { $0 * holeSteps } ?? .infinity
  }

  /// Nanoseconds since 1970, or row numbers.
  static func moments(of index: Index) -> [Double] {
    guard let time = index.time else { return (0..<index.count).map(Double.init) }
    return (0..<time.count).map { Double(time[$0].nanoseconds) }
  }

  func within(_ window: ClosedRange<Double>) -> PlotLine {
    let kept = x.indices.filter { window.contains(x[$0]) }
    return PlotLine(name: name, unit: unit, x: kept.map { x[$0] }, y: kept.map { y[$0] }, index: index)
  }

  func thinned() -> PlotLine {
    let kept = positionsToDraw(of: y, limit: Self.mostPoints)
    return PlotLine(name: name, unit: unit, x: kept.map { x[$0] }, y: kept.map { y[$0] }, index: index)
  }
}

extension Audio {
  /// The mean of the channels.
  var mono: [Float] {
    let share = 1 / Float(max(1, channels.count))
    return (0..<frameCount).map { frame in channels.reduce(0) { $0 + $1[frame] } * share }
  }
}

extension Index {
  /// The x stretches that rows of the given runs cover, for marks.
  func stretches(of runs: [Range<Int>]) -> [ClosedRange<Double>] {
    let moments = PlotLine.moments(of: self)
    let length = Double(extent?.nanoseconds ?? 0)
    return runs.compactMap { run in
      let inside = moments[run]
      guard let first = inside.min(), let last = inside.max() else { return nil }
      return first...last + (time == nil ? 0 : length)
    }
  }
}
