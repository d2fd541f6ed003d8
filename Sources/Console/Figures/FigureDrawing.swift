import Chronology
import Notation
import Numerics
import Values
import Workbench

/// Draws a figure with characters: curves in braille dots, bars and heat in blocks, alarms in their own ink.
struct FigureDrawing {
  let lines: [StyledLine]

  private static let laneRows = 4
  private static let blockRows = 10

  init(_ figure: Figure, width: Int, pictures: PictureProtocol = .characters) {
    var drawing = Drawing(width: max(40, width))
    drawing.title(figure.title)
    switch figure.body {
    case .lanes(let lanes, let axis): drawing.lanes(lanes, axis, rows: Self.laneRows)
    case .histogram(let counts, let edges, let name): drawing.histogram(counts, edges, name)
    case .scatter(let x, let y, let marks, let xName, let yName):
      drawing.scatter(x, y, marks, xName, yName, rows: 2 * Self.blockRows)
    case .heat(let values, let rows, let columns, let names, let axis, let span):
      drawing.heat(values, rows, columns, names, axis, span)
    case .plates(let plates, let columns, let colours):
      drawing.plates(plates, columns: columns, colours, pictures)
    case .network(let network): drawing.network(network, rows: 2 * Self.blockRows)
    }
    lines = drawing.lines
  }
}

/// Lines that grow from top to bottom.
struct Drawing {
  let width: Int
  var lines: [StyledLine] = []

  init(width: Int) { self.width = width }

  mutating func title(_ text: String) {
    if !text.isEmpty { lines.append(StyledLine(DisplayWidth.cut(Visible.line(text), to: width), .strong)) }
  }

  // MARK: Lanes

  mutating func lanes(_ lanes: [Figure.Lane], _ axis: Figure.Axis, rows: Int) {
    let spans = lanes.flatMap { [$0.x.first, $0.x.last].compactMap(\.self) }
    guard let low = spans.min(), let high = spans.max() else { return }
    let labels = lanes.map { LaneLabels($0) }
    let gutter = min(width / 3, labels.map(\.width).max() ?? 0)
    let scale = Scale(low: low, high: high, size: (width - gutter - 1) * 2)
    for (number, lane) in lanes.enumerated() {
      draw(lane, labels[number], .lane(number), scale, gutter: gutter, rows: rows)
    }
    lines.append(ticks(scale, axis, gutter: gutter, size: width - gutter - 1))
    if lanes.contains(where: { !$0.marks.isEmpty || !$0.truth.isEmpty }) {
      var legend = StyledLine(String(repeating: " ", count: gutter + 1))
      if lanes.contains(where: { !$0.marks.isEmpty }) { legend.append("▔ alarm  ", .alarm) }
      if lanes.contains(where: { !$0.truth.isEmpty }) { legend.append("▁ labelled anomaly", .truth) }
      lines.append(legend.trimmed)
    }
  }

  private mutating func draw(
    _ lane: Figure.Lane, _ labels: LaneLabels, _ ink: Ink, _ scale: Scale, gutter: Int, rows: Int
  ) {
    var canvas = BrailleCanvas(columns: width - gutter - 1, rows: rows)
    let vertical = Scale(low: labels.low, high: labels.high, size: canvas.height)
    var last: (x: Int, y: Int)?
    for (x, y) in zip(lane.x, lane.y) {
      guard y.isFinite else {
        last = nil
        continue
      }
      let point = (x: scale.place(x), y: canvas.height - 1 - vertical.place(y))
      canvas.line(from: last ?? point, to: point)
      last = point
    }
    if let level = lane.level {
      let y = canvas.height - 1 - vertical.place(level)
      for x in stride(from: 0, to: canvas.width, by: 4) { canvas.set(x: x, y: y) }
    }
    let alarmed = scale.cells(of: lane.marks)
    let truth = scale.cells(of: lane.truth)
    if !alarmed.isEmpty { lines.append(band(alarmed, "▔", .alarm, gutter: gutter)) }
    for row in 0..<rows {
      var line = StyledLine(DisplayWidth.padded(labels.text(row, of: rows), to: gutter, isRight: true), .dim)
      line.append(row == 0 ? "┤" : "│", .dim)
      for (column, character) in canvas.line(row).enumerated() {
        line.append(String(character), alarmed.contains(column) ? .alarm : ink)
      }
      lines.append(line.trimmed)
    }
    if !truth.isEmpty { lines.append(band(truth, "▁", .truth, gutter: gutter)) }
  }

  private func band(_ cells: Set<Int>, _ mark: String, _ ink: Ink, gutter: Int) -> StyledLine {
    var line = StyledLine(String(repeating: " ", count: gutter + 1))
    for column in 0..<(width - gutter - 1) { line.append(cells.contains(column) ? mark : " ", ink) }
    return line.trimmed
  }

