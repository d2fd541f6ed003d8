import Fusion
import Language
import Numerics
import Values

struct FuseStack: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "maps", [.map], help: "Maps with the same grid, of pictures that show the same places.")

  let spec = CommandSpec(
    "fuse", "stack", "Puts the channels of registered pictures upon each other.",
    discussion: """
      Early fusion place by place: each cell of the result holds the channels of all maps, scaled on the fit rows and \
      divided by the root of their number, so that each modality weighs the same (as colour and depth in Back to the \
      feature, Horwitz and Hoshen 2023). `encode --use raw(N)` gives the pixels themselves, `patches` what they look like. \
      Rows belong together if their identifiers agree, or their file names without folder and ending.
      """,
    parameters: [inputs.base], output: .map,
    examples: [
      Example("tiles = generate tiles --count 40 --seed 7"),
      Example("seen = encode tiles --use patches(16)"),
      Example("grain = encode tiles --use raw(16)"),
      Example("fuse stack seen grain | detect rx"),
      Example("both = fuse stack seen grain"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    var maps: [(name: String, map: FeatureMap)] = []
    for input in call[Self.inputs] {
      guard case .map(let map) = input.value else { throw call.unexpectedKind(Self.inputs.base) }
      maps.append((input.name, map))
    }
    do throws(FusionError) {
      let stacked = try MapStacking().stack(maps, work: work)
      call.note(
        "channels: \(maps.map { "\($0.name) \($0.map.features.count)" }.joined(separator: ", "))")
      return .map(stacked)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }
}
