import Encoding
import Evaluation
import Language
import Numerics
import Values

struct EvaluatePixels: PureCommand {
  static let input = Parameter<Reference>.value("value", [.map], help: "A map of scores, from `localize`.")
  static let truth = Parameter<Reference>.required(
    "against", .value([.images, .video]), placement: .option, help: "The pictures, with their masks."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let limit = Parameter<Double>.fraction(
    "limit", in: 0.001...1, default: 0.3, help: "Share of flagged normal pixels up to which AU-PRO looks.")
  static let smooth = Parameter<Double>.real(
    "smooth", in: 0...64, default: 4, help: "Standard deviation of the smoothing, for pictures of 224 pixels."
  )

  let spec = CommandSpec(
    "evaluate", "pixels", "Judges maps of scores by the masks of the pictures.",
    discussion: """
      Maps are stretched to the size of each mask, linearly, and smoothed by a Gaussian as Roth et al. (PatchCore, CVPR \
      2022) do. Judged are the pictures of the test rows if the map was split, else all; pictures without a mask count as normal unless a label column `anomaly` says \
      otherwise, then they are left out. AU-PRO is the mean share of each anomalous region that is found, over the \
      share of normal pixels flagged, up to --limit, divided by it (Bergmann et al., IJCV 2021). Curves have 4,000 points.
      """,
    parameters: [input.base, truth.base, limit.base, smooth.base], output: .report, reach: .read,
    examples: [
      Example("tiles = generate tiles --count 24 --seed 7"),
      Example("heat = encode tiles --use patches(16) | localize patchcore"),
      Example("evaluate pixels heat --against tiles"),
      Example("heat | evaluate pixels --against tiles --limit 5%"),
    ])

  private static let points = 4000

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .map(let map) = call[Self.input].value else { throw call.unexpectedKind(Self.input.base) }
    guard map.features.count == 1 else {
      throw call.blame(
        Self.input.base, "R0510",
        "`\(call[Self.input].name)` has \(map.features.count) features a place, not one score",
        label: "no scores", remedy: "Make scores of it first: `localize patchcore \(call[Self.input].name)`.")
    }
    let truth = call.values[Self.truth.base.name]?.first
    let images: Images
    switch truth?.value {
    case .images(let given), .video(let given): images = given
    default: throw call.unexpectedKind(Self.truth.base)
    }
    var places: [String: Int] = [:]
    for row in 0..<images.count { places[images.index.label(of: row)] = row }
    let labels = images.frame.column("anomaly")?.numbers
    var pairs: [(cell: Int, picture: Int)] = []
    var maskless = 0
    for row in map.index.rows(in: .test) {
      guard let place = places[map.index.label(of: row)] else { continue }
      if !images.hasMask[place], labels?[place] == 1 { maskless += 1 } else { pairs.append((row, place)) }
    }
    if maskless > 0 { call.note("\(counted(maskless, "anomalous picture")) without a mask left out") }
    guard pairs.contains(where: { images.hasMask[$0.picture] }) else {
      throw call.blame(
        Self.truth.base, "R0511", "no picture that is judged has a mask", label: "no masks",
        remedy: "Load the pictures with their masks, as `load images FOLDER/` finds them.")
    }
    let judgement = try judge(map, images, pairs, call, work)
    func metric(_ name: String, _ value: Double?, _ note: String = "") -> Metric {
      Metric(name, value ?? .nan, note: note)
    }
    return .report(
      Report(
        title: "Pixels of \(pairs.count) pictures",
        metrics: [
          metric("pixel-auroc", judgement.areaUnderROC), metric("pixel-ap", judgement.averagePrecision),
          metric(
            "au-pro", judgement.areaUnderRegions(upTo: call[Self.limit]),
            "up to \(call[Self.limit]) of the normal pixels"),
        ],
        remarks: [
          "\(judgement.regionCount) anomalous regions, \(judgement.anomalousPixels) of "
            + "\(judgement.anomalousPixels + judgement.normalPixels) pixels anomalous"
        ]))
  }

  private func judge(
    _ map: FeatureMap, _ images: Images, _ pairs: [(cell: Int, picture: Int)], _ call: Invocation,
    _ work: Work
  ) throws(Failure) -> PixelJudgement {
    let values = pairs.flatMap { pair in
      map.matrix.values[pair.cell * map.cellCount..<(pair.cell + 1) * map.cellCount].map(Float.init)
    }.sorted()
    let step = max(1, values.count / Self.points)
    var judgement = PixelJudgement(thresholds: stride(from: 0, to: values.count, by: step).map { values[$0] })
    for (number, pair) in pairs.enumerated() {
      if work.isCancelled() { throw .cancelled }
      work.report(Double(number) / Double(pairs.count), "judging pixels")
      let mask: Picture?
      do throws(PictureError) {
        mask = try images.mask(pair.picture)
      } catch {
        throw call.failure(EncodingError.picture(error), at: Self.truth.base)
      }
      let shape = map.shapes[pair.cell]
      let (width, height) = (mask?.width ?? shape.width, mask?.height ?? shape.height)
      let heat = MapPlane.plane(
        of: map, row: pair.cell, width: width, height: height, smooth: call[Self.smooth])
      let bits = mask.map { $0.plane(0).map { $0 > 0 } } ?? []
      judgement.add(scores: heat.values, mask: bits, width: width)
    }
    return judgement
  }
}

/// The scores of a map at the size of a picture.
enum MapPlane {
  /// The size for which the smoothing is given.
  private static let usualSide = 224.0

  static func plane(of map: FeatureMap, row: Int, width: Int, height: Int, smooth: Double) -> Plane {
    let cells = map.matrix.values[row * map.cellCount..<(row + 1) * map.cellCount].map(Float.init)
    let plane = Plane(width: map.gridWidth, height: map.gridHeight, values: cells)
      .stretched(width: width, height: height)
    return plane.smoothed(Float(smooth * Double(max(width, height)) / usualSide))
  }
}
