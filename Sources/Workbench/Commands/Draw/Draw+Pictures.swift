import Chronology
import Encoding
import Formats
import Language
import Notation
import Numerics
import Values

extension Draw {
  /// Pixels of a picture of several, and of one alone.
  private static let side = 384
  static let largest = 768

  /// Scores to lay over pictures.
  private struct Overlay: Sendable {
    let map: FeatureMap
    let rows: [String: Int]
    let low: Float
    let high: Float

    init(_ map: FeatureMap) {
      self.map = map
      var rows: [String: Int] = [:]
      for row in 0..<map.index.count { rows[map.index.label(of: row)] = row }
      self.rows = rows
      let sorted = map.matrix.column(0).sorted()
      low = sorted.isEmpty ? 0 : Float(sorted[sorted.count / 2])
      high = Float(sorted.last ?? 1)
    }
  }

  /// Pictures with their names, depth in colours of one scale.
  func sheet(
    _ images: Images, _ rows: [Int], _ call: Invocation, _ work: Work
  ) throws(Failure) -> Figure.Body {
    var overlay: Overlay?
    if case .map(let map)? = call[Self.over]?.value { overlay = Overlay(map) }
    let isDepth = images.content == .depth
    let limits = isDepth ? try limits(of: images, rows, call, work) : nil
    let (wantsMask, heat, longest) = (
      call[Self.mask], overlay, rows.count == 1 ? Self.largest : Self.side
    )
    let rasters = try each(rows, call, work) { row throws(PictureError) in
      var raster = RasterPainting.raster(of: try images.picture(row), falseColour: isDepth, limits: limits)
      let scale = Double(longest) / Double(max(raster.width, raster.height))
      if scale < 1 {
        raster = raster.resized(
          width: max(1, Int(Double(raster.width) * scale)), height: max(1, Int(Double(raster.height) * scale))
        )
      }
      if let heat, let place = heat.rows[images.index.label(of: row)] {
        let scores = MapPlane.plane(
          of: heat.map, row: place, width: raster.width, height: raster.height, smooth: 4)
        raster = RasterPainting.overlay(scores.values, low: heat.low, high: heat.high, on: raster)
      }
      if wantsMask, let mask = try images.mask(row) {
        let marked = mask.plane(0).map { $0 > 0 ? Float(1) : 0 }
        let plane = Plane(width: mask.width, height: mask.height, values: marked)
          .stretched(width: raster.width, height: raster.height)
        raster = RasterPainting.outlined(raster, marks: plane.values.map { $0 > 0.5 })
      }
      return raster
    }
    let plates = zip(rows, rasters).map { row, raster in
      Figure.Plate(raster, caption: images.index.caption(of: row))
    }
    let colours =
      limits.map {
        Figure.Colours(name: "distance in \(images.depthUnit)", low: $0.lowerBound, high: $0.upperBound)
      }
      ?? overlay.map { Figure.Colours(name: "score", low: Double($0.low), high: Double($0.high)) }
    return .plates(plates, columns: call[Self.columns], colours: colours)
  }

  /// The depths that most pixels have; the hundredth at each end shares a colour.
  private func limits(
    of images: Images, _ rows: [Int], _ call: Invocation, _ work: Work
  ) throws(Failure) -> ClosedRange<Double>? {
    let samples = try each(rows, call, work) { row throws(PictureError) in
      let values = try images.picture(row).plane(0).filter { $0.isFinite && $0 != 0 }
      return stride(from: 0, to: values.count, by: max(1, values.count / 5000)).map { Double(values[$0]) }
    }
    let sorted = SortedSample(samples.flatMap { $0 })
    guard let low = sorted.quantile(0.01), let high = sorted.quantile(0.99) else { return nil }
    return low...high
  }

  private func each<Result: Sendable>(
    _ rows: [Int], _ call: Invocation, _ work: Work,
    _ body: @Sendable (Int) throws(PictureError) -> Result
  ) throws(Failure) -> [Result] {
    let results: [Swift.Result<Result, PictureError>]
    do throws(Cancelled) {
      results = try work.map(rows.count, stage: "drawing") { place in
        do throws(PictureError) { return .success(try body(rows[place])) } catch { return .failure(error) }
      }
    } catch {
      throw .cancelled
    }
    var found: [Result] = []
    for result in results {
      switch result {
      case .success(let value): found.append(value)
      case .failure(let error): throw call.failure(EncodingError.picture(error), at: Self.input.base)
      }
    }
    return found
  }

