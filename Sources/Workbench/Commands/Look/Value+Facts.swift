import Chronology
import Notation
import Values

extension Value {
  /// Sentences about a value as a whole.
  var facts: [String] {
    var facts = kindFacts
    if let index { facts += index.facts }
    return facts
  }

  private var kindFacts: [String] {
    switch self {
    case .audio(let audio): return audio.facts
    case .log(let log): return Self.facts(log)
    case .scores(let scores): return Self.facts(scores)
    case .alarms(let alarms):
      let levels = alarms.distinctThresholds
      let ends = [levels.first, levels.last].map { ($0 ?? .nan).shortText(digits: 4) }
      let threshold =
        levels.count == 1
        ? "threshold \(ends[0])" : "\(levels.count) thresholds from \(ends[0]) to \(ends[1])"
      return Self.facts(alarms.scores) + [
        "\(alarms.segments.count) alarms over \(alarms.flags.setCount) rows; \(threshold) (\(alarms.rule))"
      ]
    case .bundle(let bundle): return bundle.slots.map { Self.fact($0, bundle.index.count) }
    case .embedding(let embedding):
      return ["blocks: " + embedding.blocks.map { "\($0.name) \($0.columns.count)" }.joined(separator: ", ")]
    case .model(let model): return ["\(model.method), fitted on \(model.fittedRows) rows"]
    default: return modalityFacts
    }
  }

  private static func facts(_ log: Log) -> [String] {
    var counts = [Int](repeating: 0, count: log.templates.count)
    for template in log.templateOfRow { counts[Int(template)] += 1 }
    let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
    let shown = order.prefix(3).map { "\(counts[$0]) x \(log.templates[$0])" }
    return ["\(counted(log.templates.count, "kind")) of events, most often: " + shown.joined(separator: "; ")]
  }

  private static func facts(_ scores: Scores) -> [String] {
    var facts = ["made by \(scores.method)"]
    if let presence = scores.presence {
      facts.append("\(presence.setCount) of \(presence.count) rows scored")
    }
    if let fitted = scores.fitted { facts.append("the model was fitted on \(fitted.setCount) of the rows") }
    if let contributions = scores.contributions {
      facts.append("contributions of \(contributions.features.count) features (\(contributions.meaning))")
    }
    if let voices = scores.voices {
      let present = zip(voices.modalities, voices.presence).map { "\($0) in \($1.setCount)" }
      facts.append("fused of \(present.bounded(6)) rows")
      if let conflict = voices.conflict {
        let strong = conflict.count { $0 > 0.9 }
        facts.append("the modalities contradict each other (conflict above 0.9) in \(strong) rows")
      }
      if voices.weights != nil { facts.append("weights by modality: \(voices.meaning)") }
    }
    return facts
  }

  private static func fact(_ slot: Slot, _ rows: Int) -> String {
    var fact = "\(slot.name): \(slot.value.shortDescription)"
    if let presence = slot.presence { fact += ", present in \(presence.setCount) of \(rows) rows" }
    if let oldest = slot.staleness?.lazy.filter({ $0.isFinite }).max(), oldest > 0 {
      fact += ", at most \(Double(oldest).shortText(digits: 3)) s old"
    }
    return fact
  }
}

extension Index {
  /// How the rows are addressed, lie in time, belong together and are divided.
  var facts: [String] {
    var facts = [count == 1 ? "1 row" : "\(count) rows"]
    switch address {
    case .row: break
    case .sample: facts[0] += " known by identifier"
    case .time(let axis):
      if let ends = axis.ends { facts[0] += ", \(ends.lowerBound.short) to \(ends.upperBound.short)" }
      if let sampling = Sampling(self) { facts.append(sampling.fact) }
    }
    if !segments.isEmpty {
      let names = segments.prefix(5).map { "\($0.name) (\($0.rows.count))" }.joined(separator: ", ")
      facts.append(
        "\(counted(segments.count, "segment")): \(names)"
          + (segments.count > 5 ? " and \(segments.count - 5) more" : "")
      )
    }
    if let splits {
      let counts = Split.allCases.map { split in "\(split.name) \(splits.count { $0 == split })" }
      facts.append("split: " + counts.joined(separator: ", "))
    }
    return facts
  }
}

extension TimeAxis {
  /// From the earliest to the latest moment, in whatever order they come.
  var ends: ClosedRange<Instant>? {
    guard count > 0 else { return nil }
    var (low, high) = (self[0], self[count - 1])
    if !isSorted { for row in 0..<count { (low, high) = (min(low, self[row]), max(high, self[row])) } }
    return low...high
  }
}

extension Sampling {
  fileprivate var fact: String {
    if !isAscending { return "the rows are not in the order of time" }
    if step == .zero { return "most rows have the time of another row" }
    guard isSteady else {
      return
        "times at irregular steps, the median is \(step.short), 95 % of them within \(jitter.short) of it"
    }
    let jitter = jitter > .zero ? ", 95 % of the steps within \(jitter.short) of that" : ""
    guard let longestGap else {
      let isEven = longestStep.map { Double($0.nanoseconds) < 1.5 * Double(step.nanoseconds) } ?? true
      let rest = isEven ? "without gaps" : "the longest step \(longestStep?.short ?? "")"
      return "a row every \(step.short)\(jitter), \(rest)"
    }
    return "a row every \(step.short)\(jitter); \(gaps.count == 1 ? "1 gap" : "\(gaps.count) gaps"), "
      + "the longest \(longestGap.short)"
  }
}

extension TimeSpan {
  /// Up to the next of the units of which it has thousands: what is short and surely not less.
  var roundedUp: TimeSpan {
    let units: [Int64] = [1_000_000_000, 1_000_000, 1000]
    guard let unit = units.first(where: { nanoseconds / 1000 >= $0 }) else { return self }
    let rest = nanoseconds % unit
    return rest == 0 ? self : TimeSpan(nanoseconds: nanoseconds - rest + unit)
  }

  /// With as many digits as a person needs.
  var short: String {
    let exact = description
    // `300ms` and `90s` stay; `1001ms` and `5000us` do not.
    if exact.utf8.count <= 5, exact.prefix(while: \.isNumber).count < 4 { return exact }
    // The largest unit of which there are two, of seconds and less one.
    let units = [("d", 86_400.0), ("h", 3600), ("min", 60), ("s", 1), ("ms", 1e-3), ("us", 1e-6)]
    let unit = units.first { abs(seconds) >= ($0.1 < 60 ? 1 : 2) * $0.1 } ?? ("ns", 1e-9)
    return (seconds / unit.1).shortText(digits: 4) + unit.0
  }
}
