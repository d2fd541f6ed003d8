import Chronology
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// Columns of every type with missing cells, ties and zeros; segments, gaps and splits by chance.
private func frame(_ random: inout SeededGenerator) -> Frame {
  let count = random.below(50)
  var times: [Int64] = []
  let start = Instant("2026-02-27T22:58:40")?.nanoseconds ?? 0
  let isSteady = random.below(3) > 0
  for row in 0..<count {
    let step = isSteady ? Int64(10) : Int64(random.below(30))
    let gap: Int64 = random.below(12) == 0 ? 90 : 0
    times.append(row == 0 ? start : times[row - 1] + (step + gap) * 1_000_000_000)
  }
  var index = Index(.time(.listed(times)))
  if random.below(3) == 0 {
    index = Index(
      .time(.regular(start: Instant(nanoseconds: start), step: TimeSpan(seconds: 10), count: count)))
  }
  if random.below(2) == 0, count > 4 {
    let border = 1 + random.below(count - 1)
    index.segments = [Segment(name: "a", rows: 0..<border), Segment(name: "b", rows: border..<count)]
  }
  if random.below(3) == 0 { index.splits = (0..<count).map { $0 % 3 == 0 ? .test : .fit } }
  func nulls() -> Mask { Mask((0..<count).map { _ in random.below(6) == 0 }) }
  let (noTruth, noTime, noText) = (nulls(), nulls(), nulls())
  let words = ["", "pump", "Valve open", "VALVE", "öl", "a*b"]
  let texts = (0..<count).map { noText[$0] ? "" : words[random.below(words.count)] }
  let codes = (0..<count).map { _ in Int32(random.below(5)) - 1 }
  return Frame(
    index: index,
    columns: [
      Column(
        numbers: (0..<count).map { _ in random.below(7) == 0 ? .nan : Double(random.below(9) - 4) }, name: "a"
      ),
      Column(numbers: (0..<count).map { _ in random.below(9) == 0 ? .nan : random.normal() * 3 }, name: "b"),
      Column("c", .bool((0..<count).map { noTruth[$0] ? false : random.below(2) == 0 }), nulls: noTruth),
      Column(
        "w",
        .time((0..<count).map { noTime[$0] ? 0 : start + Int64(random.below(9_000_000)) * 1_000_000_000 }),
        nulls: noTime),
      Column("t", .text(TextColumn(texts)), nulls: noText),
      Column(
        "k", .category(codes: codes, levels: ["low", "High", "pump", "x"]), nulls: Mask(codes.map { $0 < 0 })),
    ])
}

/// Writes expressions of a wanted type by chance.
private struct Writer {
  var random: SeededGenerator

  private mutating func pick(_ texts: [String]) -> String { texts[random.below(texts.count)] }

  private mutating func window() -> String { pick(["1", "3", "7", "20", "10s", "35s", "2min"]) }

  mutating func write(_ type: ExpressionType, _ depth: Int) -> String {
    switch type {
    case .number: number(depth)
    case .bool: condition(depth)
    case .text: text(depth)
    case .time: time(depth)
    default: span(depth)
    }
  }

