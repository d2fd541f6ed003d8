package import Numerics

/// The metrics that `evaluate` knows, in the order in which they are shown.
package enum MetricName: String, Sendable, CaseIterable {
  case precision, recall, f1, far, mar
  case eventRecall = "event-recall"
  case delay, auroc, ap
  case bestF1 = "best-f1"
  case vusROC = "vus-roc"
  case vusPR = "vus-pr"

  package var needsThreshold: Bool {
    switch self {
    case .precision, .recall, .f1, .far, .mar, .eventRecall, .delay: true
    case .auroc, .ap, .bestF1, .vusROC, .vusPR: false
    }
  }

  /// Rows must follow one another for events and buffers to mean anything.
  package var needsOrder: Bool {
    switch self {
    case .eventRecall, .delay, .vusROC, .vusPR: true
    default: false
    }
  }

  package var help: String {
    switch self {
    case .precision: "share of alarmed rows that are anomalous"
    case .recall: "share of anomalous rows that are alarmed"
    case .f1: "harmonic mean of precision and recall at the given threshold"
    case .far: "false-alarm rate: share of normal rows that are alarmed"
    case .mar: "missing-alarm rate: share of anomalous rows without alarm"
    case .eventRecall: "share of anomalous stretches with an alarm inside"
    case .delay: "median time from onset to first alarm, over the stretches found"
    case .auroc: "chance that an anomalous row scores above a normal one"
    case .ap: "average precision, without interpolation"
    case .bestF1: "largest F1 of any threshold; an oracle, chosen with the labels"
    case .vusROC: "ROC area averaged over buffer widths"
    case .vusPR: "average precision averaged over buffer widths"
    }
  }
}

/// Computes chosen metrics of scores, and of decisions if there are any.
package struct MetricTable: Sendable {
  package let names: [MetricName]
  /// The largest buffer of VUS, in rows.
  package let window: Int
  /// The moment of each judged row, in seconds or rows.
  package let clock: @Sendable (Int) -> Double

  package init(names: [MetricName], window: Int, clock: @escaping @Sendable (Int) -> Double) {
    self.names = names
    self.window = window
    self.clock = clock
  }

  /// One value a name; nil where the metric is undefined for these rows.
  package func values(
    of judged: LabelledScores, flags: [Bool]?, work: Work
  ) throws(Cancelled) -> [MetricName: Double] {
    var values: [MetricName: Double] = [:]
    if let flags {
      let confusion = Confusion(flags: flags, labels: judged.labels)
      values[.precision] = confusion.precision
      values[.recall] = confusion.recall
      values[.f1] = confusion.f1
      values[.far] = confusion.falseAlarmRate
      values[.mar] = confusion.missingAlarmRate
      if names.contains(.eventRecall) || names.contains(.delay) {
        let delays = DetectionDelays(flags: flags, judged: judged)
        if !delays.events.isEmpty {
          values[.eventRecall] = Double(delays.foundCount) / Double(delays.events.count)
        }
        values[.delay] = SortedSample(delays.delays(clock: clock)).median
      }
    }
    if names.contains(where: { [.auroc, .ap, .bestF1].contains($0) }) {
      let curve = RankingCurve(judged)
      values[.auroc] = curve.areaUnderROC
      values[.ap] = curve.averagePrecision
      values[.bestF1] = curve.bestF1?.value
      try work.check()
    }
    if names.contains(.vusPR) || names.contains(.vusROC) {
      let volume = try VolumeUnderSurface(judged, window: window, work: work)
      values[.vusROC] = volume?.roc
      values[.vusPR] = volume?.precisionRecall
    }
    return values.filter { names.contains($0.key) }
  }

  /// The same metrics when every row is flagged and none scores above another, and when no row is flagged.
  package func trivial(
    _ judged: LabelledScores, flagged: Bool?, work: Work
  ) throws(Cancelled) -> [MetricName: Double] {
    try values(
      of: judged.with(scores: [Double](repeating: 0, count: judged.count)),
      flags: flagged.map { [Bool](repeating: $0, count: judged.count) }, work: work)
  }

  /// The mean over `draws` random rankings, each with `flagged` random rows flagged.
  ///
  /// - Randomness: one stream a draw of the given generator.
  package func random(
    _ judged: LabelledScores, flagged: Int?, draws: Int, using random: SeededGenerator, work: Work
  ) throws(Cancelled) -> [MetricName: Double] {
    var sums: [MetricName: (sum: Double, count: Int)] = [:]
    for draw in 0..<draws {
      var random = random.stream(draw)
      let scores = (0..<judged.count).map { _ in random.unit() }
      let flags = flagged.map { flagged in
        var flags = [Bool](repeating: false, count: judged.count)
        for row in random.sample(flagged, of: judged.count) { flags[row] = true }
        return flags
      }
      for (name, value) in try values(of: judged.with(scores: scores), flags: flags, work: work) {
        let (sum, count) = sums[name] ?? (0, 0)
        sums[name] = (sum + value, count + 1)
      }
    }
    return sums.mapValues { $0.sum / Double($0.count) }
  }
}
