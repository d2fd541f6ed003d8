import Chronology
import Detection
import Language
import Notation
import Numerics
import Values

struct Shape: PureCommand {
  static let input = Parameter<Reference>.value("alarms", [.alarms], help: "The alarms to shape.")
  private static func rows(_ name: String, _ help: String) -> Parameter<Int> {
    Parameter<Int>.integer(name, in: 0...1_000_000_000, default: 0, help: help)
  }
  static let minimumRows = rows("min-rows", "Alarms of fewer rows are dropped.")
  static let mergeRows = rows("merge-rows", "Alarms with at most so many rows between them become one.")
  static let coolRows = rows(
    "cool-rows", "Alarms with fewer rows between them and the last one kept are dropped.")
  static let most = Parameter<Int?>.optional(
    "most", .integer(1...1_000_000_000), help: "Most alarms in all, those with the highest peaks."
  ) { if case .integer(let count) = $0 { count } else { nil } }

  let spec = CommandSpec(
    "shape", nil, "Shapes alarms: joins, drops and holds them, so that fewer are left.",
    discussion: """
      In this order, within each segment: an alarm is held until the score falls to `--release` (hysteresis); alarms with \
      small gaps become one; short ones are dropped; those too soon after the last one kept are dropped (cool-down); of \
      each day, counted from the first row, the highest ones are kept (budget). Lengths are times, or rows where rows \
      have no times. The thresholds stay as they are. Every `threshold` takes the options by time, too; `shape` changes \
      alarms that are there already, such as those of a rule, and says in their rule what was done.
      """,
    parameters: [input.base] + ThresholdOptions.shaping
      + [minimumRows.base, mergeRows.base, coolRows.base, most.base],
    output: .alarms,
    examples: [
      Example("alarms = generate pump-station --seed 1 | detect zscore | threshold quantile"),
      Example("alarms | shape --merge 5s --min-duration 3s"),
      Example("alarms | shape --merge-rows 10 --most 3"),
      Example("calm = shape alarms --release 90% --cool-down 1min --budget 20"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .alarms(let alarms) = call[Self.input].value else {
      throw call.unexpectedKind(Self.input.base)
    }
    var shape = ThresholdOptions.shape(call)
    shape.minimumRows = call[Self.minimumRows]
    shape.mergeRows = call[Self.mergeRows]
    shape.coolRows = call[Self.coolRows]
    shape.most = call[Self.most]
    if shape == AlarmShape() {
      call.note("nothing to do: no option was given, such as `--merge 5s` or `--min-rows 3`")
      return .alarms(alarms)
    }
    let shaped: Alarms
    do throws(ThresholdError) {
      shaped = try alarms.shaped(by: shape)
    } catch {
      // The parameters of thresholds blame their own input; this one has the same meaning.
      throw call.failure(error, rule: alarms.rule)
    }
    call.note(
      "\(counted(alarms.segments.count, "alarm")) over \(counted(alarms.flags.setCount, "row")) became "
        + "\(shaped.segments.count) over \(shaped.flags.setCount)")
    return .alarms(shaped)
  }
}
