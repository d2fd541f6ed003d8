import Chronology
import Encoding
import Formats
import Language
import Numerics
import Values

/// `encode onnx`: vectors from a network that was trained elsewhere.
struct EncodeNetwork: WorldCommand {
  static let input = Parameter<Reference>.value(
    "value", [.images, .video, .audio, .text, .table, .series, .embedding],
    help: "What to encode; labels are left out.")
  static let model = Parameter<String>.input("model", help: "The network, an ONNX file.")
  static let recipe = Parameter<String?>.optional(
    "recipe", .input(many: false),
    help: "A JSON file that says how to feed it; MODEL.json beside the model if absent."
  ) { if case .path(let path) = $0 { path } else { nil } }
  static let output = Parameter<String?>.name(
    "output", help: "The output to take; that of the recipe, or the first, if absent.")
  static let places = Parameter<Bool>.flag(
    "places", help: "Keeps one vector a place: a map for pictures, tokens for the rest.")

  let spec = CommandSpec(
    "encode", "onnx", "Turns rows into vectors by a network that was trained elsewhere.",
    discussion: """
      Pictures are scaled to the size that the network declares, or the recipe, or 224; texts are cut into the pieces of a BERT \
      vocabulary, or of CLIP's pairs of bytes where the vocabulary is a JSON file; sound is mixed, brought to the network's rate and cut into stretches of equal length; columns of numbers go in as \
      they are. The recipe is a JSON object with any of `input`, `output`, `pool` (mean, first), `normalise`; for pictures `width`, `height`, \
      `fit` (stretch, crop), `mean`, `deviation`, `range` (1 or 255), `order` (rgb, bgr), `layout` (nchw, nhwc); for sound `rate`, `seconds`; \
      for texts `vocabulary` and, for pairs, `merges` (files beside the model), `lowercase`, `most`. Without one pictures get mean and deviation of ImageNet.

      An output with a vector a row is taken as it is; one with a vector a place is pooled, or kept with --places. Two towers of one \
      space, such as those of CLIP, are run one after the other, with `normalise`. Rows run side by side, each by one thread, so that \
      numbers do not depend on how many there are. ONNX Runtime is looked for when it is needed: `scripts/onnx-runtime` installs it.
      """,
    parameters: [input.base, model.base, recipe.base, output.base, places.base], output: .embedding,
    reach: .read, needs: "scripts/onnx-runtime",
    examples: [
      Example("tiles = generate tiles --count 8 --seed 7"),
      Example("encode onnx tiles model.onnx"),
      Example("encode onnx tiles model.onnx --output features --places"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    guard call[Self.places] else { return ValueShape(kind: .embedding) }
    if case .reference(let reference) = call.arguments[Self.input.base.name],
      let kind = scope.shape(of: reference)?.kind, [.images, .video].contains(kind)
    {
      return ValueShape(kind: .map)
    }
    return ValueShape(kind: .tokens)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.model]], for: Self.model.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    let recipe = try recipe(file.path, call, world: world)
    let content = try bytes(file.source, file.path, call)
    let network: any Network
    do throws(NetworkError) {
      network = try world.networks.open(content)
    } catch {
      throw Self.failure(error, call)
    }
    let feed = try NetworkFeed(call[Self.input].value, recipe, network, file.path, call, world: world)
    let name = call[Self.output] ?? recipe.output ?? network.outputs.first?.name ?? ""
    guard network.outputs.contains(where: { $0.name == name }) else {
      let names = network.outputs.map(\.name)
      throw call.blame(
        Self.output.base, "E0552", "the network has no output `\(name)`", label: "not there",
        remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
    }
    let rows: [Result<NetworkResult?, NetworkFeed.Problem>]
    do throws(Cancelled) {
      rows = try work.map(feed.count, stage: "running the network") { row in
        do throws(NetworkFeed.Problem) {
          guard let tensors = try feed.tensors(row) else { return .success(nil) }
          do throws(NetworkError) {
            let (shape, values) = try network.run(tensors, output: name)
            return .success(NetworkResult(shape: shape, values: values, isInterleaved: recipe.isInterleaved))
          } catch {
            return .failure(.network(error))
          }
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw .cancelled
    }
    var results: [NetworkResult?] = []
    for row in rows {
      switch row {
      case .success(let result): results.append(result)
      case .failure(.network(let error)): throw Self.failure(error, call)
      case .failure(.picture(let error)):
        throw call.failure(EncodingError.picture(error), at: Self.input.base)
      }
    }
    let absent = results.count { $0 == nil }
    if absent > 0 { call.note("\(absent) of \(results.count) rows have nothing to encode") }
    return try gathered(results, feed, recipe, call)
  }

  private func bytes(
    _ source: any ByteSource, _ path: String, _ call: Invocation
  ) throws(Failure) -> [UInt8] {
    do throws(FormatError) {
      guard source.count < 2 << 30 else { throw FormatError.unsupported("it has more than 2 GB") }
      return try source.read(at: 0, count: source.count)
    } catch {
      throw error.failure(path, at: Self.model.base, of: call.call, remedy: "Choose a smaller model.")
    }
  }

  private func recipe(_ model: String, _ call: Invocation, world: World) throws(Failure) -> NetworkRecipe {
    var stem = model
    if stem.lowercased().hasSuffix(".onnx") { stem = String(stem.dropLast(5)) }
    let path = call[Self.recipe] ?? stem + ".json"
    if call[Self.recipe] == nil, world.files.files(matching: path).isEmpty {
      call.note("no recipe beside the model: the usual one of its kind is taken")
      return NetworkRecipe()
    }
    let files = try world.files.open([path], for: Self.recipe.base, of: call.call)
    let content = files.first.flatMap { file in
      try? file.source.read(at: 0, count: min(file.source.count, 1 << 20))
    }
    let (recipe, problem) = NetworkRecipe.reading(content ?? [])
    if let problem {
      throw call.blame(
        call[Self.recipe] == nil ? Self.model.base : Self.recipe.base, "E0553",
        "the recipe `\(path)` cannot be followed: \(problem)", label: "its recipe",
        remedy: "Correct it; `help encode onnx` says what it may hold.")
    }
    return recipe
  }

  static func failure(_ error: NetworkError, _ call: Invocation) -> Failure {
    switch error {
    case .absent:
      call.blame(
        model.base, "E0551", "ONNX Runtime is not installed", label: "needs a library beside Sonde",
        remedy: "Run `scripts/onnx-runtime`, which installs it for you alone.")
    case .failed(let words):
      call.blame(
        model.base, "E0552", "the network cannot be run: \(words.prefix(300))",
        label: "refused by ONNX Runtime",
        remedy: "Check that the file is whole and that the recipe gives what the network takes.")
    }
  }

  private func gathered(
    _ results: [NetworkResult?], _ feed: NetworkFeed, _ recipe: NetworkRecipe, _ call: Invocation
  ) throws(Failure) -> Value {
    guard let first = results.lazy.compactMap(\.self).first, first.width > 0 else {
      throw call.blame(
        Self.input.base, "R0202", "there is nothing to encode: no row, or none with all its numbers",
        remedy: "See with `describe` what there is.")
    }
    let width = first.width
    guard results.allSatisfy({ $0?.width ?? width == width }) else {
      throw call.blame(
        Self.model.base, "E0552", "the network gives vectors of several lengths", label: "not one space",
        remedy: "Choose another output with --output.")
    }
    let features = (0..<width).map { "\($0)" }
    if call[Self.places] { return try places(results, first, features, feed, call) }
    var matrix = Matrix(rows: results.count, columns: width, repeating: .nan)
    for (row, result) in results.enumerated() {
      guard let result else { continue }
      var vector = result.pooled(isFirst: recipe.pool == .first)
      if recipe.isNormalised {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if length > 0 { vector = vector.map { $0 / length } }
      }
      for (column, number) in vector.enumerated() { matrix[row, column] = number.isFinite ? number : .nan }
    }
    let name = call[Self.input].name.isEmpty ? "value" : call[Self.input].name
    return .embedding(
      Embedding(
        index: feed.index, matrix: matrix, features: features, blocks: [Block(name: name, columns: 0..<width)]
      ))
  }

  private func places(
    _ results: [NetworkResult?], _ first: NetworkResult, _ features: [String], _ feed: NetworkFeed,
    _ call: Invocation
  ) throws(Failure) -> Value {
    if let shapes = feed.shapes {
      guard let grid = first.grid, results.allSatisfy({ $0?.grid.map { $0 == grid } ?? false }) else {
        throw call.blame(
          Self.places.base, "E0552", "the places of this output are no grid", label: "no map",
          remedy: "Leave --places out, or choose another output.")
      }
      let values = results.flatMap { $0?.gridValues ?? [] }
      return .map(
        FeatureMap(
          index: feed.index, gridHeight: grid.height, gridWidth: grid.width,
          matrix: Matrix(
            rows: results.count * grid.height * grid.width, columns: features.count, values: values),
          features: features, shapes: shapes))
    }
    var offsets = [0]
    var values: [Double] = []
    for result in results {
      values += result?.values ?? []
      offsets.append(values.count / features.count)
    }
    return .tokens(
      Tokens(
        index: feed.index, offsets: offsets,
        matrix: Matrix(rows: offsets[results.count], columns: features.count, values: values),
        features: features))
  }
}

/// What a network gave for one row: a vector, or one a place.
struct NetworkResult: Sendable {
  struct Grid: Sendable, Equatable {
    let height: Int
    let width: Int
  }

  let width: Int
  /// Place after place.
  let values: [Double]
  private let extents: Grid?

  /// - Parameter shape: with the batch of one in front.
  init(shape: [Int], values: [Float], isInterleaved: Bool) {
    let shape = shape.first == 1 ? Array(shape.dropFirst()) : shape
    switch shape.count {
    case 0, 1:
      width = values.count
      extents = nil
      self.values = values.map { Double($0) }
    case 3 where !isInterleaved:
      // Channels come first: turn them to the end.
      let (channels, places) = (shape[0], shape[1] * shape[2])
      width = channels
      extents = Grid(height: shape[1], width: shape[2])
      self.values = (0..<places).flatMap { place in (0..<channels).map { Double(values[$0 * places + place]) }
      }
    default:
      width = shape[shape.count - 1]
      extents = shape.count == 3 ? Grid(height: shape[0], width: shape[1]) : nil
      self.values = values.map { Double($0) }
    }
  }

  private var count: Int { width > 0 ? values.count / width : 0 }

  /// The grid of the places; those of a transformer form a square behind the marks of the class.
  var grid: Grid? {
    if let extents { return extents }
    guard count > 1 else { return nil }
    let side = Int(Double(count).squareRoot())
    // A class token, and up to four registers, stand before the square.
    return side * side + 5 >= count ? Grid(height: side, width: side) : nil
  }

  var gridValues: [Double] {
    guard let grid else { return [] }
    return Array(values.suffix(grid.height * grid.width * width))
  }

  func pooled(isFirst: Bool) -> [Double] {
    if isFirst || count <= 1 { return Array(values.prefix(width)) }
    var sums = [Double](repeating: 0, count: width)
    for place in 0..<count { for column in 0..<width { sums[column] += values[place * width + column] } }
    return sums.map { $0 / Double(count) }
  }
}
