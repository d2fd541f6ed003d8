import Chronology
import Notation
import Values

/// Round numbers along an axis, and how they are written.
struct Ticks {
  let places: [Double]
  let labels: [String]
  /// What all the labels have in common, such as the date.
  let note: String

  /// About `count` round numbers within the limits.
  static func numbers(from low: Double, to high: Double, about count: Int) -> Ticks {
    guard high > low, (high - low).isFinite else {
      return Ticks(places: [low], labels: [low.shortText(digits: 4)], note: "")
    }
    let rough = (high - low) / Double(max(1, count))
    var size = 1.0
    while size > rough { size /= 10 }
    while size * 10 <= rough { size *= 10 }
    let step = [1.0, 2, 5, 10].map { $0 * size }.first { $0 >= rough } ?? size * 10
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard last >= first, last - first < 1000 else {
      return Ticks(places: [low], labels: [low.shortText(digits: 4)], note: "")
    }
    let places = stride(from: first, through: last, by: 1).map { $0 * step }
    return Ticks(places: places, labels: places.map { label($0, step: step) }, note: "")
  }

  /// With as many digits as the steps need, so that the points stand below each other.
  private static func label(_ number: Double, step: Double) -> String {
    var decimals = 0
    var size = 1.0
    while size > step * 1.001, decimals < 12 {
      size /= 10
      decimals += 1
    }
    if abs(number) >= 1e6 || decimals > 6 {
      return abs(number) < step / 1000 ? "0" : number.shortText(digits: 4)
    }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((number * Double(scale)).rounded())
    let digits = String(abs(scaled) % scale)
    let fraction = decimals == 0 ? "" : "." + String(repeating: "0", count: decimals - digits.count) + digits
    return (scaled < 0 ? "-" : "") + String(abs(scaled) / scale) + fraction
  }

  /// Along a horizontal axis.
  static func along(_ axis: Figure.Axis, from low: Double, to high: Double, about count: Int) -> Ticks {
    axis == .time ? times(from: low, to: high, about: count) : numbers(from: low, to: high, about: count)
  }

  private static let second = 1e9
  private static let day = 86_400e9
  private static let steps: [Double] =
    [1e3, 1e4, 1e5, 1e6, 1e7, 1e8].map { $0 }
    + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map { $0 * 1e9 }
    + [1, 2, 3, 6, 12].map { $0 * 3600e9 } + [1, 2, 7, 14, 30, 90, 180, 365, 730, 1825].map { $0 * 86_400e9 }

  /// Round moments; the limits are nanoseconds since 1970.
  static func times(from low: Double, to high: Double, about count: Int) -> Ticks {
    guard high > low else {
      return Ticks(places: [low], labels: [text(low)], note: "")
    }
    let rough = (high - low) / Double(max(1, count))
    let step = steps.first { $0 >= rough } ?? 3650 * day
    let places = stride(from: (low / step).rounded(.up) * step, through: high, by: step).map { $0 }
    let isOneDay = text(low).prefix(10) == text(high).prefix(10)
    if step >= day {
      return Ticks(places: places, labels: places.map { String(text($0).prefix(10)) }, note: "")
    }
    let labels = places.enumerated().map { number, place -> String in
      let whole = text(place)
      let clock = clock(whole, step: step)
      let startsDay = number == 0 || text(places[number - 1]).prefix(10) != whole.prefix(10)
      return !isOneDay && startsDay ? whole.dropFirst(5).prefix(5) + " " + clock : clock
    }
    return Ticks(
      places: places, labels: labels,
      note: Figure.Axis.time.isElapsed(from: low, to: high)
        ? "time since the start" : String(text(low).prefix(10)))
  }

  private static func text(_ nanoseconds: Double) -> String {
    Instant(nanoseconds: Int64(nanoseconds)).description
  }

  private static func clock(_ text: String, step: Double) -> String {
    let clock = text.dropFirst(11).prefix { $0 != "Z" && $0 != "+" }
    return String(step >= 60 * second ? clock.prefix(5) : step >= second ? clock.prefix(8) : clock)
  }
}
