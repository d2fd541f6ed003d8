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

  static let shared = [per.base, minimumDuration.base, merge.base]

  /// What every threshold's discussion ends with.
  static let fitting = """
    Learns from calibrate rows if there are any, else from fit rows, else from all scored rows; the alarms say which. \
    Labels are never looked at. A score above the threshold is an alarm, and alarms never cross segments.
    """

  static func decide(_ call: Invocation, by rule: any ThresholdRule) throws(Failure) -> Value {
    guard case .scores(let scores) = call[input].value else { throw call.unexpectedKind(input.base) }
    let thresholding = Thresholding(
      rule: rule, isPerSegment: call[per] == "segment", minimumDuration: call[minimumDuration],
      mergeGap: call[merge])
    do throws(ThresholdError) {
      return .alarms(try thresholding.decide(scores))
    } catch {
      throw call.failure(error)
    }
  }
}

extension Invocation {
  /// The facts of a threshold that cannot be set as a message.
  fileprivate func failure(_ error: ThresholdError) -> Failure {
    let input = ThresholdOptions.input.base
    func place(_ segment: String) -> String { segment.isEmpty ? "" : " in segment `\(segment)`" }
    switch error {
    case .noRows(let segment):
      return blame(
        input, "D0201", "no scored row to learn a threshold from\(place(segment))",
        remedy: "Score more rows, or leave out `--per segment`.")
    case .tooFewExceedances(let needed, let got, let segment):
      return blame(
        input, "D0202",
        "a tail needs \(needed) scores above the initial quantile and has \(got)\(place(segment))",
        remedy: "Lower `--initial`, leave out `--per segment`, or use `threshold quantile`.")
    case .noTail(let segment):
      return blame(
        input, "D0203", "all scores above the initial quantile are equal\(place(segment))",
        remedy: "Lower `--initial`, or use `threshold quantile`.")
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
        input, "D0206", "`--min-duration` and `--merge` need rows with times",
        remedy: "Load the data with `--time`, or leave the options out.")
    }
  }
}
