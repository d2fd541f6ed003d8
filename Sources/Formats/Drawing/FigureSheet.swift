import Notation
import Values

/// Sets a figure as shapes on a sheet.
struct FigureSheet {
  private(set) var sheet: Sheet

  static let margin = 18.0
  static let titleSize = 15.0
  static let textSize = 11.0

  enum Paint {
    static let paper = Sheet.Color(0xFFFFFF)
    static let ink = Sheet.Color(0x24292F)
    static let quiet = Sheet.Color(0x6E7781)
    static let grid = Sheet.Color(0xE6E9ED)
    static let frame = Sheet.Color(0xC4CAD1)
    static let alarm = Sheet.Color(0xD1242F)
    static let truth = Sheet.Color(0xE09B00)
    /// Colours that people with any colour vision can tell apart (Okabe and Ito 2008), darkened for thin lines.
    static let lines: [Sheet.Color] = [0x0072B2, 0x009E73, 0x8250A8, 0xB35900, 0x3A8FC7, 0xB3457D].map {
      Sheet.Color($0)
    }
  }

  init(_ figure: Figure, width: Double = 960) {
    sheet = Sheet(width: width)
    let top = Self.margin + (figure.title.isEmpty ? 0 : Self.titleSize + 12)
    let body = { (sheet: inout Sheet) -> Double in
      switch figure.body {
      case .lanes(let lanes, let axis): Self.lanes(lanes, axis, top: top, in: &sheet)
      case .histogram(let counts, let edges, let name): Self.histogram(counts, edges, name, top, &sheet)
      case .scatter(let x, let y, let marks, let xName, let yName):
        Self.scatter(x, y, marks, xName, yName, top, &sheet)
      case .heat(let values, let rows, let columns, let names, let axis, let span):
        Self.heat(values, rows, columns, names, axis, span, top, &sheet)
      case .plates(let plates, let columns, let colours):
        Self.plates(plates, columns: columns, colours, top: top, in: &sheet)
      case .network(let network): Self.network(network, top: top, in: &sheet)
      }
    }
    sheet.height = body(&sheet) + Self.margin
    sheet.text(
      Self.short(Visible.line(figure.title), width: width * 0.6, size: Self.titleSize), x: Self.margin,
      y: Self.margin + Self.titleSize * 0.8, Paint.ink, size: Self.titleSize, isBold: true)
  }

  /// The text, cut to what fits.
  static func short(_ text: String, width: Double, size: Double) -> String {
    if StrokeFont.width(of: text, size: size) <= width { return text }
    var kept = text
    while !kept.isEmpty, StrokeFont.width(of: kept + "…", size: size) > width { kept.removeLast() }
    return kept + "…"
  }

  /// The same for paths, of which the end tells them apart.
  static func shortPath(_ text: String, width: Double, size: Double) -> String {
    guard text.contains("/") else { return short(text, width: width, size: size) }
    if StrokeFont.width(of: text, size: size) <= width { return text }
    var kept = text[...]
    while !kept.isEmpty, StrokeFont.width(of: "…" + kept, size: size) > width { kept.removeFirst() }
    return "…" + kept
  }

  static func widest(_ texts: [String]) -> Double {
    texts.map { StrokeFont.width(of: $0, size: textSize) }.max() ?? 0
  }

  // MARK: Lanes

  private static let laneHeight = 72.0
  private static let laneGap = 26.0

  /// A linear way from numbers to pixels.
  private struct Scale {
    let low: Double
    let high: Double
    let from: Double
    let to: Double
    func place(_ number: Double) -> Double {
      // Halves: the ends may lie further apart than the largest number.
      high > low ? from + (number / 2 - low / 2) / (high / 2 - low / 2) * (to - from) : (from + to) / 2
    }
  }

