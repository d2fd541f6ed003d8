import Values

/// A drawing as plain shapes, for whoever writes it down. Lengths are in pixels, y downwards.
struct Sheet: Equatable {
  struct Color: Equatable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ code: UInt32) {
      (red, green, blue) = (UInt8(code >> 16 & 0xff), UInt8(code >> 8 & 0xff), UInt8(code & 0xff))
    }
  }

  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  enum Anchor: Equatable {
    case start, middle, end
  }

  enum Shape: Equatable {
    case box(x: Double, y: Double, width: Double, height: Double, Color, opacity: Double)
    case line([Point], Color, width: Double, isDashed: Bool)
    case dots([Point], Color, radius: Double, opacity: Double)
    case image(Raster, x: Double, y: Double, width: Double, height: Double)
    case text(String, x: Double, y: Double, Color, size: Double, Anchor, isBold: Bool)
  }

  let width: Double
  var height: Double
  private(set) var shapes: [Shape] = []

  init(width: Double, height: Double = 0) {
    self.width = width
    self.height = height
  }

  mutating func box(
    x: Double, y: Double, width: Double, height: Double, _ color: Color, opacity: Double = 1
  ) {
    shapes.append(.box(x: x, y: y, width: width, height: height, color, opacity: opacity))
  }

  mutating func line(_ points: [Point], _ color: Color, width: Double = 1, isDashed: Bool = false) {
    if points.count > 1 { shapes.append(.line(points, color, width: width, isDashed: isDashed)) }
  }

  mutating func line(
    from start: (Double, Double), to end: (Double, Double), _ color: Color, width: Double = 1,
    isDashed: Bool = false
  ) {
    line(
      [Point(x: start.0, y: start.1), Point(x: end.0, y: end.1)], color, width: width, isDashed: isDashed)
  }

  mutating func dots(_ points: [Point], _ color: Color, radius: Double, opacity: Double = 1) {
    if !points.isEmpty { shapes.append(.dots(points, color, radius: radius, opacity: opacity)) }
  }

  mutating func image(_ raster: Raster, x: Double, y: Double, width: Double, height: Double) {
    shapes.append(.image(raster, x: x, y: y, width: width, height: height))
  }

  mutating func text(
    _ text: String, x: Double, y: Double, _ color: Color, size: Double = 11, _ anchor: Anchor = .start,
    isBold: Bool = false
  ) {
    if !text.isEmpty { shapes.append(.text(text, x: x, y: y, color, size: size, anchor, isBold: isBold)) }
  }
}
