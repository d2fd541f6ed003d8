import Evaluation
import Notation
import Numerics
import Values

/// An explanation in words and numbers.
struct Account {
  let name: String
  let scores: Scores
  let alarms: Alarms?
  let contributions: Contributions
  let origin: Origin
  let data: ExplainedData?
  let part: ExplainedBy
  let top: Int
  /// What the row was compared with, in words.
  let evidence: [String]
  private let sample: SortedSample

  /// Who says how a score divides.
  enum Origin {
    /// The detector, with its scores.
    case detector
    /// A fitted model, asked again with changed features.
    case model
    /// Nobody: the values by themselves stand in.
    case values
  }

  /// Alarms that get a sentence each.
  private static let mostSentences = 5

  init(
    name: String, scores: Scores, alarms: Alarms?, contributions: Contributions, origin: Origin,
    data: ExplainedData?, part: ExplainedBy, top: Int, evidence: [String] = []
  ) {
    self.name = name
    self.scores = scores
    self.alarms = alarms
    self.contributions = contributions
    self.origin = origin
    self.data = data
    self.part = part
    self.top = top
    self.evidence = evidence
    sample = SortedSample(scores.values.indices.filter { scores.isScored($0) }.map { scores.values[$0] })
  }

  // MARK: - One row

  func local(_ row: Int) -> Report {
    let shares = contributions.shares(ofRow: row, by: part)
    var metrics = [Metric("score", scores.values[row])]
    if let threshold = threshold(at: row) { metrics.append(Metric("threshold", threshold)) }
    metrics.append(
      Metric("percentile", percentile(of: row), note: "share of scored rows at or below this score, in %"))
    return Report(
      title: "\(name) at \(scores.index.place(of: row))", metrics: metrics,
      table: table(shares, row: row), remarks: [sentence(for: row) + ".", measure] + evidence)
  }

  /// "score 8.2 (threshold 3.1, percentile 99.9): Pressure 62 %, Flow 21 %".
  private func sentence(for row: Int) -> String {
    var text = "score \(scores.values[row].shortText())"
    let limit = threshold(at: row).map { "threshold \($0.shortText()), " } ?? ""
    text += " (\(limit)percentile \(percentile(of: row).shortText()))"
    return text + ": " + list(contributions.shares(ofRow: row, by: part), row: row)
  }

  private func list(_ shares: [Share], row: Int?) -> String {
    let named = shares.prefix(3).filter { $0.share > 0 }.map { share in
      var text = "\(share.name) \((share.share * 100).shortText(digits: 3)) %"
      if let row, let data, share.columns.count == 1 {
        let column = share.columns.lowerBound
        text +=
          " (\(data.level(row: row, column: column) ?? data.columns[column][row].shortText())"
        let z = data.robustScore(row: row, column: column)
        text += z.isNaN ? ")" : ", z \(z.shortText(digits: 3)))"
      }
      return text
    }
    return named.isEmpty ? "no \(noun) stands out" : named.joined(separator: ", ")
  }

  // MARK: - All rows

  /// The alarmed rows; of scores, the highest hundredth.
  static func rowsToExplain(_ scores: Scores, alarms: Alarms?) -> [Int] {
    let scored = scores.values.indices.filter { scores.isScored($0) }
    if let alarms { return scored.filter { alarms.flags[$0] } }
    let border = SortedSample(scored.map { scores.values[$0] }).quantile(0.99) ?? .infinity
    return scored.filter { scores.values[$0] >= border }
  }

