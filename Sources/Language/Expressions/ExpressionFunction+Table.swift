extension ExpressionFunction {
  private init(_ name: String, _ inputs: [Input], _ result: ExpressionType?, _ help: String) {
    self.init(name: name, signatures: [Signature(inputs: inputs, result: result)], help: help)
  }

  /// One signature for each of the types, otherwise alike.
  private init(
    _ name: String, for types: [ExpressionType], _ help: String,
    _ signature: (ExpressionType) -> (inputs: [Input], result: ExpressionType)
  ) {
    let signatures = types.map { type in
      let (inputs, result) = signature(type)
      return Signature(inputs: inputs, result: result)
    }
    self.init(name: name, signatures: signatures, help: help)
  }

  /// All functions in the order of `help`.
  package static let all: [ExpressionFunction] = arithmetic + choosing + overRows + texts + times

  private static let arithmetic: [ExpressionFunction] = [
    ExpressionFunction("abs", for: [.number, .span], "The size without the sign.") {
      ([.value("x", $0)], $0)
    },
    ExpressionFunction("sqrt", [.number("x")], .number, "The square root; missing for negative numbers."),
    ExpressionFunction("exp", [.number("x")], .number, "The exponential."),
    ExpressionFunction("log", [.number("x")], .number, "The natural logarithm; missing below or at 0."),
    ExpressionFunction("log10", [.number("x")], .number, "The decimal logarithm; missing below or at 0."),
    ExpressionFunction(
      "sin", [.number("x")], .number, "The sine of an angle in radians; `pi()` is half a turn."),
    ExpressionFunction("cos", [.number("x")], .number, "The cosine of an angle in radians."),
    ExpressionFunction("tan", [.number("x")], .number, "The tangent of an angle in radians."),
    ExpressionFunction("atan", [.number("x")], .number, "The angle in radians with this tangent."),
    ExpressionFunction("tanh", [.number("x")], .number, "The hyperbolic tangent, between -1 and 1."),
    ExpressionFunction("pi", [], .number, "3.14159…: a day's course is `sin(2 * pi() * hour() / 24)`."),
    ExpressionFunction("floor", [.number("x")], .number, "The next whole number below."),
    ExpressionFunction("ceil", [.number("x")], .number, "The next whole number above."),
    ExpressionFunction(
      "round", [.number("x"), .number("digits").optional], .number,
      "The nearest number with so many decimal digits, 0 unless given; halves go to the even neighbour."),
    ExpressionFunction("sign", [.number("x")], .number, "-1, 0 or 1."),
    ExpressionFunction("min", for: [.number, .span, .time], "The smallest of its arguments in a row.") {
      ([.value("x", $0), .value("y", $0).repeated], $0)
    },
    ExpressionFunction("max", for: [.number, .span, .time], "The largest of its arguments in a row.") {
      ([.value("x", $0), .value("y", $0).repeated], $0)
    },
    ExpressionFunction("clip", for: [.number, .span, .time], "The value, kept between two limits.") {
      ([.value("x", $0), .value("low", $0), .value("high", $0)], $0)
    },
    ExpressionFunction("between", for: [.number, .span, .time], "Whether low <= x <= high.") {
      ([.value("x", $0), .value("low", $0), .value("high", $0)], .bool)
    },
  ]

  private static let choosing: [ExpressionFunction] = [
    ExpressionFunction("isnull", [.value("x", .any)], .bool, "Whether the cell is missing."),
    ExpressionFunction(
      "coalesce", [.same("x"), .same("other").repeated], nil, "The first argument that is not missing."),
    ExpressionFunction(
      "if", [.condition("condition"), .same("then"), .same("else")], nil,
      "The second argument where the condition holds, else the third; missing where the condition is."),
  ]

  private static let overRows: [ExpressionFunction] = [
    ExpressionFunction(
      name: "diff",
      signatures: [
        Signature(inputs: [.number("x"), .rows], result: .number),
        Signature(inputs: [.value("x", .time), .rows], result: .span),
        Signature(inputs: [.value("x", .span), .rows], result: .span),
      ], help: "The value minus the one so many rows before, 1 unless given."),
    ExpressionFunction("lag", [.same("x"), .rows], nil, "The value so many rows before, 1 unless given."),
    ExpressionFunction("lead", [.same("x"), .rows], nil, "The value so many rows later, 1 unless given."),
    ExpressionFunction("cumsum", [.number("x")], .number, "The sum from the first row of the run on."),
    ExpressionFunction(
      "rolling",
      [
        Input(name: "statistic", take: .statistic), .number("x"), .window,
        Input(name: "q", take: .share, isOptional: true),
      ], .number,
      "A statistic over a window that ends in the row: mean, median, std, mad, min, max, sum, or quantile with q."
    ),
    ExpressionFunction(
      name: "ewm",
      signatures: [
        Signature(inputs: [.number("x"), Input(name: "alpha", take: .share)], result: .number),
        Signature(inputs: [.number("x"), Input(name: "halflife", take: .window)], result: .number),
      ], help: "The exponentially weighted mean; the weight of the newest value, or the half-life as a time."),
    ExpressionFunction(
      "zscore", [.number("x"), .window.optional], .number,
      "The distance from the mean in standard deviations, over all rows or over a window."),
    ExpressionFunction("rank", [.number("x")], .number, "The share of values that are not larger."),
    ExpressionFunction(
      "run", [.condition("condition")], .number, "How many rows in a row the condition has held, 0 if not."),
    ExpressionFunction(
      "count", [.condition("condition"), .window.optional], .number,
      "How often the condition held so far, or in a window that ends in the row."),
    ExpressionFunction(
      "within", [.condition("condition"), .window], .bool,
      "Whether the condition held somewhere in the window that ends in the row."),
  ]

  private static let texts: [ExpressionFunction] = [
    ExpressionFunction(
      "contains", [.text("x"), .text("part")], .bool, "Whether the text holds the part; case matters."),
    ExpressionFunction(
      "starts", [.text("x"), .text("part")], .bool, "Whether the text starts with the part."),
    ExpressionFunction(
      "matches", [.text("x"), Input(name: "pattern", take: .pattern)], .bool,
      "Whether the whole text fits a pattern with `*` and `?`."),
    ExpressionFunction("len", [.text("x")], .number, "The number of characters."),
    ExpressionFunction("lower", [.text("x")], .text, "The text in lower case."),
  ]

  private static let times: [ExpressionFunction] = [
    ExpressionFunction("time", [], .time, "The row's own time."),
    part("minute", "The minute, 0 to 59, in UTC; of the row's time unless one is given."),
    part("hour", "The hour, 0 to 23, in UTC; of the row's time unless one is given."),
    part("day", "The day of the month, 1 to 31."),
    part("weekday", "The day of the week, 1 for Monday to 7 for Sunday."),
    part("month", "The month, 1 to 12."),
  ]

  private static func part(_ name: String, _ help: String) -> ExpressionFunction {
    ExpressionFunction(name, [.value("t", .time).optional], .number, help)
  }
}