  private static func lanes(
    _ lanes: [Figure.Lane], _ axis: Figure.Axis, top: Double, in sheet: inout Sheet
  ) -> Double {
    let ends = lanes.flatMap { [$0.x.first, $0.x.last].compactMap(\.self) }
    guard let low = ends.min(), let high = ends.max() else { return top }
    let limits = lanes.map { Self.limits(of: $0) }
    let ticks = limits.map { Ticks.numbers(from: $0.low, to: $0.high, about: 4) }
    let left = margin + widest(ticks.flatMap(\.labels)) + 8
    let right = sheet.width - margin
    let x = Scale(low: low, high: high, from: left, to: right)
    let columns = max(2, Int((right - left) / 72))
    let moments = Ticks.along(axis, from: low, to: high, about: columns)
    legend(lanes, right: right, in: &sheet)
    var y = top + 14
    for (number, lane) in lanes.enumerated() {
      let scale = Scale(low: limits[number].low, high: limits[number].high, from: y + laneHeight, to: y)
      ground(lane, x, y, left, right, moments, ticks[number], scale, &sheet)
      curve(lane, x, scale, Paint.lines[number % Paint.lines.count], &sheet)
      let name = Visible.line(lane.name) + (lane.unit.map { "  (\(Visible.line($0)))" } ?? "")
      sheet.text(
        short(name, width: right - left, size: textSize), x: left, y: y - 6,
        Paint.lines[number % Paint.lines.count], size: textSize, isBold: true)
      y += laneHeight + laneGap
    }
    let bottom = y - laneGap
    axisBelow(moments, axis, x, bottom, &sheet)
    return bottom + 38
  }

  /// Labels below a plot, and what they count.
  private static func axisBelow(
    _ moments: Ticks, _ axis: Figure.Axis, _ x: Scale, _ bottom: Double, _ sheet: inout Sheet
  ) {
    for (place, label) in zip(moments.places, moments.labels) {
      let half = StrokeFont.width(of: label, size: textSize) / 2
      let center = min(max(x.place(place), x.from + half - 10), x.to - half + 4)
      sheet.text(label, x: center, y: bottom + 16, Paint.quiet, size: textSize, .middle)
    }
    let name = axis == .time ? moments.note : "row"
    sheet.text(name, x: (x.from + x.to) / 2, y: bottom + 34, Paint.quiet, size: textSize, .middle)
  }

  private static func limits(of lane: Figure.Lane) -> (low: Double, high: Double) {
    let finite = lane.y.filter(\.isFinite) + (lane.level.map { [$0] } ?? [])
    guard let low = finite.min(), let high = finite.max() else { return (0, 1) }
    return aired(low, high, 0.06)
  }

  /// Limits with some air around them.
  private static func aired(_ low: Double, _ high: Double, _ share: Double) -> (low: Double, high: Double) {
    let most = Double.greatestFiniteMagnitude
    let air = low == high ? max(1, abs(low) * 1e-9) : high * share - low * share
    return (max(-most, low - air), min(most, high + air))
  }

  /// Grid, labels, and the stretches that stand out.
  private static func ground(
    _ lane: Figure.Lane, _ x: Scale, _ y: Double, _ left: Double, _ right: Double, _ moments: Ticks,
    _ ticks: Ticks, _ scale: Scale, _ sheet: inout Sheet
  ) {
    for stretch in lane.truth {
      let from = x.place(stretch.lowerBound)
      let width = max(1.5, x.place(stretch.upperBound) - from)
      sheet.box(x: from, y: y + laneHeight - 5, width: width, height: 5, Paint.truth)
      sheet.box(x: from, y: y, width: width, height: laneHeight - 5, Paint.truth, opacity: 0.10)
    }
    for stretch in lane.marks {
      let from = x.place(stretch.lowerBound)
      let width = max(1.5, x.place(stretch.upperBound) - from)
      sheet.box(x: from, y: y, width: width, height: 3, Paint.alarm)
      sheet.box(x: from, y: y + 3, width: width, height: laneHeight - 3, Paint.alarm, opacity: 0.14)
    }
    for place in moments.places {
      sheet.line(from: (x.place(place), y), to: (x.place(place), y + laneHeight), Paint.grid)
    }
    for (place, label) in zip(ticks.places, ticks.labels) {
      sheet.line(from: (left, scale.place(place)), to: (right, scale.place(place)), Paint.grid)
      sheet.text(label, x: left - 6, y: scale.place(place) + 4, Paint.quiet, size: textSize, .end)
    }
    sheet.line(from: (left, y), to: (left, y + laneHeight), Paint.frame)
    sheet.line(from: (left, y + laneHeight), to: (right, y + laneHeight), Paint.frame)
  }

