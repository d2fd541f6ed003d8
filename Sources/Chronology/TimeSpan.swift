/// A signed length of time with nanosecond resolution.
package struct TimeSpan: Hashable, Comparable, Sendable, Codable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Rounds to the nearest nanosecond; saturates at about 292 years.
  package init(seconds: Double) {
    let scaled = (seconds * 1e9).rounded()
    nanoseconds = scaled >= 9.2e18 ? .max : scaled <= -9.2e18 ? .min : scaled.isNaN ? 0 : Int64(scaled)
  }

  package static let zero = TimeSpan(nanoseconds: 0)

  package var seconds: Double { Double(nanoseconds) / 1e9 }

  package static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.nanoseconds < b.nanoseconds }

  /// The units that people write, longest first, with their length in nanoseconds.
  package static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]
}

extension TimeSpan: CustomStringConvertible {
  /// The shortest exact text: `90s` stays seconds, `300s` becomes `5min`.
  package var description: String {
    if nanoseconds == 0 { return "0s" }
    for unit in Self.units where nanoseconds % unit.nanoseconds == 0 {
      return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
    return "\(nanoseconds)ns"
  }
}
