import Language
import Numerics
import Values

struct DetectExpression: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .log, .scores, .images, .video, .text, .events], help: "The rows to score.")
  static let expression = AnyParameter(
    "expression", .expression, placement: .positional, required: true,
    help: "A column, or what is computed from some; higher is more anomalous.")

  let spec = CommandSpec(
    "detect", "expression", "Scores rows by a column, or by what is computed from columns.",
    discussion: """
      For scores that another tool or a model has made, that are to be smoothed, or that follow from a formula: `detect \
      expression table.loss`, `detect expression risk ewm(score, 0.2)`, `detect expression pump -Pressure` where low is \
      anomalous. What holds counts 1, what does not 0. Rows where the expression is missing are not scored. Nothing is \
      learned, and label columns cannot be scores: they are the truth that scores are judged by.
      """,
    parameters: [Self.input.base, Self.expression], output: .scores,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("risk = detect knn pump"),
      Example("calm = detect expression risk ewm(score, 0.3)"),
      Example("leak = detect expression pump abs(diff(Pressure))"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame else { throw call.noRows(Self.input.base) }
    let expression = try call.expression(Self.expression, over: frame, of: input.name)
    let column: Column
    do throws(ExpressionFailure) {
      column = try expression.column("score", over: frame, work: work)
    } catch {
      throw call.failure(error, of: input.name, at: Self.expression)
    }
    if column.role == .label {
      throw call.blame(
        Self.expression, "R0405", "a label column is the truth and no score", label: "the truth",
        remedy: "Use other columns. If it is no truth, load the value without `--labels` for it.")
    }
    guard let numbers = column.numbers else {
      throw call.blame(
        Self.expression, "R0405", "the expression gives \(column.type.rawValue) cells, not numbers",
        label: "not numbers", remedy: "Write an expression whose value is a number, or true and false.")
    }
    let scored = Mask(numbers.map(\.isFinite))
    let absent = numbers.count - scored.setCount
    if absent > 0 {
      call.note("\(counted(absent, "row")) without a value \(absent == 1 ? "is" : "are") not scored")
    }
    return .scores(
      Scores(
        index: frame.index, values: numbers.map { $0.isFinite ? $0 : 0 }, method: "expression",
        presence: scored))
  }
}
