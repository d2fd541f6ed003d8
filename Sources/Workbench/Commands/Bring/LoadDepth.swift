import Formats
import Language
import Numerics
import Values

struct LoadDepth: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "Depth maps: PNG, TIFF, PFM or NPY files, globs, or a folder with a slash at its end.")
  static let scale = Parameter<Double>.real(
    "scale", in: 1e-9...1e9, default: 1, help: "What one unit of the file is in metres, such as 0.001.")
  static let channel = Parameter<Int>.integer(
    "channel", in: 0...63, default: 2, help: "Of files with several channels, the one that holds depth.")
  static let normal = Parameter<[String]>.names(
    "normal", help: "Folders that hold what is normal, besides those called good, normal or ok.")

  let spec = CommandSpec(
    "load", "depth", "Reads depth maps as distances.",
    discussion: """
      Samples are multiplied by --scale and kept as measured; 0 and NaN mean that nothing was measured there. A map \
      of coordinates (x, y, z, as in MVTec 3D-AD, VISAPP 2022) gives its third channel; `load cloud` reads all three. \
      Classes, masks and splits are found as `load images` finds them.
      """,
    parameters: [paths.base, scale.base, channel.base, normal.base, PictureLoading.page.base],
    output: .images, reach: .read,
    examples: [
      Example("generate tiles --count 40 --seed 7 | export --to tiles.png --overwrite"),
      Example("depth = load depth tiles.png --scale 0.001"),
      Example("red = load depth tiles.png --channel 0"),
      Example("encode depth --use surface"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    var loading = PictureLoading(call: call, parameter: Self.paths.base, world: world)
    loading.content = .depth
    loading.scale = Float(call[Self.scale])
    loading.channel = call[Self.channel]
    let loaded = try loading.read(call[Self.paths], work: work)
    return .images(loading.images(loaded, normal: call[Self.normal]))
  }
}
