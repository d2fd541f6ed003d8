/// Pixels of red, green and blue, row by row from the top: what a picture looks like on a screen.
package struct Raster: Sendable, Equatable, CustomStringConvertible {
  package let width: Int
  package let height: Int
  package private(set) var pixels: [UInt8]

  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * 3, "the pixels do not fill the raster")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  package init(width: Int, height: Int, grey: UInt8 = 255) {
    self.init(width: width, height: height, pixels: [UInt8](repeating: grey, count: width * height * 3))
  }

  package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    get {
      let place = (y * width + x) * 3
      return (pixels[place], pixels[place + 1], pixels[place + 2])
    }
    set {
      let place = (y * width + x) * 3
      pixels[place] = newValue.red
      pixels[place + 1] = newValue.green
      pixels[place + 2] = newValue.blue
    }
  }

  /// Puts another raster over this one; what sticks out is lost.
  package mutating func paste(_ other: Raster, x left: Int, y top: Int) {
    for y in 0..<other.height where (0..<height).contains(top + y) {
      for x in 0..<other.width where (0..<width).contains(left + x) { self[left + x, top + y] = other[x, y] }
    }
  }

  /// Another size: means over what falls into a pixel where it shrinks, the nearest pixel where it grows.
  package func resized(width newWidth: Int, height newHeight: Int) -> Raster {
    if newWidth == width, newHeight == height { return self }
    var result = Raster(width: newWidth, height: newHeight)
    for y in 0..<newHeight {
      let lines = y * height / newHeight..<max(y * height / newHeight + 1, (y + 1) * height / newHeight)
      for x in 0..<newWidth {
        let columns = x * width / newWidth..<max(x * width / newWidth + 1, (x + 1) * width / newWidth)
        var sums = (0, 0, 0)
        for line in lines {
          for column in columns {
            let pixel = self[column, line]
            sums = (sums.0 + Int(pixel.red), sums.1 + Int(pixel.green), sums.2 + Int(pixel.blue))
          }
        }
        let count = lines.count * columns.count
        result[x, y] = (UInt8(sums.0 / count), UInt8(sums.1 / count), UInt8(sums.2 / count))
      }
    }
    return result
  }

  /// Size and a digest of the pixels.
  package var description: String {
    var builder = FingerprintBuilder()
    builder.add(bytes: pixels)
    return "\(width)x\(height) \(String(builder.finish().high, radix: 16))"
  }
}
