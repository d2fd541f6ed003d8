package import Numerics
package import Values

/// Combines the scores of several modalities into one.
///
/// Scores of different detectors have different units, so each input is calibrated first, on the rows for
/// calibration (else those for fitting, else all) in which it was scored. A row is combined from the modalities
/// present in it alone: an absent one neither raises nor lowers the result. A row without any is not scored.
///
/// - Input: scores on the same rows; higher is more anomalous.
/// - Output: `mean` and `max` in calibrated units, `rank` in 0...1; contributions per modality; `conflict` per row.
/// - Complexity: O(*m n* log *n*) for *m* inputs.
/// - Source: Aggarwal and Sathe, *Theoretical foundations and algorithms for outlier ensembles*, SIGKDD
///   Explorations 2015 (averaging and maximisation of standardised scores).
/// - Differs: location and scale are robust and come from the calibration rows, not from the scored ones.
package struct LateFusion: Sendable, Equatable {
  package enum Operator: String, Sendable, CaseIterable {
    case mean, max
    /// The mean of the percentiles.
    case rank
  }

  package var combine: Operator
  package var calibration: ScoreCalibration.Method
  /// How much each input counts in a mean, in their order; nil if all count the same.
  package var weights: [Double]?
  /// Whether inputs that say the same share one vote.
  package var sharesVotes = false
  package var contribution = Contribution.share

  /// How what a modality adds to a score is told.
  package enum Contribution: String, Sendable, CaseIterable {
    /// As the combination itself counts it.
    case share
    /// The score less what it would be without the modality.
    case leftOut = "left-out"

    static let leftOutMeaning = "the score less what it would be without the modality"
  }

  package init(_ combine: Operator, calibration: ScoreCalibration.Method = .robust) {
    self.combine = combine
    self.calibration = combine == .rank ? .ecdf : calibration
  }

  /// One over the sum of squared rank correlations with all inputs, itself among them: two copies count one half each, an
  /// input unlike all others counts one. Negative correlations count 0.
  ///
  /// - Complexity: O(*m² n*) for *m* inputs.
  package static func votes(_ percentiles: [[Double]], present: [[Bool]]) -> [Double] {
    percentiles.indices.map { one in
      var sum = 1.0
      for other in percentiles.indices where other != one {
        let both = percentiles[one].indices.filter { present[one][$0] && present[other][$0] }
        let correlation = Statistics.correlation(
          both.map { percentiles[one][$0] }, both.map { percentiles[other][$0] })
        if correlation > 0 { sum += correlation * correlation }
      }
      return 1 / sum
    }
  }

  package struct Part: Sendable, Equatable {
    package let name: String
    package let scores: Scores
    /// Where the modality was present beyond what the scores say themselves.
    package let presence: Mask?
    /// Seconds since the scored value was measured, one a row; nil means never stale.
    package let staleness: [Float]?

    package init(_ name: String, _ scores: Scores, presence: Mask? = nil, staleness: [Float]? = nil) {
      self.name = name
      self.scores = scores
      self.presence = presence
      self.staleness = staleness
    }

    func isPresent(_ row: Int) -> Bool { scores.isScored(row) && presence?[row] ?? true }
  }

  package struct Fused: Sendable, Equatable {
    package let scores: Scores
    /// Percentile of the most alarmed modality minus that of the calmest one: 0 all agree, near 1 they contradict.
    package let conflict: [Double]
    /// How far each modality was trusted, if that was measured.
    package var trust: [Double]?
    /// Modalities that are absent everywhere: the others are combined as if these had not been given.
    package var silent: [String] = []
  }

  /// - Parameter heard: what is combined, if not the parts themselves; calibration is learned from the parts.
  package func fuse(_ parts: [Part], heard: [Part]? = nil, work: Work) throws(FusionError) -> Fused {
    let index = try Self.commonIndex(of: parts)
    let speaking = Self.speaking(parts)
    if speaking.count < parts.count {
      var others = self
      others.weights = weights.map { weights in speaking.map { weights[$0] } }
      var fused = try others.fuse(
        speaking.map { parts[$0] }, heard: heard.map { heard in speaking.map { heard[$0] } }, work: work)
      fused.silent = Self.silent(parts, speaking)
      return fused
    }
    var calibrated: [[Double]] = []
    var percentiles: [[Double]] = []
    for (part, spoken) in zip(parts, heard ?? parts) {
      try orCancelled { () throws(Cancelled) in try work.check() }
      let rows = Self.calibrationRows(of: part, index: index)
      if rows.isEmpty { throw .noFitRows(name: part.name) }
      let reference = rows.map { part.scores.values[$0] }
      let ranked = spoken.scores.values.map(ScoreCalibration(.ecdf, reference: reference).apply)
      percentiles.append(ranked)
      calibrated.append(
        calibration == .ecdf
          ? ranked : spoken.scores.values.map(ScoreCalibration(calibration, reference: reference).apply))
    }
    return combined(heard ?? parts, calibrated: calibrated, percentiles: percentiles, index: index)
  }

  /// Those that are present in a row at least; all of them if none is.
  static func speaking(_ parts: [Part]) -> [Int] {
    let found = parts.indices.filter { part in
      (0..<parts[part].scores.index.count).contains { parts[part].isPresent($0) }
    }
    return found.isEmpty ? Array(parts.indices) : found
  }

  static func silent(_ parts: [Part], _ speaking: [Int]) -> [String] {
    parts.indices.filter { !speaking.contains($0) }.map { parts[$0].name }
  }

  static func commonIndex(of parts: [Part]) throws(FusionError) -> Index {
    guard let first = parts.first else { throw .nothingToFuse }
    for part in parts.dropFirst() where part.scores.index.address != first.scores.index.address {
      throw .differentRows(first.name, part.name)
    }
    return first.scores.index
  }

  private func combined(
    _ parts: [Part], calibrated: [[Double]], percentiles: [[Double]], index: Index
  ) -> Fused {
    var values = [Double](repeating: 0, count: index.count)
    var conflict = values
    var presence = Mask(count: index.count)
    var shares = [Double](repeating: 0, count: index.count * parts.count)
    let isPresent = parts.map { part in (0..<index.count).map { part.isPresent($0) } }
    var present: [(value: Double, weight: Double)] = []
    var weights = self.weights ?? [Double](repeating: 1, count: parts.count)
    if sharesVotes {
      for (part, vote) in Self.votes(percentiles, present: isPresent).enumerated() { weights[part] *= vote }
    }
    for row in 0..<index.count {
      present.removeAll(keepingCapacity: true)
      var leader = -1
      var highest = -Double.infinity
      var lowest = Double.infinity
      for part in parts.indices where isPresent[part][row] {
        let value = calibrated[part][row]
        if leader < 0 || value > calibrated[leader][row] { leader = part }
        highest = max(highest, percentiles[part][row])
        lowest = min(lowest, percentiles[part][row])
        present.append((value, weights[part]))
      }
      // Where only inputs of weight 0 are present, nothing can be said.
      if leader < 0 || combine != .max && !present.contains(where: { $0.weight > 0 }) { continue }
      presence[row] = true
      conflict[row] = highest - lowest
      switch combine {
      case .max:
        values[row] = calibrated[leader][row]
        shares[row * parts.count + leader] = values[row]
      case .mean, .rank:
        // Summed in ascending order, so that the order of the inputs changes no bit.
        present.sort { ($0.value, $0.weight) < ($1.value, $1.weight) }
        var (sum, total) = (0.0, 0.0)
        for (value, weight) in present {
          sum += weight * value
          total += weight
        }
        values[row] = sum / total
        for part in parts.indices where isPresent[part][row] {
          shares[row * parts.count + part] = weights[part] * calibrated[part][row] / total
        }
      }
      guard contribution == .leftOut else { continue }
      let own = parts.indices.filter { isPresent[$0][row] }.map { ($0, calibrated[$0][row], weights[$0]) }
      for part in own.map(\.0) {
        shares[row * parts.count + part] =
          values[row] - without(own.filter { $0.0 != part }.map { ($0.1, $0.2) })
      }
    }
    let names = parts.map(\.name)
    let fitted = parts.compactMap(\.scores.fitted)
    let contributions = Contributions(
      matrix: Matrix(rows: index.count, columns: parts.count, values: shares), features: names,
      blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
      meaning: contribution == .leftOut
        ? Contribution.leftOutMeaning
        : combine == .max
          ? "calibrated score of the modality that decided"
          : "share of the fused score; the shares add up to it")
    return Fused(
      scores: Scores(
        index: index, values: values, method: "fuse \(combine.rawValue)", presence: presence,
        fitted: Self.union(fitted, count: index.count), contributions: contributions,
        voices: Voices(modalities: names, presence: isPresent.map { Mask($0) }, conflict: conflict)),
      conflict: conflict)
  }

  /// What the others alone would say of a row; 0, the middle of the reference, if there are none.
  private func without(_ others: [(value: Double, weight: Double)]) -> Double {
    if combine == .max { return others.map(\.value).max() ?? 0 }
    let (sum, total) = others.reduce((0.0, 0.0)) { ($0.0 + $1.weight * $1.value, $0.1 + $1.weight) }
    return total > 0 ? sum / total : 0
  }

  static func union(_ masks: [Mask], count: Int) -> Mask? {
    guard !masks.isEmpty else { return nil }
    return Mask((0..<count).map { row in masks.contains { $0[row] } })
  }

  /// Rows for calibration, else for fitting, else all; of those the ones that the part has scored.
  static func calibrationRows(of part: Part, index: Index) -> [Int] {
    for split in [Split.calibrate, .fit] where index.splits != nil {
      let rows = index.rows(in: split).filter(part.isPresent)
      if !rows.isEmpty { return rows }
    }
    return (0..<index.count).filter(part.isPresent)
  }
}

