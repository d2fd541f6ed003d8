import Chronology
import Notation
import Numerics
import Values

extension View {
  /// How many rows with the highest scores are listed.
  private static let topRows = 5
  /// How many segments are listed before only the first and last ones are.
  private static let mostSegments = 20

  func scoresLines(_ scores: Scores) -> [StyledLine] {
    let scored = scores.values.indices.filter { scores.isScored($0) }
    var facts = ["\(scores.method): \(Self.counted(scored.count, "row", shown: scored.count)) scored"]
    if scored.count < scores.values.count { facts.append("\(scores.values.count - scored.count) not") }
    if let fitted = scores.fitted { facts.append("\(fitted.setCount) of them fitted on") }
    if scores.probability != nil { facts.append("calibrated") }
    var lines = Self.wrapped(facts.joined(separator: ", "), width: width).map { StyledLine($0) }
    let sorted = SortedColumn(sorting: scored.map { scores.values[$0] }).values
    guard let lowest = sorted.first, let highest = sorted.last else { return lines }
    let quantiles = [0.5, 0.95].map { sorted[Int($0 * Double(sorted.count - 1))] }
    let format = NumberFormat(for: [lowest, quantiles[0], quantiles[1], highest])
    lines.append(
      StyledLine(
        "min \(format.text(lowest))   median \(format.text(quantiles[0]))   "
          + "95 % \(format.text(quantiles[1]))   max \(format.text(highest))"))
    let strip = Self.spark(scored.map { scores.values[$0] }, width: min(width, 60))
    if sorted.count > 2 * Self.topRows, lowest < highest { lines.append(StyledLine(strip, .lane(0))) }
    let top = showsAllRows ? scored : Self.highest(of: scores, among: scored, Self.topRows)
    lines += topTable(scores, rows: top)
    let more = "show \(name) --rows 0..\(max(0, min(Self.mostRows, scores.values.count) - 1))"
    let listed = showsAllRows ? "" : "highest \(top.count) shown"
    return lines + footer([listed, Self.stretch(of: scores.index)], more: showsAllRows ? nil : more)
  }

  /// The rows with the highest scores, highest first; earlier rows first among equal ones.
  private static func highest(of scores: Scores, among rows: [Int], _ count: Int) -> [Int] {
    var best: [Int] = []
    for row in rows {
      guard best.count < count || scores.values[row] > scores.values[best[best.count - 1]] else { continue }
      let place = best.firstIndex { scores.values[$0] < scores.values[row] } ?? best.count
      best.insert(row, at: place)
      if best.count > count { best.removeLast() }
    }
    return best
  }

  private func topTable(_ scores: Scores, rows: [Int]) -> [StyledLine] {
    let values = rows.map { scores.values[$0] }
    let format = NumberFormat(for: values)
    var columns: [TextTable.Column] = []
    if scores.index.time != nil {
      columns.append(TextTable.Column(name: "row", cells: rows.map(String.init), isRight: true, ink: .dim))
    }
    columns.append(addressColumn(of: scores.index, rows: rows).withoutNote)
    if let segments = segmentColumn(of: scores.index, rows: rows) { columns.append(segments) }
    columns.append(
      TextTable.Column(name: "score", cells: values.map(format.text), isRight: true, isPinned: true))
    if let probability = scores.probability {
      let format = NumberFormat(for: rows.map { probability[$0] })
      columns.append(
        TextTable.Column(
          name: "probability", cells: rows.map { format.text(probability[$0]) }, isRight: true))
    }
    if let conflict = scores.voices?.conflict {
      let format = NumberFormat(for: rows.map { conflict[$0] })
      columns.append(
        TextTable.Column(name: "conflict", cells: rows.map { format.text(conflict[$0]) }, isRight: true))
    }
    if let contributions = scores.contributions, !contributions.features.isEmpty {
      columns.append(
        TextTable.Column(name: "mostly from", cells: rows.map { Self.cause($0, contributions) }, ink: .dim))
    }
    return TextTable(columns: columns).lines(width: width).lines
  }