  private mutating func number(_ depth: Int) -> String {
    if depth == 0 { return pick(["a", "b", "a", "b", "2", "0", "-1.5", "0.25", "pi()"]) }
    func n(_ writer: inout Writer) -> String { writer.number(depth - 1) }
    switch random.below(22) {
    case 0...5: return "(\(n(&self)) \(pick(["+", "-", "*", "/", "%", "^"])) \(n(&self)))"
    case 6:
      return
        "\(pick(["abs", "sqrt", "exp", "log", "log10", "sin", "cos", "tan", "atan", "tanh", "floor", "ceil", "sign", "round"]))(\(n(&self)))"
    case 7: return "round(\(n(&self)), \(pick(["1", "2", "-1"])))"
    case 8: return "\(pick(["min", "max"]))(\(n(&self)), \(n(&self)), \(n(&self)))"
    case 9: return "clip(\(n(&self)), -1, \(n(&self)))"
    case 10: return "\(pick(["diff", "lag", "lead"]))(\(n(&self)), \(pick(["1", "2", "9"])))"
    case 11: return "cumsum(\(n(&self)))"
    case 12, 13:
      let statistic = pick(ExpressionFunction.statistics)
      let share = statistic == "quantile" ? ", \(pick(["0", "0.3", "0.95", "1"]))" : ""
      return "rolling(\(statistic), \(n(&self)), \(window())\(share))"
    case 14: return "ewm(\(n(&self)), \(pick(["0.3", "1", "4", "20s"])))"
    case 15: return pick(["zscore(b)", "zscore(b, \(window()))", "rank(\(n(&self)))"])
    case 16: return "run(\(condition(depth - 1)))"
    case 17: return pick(["count(\(condition(depth - 1)))", "count(\(condition(depth - 1)), \(window()))"])
    case 18: return "len(\(text(depth - 1)))"
    case 19: return "\(pick(["minute", "hour", "day", "weekday", "month"]))(\(pick(["", time(depth - 1)])))"
    case 20: return "if(\(condition(depth - 1)), \(n(&self)), \(n(&self)))"
    default: return "coalesce(\(n(&self)), \(n(&self)))"
    }
  }

  private mutating func condition(_ depth: Int) -> String {
    if depth == 0 { return pick(["c", "true", "false", "c"]) }
    let type: ExpressionType = [.number, .number, .time, .span][random.below(4)]
    switch random.below(12) {
    case 0, 1:
      return
        "(\(write(type, depth - 1)) \(pick(["<", "<=", ">", ">=", "==", "!="])) \(write(type, depth - 1)))"
    case 2, 3: return "(\(condition(depth - 1)) \(pick(["and", "or", "==", "!="])) \(condition(depth - 1)))"
    case 4: return "(not \(condition(depth - 1)))"
    case 5: return "isnull(\(write([.number, .text, .bool, .time][random.below(4)], depth - 1)))"
    case 6: return "between(\(write(type, depth - 1)), \(write(type, depth - 1)), \(write(type, depth - 1)))"
    case 7: return "within(\(condition(depth - 1)), \(window()))"
    case 8: return "(\(text(depth - 1)) \(pick(["==", "!="])) \(text(depth - 1)))"
    case 9:
      return
        "\(pick(["contains", "starts"]))(\(text(depth - 1)), \(pick(["\"pump\"", "\"\"", "k", "\"V\""])))"
    case 10: return "matches(\(text(depth - 1)), \(pick(["\"*u*\"", "\"?l\"", "\"*\"", "\"V*n\""])))"
    default: return "(\(pick(["k", "t"])) in (\"pump\", \"x\", lower(k)))"
    }
  }

  private mutating func text(_ depth: Int) -> String {
    if depth == 0 { return pick(["t", "k", "t", "k", "\"pump\""]) }
    switch random.below(5) {
    case 0: return "lower(\(text(depth - 1)))"
    case 1: return "coalesce(\(text(depth - 1)), \(text(depth - 1)))"
    case 2: return "if(\(condition(depth - 1)), \(text(depth - 1)), \(text(depth - 1)))"
    case 3: return "\(pick(["lag", "lead"]))(\(text(depth - 1)))"
    default: return text(0)
    }
  }

  private mutating func time(_ depth: Int) -> String {
    if depth == 0 { return pick(["w", "time()", "2026-03-01T08:00"]) }
    switch random.below(4) {
    case 0: return "(\(time(depth - 1)) \(pick(["+", "-"])) \(span(depth - 1)))"
    case 1: return "\(pick(["min", "max"]))(\(time(depth - 1)), \(time(depth - 1)))"
    case 2: return "lag(\(time(depth - 1)), 2)"
    default: return "coalesce(w, time())"
    }
  }

  private mutating func span(_ depth: Int) -> String {
    if depth == 0 { return pick(["10s", "5min", "-250ms"]) }
    switch random.below(5) {
    case 0: return "(\(time(depth - 1)) - \(time(depth - 1)))"
    case 1: return "(\(span(depth - 1)) \(pick(["+", "-", "%"])) \(span(0)))"
    case 2: return "(\(span(depth - 1)) \(pick(["*", "/"])) \(pick(["2", "0.5", "3"])))"
    case 3: return "abs(\(span(depth - 1)))"
    default: return "diff(\(time(depth - 1)))"
    }
  }
}

