import Chronology
import Detection
import Language
import Notation
import Values

/// What all threshold commands share: input, one threshold or one a segment, the shape of alarms.
enum ThresholdOptions {
  static let input = Parameter<Reference>.value("scores", [.scores], help: "The scores to decide on.")
  static let per = Parameter<String>.choice(
    "per",
    of: [Choice("all", "one threshold for all rows"), Choice("segment", "one for each segment (file)")],
    default: "all", help: "What shares a threshold.")
  static let minimumDuration = Parameter<TimeSpan>.span(
    "min-duration", in: .zero...TimeSpan(nanoseconds: .max), default: .zero,
    help: "Shorter alarms are dropped; needs rows with times.")
  static let merge = Parameter<TimeSpan>.span(
    "merge", in: .zero...TimeSpan(nanoseconds: .max), default: .zero,
    help: "Alarms with at most this gap between them become one; needs rows with times.")

  static let release = Parameter<Double?>.optional(
    "release", .fraction(0...1),
    help: "An alarm lasts until the score falls to this quantile, such as 95%; to the threshold if absent."
  ) { if case .real(let level) = $0 { level } else { nil } }
  static let coolDown = Parameter<TimeSpan>.span(
    "cool-down", in: .zero...TimeSpan(nanoseconds: .max), default: .zero,
    help: "Alarms that begin sooner after the last one kept are dropped; needs rows with times.")
  static let budget = Parameter<Int?>.optional(
    "budget", .integer(1...1_000_000),
    help: "Most alarms a day, those with the highest peaks; needs rows with times."
  ) { if case .integer(let count) = $0 { count } else { nil } }

  static let from = Parameter<Reference?>.optional(
    "from", .value([.scores]),
    help:
      "Scores of other rows to learn from, such as `score MODEL NORMAL`; of those the calibrate rows, if it was split."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  static let shaping = [minimumDuration.base, merge.base, release.base, coolDown.base, budget.base]
  static let shared = [from.base, per.base] + shaping

  /// What every threshold's discussion ends with.
  static let fitting = """
    Learns from `--from` if it is given, else from calibrate rows if there are any, else from fit rows, else from all scored \
    rows; the alarms say which. \
    Labels are never looked at. A score above the threshold is an alarm, and alarms never cross segments.
    """

  static func decide(_ call: Invocation, by rule: any ThresholdRule) throws(Failure) -> Value {
    guard case .scores(let scores) = call[input].value else { throw call.unexpectedKind(input.base) }
    let thresholding = Thresholding(
      rule: rule, isPerSegment: call[per] == "segment", shape: shape(call),
      reference: try reference(call, for: scores))
    do throws(ThresholdError) {
      return .alarms(try thresholding.decide(scores))
    } catch {
      throw call.failure(error, rule: rule.summary, isDeviation: rule is MedianDeviationThreshold)
    }
  }

  static func decide(_ call: Invocation, by rule: any MovingThreshold) throws(Failure) -> Value {
    guard case .scores(let scores) = call[input].value else { throw call.unexpectedKind(input.base) }
    do throws(ThresholdError) {
      return .alarms(try rule.decide(scores, shape: shape(call)))
    } catch {
      throw call.failure(error, rule: rule.summary)
    }
  }

  private static func reference(
    _ call: Invocation, for scores: Scores
  ) throws(Failure) -> (scores: Scores, name: String)? {
    guard let named = call[from] else { return nil }
    guard case .scores(let other) = named.value else { throw call.unexpectedKind(from.base) }
    if other.method != scores.method {
      call.note(
        "`\(named.name)` is scored by \(other.method), these by \(scores.method): their units may differ")
    }
    return (other, named.name)
  }

  static func shape(_ call: Invocation) -> AlarmShape {
    AlarmShape(
      minimumDuration: call[minimumDuration], mergeGap: call[merge], release: call[release],
      coolDown: call[coolDown], dailyBudget: call[budget])
  }
}

extension Invocation {
  /// The facts of a threshold that cannot be set as a message.
  func failure(_ error: ThresholdError, rule: String, isDeviation: Bool = false) -> Failure {
    let input = ThresholdOptions.input.base
    func place(_ segment: String) -> String { segment.isEmpty ? "" : " in segment `\(segment)`" }
    switch error {
    case .noRows(let segment):
      return blame(
        input, "D0201", "no scored row to learn a threshold from\(place(segment))",
        remedy: "Score more rows" + (segment.isEmpty ? "." : ", or leave out `--per segment`."))
    case .tooFewExceedances(let needed, let got, let segment):
      return blame(
        input, "D0202",
        "a tail needs \(needed) scores above the initial quantile and has \(got)\(place(segment))",
        remedy: "Lower `--initial`, " + (segment.isEmpty ? "" : "leave out `--per segment`, ")
          + "or use `threshold quantile`.")
    case .noTail(let segment):
      return blame(
        input, "D0203", "all scores above the initial quantile are equal\(place(segment))",
        remedy: "Lower `--initial`, or use `threshold quantile`.")
    case .noSpread(let segment) where !isDeviation:
      return blame(
        input, "D0208",
        "the scores hardly differ, so `\(rule)` has nothing to measure\(place(segment))",
        remedy: "Use `threshold quantile`, or score with another detector.")
    case .noSpread(let segment):
      return blame(
        input, "D0204",
        "more than half of the scores are equal, so their median deviation is 0\(place(segment))",
        remedy: "Use `threshold quantile`.")
    case .riskAboveTail(let risk, let tail, let segment):
      return blame(
        input, "D0205",
        "the risk \(risk) is not below the \(tail.shortText(digits: 3)) of scores in the tail\(place(segment))",
        remedy: "Choose a smaller `--risk` or a lower `--initial`.")
    case .noTimes:
      return blame(
        input, "D0206", "`--min-duration`, `--merge`, `--cool-down` and `--budget` need rows with times",
        remedy: "Count in rows, as in `shape ALARMS --min-rows 3`, or load the data with `--time`.")
    case .tooFewRows(let needed, let got):
      return blame(
        input, "D0213", "the stream needs \(needed) scored rows in a segment and has \(got)",
        remedy: "Lower `--warmup`, or use `threshold pot`, which looks at all rows at once.")
    case .noNormalRows(let segment):
      return blame(
        input, "D0207", "no normal rows apart from those to decide on\(place(segment))",
        remedy: "Divide the data first: `split --fit-share 40% --calibrate-share 20%`, then detect again.")
    }
  }
}
