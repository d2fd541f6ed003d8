import Fusion
import Language
import Numerics
import Values

struct FuseStack: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "maps", [.map], help: "Maps of pictures that show the same places.")
  static let grid = Parameter<String>.choice(
    "grid",
    of: [
      Choice("same", "all have the same grid"),
      Choice("nearest", "cells of the first take those of the others in which their middles lie"),
    ], default: "same", help: "What becomes of maps with another grid than the first.")

  let spec = CommandSpec(
    "fuse", "stack", "Puts the channels of registered pictures upon each other.",
    discussion: """
      Early fusion place by place: each cell of the result holds the channels of all maps, scaled on the fit rows and \
      divided by the root of their number, so that each modality weighs the same (as colour and depth in Back to the \
      feature, Horwitz and Hoshen 2023). `encode --use raw(N)` gives the pixels themselves, `patches` what they look like. \
      Rows belong together if their identifiers agree, or their file names without folder and ending. With --grid nearest maps \
      of another fineness come onto the grid of the first; give the finest first, or what is finer is lost.
      """,
    parameters: [inputs.base, grid.base], output: .map,
    examples: [
      Example("tiles = generate tiles --count 40 --seed 7"),
      Example("seen = encode tiles --use patches(16)"),
      Example("grain = encode tiles --use raw(16)"),
      Example("fuse stack seen grain | detect rx"),
      Example("both = fuse stack seen grain"),
      Example("coarse = encode tiles --use patches(8)"),
      Example("fine = fuse stack grain coarse --grid nearest"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    var maps: [(name: String, map: FeatureMap)] = []
    for input in call[Self.inputs] {
      guard case .map(let map) = input.value else { throw call.unexpectedKind(Self.inputs.base) }
      maps.append((input.name, map))
    }
    do throws(FusionError) {
      let stacked = try MapStacking(grids: MapStacking.Grids(rawValue: call[Self.grid]) ?? .same).stack(
        maps, work: work)
      call.note(
        "channels: \(maps.map { "\($0.name) \($0.map.features.count)" }.joined(separator: ", "))")
      return .map(stacked)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }
}