  func global(over chosen: [Int]) -> Report {
    var remarks: [String] = []
    if let alarms {
      let segments = alarms.segments
      let highest = segments.indices.sorted { a, b in
        let (x, y) = (scores.values[segments[a].peak], scores.values[segments[b].peak])
        return x == y ? a < b : x > y
      }
      for number in highest.prefix(Self.mostSentences) {
        let segment = segments[number]
        remarks.append(
          "alarm \(number + 1), \(counted(segment.rows.count, "row")), peak at \(scores.index.place(of: segment.peak)): "
            + sentence(for: segment.peak) + ".")
      }
      if segments.count > Self.mostSentences {
        remarks.append(
          "\(segments.count - Self.mostSentences) lower alarms; name one with `--at` or `--row`.")
      }
    } else if let peak = chosen.max(by: { scores.values[$0] < scores.values[$1] }) {
      remarks.append("highest at \(scores.index.place(of: peak)): \(sentence(for: peak)).")
    }
    let shares = contributions.meanShares(ofRows: chosen, by: part)
    let rows = alarms == nil ? "the highest hundredth of rows" : "all alarmed rows"
    if chosen.isEmpty {
      remarks.append("no row is alarmed.")
    } else {
      remarks.append("over \(rows) (\(chosen.count)): \(list(shares, row: nil)).")
    }
    remarks.append(measure)
    remarks += evidence.map { "the highest: \($0)" }
    let metrics = [Metric("rows", Double(chosen.count), note: rows)]
    return Report(
      title: "what drives \(name)", metrics: metrics, table: table(shares, row: nil), remarks: remarks)
  }

  // MARK: - Stretches of time

  /// Which stretches around a row made its score, in order of time.
  static func byTime(
    _ parts: [SeriesOcclusion.Part], at row: Int, name: String, scores: Scores, alarms: Alarms?
  ) -> Report {
    let total = parts.reduce(0) { $0 + $1.fall }
    let shares = parts.map { total > 0 ? $0.fall / total : 0 }
    let labels = parts.map { part in
      "\(scores.index.place(of: part.rows.lowerBound)) to \(scores.index.place(of: part.rows.upperBound - 1))"
    }
    let highest = parts.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }.prefix(3).filter {
      shares[$0] > 0
    }
    let list = highest.map { "\(labels[$0]) \((shares[$0] * 100).shortText(digits: 3)) %" }
    var metrics = [Metric("score", scores.values[row])]
    if let threshold = alarms?.threshold(at: row) { metrics.append(Metric("threshold", threshold)) }
    return Report(
      title: "\(name) at \(scores.index.place(of: row)) by time", metrics: metrics,
      table: Frame(
        index: Index(.sample(TextColumn(labels))),
        columns: [
          Column(numbers: shares, name: "share"), Column(numbers: parts.map(\.fall), name: "fall"),
        ]),
      remarks: [
        list.isEmpty
          ? "no stretch by itself made the score: it fell for none of them."
          : list.joined(separator: ", ") + ".",
        "shares are of the fall of the score when a stretch of all channels is drawn straight, one at a time.",
      ])
  }

  // MARK: - Parts

  private var noun: String { part == .modality ? "modality" : "feature" }

  private var measure: String {
    switch origin {
    case .detector: "shares are of the \(contributions.meaning), as \(scores.method) accounts for it."
    case .model: "shares are of the \(contributions.meaning)."
    case .values:
      "\(scores.method) does not account for its scores; shares are of the \(contributions.meaning), "
        + "not the detector's own reason."
    }
  }

  private func threshold(at row: Int) -> Double? { alarms?.threshold(at: row) }

  private func percentile(of row: Int) -> Double { 100 * sample.share(atMost: scores.values[row]) }

  private func table(_ shares: [Share], row: Int?) -> Frame {
    let listed = Array(shares.prefix(top))
    var columns = [Column(numbers: listed.map(\.share), name: "share")]
    if let row, let data, part == .feature {
      columns.append(
        Column(numbers: listed.map { data.columns[$0.columns.lowerBound][row] }, name: "value"))
      columns.append(
        Column(
          numbers: listed.map { data.robustScore(row: row, column: $0.columns.lowerBound) }, name: "z"))
    }
    return Frame(index: Index(.sample(TextColumn(listed.map(\.name)))), columns: columns)
  }
}
