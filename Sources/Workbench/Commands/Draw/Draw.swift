import Chronology
import Encoding
import Formats
import Language
import Notation
import Numerics
import Values

struct Draw: WorldCommand {
  static let input = Parameter<Reference>.value(
    "value", [.images, .video, .cloud, .audio, .map], help: "What to look at.")
  static let rows = Parameter<ClosedRange<Int>?>.optional(
    "rows", .range(.integer(0...Int.max)), help: "First and last row, from 0 on; the first ones if absent."
  ) { argument -> ClosedRange<Int>? in
    guard case .range(.integer(let first), .integer(let last)) = argument, first <= last else { return nil }
    return first...last
  }
  static let most = Parameter<Int>.integer("most", in: 1...400, default: 12, help: "Pictures at most.")
  static let columns = Parameter<Int>.integer("columns", in: 1...50, default: 4, help: "Pictures in a line.")
  static let mask = Parameter<Bool>.flag("mask", help: "Outlines what the masks mark.")
  static let over = Parameter<Reference?>.optional(
    "over", .value([.map]), help: "A map of scores, from `localize`, to lay over the pictures."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let along = Parameter<String>.choice(
    "along", of: [Choice("x", "from the side"), Choice("y", "from the front"), Choice("z", "from above")],
    default: "z", help: "Clouds: the direction of sight.")
  static let target = Parameter<String?>.optional(
    "to", .output, help: "Also writes the drawing: a `.png`, `.svg` or `.html` file."
  ) { if case .path(let path) = $0 { path } else { nil } }

  let spec = CommandSpec(
    "draw", nil, "Shows pictures, depth, films, clouds, sound and maps as they look.",
    discussion: """
      Several pictures become a sheet, a film a strip of frames at equal steps. Depth and maps are drawn in false \
      colours, from dark to light. Clouds are seen along an axis, coloured by their depth along it, the nearest point in front. \
      Sound is drawn as its spectrogram (128 mel bands, decibels, the lowest at the bottom). Terminals that show pictures (kitty, \
      iTerm2, sixel) get them in full; others half a character a pixel, and without colour shades.
      """,
    parameters: [
      input.base, rows.base, most.base, columns.base, mask.base, over.base, along.base, target.base,
    ], output: .figure, reach: .read,
    examples: [
      Example("tiles = generate tiles --count 16 --seed 7"),
      Example("draw tiles --rows 8..11 --mask"),
      Example("heat = localize patchcore tiles"),
      Example("draw tiles --over heat --to tiles.html"),
      Example("generate pump-station --part mic --minutes 5 --seed 7 | draw"),
    ])

  private static let side = 192
  private static let largest = 768

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    if let path = call[Self.target], FigureWriter.Format(path: path) == nil {
      throw Diagnostic(
        "E0306", "`\(path)` is no PNG, SVG or HTML file", at: call.ranges[Self.target.base.name],
        label: "another kind of file", remedy: "let the name end in `.png`, `.svg` or `.html`")
    }
    return ValueShape(kind: .figure)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let figure = Figure(title: call[Self.input].name, body: .picture(try raster(call, work)))
    try call.write(figure, to: call[Self.target], at: Self.target.base, world: world)
    return .figure(figure)
  }

  private func raster(_ call: Invocation, _ work: Work) throws(Failure) -> Raster {
    switch call[Self.input].value {
    case .images(let images): return try sheet(images, chosen(call, images.count, spread: false), call, work)
    case .video(let video): return try sheet(video, chosen(call, video.count, spread: true), call, work)
    case .map(let map):
      let rows = try chosen(call, map.index.count, spread: false)
      let tiles = rows.map { row -> Raster in
        let first = row * map.cellCount
        return RasterPainting.heat(
          (first..<first + map.cellCount).map { map.matrix[$0, 0] }, width: map.gridWidth)
      }
      if map.features.count > 1 {
        call.note("drawn is `\(map.features[0])`, the first of \(map.features.count)")
      }
      return RasterPainting.sheet(tiles, columns: call[Self.columns], side: Self.side)
    case .cloud(let cloud): return view(of: cloud, call)
    case .audio(let audio): return try spectrogram(audio, call, work)
    default: throw call.unexpectedKind(Self.input.base)
    }
  }

  private func chosen(_ call: Invocation, _ count: Int, spread: Bool) throws(Failure) -> [Int] {
    guard count > 0 else {
      throw call.blame(
        Self.input.base, "R0404", "there is nothing to draw", label: "empty", remedy: "Load pictures.")
    }
    let most = call[Self.most]
    if let rows = call[Self.rows] {
      guard rows.lowerBound < count else {
        throw call.blame(
          Self.rows.base, "R0507", "`\(call[Self.input].name)` has only \(count) rows",
          label: "behind the end",
          remedy: "The last one is \(count - 1).")
      }
      return Array((rows.lowerBound...min(rows.upperBound, count - 1)).prefix(most))
    }
    if count <= most { return Array(0..<count) }
    call.note("\(most) of \(count) are drawn; choose others with `--rows`, more with `--most`")
    return spread ? (0..<most).map { $0 * count / most } : Array(0..<most)
  }

