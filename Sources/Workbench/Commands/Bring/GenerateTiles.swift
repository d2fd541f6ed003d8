import Language
import Numerics
import Scenarios
import Values

struct GenerateTiles: PureCommand {
  static let count = Parameter<Int>.integer("count", in: 2...10_000, default: 80, help: "How many tiles.")
  static let seed = Parameter<Int>.seed

  let spec = CommandSpec(
    "generate", "tiles", "Makes up pictures of tiles, some scratched, blotted or chipped.",
    discussion: """
      The first half is good and to fit on; of the rest, which is to test on, every second tile is damaged. `class` and \
      `anomaly` are labels, and masks mark the damaged pixels. Pictures are grey, 64 by 64 pixels, with a grain that no \
      two tiles share.
      """,
    parameters: [count.base, seed.base], output: .images,
    examples: [
      Example("tiles = generate tiles --count 40 --seed 7"),
      Example("few = generate tiles --seed 8"),
      Example("risk = encode tiles --use hog(4),colour | detect knn"),
      Example("evaluate risk --against tiles.anomaly --metrics auroc"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    .images(Tiles(seed: UInt64(call[Self.seed]), count: call[Self.count]).images())
  }
}
