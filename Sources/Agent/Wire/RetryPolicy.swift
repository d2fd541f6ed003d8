package import Chronology
package import Workbench

/// What an answer's headers say about trying again.
package struct RetryAdvice: Sendable, Equatable {
  /// `x-should-retry`.
  package var shouldRetry: Bool?
  /// `retry-after-ms`.
  package var milliseconds: Double?
  /// `retry-after` as seconds.
  package var seconds: Double?
  /// `retry-after` as a date.
  package var date: Instant?

  package init() {}

  package init(headers: [HTTPHeader]) {
    for header in headers {
      switch header.name {
      case "x-should-retry": shouldRetry = ["true": true, "false": false][header.value.lowercased()]
      case "retry-after-ms": milliseconds = Double(header.value)
      case "retry-after":
        seconds = Double(header.value)
        date = seconds == nil ? HTTPDate.instant(header.value) : nil
      default: break
      }
    }
  }

  /// The wished wait; nil if nothing was wished.
  func wait(at now: Instant) -> Double? {
    milliseconds.map { $0 / 1000 } ?? seconds ?? date.map { ($0 - now).seconds }
  }
}

/// When a failed request is tried again, and after how long.
package struct RetryPolicy: Sendable, Equatable {
  package var retries = 2
  package var firstWait = 0.5
  package var longestWait = 8.0
  /// A server that wishes a longer wait than this is given up.
  package var longestWish = 120.0

  package init() {}

  /// Seconds to wait before attempt `attempt` + 1, or nil to give up. `jitter` lies in 0..<1.
  package func wait(after failure: ModelFailure, attempt: Int, at now: Instant, jitter: Double) -> Double? {
    guard attempt <= retries else { return nil }
    let isTransient =
      switch failure.cause {
      case .rateLimited, .overloaded, .serverError, .unreachable, .broken: true
      default: false
      }
    guard failure.advice.shouldRetry ?? isTransient else { return nil }
    if let wish = failure.advice.wait(at: now), wish.isFinite, wish > 0 {
      return wish <= longestWish ? wish : nil
    }
    var wait = firstWait
    for _ in 1..<max(1, attempt) { wait *= 2 }
    return min(wait, longestWait) * (1 - 0.25 * jitter)
  }
}

/// Dates as HTTP headers write them: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func instant(_ text: String) -> Instant? {
    let words = text.split(separator: " ")
    guard words.count == 6, let month = months.firstIndex(of: String(words[2])), words[5] == "GMT",
      words[1].count <= 2, words[3].count == 4
    else { return nil }
    let day = words[1].count == 1 ? "0" + words[1] : String(words[1])
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Instant("\(words[3])-\(number)-\(day)T\(words[4])Z")
  }
}
