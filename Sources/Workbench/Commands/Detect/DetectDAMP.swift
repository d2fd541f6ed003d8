import Detection
import Language

struct DiscordSearchMethod: DetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 4...100_000, default: 100,
    help: "Rows that a window holds: about one cycle of the series.")

  let name = "damp"
  let measure = "how unlike all earlier ones the window around them is, pruned"
  let discussion = """
    The left matrix profile where it is largest (DAMP: Lu and others, KDD 2022): each window looks for one like it in \
    older and older stretches and gives up as soon as it cannot be the oddest; windows ahead that are like it are left \
    out. The highest score is exact, others are upper bounds below it, so that it serves to find the oddest moment \
    of a long series. Takes one channel of evenly spaced, complete rows; the search begins behind the fit rows if the \
    value was split, else behind the first window.
    """
  let parameters: [AnyParameter] = [window.base]
  let readsSeries = true
  let exampleOptions = "--window 12"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector { DiscordSearch(window: call[Self.window]) }
}
