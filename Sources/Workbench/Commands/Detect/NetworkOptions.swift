import Language

/// How detectors that train a network are told to.
enum NetworkOptions {
  static let batch = Parameter<Int>.integer(
    "batch", in: 1...100_000, default: 32, help: "Rows a step of the optimiser.")
  static let rate = Parameter<Double>.real(
    "rate", in: 1e-6...1, default: 0.001, help: "Step size of the optimiser.")

  static let dropout = Parameter<Double>.fraction(
    "dropout", in: 0...0.9, default: 0.2,
    help: "Share of cells between layers left out in each step of training.")

  static func epochs(_ count: Int) -> Parameter<Int> {
    .integer(
      "epochs", in: 1...10_000, default: count, help: "Most passes over the rows; it may stop earlier.")
  }

  /// Of methods that tell views of a row from each other.
  static func temperature(_ usual: Double) -> Parameter<Double> {
    .real("temperature", in: 0.001...10, default: usual, help: "Smaller makes small differences count.")
  }

  /// What discussions say about it.
  static let discussion = """
    Trained by Adam in double precision; a tenth of the fit rows is held out and decides when to stop. Rows must be \
    complete. Values are standardised.
    """
}
