package import Numerics

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
    var values = flags.map { decided(judged, flags: $0) } ?? [:]
    if names.contains(where: { MetricName.ranking.contains($0) }) {
      let curve = RankingCurve(judged)
      values[.auroc] = curve.areaUnderROC
      values[.partialAUROC] = curve.partialArea(upTo: Self.partialLimit)
      values[.ap] = curve.averagePrecision
      values[.precisionAtAnomalies] = curve.precisionAtAnomalies
      values[.falseRateAt95] = curve.falsePositiveRateAt95
      values[.bestF1] = curve.bestF1?.value
      values[.separation] = curve.separation
      try work.check()
    }
    if let probabilities = judged.probabilities {
      values[.calibrationError] = Probabilities.calibrationError(probabilities, judged.labels)
      values[.brier] = Probabilities.brierScore(probabilities, judged.labels)
    }
    if names.contains(.vusPR) || names.contains(.vusROC) {
      let volume = try VolumeUnderSurface(judged, window: window, work: work)
      values[.vusROC] = volume?.roc
      values[.vusPR] = volume?.precisionRecall
    }
    return values.filter { names.contains($0.key) }
  }

  /// The largest false-positive rate of the partial ROC area.
  package static let partialLimit = 0.1

  /// What decisions are worth, row by row and stretch by stretch.
  private func decided(_ judged: LabelledScores, flags: [Bool]) -> [MetricName: Double] {
    let confusion = Confusion(flags: flags, labels: judged.labels)
    var values: [MetricName: Double] = [:]
    values[.precision] = confusion.precision
    values[.recall] = confusion.recall
    values[.f1] = confusion.f1
    values[.far] = confusion.falseAlarmRate
    values[.mar] = confusion.missingAlarmRate
    values[.fdr] = confusion.falseDiscoveryRate
    values[.mcc] = confusion.correlation
    values[.balancedAccuracy] = confusion.balancedAccuracy
    guard names.contains(where: { $0.needsOrder && $0.needsThreshold }) else { return values }
    let delays = DetectionDelays(flags: flags, judged: judged)
    if !delays.events.isEmpty {
      values[.eventRecall] = Double(delays.foundCount) / Double(delays.events.count)
    }
    values[.delay] = SortedSample(delays.delays(clock: clock)).median
    let stretches = Stretches(flags: flags, judged: judged)
    values[.eventF1] = stretches.eventF1
    values[.rangePrecision] = stretches.rangePrecision
    values[.rangeRecall] = stretches.rangeRecall
    values[.rangeF1] = stretches.rangeF1
    let days = seconds(of: judged) / 86_400
    if days > 0 { values[.falseAlarmsPerDay] = Double(stretches.falseAlarms) / days }
    let affiliation = Affiliation(flags: flags, judged: judged)
    values[.affiliationPrecision] = affiliation?.precision
    values[.affiliationRecall] = affiliation?.recall
    values[.affiliationF1] = affiliation?.f1
    for (name, profile) in [
      (MetricName.nab, NABScore.Profile.standard), (.nabFewAlarms, .fewFalseAlarms),
      (.nabFewMisses, .fewMisses),
    ] {
      values[name] = NABScore(Self.series(judged, flags: flags), profile: profile, threshold: 0.5)?.value
    }
    let adjusted = PointAdjustment(flags: flags, judged: judged)
    values[.adjustedF1] = adjusted?.adjustedF1
    values[.adjustedArea] = adjusted?.area
    return values
  }

  /// Each stretch as a series of its own, its anomalies as windows.
  private static func series(_ judged: LabelledScores, flags: [Bool]) -> [NABScore.Series] {
    let events = judged.events
    return judged.runs.map { run in
      NABScore.Series(
        scores: run.map { flags[$0] ? 1 : 0 },
        windows: events.filter { run.contains($0.lowerBound) }.map {
          $0.lowerBound - run.lowerBound..<$0.upperBound - run.lowerBound
        })
    }
  }

  /// How long the judged rows last together, each as long as its neighbours are apart on average.
  private func seconds(of judged: LabelledScores) -> Double {
    judged.runs.reduce(0) { sum, run in
      guard run.count > 1 else { return sum }
      return sum + (clock(run.upperBound - 1) - clock(run.lowerBound)) * Double(run.count)
        / Double(run.count - 1)
    }
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
