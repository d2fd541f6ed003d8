import Chronology
import Detection
import Evaluation
import Notation
import Numerics
import Values

/// Everything that `evaluate` says about scores or alarms.
struct Judgement {
  let names: [MetricName]
  let window: Int
  let scores: Scores
  let alarms: Alarms?
  let rows: JudgedRows
  let aligned: AlignedLabels
  /// The column of the truth, if the detector scored it, too.
  var leak: String?
  /// What the baseline of the last value scores, one a row of the scores.
  var lastValue: [Double]?
  var wantsIntervals = false

  /// Rankings of the random baseline: fewer for long series, where each draw is close to the mean already.
  private var draws: Int { max(1, min(5, 1_000_000 / rows.judged.count)) }
  /// The baseline and the intervals are the same whenever the values are.
  private static let generator = SeededGenerator(seed: 0)

  func report(title: String, work: Work) throws(Cancelled) -> Report {
    let judged = rows.judged
    let flags = alarms.map { alarms in rows.rows.map { alarms.flags[$0] } }
    let flagged = flags.map { $0.count { $0 } }
    let table = metricTable
    let own = try table.values(of: judged, flags: flags, work: work)
    var lines: [(name: String, values: [MetricName: Double])] = [("given", own)]
    if flags != nil {
      lines.append(("flag all", try table.trivial(judged, flagged: true, work: work)))
      lines.append(("flag none", try table.trivial(judged, flagged: false, work: work)))
    } else {
      lines.append(("constant", try table.trivial(judged, flagged: nil, work: work)))
    }
    lines.append(
      (
        "random",
        try table.random(
          judged, flagged: flagged, draws: draws, using: Self.generator, work: work)
      ))
    if let lastValue {
      let steps = rows.rows.map { lastValue[$0] }
      lines.append(
        (
          "last value",
          try table.values(
            of: judged.with(scores: steps), flags: flagged.map { highest($0, of: steps) }, work: work)
        ))
    }
    let notes = try notes(flags: flags, own: own, work: work)
    var metrics = names.map { Metric($0.rawValue, own[$0] ?? .nan, note: notes[$0] ?? "") }
    metrics.append(Metric("prevalence", judged.prevalence, note: prevalenceNote))
    return Report(title: title, metrics: metrics, table: comparison(lines), remarks: remarks(flags: flags))
  }

  /// As many rows as are flagged, those with the highest scores.
  private func highest(_ count: Int, of scores: [Double]) -> [Bool] {
    var flags = [Bool](repeating: false, count: scores.count)
    for row in scores.indices.sorted(by: { (scores[$1], $0) < (scores[$0], $1) }).prefix(count) {
      flags[row] = true
    }
    return flags
  }

  private var metricTable: MetricTable {
    let moments: [Double] = rows.rows.map { row in
      scores.index.time.map { ($0[row] - $0[0]).seconds } ?? Double(row)
    }
    return MetricTable(names: names, window: window) { moments[$0] }
  }

  private func comparison(_ lines: [(name: String, values: [MetricName: Double])]) -> Frame {
    let columns = names.map { name in
      Column(numbers: lines.map { $0.values[name] ?? .nan }, name: name.rawValue)
    }
    return Frame(
      index: Index(.sample(TextColumn(lines.map(\.name)))), columns: columns)
  }

  // MARK: - Words

  private func notes(
    flags: [Bool]?, own: [MetricName: Double], work: Work
  ) throws(Cancelled) -> [MetricName: String] {
    var notes: [MetricName: [String]] = [:]
    notes[.bestF1] = ["oracle: its threshold was chosen with the labels"]
    if let flags {
      let delays = DetectionDelays(flags: flags, judged: rows.judged)
      let unit = scores.index.time == nil ? "rows" : "s"
      notes[.delay] = [
        "median in \(unit), \(delays.foundCount) of \(counted(delays.events.count, "event")) found"
      ]
      notes[.precision] = flags.contains(true) ? [] : ["no row is alarmed"]
    }
    notes[.adjustedF1] = ["one alarmed row grants its whole anomaly: compare with random and pak-f1"]
    // The published metric has so many thresholds, however long the series is.
    let apart = rows.judged.count / 250
    let coarse =
      apart > rows.judged.anomalies ? ["its 250 thresholds lie \(apart) rows apart: too coarse here"] : []
    for name in [MetricName.vusROC, .vusPR] { notes[name] = ["buffers up to \(window) rows"] + coarse }
    for name in names where own[name] == nil && notes[name]?.isEmpty ?? true {
      notes[name] = ["undefined for these rows"]
    }
    for (name, interval) in try intervals(flags: flags, work: work) {
      let text = "95 % interval \(interval.lowerBound.shortText(digits: 3)) to "
      notes[name, default: []].append(text + interval.upperBound.shortText(digits: 3))
    }
    if thresholdSawJudgedRows {
      for name in names where name.needsThreshold {
        notes[name, default: []].append("threshold learned from judged rows")
      }
    }
    return notes.mapValues { $0.joined(separator: "; ") }
  }

