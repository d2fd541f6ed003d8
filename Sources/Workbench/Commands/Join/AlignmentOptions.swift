import Chronology
import Fusion
import Language

/// What the commands that bring rows onto steps share.
enum AlignmentOptions {
  static let steps = TimeSpan(nanoseconds: 1_000)...TimeSpan(seconds: 366 * 86_400)

  static let aggregate = Parameter<String>.choice(
    "aggregate",
    of: [
      Choice("mean", "the mean"), Choice("median", "the median"), Choice("min", "the smallest"),
      Choice("max", "the largest"), Choice("sum", "the sum"), Choice("last", "the latest"),
      Choice("count", "how many there are"),
    ], default: "mean", help: "How the values within a step become one.")

  private static let limit = Parameter<TimeSpan>.span(
    "limit", in: TimeSpan(nanoseconds: 1)...TimeSpan(seconds: 366 * 86_400), default: TimeSpan(seconds: 5),
    help: "The longest distance to a measured value.", placement: .positional)

  static let fill = Parameter<Fill?>.optional(
    "fill",
    .call([
      CallSpec("none", "Leaves empty steps missing."),
      CallSpec("hold", "Repeats the last value for at most `limit`.", parameters: [limit.base]),
      CallSpec(
        "linear", "Draws a line between neighbours at most `limit` apart; looks ahead.",
        parameters: [limit.base]),
      CallSpec(
        "nearest", "Takes the nearer neighbour within `limit`; looks ahead.", parameters: [limit.base]),
    ]), help: "What stands in steps without a value; none if absent."
  ) { argument in
    guard case .call(let literal) = argument else { return nil }
    let nanoseconds = literal[limit].nanoseconds
    return switch literal.name {
    case "hold": Fill.hold(nanoseconds)
    case "linear": .linear(nanoseconds)
    case "nearest": .nearest(nanoseconds)
    default: Fill.none
    }
  }.defaulting(to: Fill.none)
}

extension Parameter {
  /// The same parameter, with a value to use when nothing was given.
  func defaulting<Wrapped>(to value: Wrapped) -> Parameter<Wrapped>
  where Element == Wrapped?, Wrapped: Sendable {
    Parameter<Wrapped>(base) { decode($0) ?? value }
  }
}