  private func sheet(_ images: Images, _ rows: [Int], _ call: Invocation, _ work: Work) throws(Failure)
    -> Raster
  {
    var heat: (map: FeatureMap, rows: [String: Int], low: Float, high: Float)?
    if case .map(let map)? = call[Self.over]?.value {
      var places: [String: Int] = [:]
      for row in 0..<map.index.count { places[map.index.label(of: row)] = row }
      let sorted = map.matrix.column(0).sorted()
      let low = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
      heat = (map, places, Float(low), Float(sorted.last ?? 1))
    }
    let (wantsMask, overlay) = (call[Self.mask], heat)
    let results: [Result<Raster, PictureError>]
    do throws(Cancelled) {
      results = try work.map(rows.count, stage: "drawing") { place in
        do throws(PictureError) {
          let picture = try images.picture(rows[place])
          var raster = RasterPainting.raster(of: picture, falseColour: images.content == .depth)
          let scale =
            Double(rows.count == 1 ? Self.largest : Self.side * 2) / Double(max(raster.width, raster.height))
          if scale < 1 {
            raster = raster.resized(
              width: max(1, Int(Double(raster.width) * scale)),
              height: max(1, Int(Double(raster.height) * scale)))
          }
          if let overlay, let row = overlay.rows[images.index.label(of: rows[place])] {
            let scores = MapPlane.plane(
              of: overlay.map, row: row, width: raster.width, height: raster.height, smooth: 4)
            raster = RasterPainting.overlay(scores.values, low: overlay.low, high: overlay.high, on: raster)
          }
          if wantsMask, let mask = try images.mask(rows[place]) {
            let plane = Plane(
              width: mask.width, height: mask.height, values: mask.plane(0).map { $0 > 0 ? 1 : 0 }
            )
            .stretched(width: raster.width, height: raster.height)
            raster = RasterPainting.outlined(raster, marks: plane.values.map { $0 > 0.5 })
          }
          return .success(raster)
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw .cancelled
    }
    var rasters: [Raster] = []
    for result in results {
      switch result {
      case .success(let raster): rasters.append(raster)
      case .failure(let error): throw call.failure(EncodingError.picture(error), at: Self.input.base)
      }
    }
    if rasters.count == 1 { return rasters[0] }
    return RasterPainting.sheet(rasters, columns: call[Self.columns], side: Self.side)
  }

  /// Points seen along an axis, the nearest in front.
  private func view(of cloud: Cloud, _ call: Invocation) -> Raster {
    let names =
      ["x": ("y", "z", "x"), "y": ("x", "z", "y"), "z": ("x", "y", "z")][call[Self.along]] ?? ("x", "y", "z")
    func axis(_ name: String) -> [Double] { cloud.points.column(name)?.numbers ?? [] }
    let (across, up, depth) = (axis(names.0), axis(names.1), axis(names.2))
    let rows = across.indices.filter { across[$0].isFinite && up[$0].isFinite && depth[$0].isFinite }
    let (left, right) = (rows.map { across[$0] }.min() ?? 0, rows.map { across[$0] }.max() ?? 1)
    let (bottom, top) = (rows.map { up[$0] }.min() ?? 0, rows.map { up[$0] }.max() ?? 1)
    let span = max(right - left, top - bottom, .leastNormalMagnitude)
    // So coarse that neighbouring points touch.
    let side = max(32, min(Self.largest, Int(Double(max(1, rows.count)).squareRoot())))
    let width = max(1, Int((right - left) / span * Double(side - 1)) + 1)
    let height = max(1, Int((top - bottom) / span * Double(side - 1)) + 1)
    var values = [Double](repeating: .nan, count: width * height)
    for row in rows {
      let x = min(width - 1, Int((across[row] - left) / span * Double(side - 1)))
      let y = min(height - 1, height - 1 - Int((up[row] - bottom) / span * Double(side - 1)))
      let place = max(0, y) * width + x
      if values[place].isNaN || depth[row] > values[place] { values[place] = depth[row] }
    }
    call.note("\(names.0) to the right, \(names.1) upwards, coloured by \(names.2)")
    let raster = RasterPainting.heat(values, width: width)
    let scale = max(1, Self.largest / 2 / max(width, height))
    return raster.resized(width: width * scale, height: height * scale)
  }

  private func spectrogram(_ audio: Audio, _ call: Invocation, _ work: Work) throws(Failure) -> Raster {
    let embedding: Embedding
    do throws(EncodingError) {
      embedding = try SoundEncoder(.mel(bands: 128)).encode(audio, work: work)
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
    let (frames, bands) = (embedding.matrix.rows, embedding.matrix.columns)
    let width = min(frames, Self.largest)
    var values = [Double](repeating: 0, count: width * bands)
    for x in 0..<width {
      let range = x * frames / width..<max(x * frames / width + 1, (x + 1) * frames / width)
      for band in 0..<bands {
        let mean = range.reduce(0.0) { $0 + embedding.matrix[$1, band] } / Double(range.count)
        values[(bands - 1 - band) * width + x] = mean
      }
    }
    // 80 decibels below the loudest all look the same.
    let loudest = values.max() ?? 0
    values = values.map { max($0, loudest - 80) + 200 }
    call.note(
      "\(audio.length.seconds.shortText(digits: 4)) s to the right, 0 to \(Int(audio.sampleRate / 2)) Hz upwards on the mel scale"
    )
    return RasterPainting.heat(values, width: width).resized(width: width, height: bands * 2)
  }
}
