import Chronology
import Notation
import Numerics
import Values

extension View {
  func bundleLines(_ bundle: Bundle) -> [StyledLine] {
    let slots = bundle.slots
    var columns = [
      TextTable.Column(name: "slot", cells: slots.map { Visible.line($0.name) }, ink: .name, isPinned: true),
      TextTable.Column(name: "kind", cells: slots.map(\.content.kindText)),
      TextTable.Column(name: "holds", cells: slots.map(\.content.sizeText)),
      TextTable.Column(name: "present", cells: slots.map { Self.presence($0.presence) }, isRight: true),
    ]
    if slots.contains(where: { $0.staleness != nil }) {
      columns.append(
        TextTable.Column(name: "stale: median", cells: slots.map { Self.staleness($0, 0.5) }, isRight: true))
      columns.append(
        TextTable.Column(name: "longest", cells: slots.map { Self.staleness($0, 1) }, isRight: true))
    }
    let lines = TextTable(columns: columns).lines(width: width).lines
    let facts = [
      Self.counted(bundle.index.count, "row", shown: bundle.index.count), Self.stretch(of: bundle.index),
      Self.splitFact(bundle.index),
    ]
    return lines + footer(facts, more: slots.first.map { "\(name).\(Visible.line($0.name))" })
  }

  private static func presence(_ mask: Mask?) -> String {
    guard let mask else { return "100 %" }
    return mask.count == 0
      ? TextTable.missing : NumberFormat.percent(Double(mask.setCount) / Double(mask.count))
  }

  private static func staleness(_ slot: Slot, _ quantile: Double) -> String {
    guard let staleness = slot.staleness else { return TextTable.missing }
    let known = staleness.filter(\.isFinite).sorted()
    guard !known.isEmpty else { return TextTable.missing }
    return Double(known[Int(quantile * Double(known.count - 1))]).shortText(digits: 3) + " s"
  }

  /// From when to when: `2026-03-01T08:00:00 .. 08:19:59 every 1s`.
  static func stretch(of index: Index) -> String {
    guard let axis = index.time, axis.count > 0 else { return "" }
    guard case .regular(let start, let step, let count) = axis else {
      var low = axis[0]
      var high = axis[0]
      for row in 1..<max(1, axis.count) {
        low = min(low, axis[row])
        high = max(high, axis[row])
      }
      return between(low, high)
    }
    return between(start, start + TimeSpan(nanoseconds: step.nanoseconds &* Int64(count - 1)))
      + " every \(step)"
  }

  private static func between(_ start: Instant, _ end: Instant) -> String {
    let texts = times([start, end])
    let day = texts[0].prefix { $0 != "T" }
    let isSameDay = texts[1].hasPrefix(day + "T")
    return "\(texts[0]) .. \(isSameDay ? String(texts[1].dropFirst(day.count + 1)) : texts[1])"
  }

  func embeddingLines(_ embedding: Embedding) -> [StyledLine] {
    let blocks = embedding.blocks
    let columns = [
      TextTable.Column(
        name: "block", cells: blocks.map { Visible.line($0.name) }, ink: .name, isPinned: true),
      TextTable.Column(name: "features", cells: blocks.map { String($0.columns.count) }, isRight: true),
      TextTable.Column(
        name: "present",
        cells: blocks.map { block in
          let rows = embedding.matrix.rows
          guard let first = block.columns.first, rows > 0 else { return TextTable.missing }
          let present = (0..<rows).count { !embedding.matrix[$0, first].isNaN }
          return NumberFormat.percent(Double(present) / Double(rows))
        }, isRight: true),
      TextTable.Column(
        name: "names",
        cells: blocks.map { block in
          block.columns.map { Visible.line(embedding.features[$0]) }.joined(separator: " ")
        }, ink: .dim),
    ]
    let index = embedding.index
    let facts = [
      Self.counted(index.count, "vector", shown: index.count) + " of \(embedding.features.count)",
      Self.stretch(of: index), Self.splitFact(index),
    ]
    let more = "show \(name) --rows 0..\(max(0, min(Self.mostRows, index.count) - 1))"
    return TextTable(columns: columns).lines(width: width).lines + footer(facts, more: more)
  }
}

extension SlotContent {
  fileprivate var kindText: String {
    switch self {
    case .frame(let frame): frame.index.time == nil ? "table" : "series"
    case .embedding: "embedding"
    case .scores: "scores"
    case .audio: "audio"
    case .log: "log"
    }
  }

  fileprivate var sizeText: String {
    switch self {
    case .frame(let frame): "\(frame.columns.count) columns"
    case .embedding(let embedding): "\(embedding.features.count) features"
    case .scores(let scores): scores.method
    case .audio(let audio): "\(audio.length) at \((audio.sampleRate / 1000).shortText()) kHz"
    case .log(let log): "\(log.frame.rowCount) events, \(log.templates.count) templates"
    }
  }
}