/// Equal, up to the rounding that another order of operations brings.
private func isClose(_ a: NaiveCell?, _ b: NaiveCell?) -> Bool {
  if case .number(let x) = a, case .number(let y) = b {
    return x == y || abs(x - y) <= 1e-7 * max(1, abs(x), abs(y))
  }
  return a == b
}

private func cells(_ vector: Vector, _ count: Int) -> [NaiveCell?] {
  let column = Column(vector, count: count, name: "result")
  return (0..<count).map { row -> NaiveCell? in
    if column.isNull(row) { return nil }
    switch column.cells {
    case .number(let numbers):
      if case .spans(let lane) = vector { return .span(lane.cells(count)[row]) }
      return .number(numbers[row])
    case .category(let codes, let levels): return .text(levels[Int(codes[row])])
    case .text(let texts): return .text(texts[row])
    case .time(let times): return .time(times[row])
    case .bool(let bits): return .bool(bits[row])
    }
  }
}

private func read(_ text: String, _ frame: Frame) throws -> Expression {
  try Expression(reading: WordSyntax(text, at: 0), columns: frame.columns.map(\.shape))
}

/// Whether a step of the computation turns rounding into a jump, so that twins may part ways there.
private func isTouchy(_ text: String) -> Bool {
  ["floor", "ceil", "sign", "round", "%", "rank", "run", "zscore", "^", "exp"].contains { text.contains($0) }
    && ["rolling", "ewm", "zscore", "cumsum"].contains { text.contains($0) }
}

