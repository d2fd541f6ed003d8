import Formats
import Language
import Numerics
import Values

struct LoadImages: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "Picture files, globs, or a folder with a slash at its end for all below it.")
  static let normal = Parameter<[String]>.names(
    "normal", help: "Folders that hold what is normal, besides those called good, normal or ok.")

  let spec = CommandSpec(
    "load", "images", "Reads pictures, with classes, masks and splits as their folders tell.",
    discussion: """
      PNG, JPEG, TIFF (8 and 16 bits, float), BMP, PGM, PPM, PFM and NPY are read. Only headers are looked at now; \
      samples are decoded when they are needed, and only if the file is still the same. Turned photographs stand \
      upright. Each picture is a sample, named by its path below the common folder.

      The innermost folder names the class, and `anomaly` is true for all classes but the normal ones; both are labels, \
      which no detector sees. Folders train, validation and test divide the rows. Masks are found in folders called \
      ground_truth, masks, gt or label, beside their pictures as `x_mask.png`, or as `x.png` beside `x.jpg`. So \
      the layouts of MVTec AD (CVPR 2019) and VisA (ECCV 2022) load as they are.
      """,
    parameters: [paths.base, normal.base, PictureLoading.page.base], output: .images, reach: .read,
    examples: [
      Example("generate tiles --count 40 --seed 7 | export --to tiles.png --overwrite"),
      Example("sheet = load images tiles.png"),
      Example("sheets = load images *.png --normal good"),
      Example("encode sheet --use hog(4),lbp"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let loading = PictureLoading(call: call, parameter: Self.paths.base, world: world)
    let loaded = try loading.read(call[Self.paths], work: work)
    return .images(loading.images(loaded, normal: call[Self.normal]))
  }
}
