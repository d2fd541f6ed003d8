import Detection
import Language
import Notation
import Numerics
import Values

/// A detector as `detect` and `fit` offer it.
protocol DetectionMethod: Sendable {
  /// `iforest`.
  var name: String { get }
  /// What its scores mean, for the summary: "how few random splits isolate them".
  var measure: String { get }
  var discussion: String { get }
  /// Its own parameters; the input, `--per` and the seed are added.
  var parameters: [AnyParameter] { get }
  var isRandom: Bool { get }
  /// One model a segment whatever `--per` says.
  var readsSeries: Bool { get }
  /// Options that show it at work: `--trees 200`.
  var exampleOptions: String { get }
  /// Options without which its first example could not run.
  var plainOptions: String { get }
  /// What its examples work on: `pump.Current` if it takes one channel.
  var exampleInput: String { get }
  /// Learns from the labels of some fit rows if it is given any.
  var takesLabels: Bool { get }
  func detector(_ call: Invocation) -> any Detector
}

extension DetectionMethod {
  var isRandom: Bool { false }
  var readsSeries: Bool { false }
  var plainOptions: String { "" }
  var exampleInput: String { "pump" }
  var takesLabels: Bool { false }
}

extension DetectionMethod {
  /// The detector, on windows if the call asks for them.
  func prepared(_ call: Invocation) -> any Detector {
    readsSeries ? detector(call) : WindowOptions.detector(detector(call), call)
  }
}

/// What the commands of this stage share.
enum DetectionOptions {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .embedding, .bundle], help: "What to learn from; label columns are left out.")
  static let per = Parameter<String>.choice(
    "per",
    of: [Choice("all", "one model for all rows"), Choice("segment", "one for each segment (file)")],
    default: "all", help: "What shares a model.")
  static let seed = Parameter<Int>.seed

  static func parameters(of method: any DetectionMethod) -> [AnyParameter] {
    [input.base] + method.parameters + (method.takesLabels ? KnownRows.parameters : [])
      + (method.readsSeries ? [] : WindowOptions.parameters + [per.base])
      + (method.isRandom ? [seed.base] : [])
  }

  /// What every discussion ends with.
  static let fitting = """
    Learns from the fit rows if the value was split, else from all rows. Rows in which every feature is missing are \
    left out, and rows with any missing one where a method needs all features (`fill` first to keep them). Categories are \
    features for iforest, hbos, ecod and knn; for other methods `recode` makes numbers of them. Column roles decide what is a feature: labels are never looked at.
    """

  /// Two lines that show a method at work, in a session of its own.
  static func examples(of method: any DetectionMethod, verb: String, name: String) -> [Example] {
    let input = method.exampleInput
    let plain = method.plainOptions.isEmpty ? "" : " " + method.plainOptions
    return [
      Example("pump = generate pump-station --minutes 5 --seed 7 | split --fit 120"),
      Example("\(name) = \(input) | \(verb) \(method.name)\(plain)"),
      Example("\(name) = \(verb) \(method.name) \(input) \(method.exampleOptions)"),
    ]
  }
}

/// `detect iforest pump`: fits and scores in one step.
struct Detect: PureCommand {
  let method: any DetectionMethod

  var spec: CommandSpec {
    CommandSpec(
      "detect", method.name, "Scores rows by \(method.measure).",
      discussion: """
        \(method.discussion)

        \(method.readsSeries ? "" : WindowOptions.discussion + "\n\n")\(DetectionOptions.fitting) All rows are scored, higher is more anomalous; a fit row is scored without itself. \
        Contributions to each score are kept where the method has them, up to 5 million cells.
        """,
      parameters: DetectionOptions.parameters(of: method), output: .scores,
      examples: DetectionOptions.examples(of: method, verb: "detect", name: "risk"))
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let detector = AnyDetector(method.prepared(call))
    var rows = try call.scorableRows(
      DetectionOptions.input, takesCategories: detector.takesCategories, method: method.name, work: work)
    if method.takesLabels { rows.labels = try KnownRows.known(call, of: rows.index) }
    do throws(DetectionError) {
      if detector.needsCompleteRows { call.tellIncomplete(rows, method: method.name) }
      let scores = try detector.detect(
        rows, perSegment: call[DetectionOptions.per] == "segment", seed: call.detectionSeed, work: work)
      if method is any StreamDetectionMethod { call.tellWarmUp(scores, rows) }
      let scored = call[DetectionOptions.input].value
      return .scores(scores.scoring(scored).heard(in: scored))
    } catch {
      throw call.failure(error, method: method.name, rows: rows)
    }
  }
}

/// `fit iforest pump`: learns a model that `score` applies to other values.
struct Fit: PureCommand {
  let method: any DetectionMethod

