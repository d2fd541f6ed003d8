import Fusion
import Language
import Numerics
import Values

struct ScreenRows: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series, .table, .embedding, .bundle], help: "A modality with several features, or a bundle.")

  let spec = CommandSpec(
    "screen", nil, "Marks rows missing that look like noise, not like the modality.",
    discussion: """
      Features of an instrument go together, also in rows of a fault; white noise spreads over all directions alike. A row counts \
      as noise if the share of its squared length in the directions that hold 95 % of the variance of the fit rows is nearer to the share \
      that white noise has there than to the least of rows held out (calibrate rows, else every fifth fit row), and if it is longer \
      than most of those. Its features are missing then, so that every `detect` and `fuse` that follows goes on without them. \
      A channel that flickers costs its own word alone. No label is looked at. With few features, or features that do not go together, \
      nothing can be told, and nothing changes. Rows of another moment look like the modality: they are kept. Relative to the length of \
      a row, this is the squared prediction error of Jackson and Mudholkar, Technometrics 1979.
      """,
    parameters: [input.base],
    output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 10 --seed 7 | split --fit 200"),
      Example("pairs = encode pump --use stats(20s)"),
      Example("steady = screen pairs"),
      Example("bad = augment noise pairs --share 50% --length 1 --size 20 --columns \"*\" --seed 3"),
      Example("screen bad"),
      Example("camera = generate pump-station --part camera --minutes 10 --seed 7"),
      Example("both = align pump camera --every 2s | split --fit 100 | screen"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let given = call[Self.input]
    var told: [(name: String, noise: Mask?)] = []
    do throws(FusionError) {
      let modalities = try Modalities(FuseParts.bundle(of: [given]), work: work)
      let noises = try modalities.noises(work: work)
      told = modalities.parts.map { ($0.name, noises[$0.name]) }
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
    let isBundle = if case .bundle = given.value { true } else { false }
    for (name, noise) in told { call.note((isBundle ? "\(name): " : "") + Self.words(noise)) }
    return given.value.without { name in
      isBundle ? told.first { $0.name == name }?.noise : told.first?.noise
    }
  }

  private static func words(_ noise: Mask?) -> String {
    guard let noise else {
      return "nothing can be told: too few features, or they do not go together; all rows are kept"
    }
    return noise.isEmpty
      ? "no row looks like noise"
      : "\(noise.setCount) of \(noise.count) rows look like noise and are missing now"
  }
}
