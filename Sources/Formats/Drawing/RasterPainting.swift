package import Values

/// Turns measurements into rasters that can be looked at.
package enum RasterPainting {
  /// Grey or colour as it is; floats from their smallest to their largest value, in false colours if wished.
  package static func raster(
    of picture: Picture, falseColour: Bool = false, limits: ClosedRange<Double>? = nil
  ) -> Raster {
    if falseColour || picture.shape.depth == .single && picture.channels == 1 {
      return heat(
        picture.plane(0).map { $0 == 0 && falseColour ? .nan : Double($0) }, width: picture.width,
        limits: limits)
    }
    let planes = picture.channels >= 3 ? (0..<3).map { picture.plane($0) } : [picture.plane(0)]
    let known = picture.shape.depth == .single ? planes.flatMap { $0 }.filter(\.isFinite) : []
    let low = known.min() ?? 0
    let span = known.isEmpty ? 1 : max((known.max() ?? 1) - low, .leastNormalMagnitude)
    var pixels = [UInt8](repeating: 0, count: picture.width * picture.height * 3)
    for channel in 0..<3 {
      let plane = planes[min(channel, planes.count - 1)]
      for (place, value) in plane.enumerated() where value.isFinite {
        pixels[place * 3 + channel] = UInt8(max(0, min(255, (value - low) / span * 255)).rounded())
      }
    }
    return Raster(width: picture.width, height: picture.height, pixels: pixels)
  }

  /// Numbers in false colours, from dark to light; grey where there is none.
  ///
  /// - Parameter limits: what the darkest and the lightest colour stand for; the smallest and the largest number if absent.
  package static func heat(_ values: [Double], width: Int, limits: ClosedRange<Double>? = nil) -> Raster {
    let height = max(1, values.count / max(1, width))
    var raster = Raster(width: max(1, width), height: height, grey: 128)
    let scale =
      limits.map { HeatColors(low: $0.lowerBound, high: $0.upperBound) } ?? HeatColors(values)
    guard let colors = scale else { return raster }
    for (place, value) in values.prefix(raster.width * height).enumerated() {
      guard let color = colors.color(of: value) else { continue }
      raster[place % raster.width, place / raster.width] = (color.red, color.green, color.blue)
    }
    return raster
  }

  /// Lays scores over a picture, the highest ones in full colour.
  package static func overlay(_ scores: [Float], low: Float, high: Float, on raster: Raster) -> Raster {
    guard scores.count == raster.width * raster.height, let colors = HeatColors([0, 1]) else { return raster }
    var result = raster
    for (place, score) in scores.enumerated() {
      let share = high > low ? Double(max(0, min(1, (score - low) / (high - low)))) : 0
      let (x, y) = (place % raster.width, place / raster.width)
      let (color, pixel) = (colors.color(at: share), raster[x, y])
      let weight = 0.15 + 0.6 * share
      func mixed(_ over: UInt8, _ under: UInt8) -> UInt8 {
        // What is not suspicious stays grey.
        UInt8(Double(over) * weight + Double(under) * (1 - weight))
      }
      result[x, y] = (
        mixed(color.red, pixel.red), mixed(color.green, pixel.green), mixed(color.blue, pixel.blue)
      )
    }
    return result
  }

  /// Draws the border of the marked pixels.
  package static func outlined(_ raster: Raster, marks: [Bool]) -> Raster {
    guard marks.count == raster.width * raster.height else { return raster }
    var result = raster
    for (place, isMarked) in marks.enumerated() where isMarked {
      let (x, y) = (place % raster.width, place / raster.width)
      let isBorder = [(1, 0), (-1, 0), (0, 1), (0, -1)].contains { dx, dy in
        let (u, v) = (x + dx, y + dy)
        return u < 0 || v < 0 || u >= raster.width || v >= raster.height || !marks[v * raster.width + u]
      }
      if isBorder { result[x, y] = (255, 40, 40) }
    }
    return result
  }

  /// Several rasters in a grid, each made to fit a square.
  package static func sheet(_ rasters: [Raster], columns: Int, side: Int, ground: UInt8 = 255) -> Raster {
    let columns = max(1, min(columns, rasters.count))
    let lines = max(1, (rasters.count + columns - 1) / columns)
    let gap = 4
    var sheet = Raster(width: columns * (side + gap) - gap, height: lines * (side + gap) - gap, grey: ground)
    for (place, raster) in rasters.enumerated() {
      let scale = Double(side) / Double(max(raster.width, raster.height))
      let (width, height) = (
        max(1, Int(Double(raster.width) * scale)), max(1, Int(Double(raster.height) * scale))
      )
      sheet.paste(
        raster.resized(width: width, height: height), x: place % columns * (side + gap),
        y: place / columns * (side + gap))
    }
    return sheet
  }
}
