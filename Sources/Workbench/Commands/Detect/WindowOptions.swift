import Detection
import Language

/// How a method for rows is put to work on windows of a series.
enum WindowOptions {
  static let window = Parameter<Int?>.optional(
    "window", .integer(2...1_000_000), help: "Scores windows of so many rows in place of rows."
  ) { if case .integer(let rows) = $0 { rows } else { nil } }
  static let cycle = Parameter<Bool>.flag(
    "cycle", help: "Scores windows of one cycle, whose length is estimated.")
  static let form = Parameter<String>.choice(
    "form",
    of: [
      Choice("raw", "its values"), Choice("centered", "its values less their mean"),
      Choice("shape", "its values less their mean, over their deviation"),
    ], default: "raw", help: "What of a window is scored.")

  static let parameters = [
    window.base, cycle.base, form.base, retrain.base, memory.base,
  ]

  /// What discussions of methods for rows say about it.
  static let discussion = """
    With `--window` or `--cycle` each window of the rows' values becomes one row (Sub-PCA, Sub-kNN, Sub-LOF and their \
    like); a moment has the score of the window centered on it, and windows never cross segments. With `--retrain` the \
    rows are scored in order of time, and the model is fitted anew on the last ones when its scores drift.
    """

  static let retrain = Parameter<RetrainingPolicy?>.optional(
    "retrain",
    .choice([
      Choice("adwin", "when adaptive windowing sees the scores change"),
      Choice("kswin", "when the test of Kolmogorov and Smirnov does"),
      Choice("pagehinkley", "when Page and Hinkley's test does"),
      Choice("always", "whenever as many rows have passed as are remembered"),
    ]), help: "Scores rows in order of time, and fits anew when."
  ) { if case .choice(let name) = $0 { RetrainingPolicy(rawValue: name) } else { nil } }
  static let memory = Parameter<Int>.integer(
    "remember", in: 4...10_000_000, default: 1000, help: "Last rows that `--retrain` fits on.")

  private static func retrained(_ base: some Detector, _ call: Invocation) -> any Detector {
    guard let policy = call[retrain] else { return base }
    return RetrainedDetector(base, policy: policy, memory: call[memory])
  }

  static func detector(_ base: some Detector, _ call: Invocation) -> any Detector {
    windowed(retrained(base, call), call)
  }

  private static func windowed(_ base: some Detector, _ call: Invocation) -> any Detector {
    guard call[window] != nil || call[cycle] else { return base }
    return WindowedDetector(
      base, window: call[window], form: WindowForm(rawValue: call[form]) ?? .raw)
  }
}

extension Parameter<Int?> {
  /// Rows of a cycle, estimated unless given.
  static func rows(_ name: String, in range: ClosedRange<Int>, help: String) -> Parameter<Int?> {
    .optional(name, .integer(range), help: help) { if case .integer(let rows) = $0 { rows } else { nil } }
  }
}
