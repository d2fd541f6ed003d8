import Detection
import Language

struct LocalCorrelationMethod: DetectionMethod {
  static let references = Parameter<Int>.integer(
    "references", in: 4...20000, default: 1000, help: "Rows to count; drawn if there are more.")
  static let radii = Parameter<Int>.integer(
    "radii", in: 1...1000, default: 24, help: "How many radii to try.")
  static let least = Parameter<Int>.integer(
    "least", in: 2...1000, default: 20, help: "Rows around below which a radius is skipped.")
  let name = "loci"
  let measure = "how far the count of rows around them falls short"
  let discussion = """
    The largest deviation of the count of close rows from that around the neighbours, in its standard \
    deviations, over all radii (Papadimitriou and others, LOCI, ICDE 2003); above 3 is an outlier. Counts at \
    most `--references` rows, drawn at random. Scale the columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [references.base, radii.base, least.base]
  let isRandom = true
  let exampleOptions = "--radii 12"
  func detector(_ call: Invocation) -> any Detector {
    LocalCorrelation(references: call[Self.references], radii: call[Self.radii], least: call[Self.least])
  }
}
