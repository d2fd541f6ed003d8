import Chronology
import Notation
import Values
import Workbench

extension View {
  func modelLines(_ model: any StoredModel) -> [StyledLine] {
    if let set = model as? RuleSet {
      return set.rules.flatMap { Self.wrapped(Visible.line($0.text), width: width).map { StyledLine($0) } }
        + footer([Self.counted(set.rules.count, "rule", shown: set.rules.count)], more: "rules show \(name)")
    }
    let features = model.features.map(Visible.line).joined(separator: " ")
    return [StyledLine(model.method, .name) + StyledLine(" fitted on \(model.fittedRows) rows")]
      + Self.wrapped("\(model.features.count) features: \(features)", width: width).map {
        StyledLine($0, .dim)
      }
      + footer([], more: "score \(name) VALUE")
  }

  func audioLines(_ audio: Audio) -> [StyledLine] {
    var facts = ["\((audio.sampleRate / 1000).shortText(digits: 6)) kHz"]
    facts.append(Self.counted(audio.channels.count, "channel", shown: audio.channels.count))
    facts.append("\(audio.length.seconds.shortText(digits: 6)) s")
    if let start = audio.start { facts.append("from \(start)") }
    var lines = [StyledLine(facts.joined(separator: ", "))]
    for (number, channel) in audio.channels.prefix(Self.mostChannels).enumerated() {
      let peak = channel.reduce(Float(0)) { $1.isFinite ? max($0, $1.magnitude) : $0 }
      lines += Waveform(channel, width: width).lines.map { StyledLine($0, .lane(number)) }
      let level = "channel \(number + 1): peak \(Double(peak).shortText(digits: 3))"
      lines.append(StyledLine(peak >= 1 ? level + ", clipped" : level, peak >= 1 ? .warning : .dim))
    }
    let hidden = audio.channels.count - Self.mostChannels
    return lines + footer([hidden > 0 ? "\(hidden) more channels" : ""], more: "plot \(name)")
  }

  private static let mostChannels = 2
  private static let mostTemplates = 10

  func logLines(_ log: Log) -> [StyledLine] {
    var counts = [Int](repeating: 0, count: log.templates.count)
    for template in log.templateOfRow { counts[Int(template)] += 1 }
    let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
    let shown = showsAllRows ? order : Array(order.prefix(Self.mostTemplates))
    let columns = [
      TextTable.Column(
        name: "events", cells: shown.map { String(counts[$0]) }, isRight: true, isPinned: true),
      TextTable.Column(name: "template", cells: shown.map { Visible.line(log.templates[$0]) }),
    ]
    let facts = [
      Self.counted(log.frame.rowCount, "event", shown: log.frame.rowCount),
      Self.counted(log.templates.count, "template", shown: shown.count), Self.stretch(of: log.frame.index),
      Self.splitFact(log.frame.index),
    ]
    let last = max(0, min(Self.mostRows, log.frame.rowCount) - 1)
    return TextTable(columns: columns).lines(width: width).lines
      + footer(facts, more: "show \(name) --rows 0..\(last)")
  }

  func reportLines(_ report: Report) -> [StyledLine] {
    var lines = Self.wrapped(report.title, width: width).filter { !$0.isEmpty }.map {
      StyledLine($0, .strong)
    }
    lines += metricLines(report.metrics)
    if let table = report.table { lines += tableLines(table) }
    for further in report.further {
      lines += Self.wrapped(further.title, width: width).map { StyledLine($0, .strong) }
      lines += tableLines(further.table)
    }
    return lines + report.remarks.flatMap { Self.wrapped($0, width: width).map { StyledLine($0, .dim) } }
  }

  private func tableLines(_ table: Frame) -> [StyledLine] {
    var columns: [TextTable.Column] = []
    let rows = Array(0..<table.rowCount)
    // Rows that are known by their number alone speak for themselves.
    if case .row = table.index.address {
    } else {
      columns = [addressColumn(of: table, rows: rows)?.withoutNote].compactMap(\.self)
    }
    columns += table.columns.map { column in
      var shown = tableColumn(column, rows: rows)
      shown.note = column.unit.map(Visible.line) ?? ""
      return shown
    }
    if let shares = table.column("share")?.numbers, shares.allSatisfy({ $0 >= 0 && $0 <= 1 }) {
      columns.append(TextTable.Column(name: "", cells: shares.map(Self.bar), ink: .lane(0)))
    }
    let (text, count) = TextTable(columns: columns).lines(width: width)
    var lines = text
    if count < columns.count { lines += footer([Self.counted(columns.count, "column", shown: count)]) }
    return lines
  }

  /// A share as a bar of up to twenty cells, in eighths of one.
  static func bar(_ share: Double) -> String {
    let eighths = Int((share * 160).rounded())
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  /// Counts in full, other numbers short.
  private static func metricText(_ value: Double) -> String {
    if value.isNaN { return TextTable.missing }
    return value == value.rounded() && abs(value) < 1e9
      ? NumberFormat.fixed(value, decimals: 0) : value.shortText()
  }

  private func metricLines(_ metrics: [Metric]) -> [StyledLine] {
    let nameWidth = metrics.map { DisplayWidth.of(Visible.line($0.name)) }.max() ?? 0
    let values = metrics.map { Self.metricText($0.value) }
    let valueWidth = values.map { DisplayWidth.of($0) }.max() ?? 0
    return zip(metrics, values).flatMap { metric, value in
      let head =
        DisplayWidth.padded(Visible.line(metric.name), to: nameWidth) + "  "
        + DisplayWidth.padded(value, to: valueWidth)
      if metric.note.isEmpty { return [StyledLine(head).trimmed] }
      let indent = nameWidth + valueWidth + 4
      let notes = Self.wrapped(metric.note, width: max(20, width - indent))
      return notes.enumerated().map { line, note in
        StyledLine(line == 0 ? head + "  " : String(repeating: " ", count: indent)) + StyledLine(note, .dim)
      }
    }
  }
}
