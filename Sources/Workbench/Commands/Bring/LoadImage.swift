import Formats
import Language
import Numerics
import Values

struct LoadImage: WorldCommand {
  static let path = Parameter<String>.input("path", help: "A picture file.")

  let spec = CommandSpec(
    "load", "image", "Reads one picture.",
    discussion: """
      The result is what `load images` gives, with one row. PNG, JPEG, TIFF, BMP, PGM, PPM, PFM and NPY are read; \
      samples are decoded when they are needed.
      """,
    parameters: [path.base, PictureLoading.page.base], output: .images, reach: .read,
    examples: [
      Example("generate tiles --count 40 --seed 7 | export --to tiles.png --overwrite"),
      Example("sheet = load image tiles.png"),
      Example("load image tiles.png | encode --use lbp"),
      Example("encode sheet --use colour"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let loading = PictureLoading(call: call, parameter: Self.path.base, world: world)
    return .images(loading.images(try loading.read([call[Self.path]], work: work), normal: []))
  }
}
