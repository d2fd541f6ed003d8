import Detection
import Language

struct ManyLengthsProfileMethod: DetectionMethod {
  static let shortest = Parameter<Int>.integer(
    "shortest", in: 4...1_000_000, default: 30,
    help: "Rows of the shortest window.")
  static let longest = Parameter<Int>.integer(
    "longest", in: 4...1_000_000, default: 200,
    help: "Rows of the longest window.")
  static let lengths = Parameter<Int>.integer(
    "lengths", in: 1...100, default: 6,
    help: "How many lengths.")

  let name = "merlin"
  let measure = "how odd they are at the length that shows it best"
  let discussion = """
    The largest over several window lengths of the distance to the most similar other window, over the \
    largest possible one: discords whose length is not known (the task of MERLIN, ICDM 2020), from \
    complete matrix profiles. Takes one channel of complete rows.
    """
  let parameters: [AnyParameter] = [shortest.base, longest.base, lengths.base]
  let readsSeries = true
  let exampleOptions = "--shortest 10 --longest 50 --lengths 3"
  let plainOptions = "--longest 60"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    ManyLengthsProfile(
      shortest: call[Self.shortest], longest: call[Self.longest], lengths: call[Self.lengths])
  }
}
