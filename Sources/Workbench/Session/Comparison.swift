import Values

/// How a result relates to the one on record.
package enum Verdict: Int, Sendable, Comparable {
  case identical, equal, drifted

  package static func < (a: Verdict, b: Verdict) -> Bool { a.rawValue < b.rawValue }

  /// For the reader.
  package var text: String {
    switch self {
    case .identical: "identical"
    case .equal: "equal within tolerance"
    case .drifted: "drifted"
    }
  }
}

extension RecordedDigest {
  /// What may differ on another machine: this share of the mean magnitude, for each number of the summary.
  package static let tolerance = 1e-6

  /// Equal digests mean equal bits. Otherwise the summaries decide: the same kind and size, the same count of
  /// finite numbers, and sum, sum of magnitudes, smallest and largest within `tolerance`.
  package func compare(_ now: RecordedDigest) -> Verdict {
    if digits == now.digits { return .identical }
    guard description == now.description, summary.count == 5, now.summary.count == 5,
      summary[0] == now.summary[0]
    else { return .drifted }
    let magnitude = max(abs(summary[2]), abs(now.summary[2]))
    let typical = magnitude / max(summary[0], 1)
    let isNear = (1..<5).allSatisfy { position in
      let scale =
        position < 3 ? magnitude : max(typical, abs(summary[position]), abs(now.summary[position]))
      return abs(summary[position] - now.summary[position]) <= Self.tolerance * scale
    }
    return isNear ? .equal : .drifted
  }
}

extension Assertion {
  /// What the value says instead; nil if it is as asserted.
  func failure(in value: Value) -> String? {
    let found: Double?
    switch value {
    case .report(let report): found = report.metrics.first { $0.name == metric }?.value
    case .scalar(.number(let number)): found = number
    default: found = nil
    }
    guard let found else { return "asserts `\(metric)`, which the result does not have" }
    let isMet = abs(found - self.value) <= tolerance || found == self.value
    return isMet ? nil : "asserts \(text), and it is \(found)"
  }
}
