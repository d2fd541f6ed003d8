import Detection
import Language
import Numerics
import Values

/// `calibrate likelihood risk`: how improbable a run of surprises is.
struct CalibrateLikelihood: PureCommand {
  let spec = CommandSpec(
    "calibrate", "likelihood", "Turns scores into how improbable the last ten of them are.",
    discussion: """
      A detector that judges a series row by row is often a little surprised; this looks at the mean of its last ten scores \
      beside all means before, 0 to 1 on a logarithmic scale (anomaly likelihood, Ahmad et al., Neurocomputing 2017). Of a run \
      of improbable rows the first one stands out. Rows must be in order of time; each segment is judged for itself, and the rows \
      to learn from (calibrate rows, else fit rows, else the first seventh) become 0. Labels are never looked at. What the \
      scores were divided among stays with them.
      """,
    parameters: [Calibrate.input.base], output: .scores,
    examples: [
      Example("pump = generate pump-station --seed 1 | split --fit 300"),
      Example("risk = detect ar pump.Current"),
      Example("risk | calibrate likelihood"),
      Example("rare = calibrate likelihood risk"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .scores(let scores) = call[Calibrate.input].value else {
      throw call.unexpectedKind(Calibrate.input.base)
    }
    do throws(CalibrationError) {
      return .scores(try LikelihoodCalibration().calibrate(scores))
    } catch {
      throw Calibrate.failure(error, call)
    }
  }
}