  private static func curve(
    _ lane: Figure.Lane, _ x: Scale, _ scale: Scale, _ color: Sheet.Color, _ sheet: inout Sheet
  ) {
    if let level = lane.level {
      sheet.line(
        from: (x.from, scale.place(level)), to: (x.to, scale.place(level)), Paint.alarm, width: 1.2,
        isDashed: true)
    }
    var run: [Sheet.Point] = []
    var lonely: [Sheet.Point] = []
    func finish() {
      if run.count == 1 { lonely.append(run[0]) } else { sheet.line(run, color, width: 1.3) }
      run = []
    }
    for (moment, value) in zip(lane.x, lane.y) {
      if value.isFinite {
        run.append(Sheet.Point(x: x.place(moment), y: scale.place(value)))
      } else {
        finish()
      }
    }
    finish()
    sheet.dots(lonely, color, radius: 1.6)
  }

  /// What the marks mean, beside the title.
  private static func legend(_ lanes: [Figure.Lane], right: Double, in sheet: inout Sheet) {
    var x = right
    let y = margin + titleSize * 0.8
    func entry(_ text: String, _ draw: (Double, inout Sheet) -> Void) {
      x -= StrokeFont.width(of: text, size: textSize)
      sheet.text(text, x: x, y: y, Paint.quiet, size: textSize)
      x -= 24
      draw(x, &sheet)
      x -= 16
    }
    if lanes.contains(where: { !$0.truth.isEmpty }) {
      entry("labelled anomaly") { x, sheet in
        sheet.box(x: x, y: y - 9, width: 18, height: 11, Paint.truth, opacity: 0.15)
        sheet.box(x: x, y: y - 2, width: 18, height: 4, Paint.truth)
      }
    }
    if lanes.contains(where: { !$0.marks.isEmpty }) {
      entry("alarm") { x, sheet in
        sheet.box(x: x, y: y - 9, width: 18, height: 11, Paint.alarm, opacity: 0.18)
        sheet.box(x: x, y: y - 9, width: 18, height: 3, Paint.alarm)
      }
    }
    if lanes.contains(where: { $0.level != nil }) {
      entry("threshold") { x, sheet in
        sheet.line(from: (x, y - 4), to: (x + 18, y - 4), Paint.alarm, width: 1.2, isDashed: true)
      }
    }
  }

  // MARK: Other figures

  private static let bodyHeight = 360.0

  /// Grid and labels of a single plot; gives the scales.
  private static func frame(
    x limitsX: (low: Double, high: Double), y limitsY: (low: Double, high: Double), _ xName: String,
    _ yName: String, _ top: Double, _ sheet: inout Sheet
  ) -> (x: Scale, y: Scale) {
    let top = top + 20
    let rows = Ticks.numbers(from: limitsY.low, to: limitsY.high, about: 6)
    let left = margin + widest(rows.labels) + 8
    let x = Scale(low: limitsX.low, high: limitsX.high, from: left, to: sheet.width - margin)
    let y = Scale(low: limitsY.low, high: limitsY.high, from: top + bodyHeight, to: top)
    let columns = Ticks.numbers(from: limitsX.low, to: limitsX.high, about: 9)
    for (place, label) in zip(rows.places, rows.labels) {
      sheet.line(from: (x.from, y.place(place)), to: (x.to, y.place(place)), Paint.grid)
      sheet.text(label, x: left - 6, y: y.place(place) + 4, Paint.quiet, size: textSize, .end)
    }
    for (place, label) in zip(columns.places, columns.labels) {
      sheet.line(from: (x.place(place), y.to), to: (x.place(place), y.from), Paint.grid)
      sheet.text(label, x: x.place(place), y: y.from + 16, Paint.quiet, size: textSize, .middle)
    }
    sheet.line(from: (left, y.to), to: (left, y.from), Paint.frame)
    sheet.line(from: (left, y.from), to: (x.to, y.from), Paint.frame)
    sheet.text(Visible.line(xName), x: (x.from + x.to) / 2, y: y.from + 34, Paint.ink, size: 12, .middle)
    sheet.text(Visible.line(yName), x: left, y: top - 8, Paint.ink, size: 12)
    return (x, y)
  }

  private static func histogram(
    _ counts: [Int], _ edges: [Double], _ name: String, _ top: Double, _ sheet: inout Sheet
  ) -> Double {
    guard let first = edges.first, let last = edges.last, edges.count == counts.count + 1 else { return top }
    let most = Double(max(1, counts.max() ?? 1))
    let limitsX = first < last ? (first, last) : (first - 0.5, last + 0.5)
    let (x, y) = frame(x: limitsX, y: (0, most * 1.05), name, "count", top, &sheet)
    for (bin, count) in counts.enumerated() where count > 0 {
      let from = first < last ? x.place(edges[bin]) : x.from
      let to = first < last ? x.place(edges[bin + 1]) : x.to
      let height = max(1, y.from - y.place(Double(count)))
      sheet.box(
        x: from + 0.5, y: y.from - height, width: max(0.5, to - from - 1), height: height, Paint.lines[0],
        opacity: 0.85)
    }
    return y.from + 38
  }