  /// Labels at both ends and in the middle of the horizontal axis.
  private func ticks(_ scale: Scale, _ axis: Figure.Axis, gutter: Int, size: Int) -> StyledLine {
    let ends = [scale.low, (scale.low + scale.high) / 2, scale.high].map { Self.label($0, axis, scale) }
    var cells = [Character](repeating: " ", count: size)
    func put(_ text: String, at start: Int) {
      for (offset, character) in text.enumerated() where cells.indices.contains(start + offset) {
        cells[start + offset] = character
      }
    }
    put(ends[0], at: 0)
    put(ends[2], at: size - ends[2].count)
    let middle = size / 2 - ends[1].count / 2
    if middle > ends[0].count + 1, middle + ends[1].count < size - ends[2].count - 1 {
      put(ends[1], at: middle)
    }
    return StyledLine(String(repeating: " ", count: gutter) + "└" + String(cells), .dim).trimmed
  }

  private static func label(_ place: Double, _ axis: Figure.Axis, _ scale: Scale) -> String {
    guard axis == .time else { return String(Int(place.rounded())) }
    if axis.isElapsed(from: scale.low, to: scale.high) {
      return String(Instant(nanoseconds: Int64(place)).description.dropFirst(11).prefix(8))
    }
    let text = Instant(nanoseconds: Int64(place)).description
    // Within two days the date goes without saying at the right end.
    guard scale.high - scale.low < 1.728e14, place > scale.low, let mark = text.firstIndex(of: "T") else {
      return String(text.prefix(19))
    }
    return String(text[text.index(after: mark)...].prefix(8))
  }

  // MARK: Other figures

  private static let mostBars = 24

  /// Bars from top to bottom; neighbouring bins are added until they fit a screen.
  mutating func histogram(_ allCounts: [Int], _ allEdges: [Double], _ name: String) {
    let share = max(1, (allCounts.count + Self.mostBars - 1) / Self.mostBars)
    let starts = Array(stride(from: 0, to: allCounts.count, by: share))
    let counts = starts.map { allCounts[$0..<min($0 + share, allCounts.count)].reduce(0, +) }
    let edges = starts.map { allEdges[$0] } + [allEdges.last].compactMap(\.self)
    let format = NumberFormat(for: edges)
    let labels = edges.dropLast().map { format.text($0) }
    let gutter = labels.map { DisplayWidth.of($0) }.max() ?? 0
    let numbers = (counts.max().map { String($0) } ?? "").count
    let room = max(8, width - gutter - numbers - 3)
    let most = max(1, counts.max() ?? 1)
    lines.append(StyledLine(Visible.line(name), .dim))
    for (label, count) in zip(labels, counts) {
      let eighths = count == 0 ? 0 : max(1, Int((Double(count) / Double(most) * Double(room * 8)).rounded()))
      var line = StyledLine(DisplayWidth.padded(label, to: gutter, isRight: true) + " │", .dim)
      line.append(Self.bar(eighths), .lane(0))
      line.append(" \(count)", .dim)
      lines.append(line)
    }
  }

  private static func bar(_ eighths: Int) -> String {
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  mutating func scatter(
    _ x: [Double], _ y: [Double], _ marks: Mask?, _ xName: String, _ yName: String, rows: Int
  ) {
    let points = zip(x, y).enumerated().filter { $0.element.0.isFinite && $0.element.1.isFinite }
    guard let lowX = points.map(\.element.0).min(), let highX = points.map(\.element.0).max(),
      let lowY = points.map(\.element.1).min(), let highY = points.map(\.element.1).max()
    else { return }
    let format = NumberFormat(for: [lowY, highY])
    let labels = [format.text(highY), format.text(lowY)]
    let gutter = labels.map { DisplayWidth.of($0) }.max() ?? 0
    var plain = BrailleCanvas(columns: width - gutter - 1, rows: rows)
    var marked = BrailleCanvas(columns: width - gutter - 1, rows: rows)
    let horizontal = Scale(low: lowX, high: highX, size: plain.width)
    let vertical = Scale(low: lowY, high: highY, size: plain.height)
    for (row, point) in points {
      let (px, py) = (horizontal.place(point.0), plain.height - 1 - vertical.place(point.1))
      if marks?[row] ?? false { marked.set(x: px, y: py) } else { plain.set(x: px, y: py) }
    }
    lines.append(StyledLine(Visible.line(yName), .dim))
    for row in 0..<rows {
      let label = row == 0 ? labels[0] : row == rows - 1 ? labels[1] : ""
      var line = StyledLine(DisplayWidth.padded(label, to: gutter, isRight: true) + "│", .dim)
      for (usual, alarm) in zip(plain.line(row), marked.line(row)) {
        line.append(String(alarm == " " ? usual : alarm), alarm == " " ? .lane(0) : .alarm)
      }
      lines.append(line.trimmed)
    }
    let ends = NumberFormat(for: [lowX, highX])
    let (left, right) = (ends.text(lowX), ends.text(highX))
    let gap = width - gutter - 1 - DisplayWidth.of(left) - DisplayWidth.of(right)
    let name = DisplayWidth.cut(Visible.line(xName), to: max(0, gap - 2))
    let before = max(1, (gap - DisplayWidth.of(name)) / 2)
    let after = max(1, gap - before - DisplayWidth.of(name))
    lines.append(
      StyledLine(
        String(repeating: " ", count: gutter) + "└" + left + String(repeating: " ", count: before) + name
          + String(repeating: " ", count: after) + right, .dim))
  }

  mutating func heat(
    _ values: [Double], _ rows: Int, _ columns: Int, _ names: [String], _ axis: Figure.Axis,
    _ span: ClosedRange<Double>
  ) {
    guard rows > 0, columns > 0, let shades = HeatShades(values) else { return }
    let shown = names.map { Visible.line($0) }
    let gutter = min(width / 3, shown.map { DisplayWidth.of($0) }.max() ?? 0)
    let room = min(columns, width - gutter - 1)
    for row in 0..<rows {
      let name = row < shown.count ? DisplayWidth.cut(shown[row], to: gutter) : ""
      var line = StyledLine(DisplayWidth.padded(name, to: gutter, isRight: true) + "│", .dim)
      for cell in 0..<room {
        let part = values[
          (row * columns + cell * columns / room)..<(row * columns + (cell + 1) * columns / room)]
        let (shade, ink) = shades.cell(part)
        line.append(shade, ink)
      }
      lines.append(line.trimmed)
    }
    let scale = Scale(low: span.lowerBound, high: span.upperBound, size: room * 2)
    lines.append(ticks(scale, axis, gutter: gutter, size: room))
    for text in View.wrapped(shades.legend, width: width - gutter - 1) {
      lines.append(StyledLine(String(repeating: " ", count: gutter + 1) + text, .dim))
    }
  }
}

/// Maps numbers to dots.
private struct Scale {
  let low: Double
  let high: Double
  let size: Int

