import Detection
import Language

struct HistogramScoreMethod: DetectionMethod {
  static let bins = Parameter<Int>.integer(
    "bins", in: 2...10_000, default: 10, help: "Bins of each histogram.")
  static let choose = Parameter<Bool>.flag(
    "auto", help: "Chooses the number of bins for each feature by penalised likelihood.")

  let name = "hbos"
  let measure = "how empty the histogram bins are that they fall into"
  let discussion = """
    The sum over the features of -log2(density + 0.1) in a histogram of the fit rows (Goldstein and Dengel, HBOS, KI \
    2012, static bins); with `--auto` as many bins as Birgé and Rozenholc (2006) choose. Scale the columns to a common \
    range first, as by `scale minmax`. Missing cells add nothing, a level of a category \
    is a bin. It sees features one by one. Contributions are the \
    bits above the fullest bin.
    """
  let parameters = [bins.base, choose.base]
  let exampleOptions = "--auto"
  func detector(_ call: Invocation) -> any Detector {
    HistogramScore(bins: call[Self.choose] ? .auto : .count(call[Self.bins]))
  }
}
