package import Chronology
package import Numerics
package import Values

/// Counts the events of a log by template in a trailing window.
///
/// - Input: a log; the rows that ask, on any time index.
/// - Output: `total` and one count a template. No event is a count of 0 as long as the log is present.
/// - Complexity: O((*n* + *events*) · *templates*).
/// - Source: Xu, Huang, Fox, Patterson and Jordan, *Detecting large-scale system problems by mining console logs*,
///   SOSP 2009, section 4.2 (message count vectors).
/// - Differs: groups by time, not by an identifier in the message.
package struct CountsEncoder: Sendable, Equatable {
  package var width: TimeSpan

  package init(width: TimeSpan) { self.width = width }

  /// One vector a row of `index`; rows with `presence` cleared are absent.
  package func encode(
    _ log: Log, rows index: Index, presence: Mask? = nil, work: Work
  ) throws(EncodingError) -> Encoded {
    guard let axis = index.time else { throw .noTime }
    if width <= .zero { throw .windowTooShort(needed: TimeSpan(nanoseconds: 1)) }
    let events = try MessageTimes(log)
    let (times, templates) = (events.times, events.templates)
    let features = ["total"] + Self.names(of: log.templates)
    // With an extent the row means [t, t + extent); a moment belongs to its own window.
    let reach = index.extent.map { $0.nanoseconds - 1 } ?? 0
    return try encodeRows(index.count, features: features, stage: "counts", work: work) { row, vector in
      guard presence?[row] ?? true else { return false }
      let end = axis[row].nanoseconds + reach
      let start = vector.count
      for _ in features { vector.append(0) }
      var position = MessageTimes.countAtMost(end, in: times)
      while position > 0, end - times[position - 1] < width.nanoseconds {
        position -= 1
        vector[start] += 1
        if templates[position] >= 0 { vector[start + 1 + templates[position]] += 1 }
      }
      return true
    }
  }

  /// The first words of each template, numbered where they are not unique: `valve-V2-position`.
  package static func names(of templates: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return templates.enumerated().map { place, template in
      let words = template.split { !($0.isLetter || $0.isNumber) }.prefix(3)
      let name = words.isEmpty ? "template\(place + 1)" : words.joined(separator: "-")
      let times = (seen[name] ?? 0) + 1
      seen[name] = times
      return times == 1 ? name : "\(name)-\(times)"
    }
  }
}
