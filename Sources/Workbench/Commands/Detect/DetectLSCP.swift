import Detection
import Language

struct LocalEnsembleMethod: DetectionMethod {
  static let members = Parameter<Int>.integer(
    "members", in: 2...100, default: 10, help: "Local outlier factors to choose among.")
  static let least = Parameter<Int>.integer(
    "least", in: 1...10_000, default: 5, help: "Neighbours of the first one.")
  static let most = Parameter<Int>.integer(
    "most", in: 1...10_000, default: 50, help: "Neighbours of the last one.")

  let name = "lscp"
  let measure = "that of several local outlier factors which does best near them"
  let discussion = """
    A pool of local outlier factors of different neighbourhoods; each row takes the one (`--keep` more) whose scores agree \
    best with the highest of all among the row's neighbours (Zhao et al., LSCP, SDM 2019). To choose in this way \
    among detectors of your own, use `fuse lscp`. Scale the features first; rows must be complete.
    """
  let parameters = [
    members.base, least.base, most.base, FuseLocally.neighbors.base, FuseLocally.subspaces.base,
    FuseLocally.target.base, FuseLocally.keep.base,
  ]
  let isRandom = true
  let exampleOptions = "--members 4 --most 20 --target mean"
  func detector(_ call: Invocation) -> any Detector {
    let (least, most, count) = (call[Self.least], max(call[Self.least], call[Self.most]), call[Self.members])
    return LocalEnsemble(
      sizes: (0..<count).map { least + $0 * (most - least) / (count - 1) },
      selection: LocalSelection(
        neighbors: call[FuseLocally.neighbors], subspaces: call[FuseLocally.subspaces],
        target: LocalSelection.Target(rawValue: call[FuseLocally.target]) ?? .max,
        keeping: call[FuseLocally.keep]))
  }
}