  var spec: CommandSpec {
    CommandSpec(
      "fit", method.name, "Learns a model by \(method.name) that `score` applies to other rows.",
      discussion: """
        \(method.discussion)

        \(method.readsSeries ? "" : WindowOptions.discussion + "\n\n")\(DetectionOptions.fitting) `score` applies the model to other values with the same features; `detect` does both \
        in one step.
        """,
      parameters: DetectionOptions.parameters(of: method), output: .model,
      examples: DetectionOptions.examples(of: method, verb: "fit", name: "normal"))
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let detector = AnyDetector(method.prepared(call))
    var rows = try call.scorableRows(
      DetectionOptions.input, takesCategories: detector.takesCategories, method: method.name, work: work)
    if method.takesLabels { rows.labels = try KnownRows.known(call, of: rows.index) }
    do throws(DetectionError) {
      if detector.needsCompleteRows { call.tellIncomplete(rows, method: method.name) }
      var model = try detector.fit(
        rows, perSegment: call[DetectionOptions.per] == "segment", seed: call.detectionSeed, work: work)
      model.recipe = ModelRecipe(options: call.fitOptions.description, fitting: rows)
      return .model(model)
    } catch {
      throw call.failure(error, method: method.name, rows: rows)
    }
  }
}

extension Invocation {
  fileprivate var detectionSeed: UInt64 { UInt64(self[DetectionOptions.seed]) }

  /// What was asked for besides the value.
  fileprivate var fitOptions: JSON {
    let members = call.toolArguments(as: nil).members ?? []
    return .object(members.filter { !["method", DetectionOptions.input.base.name].contains($0.key) })
  }

  /// The features of an argument as a method sees them: with categories if it takes those, else telling that they are
  /// left out.
  func scorableRows(
    _ parameter: Parameter<Reference>, takesCategories: Bool, method: String, levels: [CategoryLevels]? = nil,
    work: Work
  ) throws(Failure) -> ScorableRows {
    guard var rows = try features(of: self[parameter].value, work: work) else {
      throw unexpectedKind(parameter.base)
    }
    let names = rows.categories.map(\.name)
    if takesCategories {
      do throws(DetectionError) {
        rows = try rows.including(levels ?? rows.categoryLevels())
      } catch {
        throw failure(error, method: method, rows: rows)
      }
    } else if !names.isEmpty, !rows.features.isEmpty {
      note(
        "`\(method)` looks at numbers only and leaves out \(names.bounded(4)): `recode` turns them into numbers"
      )
    }
    if rows.features.isEmpty {
      throw names.isEmpty ? noFeatures(parameter.base) : onlyCategories(parameter, method)
    }
    let absent = rows.index.count - rows.presence.setCount
    if absent > 0 { note("\(absent) rows without any value are not scored") }
    return rows
  }

  private func onlyCategories(_ parameter: Parameter<Reference>, _ method: String) -> Failure {
    blame(
      parameter.base, "D0113", "`\(method)` looks at numbers, and there are only categories",
      label: "no numbers",
      remedy: "Turn them into numbers with `recode onehot`, or use iforest, hbos, ecod or knn.")
  }

  /// What a detector sees of a value, nil if it has no features.
  func features(of value: Value, work: Work) throws(Failure) -> ScorableRows? {
    do throws(Cancelled) { return try ScorableRows(value, work: work) } catch { throw .cancelled }
  }

  /// Says how many rows a stream has only learned from.
  func tellWarmUp(_ scores: Scores, _ rows: ScorableRows) {
    guard scores.presence != nil else { return }
    let warming =
      rows.index.runs.map { run in
        run.rows.prefix { rows.presence[$0] && !scores.isScored($0) }.count
      }.max() ?? 0
    if warming == 0 { return }
    let place = rows.index.runs.count > 1 ? "of each segment " : ""
    note("warming up: the first \(counted(warming, "row")) \(place)only taught the stream and have no score")
  }

  /// Says how many rows a method that needs all features leaves out.
  func tellIncomplete(_ rows: ScorableRows, method: String) {
    let count = rows.presence.setCount - rows.completeness.setCount
    if count > 0 {
      note(
        "\(counted(count, "row")) with a missing value left out: `\(method)` needs all features; `fill` keeps them"
      )
    }
  }
}

extension DeviationSummary {
  static let parameter = Parameter<String>.choice(
    "summary",
    of: [
      Choice("largest", "a row is as odd as its oddest feature"),
      Choice("mean", "the mean over the features"),
      Choice("rms", "the root of the mean square"),
    ], default: "largest", help: "How one number is made of a row's deviations.")

  init(_ call: Invocation) {
    switch call[Self.parameter] {
    case "mean": self = .mean
    case "rms": self = .rootMeanSquare
    default: self = .largest
    }
  }
}