  func place(_ number: Double) -> Int {
    guard high > low else { return size / 2 }
    // Halves: the ends may lie further apart than the largest number.
    let share = (number / 2 - low / 2) / (high / 2 - low / 2)
    return Int((min(max(share, -1), 2) * Double(size - 1)).rounded())
  }

  /// The characters that stretches cover.
  func cells(of stretches: [ClosedRange<Double>]) -> Set<Int> {
    var cells: Set<Int> = []
    for stretch in stretches where stretch.upperBound >= low && stretch.lowerBound <= high {
      let first = max(0, place(stretch.lowerBound) / 2)
      let last = min(size / 2 - 1, place(stretch.upperBound) / 2)
      if first <= last { cells.formUnion(first...last) }
    }
    return cells
  }
}

/// What stands left of a lane: its name and the ends of its scale.
private struct LaneLabels {
  let low: Double
  let high: Double
  private let name: String
  private let ends: (high: String, low: String)

  init(_ lane: Figure.Lane) {
    let finite = lane.y.filter(\.isFinite) + (lane.level.map { [$0] } ?? [])
    low = finite.min() ?? 0
    high = finite.max() ?? 1
    let format = NumberFormat(for: [low, high])
    let unit = lane.unit.map { " \(Visible.line($0))" } ?? ""
    name = Visible.line(lane.name)
    ends = (format.text(high) + unit, format.text(low) + unit)
  }

  var width: Int { [name, ends.high, ends.low].map { DisplayWidth.of($0) }.max() ?? 0 }

  func text(_ row: Int, of rows: Int) -> String {
    switch row {
    case 0: ends.high
    case rows - 1: ends.low
    case 1: DisplayWidth.cut(name, to: width)
    default: ""
    }
  }
}

extension BrailleCanvas {
  /// A straight line of dots.
  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y), 1)
    for step in 0...steps {
      set(
        x: start.x + (end.x - start.x) * step / steps, y: start.y + (end.y - start.y) * step / steps)
    }
  }
}

/// The envelope of a sound, two rows high.
struct Waveform {
  let lines: [String]

  init(_ samples: [Float], width: Int) {
    var canvas = BrailleCanvas(columns: width, rows: 2)
    let peak = max(
      samples.reduce(Float(0)) { $1.isFinite ? max($0, $1.magnitude) : $0 }, .leastNormalMagnitude)
    for x in 0..<canvas.width where !samples.isEmpty {
      let first = x * samples.count / canvas.width
      let last = max(first + 1, (x + 1) * samples.count / canvas.width)
      let part = samples[first..<min(last, samples.count)].lazy.filter(\.isFinite)
      guard let low = part.min(), let high = part.max() else { continue }
      let middle = Float(canvas.height - 1) / 2
      canvas.column(
        x: x, from: Int((middle - high / peak * middle).rounded()),
        to: Int((middle - low / peak * middle).rounded()))
    }
    lines = (0..<2).map { row in
      let text = String(canvas.line(row))
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }
}
