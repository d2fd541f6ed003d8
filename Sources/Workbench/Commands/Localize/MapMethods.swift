import Detection
import Encoding
import Language
import Numerics
import Values

/// What the commands on maps share: their methods and options.
struct MapMethod: Sendable {
  let name: String
  let measure: String
  let discussion: String
  let parameters: [AnyParameter]
  let example: String
  let detector: @Sendable (CheckedCall) -> any MapDetector

  static let share = Parameter<Double>.fraction(
    "coreset", in: 0.0001...1, default: 0.02, help: "Share of normal places to keep.")
  static let neighbors = Parameter<Int>.integer(
    "k", in: 1...100, default: 9, help: "Kept places around the nearest one, for the reweighting.")
  static let whiten = Parameter<Bool>.flag(
    "whiten", help: "Free features of how they vary together, as built-in ones do.")
  static let aligned = Parameter<Bool>.flag(
    "aligned", help: "All pictures show the same thing in the same position.")
  static let around = Parameter<Int>.integer(
    "around", in: 1...15, default: 3, help: "Side of the square of places whose mean describes a place.")
  static let similar = Parameter<Int>.integer(
    "k", in: 1...1000, default: 10, help: "Similar normal pictures.")
  static let ridge = Parameter<Double>.real(
    "ridge", in: 1e-6...1e3, default: 0.01, help: "What is added to the variances.")

  static let all = [
    MapMethod(
      name: PatchMemory.name, measure: "distance of places from a memory of normal ones",
      discussion: """
        Keeps the share --coreset of all normal places, chosen to lie far apart; a place scores by its distance to the \
        nearest of them, a picture by its highest place, reweighted (Roth et al., PatchCore, CVPR 2022). A place is \
        described by the mean over itself and what lies --around it; an even side counts as the odd one above. \
        With --whiten distances are Mahalanobis' over all normal places, which suits features that vary together. \
        With --aligned, features count from what is usual at their place of the normal pictures.
        """, parameters: [share.base, neighbors.base, whiten.base, aligned.base, around.base],
      example: "--coreset 5% --aligned"
    ) {
      PatchMemory(
        share: $0[share], neighbors: $0[neighbors], whitens: $0[whiten], isAligned: $0[aligned],
        around: $0[around])
    },
    MapMethod(
      name: PositionGaussians.name, measure: "distance from the normal distribution of the same place",
      discussion: """
        Learns mean and covariance of each place over the normal pictures, which must show the same thing in the same \
        position (Defard et al., PaDiM, ICPR 2020).
        """, parameters: [ridge.base], example: "--ridge 0.1"
    ) { PositionGaussians(ridge: $0[ridge]) },
    MapMethod(
      name: NearestPictures.name, measure: "distance from the most similar normal pictures",
      discussion: """
        A picture scores by its distance to the --k most similar normal pictures, a place by its distance to the \
        nearest place of those (Cohen and Hoshen, SPADE, 2020).
        """, parameters: [similar.base], example: "--k 5"
    ) { NearestPictures(pictures: $0[similar]) },
    MapMethod(
      name: ReedXiaoli.name, measure: "distance of places from the rest of the same picture",
      discussion: """
        Needs no normal pictures: each place is compared with mean and covariance of all places of its own picture \
        (Reed and Yu, IEEE TASSP 1990).
        """, parameters: [ridge.base], example: "--ridge 0.1"
    ) { ReedXiaoli(ridge: $0[ridge]) },
  ]

  static let input = Parameter<Reference>.value(
    "value", [.map, .images, .video], help: "A map, or pictures, which are encoded by `patches` first.")

  static let fitting = """
    Pictures are encoded as `encode --use patches` does. The method learns from the fit rows if the value was split, \
    else from all; a picture to learn from is not compared with itself. Labels and masks are never looked at.
    """

  func examples(_ verb: String) -> [Example] {
    let name = verb == "detect" ? "risk" : "heat"
    return [
      Example("tiles = generate tiles --count 16 --seed 7"),
      Example("places = encode tiles --use patches(8)"),
      Example("\(name) = \(verb) \(self.name) places"),
      Example("\(name) = places | \(verb) \(self.name) \(example)"),
    ]
  }