/// Gives scores a unit: what the same number means for every detector.
package struct ScoreCalibration: Sendable, Equatable {
  package enum Method: String, Sendable, CaseIterable {
    /// Robust standard deviations above the median.
    case robust
    /// The share of reference scores below: a percentile in 0...1.
    case ecdf
  }

  private static let bound = 1e150

  private let method: Method
  private let location: Double
  private let scale: Double
  /// Distinct reference scores, ascending, each with its middle percentile.
  private let knots: [(score: Double, share: Double)]

  package init(_ method: Method, reference: [Double]) {
    self.method = method
    let fitted = Scaling.Method.robust.locationAndScale(of: reference)
    location = fitted.location
    scale = fitted.scale > 0 ? fitted.scale : 1
    let sorted = reference.sorted()
    var knots: [(score: Double, share: Double)] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
      knots.append((sorted[start], (Double(start + end) / 2 + 0.5) / Double(sorted.count + 1)))
      start = end
    }
    self.knots = knots
  }

  package static func == (a: ScoreCalibration, b: ScoreCalibration) -> Bool {
    a.method == b.method && a.location == b.location && a.scale == b.scale
      && a.knots.elementsEqual(b.knots) { $0.score == $1.score && $0.share == $1.share }
  }

  package func apply(_ score: Double) -> Double {
    switch method {
    // Bounded, because a quotient of extremes could overflow.
    case .robust: min(max((score - location) / scale, -Self.bound), Self.bound)
    case .ecdf: percentile(of: score)
    }
  }

  /// Rises strictly, also beyond the reference, where it nears 0 and 1 as 1 / (1 + distance): two scores above all
  /// reference scores keep their order.
  private func percentile(of score: Double) -> Double {
    guard let first = knots.first, let last = knots.last else { return 0.5 }
    if score >= last.score { return 1 - (1 - last.share) / (1 + (score - last.score) / scale) }
    if score <= first.score { return first.share / (1 + (first.score - score) / scale) }
    var low = 0
    var high = knots.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle].score <= score { low = middle } else { high = middle }
    }
    let (below, above) = (knots[low], knots[high])
    return below.share + (above.share - below.share) * (score - below.score) / (above.score - below.score)
  }
}
