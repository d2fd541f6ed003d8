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
  static let saturation = Parameter<[String]>(
    AnyParameter(
      "saturation", .list(.text),
      help:
        "Adds AU-sPRO: the pixels of a defect that are enough, \"255:6300\" by its value in the mask, \"40%\" of any."
    )
  ) { argument in
    guard case .list(let items) = argument else {
      if case .text(let text) = argument { return [text] }
      return []
    }
    return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  let spec = CommandSpec(
    "evaluate", "pixels", "Judges maps of scores by the masks of the pictures.",
    discussion: """
      Maps are stretched to the size of each mask, linearly, and smoothed by a Gaussian as Roth et al. (PatchCore, CVPR \
      2022) do. Judged are the pictures of the test rows if the map was split, else all; pictures without a mask count as normal unless a label column `anomaly` says \
      otherwise, then they are left out. AU-PRO is the mean share of each anomalous region that is found, over the \
      share of normal pixels flagged, up to --limit, divided by it (Bergmann et al., IJCV 2021). Curves have 4,000 points. AUPIMO is the mean share of each anomalous picture that is found, over \
      the logarithm of the share of normal pictures' pixels flagged from 1e-5 to 1e-4 (Bertoldo et al., BMVC 2024); it needs \
      100,000 pixels of normal pictures.

      With --saturation, AU-sPRO counts what is found of a defect only until it is enough (MVTec LOCO, Bergmann et al., IJCV 2022; its \
      file defects_config.json has the numbers, and its limit is 5%). A defect is all pixels of a picture whose mask has the same value.
      """,
    parameters: [input.base, truth.base, limit.base, smooth.base, saturation.base], output: .report,
    reach: .read,
    examples: [
      Example("tiles = generate tiles --count 24 --seed 7"),
      Example("heat = encode tiles --use patches(16) | localize patchcore"),
      Example("evaluate pixels heat --against tiles"),
      Example("heat | evaluate pixels --against tiles --limit 5%"),
      Example("heat | evaluate pixels --against tiles --limit 5% --saturation \"50%\""),
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
    let enough = try Saturation(call[Self.saturation], call)
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
    // Normal pictures first: they say at which scores anomalous ones are judged.
    let ordered = pairs.filter { !images.hasMask[$0.picture] } + pairs.filter { images.hasMask[$0.picture] }
    let (judgement, overlap) = try judge(map, images, ordered, enough, call, work)
    return .report(report(judgement, overlap, pictures: pairs.count, call))
  }

  private func report(
    _ judgement: PixelJudgement, _ overlap: PictureOverlap, pictures: Int, _ call: Invocation
  ) -> Report {
    func metric(_ name: String, _ value: Double?, _ note: String = "") -> Metric {
      Metric(name, value ?? .nan, note: note)
    }
    var metrics = [
      metric("pixel-auroc", judgement.areaUnderROC), metric("pixel-ap", judgement.averagePrecision),
      metric(
        "au-pro", judgement.areaUnderRegions(upTo: call[Self.limit]),
        "up to \(call[Self.limit]) of the normal pixels"),
    ]
    if judgement.defectCount > 0 {
      metrics.append(
        metric(
          "au-spro", judgement.areaUnderSaturatedRegions(upTo: call[Self.limit]),
          "up to \(call[Self.limit]) of the normal pixels, \(counted(judgement.defectCount, "defect"))"))
    }
    metrics.append(
      metric(
        "aupimo", overlap.mean,
        overlap.mean == nil ? "needs 100,000 pixels of normal pictures" : "from 1e-5 to 1e-4 of normal pixels"
      ))
    return Report(
      title: "Pixels of \(pictures) pictures", metrics: metrics,
      remarks: [
        "\(judgement.regionCount) anomalous regions, \(judgement.anomalousPixels) of "
          + "\(judgement.anomalousPixels + judgement.normalPixels) pixels anomalous"
      ])
  }

  private func judge(
    _ map: FeatureMap, _ images: Images, _ pairs: [(cell: Int, picture: Int)], _ enough: Saturation,
    _ call: Invocation, _ work: Work
  ) throws(Failure) -> (PixelJudgement, PictureOverlap) {
    let values = pairs.flatMap { pair in
      map.matrix.values[pair.cell * map.cellCount..<(pair.cell + 1) * map.cellCount].map(Float.init)
    }.sorted()
    let step = max(1, values.count / Self.points)
    var judgement = PixelJudgement(thresholds: stride(from: 0, to: values.count, by: step).map { values[$0] })
    var overlap = PictureOverlap(normalPictures: pairs.count { !images.hasMask[$0.picture] })
    var hasLevels = false
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
      let codes = mask?.plane(0) ?? []
      let bits = codes.map { $0 > 0 }
      judgement.add(scores: heat.values, mask: bits, width: width)
      if mask == nil { overlap.add(normal: heat.values) }
      guard bits.contains(true) else { continue }
      if !hasLevels { overlap.setLevels() }
      hasLevels = true
      overlap.add(scores: heat.values, mask: bits)
      if enough.isEmpty { continue }
      for code in Set(codes).sorted() where code > 0 {
        let defect = codes.indices.filter { codes[$0] == code }.map { heat.values[$0] }
        judgement.add(defect: defect, enough: enough.pixels(of: code, area: defect.count))
      }
    }
    return (judgement, overlap)
  }
}

/// How many pixels of a defect are enough, by its value in the mask.
private struct Saturation {
  private enum Amount {
    case pixels(Double), share(Double)
  }
  private var byCode: [Int: Amount] = [:]
  private var rest: Amount?

  var isEmpty: Bool { byCode.isEmpty && rest == nil }

  init(_ texts: [String], _ call: Invocation) throws(Failure) {
    for text in texts {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard let last = parts.last, let amount = Self.amount(last), parts.count <= 2 else {
        throw Self.unreadable(text, call)
      }
      if parts.count == 1 {
        rest = amount
      } else if let code = Int(parts[0]), (1...255).contains(code) {
        byCode[code] = amount
      } else {
        throw Self.unreadable(text, call)
      }
    }
  }

  private static func amount(_ text: String) -> Amount? {
    if text.hasSuffix("%") {
      return Double(text.dropLast()).flatMap { $0 > 0 && $0 <= 100 ? .share($0 / 100) : nil }
    }
    return Double(text).flatMap { $0 >= 1 && $0.isFinite ? .pixels($0) : nil }
  }

  private static func unreadable(_ text: String, _ call: Invocation) -> Failure {
    call.blame(
      EvaluatePixels.saturation.base, "R0512", "`\(text)` does not say how many pixels are enough",
      remedy: "Write \"255:6300\" for a value of the mask and its pixels, \"255:40%\" or \"40%\" for shares.")
  }

  /// A defect without a number is found once all of it is.
  func pixels(of code: Float, area: Int) -> Double {
    switch byCode[Int((code * 255).rounded())] ?? rest {
    case .pixels(let pixels): pixels
    case .share(let share): share * Double(area)
    case nil: Double(area)
    }
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