@Suite struct `Expressions` {
  @Test(arguments: 0..<12) func `give what their naive twin gives`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    for round in 0..<60 {
      let frame = frame(&random)
      var writer = Writer(random: random.stream(round))
      let type: ExpressionType = [.number, .bool, .text, .time, .span][round % 5]
      let text = writer.write(type, 1 + round % 3)
      let expression = try read(text, frame)
      let expected = NaiveExpression(frame).cells(expression.root)
      for threads in [1, 2] {
        let vector = try expression.evaluate(over: frame, work: Work(threads: threads))
        let got = cells(vector, frame.rowCount)
        if isTouchy(text) { continue }
        for row in 0..<frame.rowCount where !isClose(got[row], expected[row]) {
          Issue.record(
            "seed \(seed), row \(row): \(text)\n  got \(got[row] as Any), expected \(expected[row] as Any)")
          return
        }
      }
    }
  }

  /// One call of every signature of the table, so that no function can be checked and not computed.
  @Test(arguments: ExpressionFunction.all) func `compute every function that the table declares`(
    _ function: ExpressionFunction
  ) throws {
    var random = SeededGenerator(seed: 5)
    var frame = frame(&random)
    while frame.rowCount < 20 { frame = Self.next(&random) }
    let samples: [ExpressionType: String] = [
      .number: "a", .text: "t", .bool: "c", .time: "w", .span: "diff(w)", .any: "k",
    ]
    for signature in function.signatures {
      for isComplete in [true, false] {
        let inputs = signature.inputs.filter { isComplete || !$0.isOptional }
        let statistic = inputs.count == 4 ? "quantile" : "mean"
        let arguments = inputs.map { input in
          switch input.take {
          case .value(let type): samples[type] ?? ""
          case .same: "b"
          case .window, .rows: "3"
          case .share: "0.5"
          case .statistic: statistic
          case .pattern: "\"p*\""
          }
        }
        let text = "\(function.name)(\(arguments.joined(separator: ", ")))"
        let expression = try read(text, frame)
        let vector = try expression.evaluate(over: frame, work: Work())
        let type = try expression.type(columns: frame.columns.map(\.shape))
        #expect(vector.type == type, "\(text)")
        #expect(
          zip(cells(vector, frame.rowCount), NaiveExpression(frame).cells(expression.root)).allSatisfy(
            isClose), "\(text)")
      }
    }
  }

  private static func next(_ random: inout SeededGenerator) -> Frame { frame(&random) }

  @Test func `refuse windows of time over rows without times or out of order`() throws {
    let numbers = Column(numbers: [1, 2, 3], name: "x")
    let untimed = Frame(index: .rows(3), columns: [numbers])
    let backwards = Frame(index: Index(.time(.listed([3, 2, 1]))), columns: [numbers])
    for text in ["rolling(mean, x, 10s)", "ewm(x, 10s)"] {
      #expect(throws: ExpressionFailure.self) {
        try read(text, untimed).evaluate(over: untimed, work: Work())
      }
      #expect(throws: ExpressionFailure.self) {
        try read(text, backwards).evaluate(over: backwards, work: Work())
      }
    }
    #expect(throws: ExpressionFailure.noTimes(function: "hour")) {
      try read("hour()", untimed).evaluate(over: untimed, work: Work())
    }
  }

  @Test func `stop when they should`() throws {
    let frame = Frame(
      index: .rows(100_000), columns: [Column(numbers: [Double](repeating: 1, count: 100_000), name: "x")])
    let work = Work(isCancelled: { true })
    for text in ["x + 1", "x > 0", "rolling(median, x, 50)"] {
      #expect(throws: ExpressionFailure.cancelled) { try read(text, frame).evaluate(over: frame, work: work) }
    }
  }

  @Test(arguments: [
    ("rolling(std, x, 3)", [Double.nan, .nan, 0, 0, 0]), ("zscore(x, 3)", [.nan, .nan, .nan, .nan, .nan]),
    ("rolling(mean, x, 2)", [.nan, 0.1, 0.1, 0.1, 0.1]),
  ]) func `see no spread in equal numbers`(text: String, expected: [Double]) throws {
    let frame = Frame(
      index: .rows(5), columns: [Column(numbers: [Double](repeating: 0.1, count: 5), name: "x")])
    guard case .numbers(let lane) = try read(text, frame).evaluate(over: frame, work: Work()) else {
      Issue.record("no numbers")
      return
    }
    #expect(zip(lane.cells(5), expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
  }

  @Test(arguments: [
    ("c == 1", "c == true"), ("0 == c", "c == false"), ("c != 1", "c != true"),
    ("c in (1, true)", "c == true"),
    ("(a > 0) == 1", "a > 0"),
  ]) func `take 1 for true and 0 for false beside a condition`(text: String, same: String) throws {
    var random = SeededGenerator(seed: 8)
    let frame = Self.next(&random)
    let found = try [text, same].map { text in
      cells(try read(text, frame).evaluate(over: frame, work: Work()), frame.rowCount)
    }
    #expect(zip(found[0], found[1]).allSatisfy(isClose))
    #expect(throws: Diagnostic.self) { try read("c == 2", frame) }
  }

  @Test func `roll long windows like short ones`() throws {
    var random = SeededGenerator(seed: 3)
    let numbers = (0..<6000).map { _ in random.below(9) == 0 ? .nan : (random.normal() * 4).rounded() }
    let frame = Frame(index: .rows(6000), columns: [Column(numbers: numbers, name: "x")])
    for statistic in ["median", "mad", "min", "mean"] {
      let expression = try read("rolling(\(statistic), x, 2500)", frame)
      guard case .numbers(let lane) = try expression.evaluate(over: frame, work: Work(threads: 2)) else {
        return
      }
      for row in [2499, 4000, 5999] {
        let window = SortedSample(numbers[row - 2499...row])
        let expected =
          switch statistic {
          case "median": window.median
          case "mad": window.medianAbsoluteDeviation
          case "min": window.values.first
          default: window.values.reduce(0, +) / Double(window.count)
          }
        #expect(abs(lane.cells(6000)[row] - (expected ?? .nan)) < 1e-9, "\(statistic) at \(row)")
      }
    }
  }
}