  /// The first feature of a map, in colours of one scale.
  func heat(_ map: FeatureMap, _ rows: [Int], _ call: Invocation) -> Figure.Body {
    let values = rows.map { row in
      (row * map.cellCount..<(row + 1) * map.cellCount).map { map.matrix[$0, 0] }
    }
    let known = values.flatMap { $0 }.filter(\.isFinite)
    let (low, high) = (known.min() ?? 0, known.max() ?? 1)
    if map.features.count > 1 {
      call.note("drawn is `\(map.features[0])`, the first of \(map.features.count)")
    }
    let plates = zip(rows, values).map { row, cells in
      Figure.Plate(
        RasterPainting.heat(cells, width: map.gridWidth, limits: low...high),
        caption: map.index.caption(of: row))
    }
    return .plates(
      plates, columns: call[Self.columns],
      colours: Figure.Colours(name: map.features.first ?? "score", low: low, high: high))
  }

  /// Height by width of what clouds are drawn in.
  private static let cloudShape = 0.42

  private static func extent(_ values: [Double]) -> (middle: Double, span: Double) {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let middle = low / 2 + high / 2
    return (middle, max(high - low, abs(middle) * 1e-9, 1e-9))
  }

  /// Points seen along an axis, the nearest in front.
  func view(of cloud: Cloud, _ call: Invocation) -> Figure.Body {
    let names =
      ["x": ("y", "z", "x"), "y": ("x", "z", "y"), "z": ("x", "y", "z")][call[Self.along]] ?? ("x", "y", "z")
    func axis(_ name: String) -> [Double] { cloud.points.column(name)?.numbers ?? [] }
    let (across, up, depth) = (axis(names.0), axis(names.1), axis(names.2))
    let rows = across.indices.filter { across[$0].isFinite && up[$0].isFinite && depth[$0].isFinite }
    let width = Self.largest
    let height = Int(Double(width) * Self.cloudShape)
    let (x, y) = (Self.extent(rows.map { across[$0] }), Self.extent(rows.map { up[$0] }))
    // A length is as long across as upwards.
    let scale = min(Double(width - 1) / x.span, Double(height - 1) / y.span)
    // Neighbouring points of an even surface touch.
    let room = Double(width * height) / Double(max(1, rows.count))
    let radius = max(1, min(6, Int((room.squareRoot() / 4).rounded())))
    let half = (across: Double(width - 1) / 2 / scale, up: Double(height - 1) / 2 / scale)
    var values = [Double](repeating: .nan, count: width * height)
    for row in rows {
      let column = Int(((across[row] - x.middle + half.across) * scale).rounded())
      let line = height - 1 - Int(((up[row] - y.middle + half.up) * scale).rounded())
      for near in max(0, line - radius)...min(height - 1, line + radius) {
        for beside in max(0, column - radius)...min(width - 1, column + radius) {
          let place = near * width + beside
          if values[place].isNaN || depth[row] > values[place] { values[place] = depth[row] }
        }
      }
    }
    let known = values.filter(\.isFinite)
    let (low, high) = (known.min() ?? 0, known.max() ?? 1)
    let raster = RasterPainting.heat(values, width: width, limits: low...high)
    let plate = Figure.Plate(
      raster,
      across: .numbers(names.0, from: x.middle - half.across, to: x.middle + half.across),
      upwards: .numbers(names.1, from: y.middle - half.up, to: y.middle + half.up))
    return .plates([plate], columns: 1, colours: Figure.Colours(name: names.2, low: low, high: high))
  }
}

extension Index {
  /// The address of a row without what nobody can read in a picture: times to the millisecond, without the date if all
  /// rows share it.
  fileprivate func caption(of row: Int) -> String {
    guard let axis = time else { return label(of: row) }
    func text(_ row: Int) -> String {
      Instant(nanoseconds: axis[row].nanoseconds &+ 500_000).short.description
    }
    let day = text(row).prefix(11)
    let isShared = day.hasSuffix("T") && text(0).hasPrefix(day) && text(axis.count - 1).hasPrefix(day)
    return isShared ? String(text(row).dropFirst(11)) : text(row)
  }
}