  /// With a handful of anomalies, luck decides much: intervals say how much.
  private func intervals(
    flags: [Bool]?, work: Work
  ) throws(Cancelled) -> [MetricName: ClosedRange<Double>] {
    let judged = rows.judged
    guard judged.anomalies > 0, judged.anomalies < 10 || wantsIntervals else { return [:] }
    var intervals: [MetricName: ClosedRange<Double>] = [:]
    for name in names where !name.needsOrder {
      let table = MetricTable(names: [name], window: 0) { Double($0) }
      intervals[name] = try bootstrapInterval(
        of: judged, using: Self.generator, work: work
      ) { rows in
        let resampled = LabelledScores(
          scores: rows.map { judged.scores[$0] }, labels: rows.map { judged.labels[$0] },
          probabilities: judged.probabilities.map { all in rows.map { all[$0] } })
        let decisions = flags.map { flags in rows.map { flags[$0] } }
        return try? table.values(of: resampled, flags: decisions, work: Work())[name]
      }
    }
    return intervals
  }

  private var prevalenceNote: String {
    let share = rows.judged.prevalence
    guard share > 0.2 else { return "" }
    let f1 = (2 * share / (1 + share)).shortText(digits: 3)
    return "above 20 %: flagging every row reaches F1 \(f1)"
  }

  private var thresholdSawJudgedRows: Bool {
    guard let alarms, !alarms.isLearnedElsewhere else { return false }
    let learned = Set(ThresholdRows.choose(in: scores, among: 0..<scores.index.count).rows)
    return rows.rows.contains { learned.contains($0) }
  }

  private func remarks(flags: [Bool]?) -> [String] {
    let judged = rows.judged
    let choice =
      switch rows.choice {
      case .test: "test rows"
      case .notFitted: "rows that the model was not fitted on"
      case .all: "all scored rows; the model may have been fitted on them"
      }
    var remarks = [
      "judged \(counted(judged.count, "row")) (\(choice)): \(judged.anomalies) anomalous in "
        + counted(judged.events.count, "event")
    ]
    let match =
      switch aligned.match {
      case .sameRows: "on the same rows"
      case .time(let tolerance): "by time, nearest within \(tolerance.seconds.shortText(digits: 3)) s"
      case .incidents: "by the span of each incident"
      case .sample: "by sample identifier"
      }
    remarks.append("labels met \(match); \((aligned.coverage * 100).shortText(digits: 3)) % of rows have one")
    if let leak {
      remarks.insert(
        "`\(leak)` was among the columns that were scored: the detector saw the truth, and no number here counts; "
          + "keep it out by `--labels` where it is loaded, or score a value without it", at: 0)
    }
    if rows.withoutLabel > 0 { remarks.append("\(counted(rows.withoutLabel, "row")) left out without label") }
    if rows.withoutScore > 0 { remarks.append("\(counted(rows.withoutScore, "row")) left out without score") }
    if case .row = scores.index.address, names.contains(where: \.needsOrder), judged.anomalies >= 10,
      judged.events.count * 4 > judged.anomalies
    {
      remarks.append(
        "if the rows are in no order of time, only the metrics that count single rows mean anything, not those of events, "
          + "ranges and VUS")
    }
    if judged.prevalence > 0.5 {
      remarks.append(
        "more than half of the rows are anomalous: if 1 means normal, turn the labels round with `derive`")
    }
    if judged.anomalies < 10 {
      remarks.append(
        "only \(counted(judged.anomalies, "anomalous row")): read every number with its interval")
    }
    if let alarms { remarks.append("threshold: \(alarms.rule)") }
    return remarks
  }
}

/// `1 row`, `12 rows`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension Scores {
  /// Whether a column was among what was scored, by itself or inside the name of a feature: `pump.fault`, `fault=1`.
  func sees(_ column: String) -> Bool {
    let features = Set((maker?.model.features ?? []) + (contributions?.features ?? []))
    return features.contains { feature in
      feature == column || feature.hasSuffix("." + column) || feature.hasPrefix(column + "=")
        || feature.hasPrefix(column + ".")
    }
  }
}
