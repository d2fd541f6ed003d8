import Chronology
import Language

/// A small made-up vocabulary that uses every kind of parameter.
enum Toy {
  static let windowed = AnyParameter(
    "window", .span(TimeSpan(nanoseconds: 1)...TimeSpan(seconds: 86_400)), required: true, help: "Window.")
  static let encoders = [
    CallSpec("stats", "Statistics of windows.", parameters: [windowed]),
    CallSpec(
      "mfcc", "Cepstra.",
      parameters: [
        AnyParameter("count", .integer(1...64), default: .integer(13), help: "How many."),
        AnyParameter("hop", .span(.zero...TimeSpan(seconds: 60)), help: "Step."),
      ]),
  ]
  static let hold = CallSpec(
    "hold", "Keeps the last value.",
    parameters: [
      AnyParameter("limit", .span(.zero...TimeSpan(seconds: 1e6)), required: true, help: "How long.")
    ])

  static func value(_ kinds: [ValueKind], many: Bool = false) -> AnyParameter {
    AnyParameter(
      "value", many ? .list(.value(kinds)) : .value(kinds), placement: .positional, required: true,
      help: "What to work on.")
  }

  static let seed = AnyParameter(
    "seed", .integer(0...4_294_967_295), default: .integer(0), isSeed: true, help: "Seed.")

  static let specs: [CommandSpec] = [
    CommandSpec(
      "load", "table", "Reads a table.",
      parameters: [
        AnyParameter("path", .input(many: true), placement: .positional, required: true, help: "Files."),
        AnyParameter("time", .column(["time"]), help: "Time column."),
        AnyParameter("labels", .list(.column([])), help: "Label columns."),
        AnyParameter("format", .text, help: "Pattern of a line."),
      ], output: .table, reach: .read, examples: []),
    CommandSpec(
      "load", "audio", "Reads sound.",
      parameters: [
        AnyParameter("path", .input(many: false), placement: .positional, required: true, help: "A file."),
        AnyParameter("start", .instant, help: "When it began."),
        AnyParameter("rate", .real(1...1e6, unit: "Hz"), default: .real(44_100), help: "Sampling rate."),
      ], output: .audio, reach: .read, examples: []),
    CommandSpec(
      "detect", "iforest", "Scores rows by how few random splits isolate them.",
      parameters: [
        value([.table, .series, .embedding]),
        AnyParameter("trees", .integer(1...10_000), default: .integer(100), help: "Number of trees."),
        AnyParameter("contamination", .fraction(0...0.5), default: .real(0.01), help: "Share of anomalies."),
        AnyParameter("columns", .list(.column(["number"])), help: "Columns to use."),
        seed,
      ], output: .scores, examples: []),
    CommandSpec(
      "detect", "knn", "Scores rows by their distance to others.",
      parameters: [
        value([.table, .series, .embedding]),
        AnyParameter("k", .integer(1...100), default: .integer(5), help: "Neighbours."),
        AnyParameter(
          "metric", .choice([Choice("euclidean", "Straight line."), Choice("cosine", "Angle.")]),
          default: .choice("euclidean"), help: "Distance."),
        AnyParameter("exact", .flag, default: .flag(false), help: "No shortcuts."),
      ], output: .scores, examples: []),
    CommandSpec(
      "align", nil, "Joins values on one index.",
      parameters: [
        value([.table, .series, .audio], many: true),
        AnyParameter(
          "every", .span(TimeSpan(nanoseconds: 1)...TimeSpan(seconds: 1e6)), required: true, help: "Step."),
        AnyParameter("fill", .call([hold, CallSpec("none", "Leaves gaps.")]), help: "Gaps."),
      ], output: .bundle, examples: []),
    CommandSpec(
      "encode", nil, "Makes features.",
      parameters: [
        value([.table, .series, .audio, .bundle]),
        AnyParameter("use", .list(.call(encoders)), required: true, help: "Encoders."),
      ], output: .embedding, examples: []),
    CommandSpec(
      "where", nil, "Keeps rows.",
      parameters: [
        value([.table, .series]),
        AnyParameter("condition", .condition, placement: .positional, required: true, help: "Condition."),
        AnyParameter("sample", .flag, help: "Keep only some."),
      ], output: nil, examples: []),
    CommandSpec(
      "derive", nil, "Adds a column.",
      parameters: [
        value([.table, .series]),
        AnyParameter("name", .text, placement: .positional, required: true, help: "Its name."),
        AnyParameter("formula", .expression, placement: .positional, required: true, help: "Its value."),
      ], output: nil, examples: []),
    CommandSpec(
      "select", nil, "Keeps columns.",
      parameters: [
        value([.table, .series]),
        AnyParameter("columns", .list(.column([])), placement: .positional, required: true, help: "Columns."),
      ], output: nil, examples: []),
    CommandSpec(
      "show", nil, "Shows rows.",
      parameters: [
        value([]), AnyParameter("rows", .range(.integer(0...1_000_000_000)), help: "Which rows."),
        AnyParameter("between", .range(.moment), help: "Between two times."),
      ], output: nil, reach: .read, examples: []),
    CommandSpec(
      "evaluate", nil, "Judges alarms.",
      parameters: [
        value([.scores, .alarms]),
        AnyParameter("against", .value([.table, .series]), required: true, help: "The truth."),
        AnyParameter(
          "metrics", .list(.choice([Choice("f1", "F1."), Choice("ap", "AP."), Choice("vus-pr", "VUS.")])),
          help: "What to count."),
      ], output: .report, examples: []),
    CommandSpec(
      "export", nil, "Writes a file.",
      parameters: [
        value([]), AnyParameter("path", .output, placement: .positional, required: true, help: "Where to."),
        AnyParameter("limit", .real(0...1e15, unit: "B"), help: "Largest size."),
      ], output: nil, reach: .write, examples: []),
    CommandSpec(
      "note", nil, "Writes a remark.",
      parameters: [
        AnyParameter("text", .text, placement: .positional, required: true, help: "The remark."),
        AnyParameter("tags", .list(.text), help: "Tags."),
      ], output: .answer, examples: []),
  ]