  private static func scatter(
    _ x: [Double], _ y: [Double], _ marks: Mask?, _ xName: String, _ yName: String, _ top: Double,
    _ sheet: inout Sheet
  ) -> Double {
    let rows = x.indices.filter { x[$0].isFinite && y[$0].isFinite }
    func limits(_ values: [Double]) -> (low: Double, high: Double)? {
      guard let low = values.min(), let high = values.max() else { return nil }
      return aired(low, high, 0.04)
    }
    guard let limitsX = limits(rows.map { x[$0] }), let limitsY = limits(rows.map { y[$0] }) else {
      return top
    }
    let scales = frame(x: limitsX, y: limitsY, xName, yName, top, &sheet)
    func points(_ rows: [Int]) -> [Sheet.Point] {
      rows.map { Sheet.Point(x: scales.x.place(x[$0]), y: scales.y.place(y[$0])) }
    }
    let marked = rows.filter { marks?[$0] ?? false }
    let usual = rows.filter { !(marks?[$0] ?? false) }
    // Many dots let what lies below shine through.
    let opacity = usual.count > 2000 ? 0.35 : 0.6
    sheet.dots(points(usual), Paint.lines[0], radius: usual.count > 2000 ? 1.8 : 2.4, opacity: opacity)
    sheet.dots(points(marked), Paint.alarm, radius: 3, opacity: 0.9)
    if !marked.isEmpty {
      let y = margin + titleSize * 0.8
      let start = sheet.width - margin - StrokeFont.width(of: "alarm", size: textSize)
      sheet.text("alarm", x: start, y: y, Paint.quiet, size: textSize)
      sheet.dots([Sheet.Point(x: start - 10, y: y - 4)], Paint.alarm, radius: 3)
    }
    return scales.y.from + 38
  }

  // MARK: Heat

  private static func heat(
    _ values: [Double], _ rows: Int, _ columns: Int, _ names: [String], _ axis: Figure.Axis,
    _ span: ClosedRange<Double>, _ top: Double, _ sheet: inout Sheet
  ) -> Double {
    guard rows > 0, columns > 0, values.count >= rows * columns,
      let colors = HeatColors(values)
    else { return top }
    let shown = names.map { short(Visible.line($0), width: sheet.width / 4, size: textSize) }
    let left = margin + widest(shown) + 8
    let right = sheet.width - margin - 70
    let height = min(36, max(10, 420 / Double(rows)))
    let width = (right - left) / Double(columns)
    let top = top + 14
    for row in 0..<rows {
      let y = top + Double(row) * height
      for column in 0..<columns {
        guard let color = colors.color(of: values[row * columns + column]) else { continue }
        sheet.box(x: left + Double(column) * width, y: y, width: width + 0.3, height: height - 1, color)
      }
      if row < shown.count {
        sheet.text(shown[row], x: left - 6, y: y + height / 2 + 4, Paint.ink, size: textSize, .end)
      }
    }
    let bottom = top + Double(rows) * height
    let x = Scale(low: span.lowerBound, high: span.upperBound, from: left, to: right)
    let moments = Ticks.along(
      axis, from: span.lowerBound, to: span.upperBound, about: max(2, Int((right - left) / 72)))
    for place in moments.places {
      sheet.line(from: (x.place(place), bottom), to: (x.place(place), bottom + 4), Paint.frame)
    }
    axisBelow(moments, axis, x, bottom + 2, &sheet)
    let bar = max(120, min(220, bottom - top))
    sheet.text("robust z-score", x: sheet.width - margin, y: top - 6, Paint.quiet, size: textSize, .end)
    for step in 0..<64 {
      let share = Double(step) / 63
      sheet.box(
        x: right + 16, y: top + (1 - share) * (bar - bar / 64), width: 12, height: bar / 64 + 0.3,
        colors.color(at: share))
    }
    for (share, label) in colors.labels {
      sheet.text(label, x: right + 33, y: top + (1 - share) * (bar - 4) + 6, Paint.quiet, size: textSize)
    }
    return max(bottom + 40, top + bar + 8)
  }
}
