import Detection
import Language

struct LearnedNeighborsMethod: DetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "k", in: 1...1000, default: 5, help: "Neighbours whose distances the network weighs.")
  static let steps = Parameter<Int>.integer(
    "steps", in: 1...100_000, default: 200, help: "Steps of the optimiser, each on up to 512 rows.")
  static let epsilon = Parameter<Double>.real(
    "epsilon", in: 0...10, default: 0.1,
    help: "Size of perturbations, and how far made-up rows may lie outside of the range.")

  let name = "lunar"
  let measure = "distances to their neighbours, weighed by a trained network"
  let discussion = """
    A network learns to tell the fit rows from as many made-up ones by the distances to their nearest neighbours, of which \
    it makes a weighted mean: the score (Goodge et al., LUNAR: unifying local outlier detection methods via graph neural \
    networks, AAAI 2022). Made-up rows are half uniform, half perturbed copies. Each feature is brought to 0 to 1. Rows \
    must be complete. Contributions are each feature's part of the weighted distance.
    """
  let parameters = [neighbors.base, steps.base, epsilon.base]
  let isRandom = true
  let exampleOptions = "--k 10 --steps 10"
  let plainOptions = "--steps 10"
  func detector(_ call: Invocation) -> any Detector {
    LearnedNeighbors(neighbors: call[Self.neighbors], steps: call[Self.steps], epsilon: call[Self.epsilon])
  }
}
