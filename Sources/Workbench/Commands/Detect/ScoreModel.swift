import Detection
import Language
import Numerics
import Values

struct ScoreModel: PureCommand {
  static let model = Parameter<Reference>.value("model", [.model], help: "What `fit` has learned.")
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .embedding, .bundle],
    help: "The rows to score; it must have the model's features.")

  let spec = CommandSpec(
    "score", nil, "Scores the rows of a value with a fitted model.",
    discussion: """
      Features are matched by name; others are left alone. A model that was fitted one segment at a time scores segments \
      of the same name. All rows count as new: to score the very rows that a model was fitted on, without their being \
      their own neighbours, use `detect`.
      """,
    parameters: [model.base, input.base], output: .scores,
    examples: [
      Example("monday = generate pump-station --minutes 5 --seed 7"),
      Example("tuesday = generate pump-station --minutes 5 --seed 8"),
      Example("normal = fit zscore monday"),
      Example("risk = score normal tuesday"),
      Example("normal | score tuesday"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .model(let stored) = call[Self.model].value, let model = stored as? FittedModel else {
      throw call.unexpectedKind(Self.model.base)
    }
    let rows = try call.scorableRows(
      Self.input, takesCategories: !model.levels.isEmpty, method: model.method, levels: model.levels,
      work: work)
    if model.needsCompleteRows { call.tellIncomplete(rows, method: model.method) }
    do throws(DetectionError) {
      let scored = call[Self.input].value
      return .scores(try model.scores(of: rows, work: work).scoring(scored).heard(in: scored))
    } catch {
      throw call.failure(error, method: model.method, rows: rows)
    }
  }
}