  static let table = CommandTable(specs)

  static func checker(_ scope: any Scope = ToyScope(), abbreviations: Bool = false) -> Checker {
    Checker(table: table, scope: scope, abbreviations: abbreviations, shapeOf: shape)
  }

  static func shape(of call: CheckedCall, in scope: any Scope) -> ValueShape {
    if let output = call.spec.output { return ValueShape(kind: output) }
    guard case .reference(let reference) = call.arguments["value"], let shape = scope.shape(of: reference)
    else {
      return ValueShape(kind: .table)
    }
    return shape
  }
}

/// Values and files that exist only by name.
struct ToyScope: Scope {
  var shapes: [String: ValueShape] = [
    "pump": ValueShape(
      kind: .table,
      columns: [
        ColumnShape(name: "datetime", type: "time"),
        ColumnShape(name: "Temperature", type: "number", unit: "°C"),
        ColumnShape(name: "Pressure", type: "number"),
        ColumnShape(name: "Volume Flow RateRMS", type: "number"),
        ColumnShape(name: "state", type: "category"), ColumnShape(name: "anomaly", type: "bool"),
      ], rowCount: 1_154),
    "mic": ValueShape(kind: .audio),
    "joint": ValueShape(kind: .embedding),
    "risk": ValueShape(kind: .scores),
    "all": ValueShape(
      kind: .bundle,
      columns: [ColumnShape(name: "pump", type: "table"), ColumnShape(name: "mic", type: "audio")]),
  ]
  var names = ["all", "risk", "joint", "mic", "pump"]
  var literals: [String: Argument] = ["trees": .integer(250), "site": .text("valve1")]
  var paths = ["data/pump.csv", "data/pump.wav", "data/valve1/0.csv", "data/valve1/1.csv"]

  func shape(of reference: Reference) -> ValueShape? {
    switch reference.root {
    case .name(let name): (reference.version ?? 1) <= 2 ? shapes[name] : nil
    case .last: shapes["risk"]
    case .result(let number): number == 12 ? shapes["risk"] : nil
    case .pipe: nil
    }
  }

  func files(matching path: String) -> [String] {
    paths.filter { $0 == path || (path.contains("*") && Glob.matches($0, path)) }
  }

  func literal(named name: String) -> Argument? { literals[name] }
}
