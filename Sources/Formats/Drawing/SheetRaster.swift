import Numerics
import Values

/// Paints a sheet into pixels, with soft edges.
struct SheetRaster {
  let width: Int
  let height: Int
  /// Red, green and blue, row by row.
  private(set) var pixels: [UInt8]
  private let scale: Double
  /// How much of each pixel the shape at hand covers, so that a line that crosses itself is not darker there.
  private var coverage: [Float]
  private var touched: (rows: Range<Int>, columns: Range<Int>) = (0..<0, 0..<0)

  init(_ sheet: Sheet, scale: Double) {
    self.scale = scale
    width = max(1, Int((sheet.width * scale).rounded(.up)))
    height = max(1, Int((sheet.height * scale).rounded(.up)))
    pixels = [UInt8](repeating: 255, count: width * height * 3)
    coverage = [Float](repeating: 0, count: width * height)
    for shape in sheet.shapes { paint(shape) }
  }

  private mutating func paint(_ shape: Sheet.Shape) {
    switch shape {
    case .box(let x, let y, let width, let height, let color, let opacity):
      box(x * scale, y * scale, (x + width) * scale, (y + height) * scale)
      blend(color, opacity)
    case .line(let points, let color, let width, let isDashed):
      let path = points.map { Sheet.Point(x: $0.x * scale, y: $0.y * scale) }
      for piece in isDashed ? Self.dashed(path, on: 5 * scale, off: 4 * scale) : [path] {
        stroke(piece, radius: max(0.5, width * scale / 2))
      }
      blend(color, 1)
    case .dots(let points, let color, let radius, let opacity):
      for point in points {
        let center = Sheet.Point(x: point.x * scale, y: point.y * scale)
        segment(center, center, radius: radius * scale)
        // Dots are let through one by one, so that many on one place are darker.
        blend(color, opacity)
      }
    case .image(let raster, let x, let y, let width, let height):
      image(raster, x * scale, y * scale, width * scale, height * scale)
    case .text(let text, let x, let y, let color, let size, let anchor, let isBold):
      let width = StrokeFont.width(of: text, size: size, isBold: isBold)
      let start = anchor == .start ? x : anchor == .middle ? x - width / 2 : x - width
      let radius = size * scale * (isBold ? 0.062 : 0.046)
      for points in StrokeFont.strokes(of: text, size: size, isBold: isBold) {
        stroke(
          points.map { Sheet.Point(x: (start + $0.x) * scale, y: (y + $0.y) * scale) },
          radius: max(0.5, radius))
      }
      blend(color, 1)
    }
  }

  private mutating func image(_ raster: Raster, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    let (left, top) = (Int(x.rounded()), Int(y.rounded()))
    let sized = raster.resized(width: max(1, Int(width.rounded())), height: max(1, Int(height.rounded())))
    for row in 0..<sized.height where (0..<self.height).contains(top + row) {
      for column in 0..<sized.width where (0..<self.width).contains(left + column) {
        let (from, to) = ((row * sized.width + column) * 3, ((top + row) * self.width + left + column) * 3)
        for channel in 0..<3 { pixels[to + channel] = sized.pixels[from + channel] }
      }
    }
  }

  // MARK: Coverage

  private mutating func touch(_ rows: Range<Int>, _ columns: Range<Int>) {
    if touched.rows.isEmpty {
      touched = (rows, columns)
    } else {
      touched = (
        min(touched.rows.lowerBound, rows.lowerBound)..<max(touched.rows.upperBound, rows.upperBound),
        min(
          touched.columns.lowerBound, columns.lowerBound)..<max(
            touched.columns.upperBound, columns.upperBound)
      )
    }
  }

  private func cells(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
    guard low.isFinite, high.isFinite, high > 0, low < Double(count) else { return 0..<0 }
    let first = max(0, Int(low.rounded(.down)))
    return first..<max(first, min(count, Int(high.rounded(.up))))
  }

  private mutating func box(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) {
    let rows = cells(top, bottom, height)
    let columns = cells(left, right, width)
    guard !rows.isEmpty, !columns.isEmpty else { return }
    touch(rows, columns)
    for row in rows {
      let tall = min(bottom, Double(row + 1)) - max(top, Double(row))
      for column in columns {
        let wide = min(right, Double(column + 1)) - max(left, Double(column))
        coverage[row * width + column] = Float(min(1, max(0, tall)) * min(1, max(0, wide)))
      }
    }
  }

  private mutating func stroke(_ points: [Sheet.Point], radius: Double) {
    for (a, b) in zip(points, points.dropFirst()) { segment(a, b, radius: radius) }
  }

  /// All pixels within `radius` of a straight piece.
  private mutating func segment(_ a: Sheet.Point, _ b: Sheet.Point, radius: Double) {
    let reach = radius + 1
    let rows = cells(min(a.y, b.y) - reach, max(a.y, b.y) + reach, height)
    let columns = cells(min(a.x, b.x) - reach, max(a.x, b.x) + reach, width)
    guard !rows.isEmpty, !columns.isEmpty else { return }
    touch(rows, columns)
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = dx * dx + dy * dy
    for row in rows {
      let y = Double(row) + 0.5
      for column in columns {
        let x = Double(column) + 0.5
        let along = length > 0 ? min(1, max(0, ((x - a.x) * dx + (y - a.y) * dy) / length)) : 0
        let (offX, offY) = (x - a.x - along * dx, y - a.y - along * dy)
        let distance = (offX * offX + offY * offY).squareRoot()
        let share = Float(min(1, radius + 0.5 - distance))
        let cell = row * width + column
        if share > coverage[cell] { coverage[cell] = share }
      }
    }
  }

  /// Puts the colour where the shape covers, and forgets the shape.
  private mutating func blend(_ color: Sheet.Color, _ opacity: Double) {
    let ink = [Float(color.red), Float(color.green), Float(color.blue)]
    for row in touched.rows {
      for cell in row * width + touched.columns.lowerBound..<row * width + touched.columns.upperBound
      where coverage[cell] > 0 {
        let share = coverage[cell] * Float(opacity)
        coverage[cell] = 0
        for channel in 0..<3 {
          let below = Float(pixels[cell * 3 + channel])
          pixels[cell * 3 + channel] = UInt8((below + (ink[channel] - below) * share).rounded())
        }
      }
    }
    touched = (0..<0, 0..<0)
  }

  /// The pieces of a path that a dashed pen draws.
  private static func dashed(_ path: [Sheet.Point], on: Double, off: Double) -> [[Sheet.Point]] {
    var pieces: [[Sheet.Point]] = []
    var phase = 0.0
    for (a, b) in zip(path, path.dropFirst()) {
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let length = (dx * dx + dy * dy).squareRoot()
      var at = -phase
      while at < length {
        let (from, to) = (max(0, at), min(length, at + on))
        if to > from {
          pieces.append(
            [from, to].map { Sheet.Point(x: a.x + dx * $0 / length, y: a.y + dy * $0 / length) })
        }
        at += on + off
      }
      phase = (phase + length).truncatingRemainder(dividingBy: on + off)
    }
    return pieces
  }
}