  private static func cause(_ row: Int, _ contributions: Contributions) -> String {
    var best: Int?
    for column in contributions.features.indices {
      let value = contributions.matrix[row, column]
      if value > best.map({ contributions.matrix[row, $0] }) ?? 0 { best = column }
    }
    return best.map { Visible.line(contributions.features[$0]) } ?? TextTable.missing
  }

  /// Eight heights of a block over equal stretches, each as high as its highest value.
  static func spark(_ values: [Double], width: Int) -> String {
    let levels = Array("▁▂▃▄▅▆▇█")
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    let cells = min(width, values.count)
    return String(
      (0..<cells).map { cell -> Character in
        let part = values[values.count * cell / cells..<values.count * (cell + 1) / cells]
        guard let top = part.filter(\.isFinite).max() else { return " " }
        return levels[high > low ? min(7, Int((top - low) / (high - low) * 8)) : 0]
      })
  }

  func alarmsLines(_ alarms: Alarms) -> [StyledLine] {
    let scores = alarms.scores
    let thresholds = alarms.distinctThresholds
    let ends = [thresholds.first, thresholds.last].compactMap(\.self)
    let format = NumberFormat(for: ends + alarms.segments.map { scores.values[$0.peak] })
    var head = StyledLine("threshold ")
    if let only = thresholds.first, thresholds.count == 1 {
      head.append(format.text(only), .strong)
    } else {
      let range = ends.map(format.text).joined(separator: " to ")
      head.append(
        alarms.levels == nil ? "\(alarms.thresholds.count) of them, \(range)" : "from row to row, \(range)",
        .strong)
    }
    var lines = [head]
    lines += Self.wrapped(alarms.rule, width: width).map { StyledLine($0, .dim) }
    let (shown, gap) = rowsToShow(of: alarms.segments.count, most: Self.mostSegments)
    if !shown.isEmpty {
      let table = segmentTable(alarms, shown.map { alarms.segments[$0] }, gap: gap, format: format)
      lines += table.lines(width: width).lines
    }
    let rows = alarms.flags.setCount
    let share = NumberFormat.percent(Double(rows) / Double(max(1, alarms.flags.count)))
    let facts = [
      Self.counted(alarms.segments.count, "segment", shown: shown.count),
      "\(rows) of \(alarms.flags.count) rows alarmed (\(share))",
    ]
    return lines + footer(facts, more: gap.map { "show \(name) --rows \($0)..\(alarms.segments.count - 1)" })
  }

  private func segmentTable(
    _ alarms: Alarms, _ segments: [AlarmSegment], gap: Int?, format: NumberFormat
  ) -> TextTable {
    let index = alarms.scores.index
    func moments(_ rows: [Int]) -> [String] { addressColumn(of: index, rows: rows).cells }
    let peaks = segments.map(\.peak)
    var columns = [
      TextTable.Column(
        name: "start", cells: moments(segments.map(\.rows.lowerBound)), ink: .alarm, isPinned: true),
      TextTable.Column(name: "end", cells: moments(segments.map { $0.rows.upperBound - 1 })),
      TextTable.Column(name: "rows", cells: segments.map { String($0.rows.count) }, isRight: true),
      TextTable.Column(name: "peak at", cells: moments(peaks)),
      TextTable.Column(
        name: "peak", cells: peaks.map { format.text(alarms.scores.values[$0]) }, isRight: true,
        isPinned: true
      ),
    ]
    if case .row = index.address { for place in [0, 1, 3] { columns[place].isRight = true } }
    if let segments = segmentColumn(of: index, rows: peaks) { columns.insert(segments, at: 0) }
    if let contributions = alarms.scores.contributions, !contributions.features.isEmpty {
      columns.append(
        TextTable.Column(name: "mostly from", cells: peaks.map { Self.cause($0, contributions) }, ink: .dim))
    }
    return TextTable(columns: columns, gap: gap)
  }
}

extension TextTable.Column {
  var withoutNote: TextTable.Column {
    var column = self
    column.note = ""
    return column
  }
}
