import Encoding
import Language
import Notation

/// How a network is fed and what is taken from it: declared in a JSON file beside the model, `model.json` for `model.onnx`.
struct NetworkRecipe: Sendable {
  enum Pool: String, Sendable, CaseIterable {
    /// The mean over the places.
    case mean
    /// The vector of the first place, such as the mark of the class.
    case first
    /// One vector a place: tokens, or a map where the places form a grid.
    case none
  }

  var input: String?
  var output: String?
  var pool: Pool = .mean
  /// The vectors get length 1, as spaces that pictures and texts share want it.
  var isNormalised = false

  var width: Int?
  var height: Int?
  var fit = PictureTensor.Fit.stretch
  /// Those of ImageNet, in red, green and blue.
  var mean: [Float] = [0.485, 0.456, 0.406]
  var deviation: [Float] = [0.229, 0.224, 0.225]
  var range: Float = 1
  var isReversed = false
  var isInterleaved = false

  /// Samples a second that the network was taught on.
  var rate: Double?
  var seconds = 1.0

  var vocabulary: String?
  /// The pairs that pieces are joined from, where the vocabulary is a JSON file.
  var merges: String?
  var isLowercase = true
  var most = 128

  private static let known: Set = [
    "input", "output", "pool", "normalise", "width", "height", "fit", "mean", "deviation", "range", "order",
    "layout",
    "rate", "seconds", "vocabulary", "merges", "lowercase", "most",
  ]

  /// - Returns: the recipe, or what is wrong with it.
  static func reading(_ bytes: [UInt8]) -> (recipe: NetworkRecipe, problem: String?) {
    var recipe = NetworkRecipe()
    guard let facts = try? JSON(parsing: bytes), let members = facts.members else {
      return (recipe, "it is no JSON object")
    }
    if let stranger = members.first(where: { !known.contains($0.key) }) {
      return (
        recipe,
        "`\(stranger.key)` is nothing that a recipe says; it says \(known.sorted().joined(separator: ", "))"
      )
    }
    func whole(_ key: String) -> Int? { facts[key]?.number.flatMap { Int(exactly: $0) } }
    func floats(_ key: String) -> [Float]? {
      facts[key]?.array.map { $0.compactMap { $0.number.map { Float($0) } } }
    }
    recipe.input = facts["input"]?.string
    recipe.output = facts["output"]?.string
    if let pool = facts["pool"]?.string {
      guard let known = Pool(rawValue: pool) else { return (recipe, "`pool` is mean, first or none") }
      recipe.pool = known
    }
    recipe.isNormalised = facts["normalise"]?.bool ?? false
    recipe.width = whole("width")
    recipe.height = whole("height")
    if let fit = facts["fit"]?.string {
      guard let known = PictureTensor.Fit(rawValue: fit) else { return (recipe, "`fit` is stretch or crop") }
      recipe.fit = known
    }
    recipe.mean = floats("mean") ?? recipe.mean
    recipe.deviation = floats("deviation") ?? recipe.deviation
    recipe.range = facts["range"]?.number.map { Float($0) } ?? 1
    recipe.isReversed = facts["order"]?.string == "bgr"
    recipe.isInterleaved = facts["layout"]?.string == "nhwc"
    recipe.rate = facts["rate"]?.number
    recipe.seconds = facts["seconds"]?.number ?? 1
    recipe.vocabulary = facts["vocabulary"]?.string
    recipe.merges = facts["merges"]?.string
    recipe.isLowercase = facts["lowercase"]?.bool ?? true
    recipe.most = whole("most") ?? 128
    return (recipe, recipe.problem)
  }

  private var problem: String? {
    if ![1, 3].contains(mean.count) || mean.count != deviation.count {
      return "`mean` and `deviation` have 1 or 3 numbers"
    }
    if deviation.contains(where: { !($0 > 0) }) { return "`deviation` is above 0" }
    for side in [width, height] {
      if let side, !(1...4096).contains(side) { return "sides are from 1 to 4096" }
    }
    if let rate, !(1...1_000_000).contains(rate) { return "`rate` is in Hz" }
    if !(0.001...600).contains(seconds) { return "`seconds` is from 0.001 to 600" }
    if !(3...4096).contains(most) { return "`most` is from 3 to 4096" }
    return nil
  }
}