  func judge(_ call: Invocation, work: Work) throws(Failure) -> (map: FeatureMap, judgement: MapJudgement) {
    let map: FeatureMap
    switch call[Self.input].value {
    case .map(let given): map = given
    case .images(let images), .video(let images):
      do throws(EncodingError) {
        map = try PatchEncoder().encode(images, work: work)
      } catch {
        throw call.failure(error, at: Self.input.base)
      }
    default: throw call.unexpectedKind(Self.input.base)
    }
    do throws(DetectionError) {
      let fit = map.index.rows(in: .fit)
      return (map, try detector(call.call).judge(map, fit: fit, work: work))
    } catch {
      throw failure(error, map, call)
    }
  }

  private func failure(_ error: DetectionError, _ map: FeatureMap, _ call: Invocation) -> Failure {
    func blame(_ code: String, _ summary: String, _ remedy: String) -> Failure {
      call.blame(Self.input.base, code, summary, remedy: remedy)
    }
    switch error {
    case .tooFewRows(let needed, let got):
      return blame(
        "D0101", "`\(name)` needs \(needed) pictures to learn from and got \(got)",
        "Load more, or give more of them to `split`.")
    case .missing(let row, let feature):
      return blame(
        "D0103", "`\(name)` needs complete maps, and \(map.index.label(of: row)) has no `\(feature)`",
        "Leave that picture out.")
    case .tooLarge(let row, let feature):
      return blame(
        "D0104", "`\(feature)` of \(map.index.label(of: row)) is infinite or beyond 1e150",
        "Leave that picture out.")
    case .cancelled: return .cancelled
    default: return blame("D0106", "`\(name)` cannot work on this map", "Encode the pictures with `patches`.")
    }
  }
}

/// `detect patchcore tiles`: a score a picture.
struct DetectMap: PureCommand {
  let method: MapMethod

  var spec: CommandSpec {
    CommandSpec(
      "detect", method.name, "Scores pictures by the \(method.measure).",
      discussion: "\(method.discussion)\n\n\(MapMethod.fitting)",
      parameters: [MapMethod.input.base] + method.parameters, output: .scores,
      examples: method.examples("detect"))
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let (map, judgement) = try method.judge(call, work: work)
    var fitted: Mask?
    if map.index.splits != nil {
      var mask = Mask(count: map.index.count)
      for row in map.index.rows(in: .fit) { mask[row] = true }
      fitted = mask
    }
    return .scores(
      Scores(
        index: map.index, values: judgement.pictures, method: method.name, fitted: fitted,
        contributions: Self.places(judgement.cells, of: map)))
  }

  /// How far each place scores above the median place of its picture.
  private static func places(_ cells: [Double], of map: FeatureMap) -> Contributions? {
    if cells.isEmpty || cells.count > FittedModel.mostContributions { return nil }
    let width = map.cellCount
    var parts = cells
    for picture in 0..<map.index.count {
      let range = picture * width..<(picture + 1) * width
      let usual = Selection.median(of: Array(cells[range])) ?? 0
      for cell in range { parts[cell] = max(0, cells[cell] - usual) }
    }
    let names = (0..<width).map { "line \($0 / map.gridWidth + 1), column \($0 % map.gridWidth + 1)" }
    return Contributions(
      matrix: Matrix(rows: map.index.count, columns: width, values: parts), features: names,
      blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
      meaning:
        "score of the place above the picture's median place, in a grid of \(map.gridHeight) by \(map.gridWidth)"
    )
  }
}

/// `localize patchcore tiles`: a score a place.
struct Localize: PureCommand {
  let method: MapMethod

  var spec: CommandSpec {
    CommandSpec(
      "localize", method.name, "Scores places by the \(method.measure).",
      discussion: """
        \(method.discussion)

        \(MapMethod.fitting) The result is a map with the feature `score`, for `evaluate pixels` and `plot`.
        """,
      parameters: [MapMethod.input.base] + method.parameters, output: .map,
      examples: method.examples("localize"))
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let (map, judgement) = try method.judge(call, work: work)
    let matrix = Matrix(rows: judgement.cells.count, columns: 1, values: judgement.cells)
    return .map(
      FeatureMap(
        index: map.index, gridHeight: map.gridHeight, gridWidth: map.gridWidth, matrix: matrix,
        features: ["score"],
        shapes: map.shapes))
  }
}
