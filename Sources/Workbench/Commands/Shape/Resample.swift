import Chronology
import Fusion
import Language
import Numerics
import Values

struct Resample: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series, .table], help: "Columns over time, regular or not.")
  static let every = Parameter<TimeSpan>.required(
    "every", .span(AlignmentOptions.steps), placement: .option, help: "The new distance of rows, such as 1s."
  ) { if case .span(let span) = $0 { span } else { TimeSpan(seconds: 1) } }

  let spec = CommandSpec(
    "resample", nil, "Brings rows onto equal steps of time.",
    discussion: """
      A step takes the values with times in [t, t + every); steps lie at whole multiples since 1970, so that \
      everything with the same step fits together. Numbers are summarised by --aggregate (truth values are, too, by `sum` \
      and `count`), label columns by their maximum, other columns keep the last value. Steps without a value stay missing, and segments are never crossed.
      """,
    parameters: [Self.input.base, Self.every.base, AlignmentOptions.aggregate.base], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("slow = pump | resample --every 10s"),
      Example("peaks = pump.Accelerometer* | resample --every 1min --aggregate max"),
      Example("minutes = pump | derive busy = Flow > 31 | resample --every 1min --aggregate sum"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    let resampling = Resampling(
      every: call[Self.every], aggregate: Aggregate(rawValue: call[AlignmentOptions.aggregate]) ?? .mean)
    do throws(FusionError) {
      switch input.value {
      case .series(let frame):
        return .series(try resampling.resample(frame, name: input.name, work: work))
      case .table(let frame): return .table(try resampling.resample(frame, name: input.name, work: work))
      default: throw FusionError.noAddress(name: input.name)
      }
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
  }
}
