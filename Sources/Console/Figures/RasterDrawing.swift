import Formats
import Values
import Workbench

/// Shows a raster on a screen: in full where the terminal can, else by half blocks in colour, else by shades.
struct RasterDrawing {
  let lines: [StyledLine]
  /// How many characters wide it is.
  let columns: Int

  /// Wider pictures gain nothing.
  private static let mostColumns = 120
  private static let mostLines = 48

  init(_ raster: Raster, width: Int, pictures: PictureProtocol) {
    let columns = max(1, min(width, Self.mostColumns, raster.width))
    // A character is about twice as high as wide.
    let height = max(1, Int(Double(columns) * Double(raster.height) / Double(raster.width)))
    let scale = min(1, Double(2 * Self.mostLines) / Double(height))
    let (wide, high) = (max(1, Int(Double(columns) * scale)), max(2, Int(Double(height) * scale)))
    self.columns = wide
    switch pictures {
    case .blocks: lines = Self.blocks(raster.resized(width: wide, height: high + high % 2))
    case .characters: lines = Self.shades(raster.resized(width: wide, height: max(1, high / 2)))
    case .kitty: lines = Self.whole(TerminalPicture.kitty(raster, columns: wide))
    case .iterm: lines = Self.whole(TerminalPicture.iterm(raster, columns: wide))
    case .sixel: lines = Self.whole(TerminalPicture.sixel(raster.resized(width: wide * 8, height: high * 8)))
    }
  }

  private static func whole(_ text: String?) -> [StyledLine] { text.map { [StyledLine($0)] } ?? [] }

  private static func blocks(_ raster: Raster) -> [StyledLine] {
    func code(_ x: Int, _ y: Int) -> UInt32 {
      let pixel = raster[x, y]
      return UInt32(pixel.red) << 16 | UInt32(pixel.green) << 8 | UInt32(pixel.blue)
    }
    return (0..<raster.height / 2).map { line in
      var drawn = StyledLine()
      for x in 0..<raster.width {
        drawn.append("▀", .pixels(upper: code(x, 2 * line), lower: code(x, 2 * line + 1)))
      }
      return drawn
    }
  }

  private static let ramp = Array(" .:-=+*#%@")

  /// Bright pixels have much ink: right on the dark ground of most terminals.
  private static func shades(_ raster: Raster) -> [StyledLine] {
    (0..<raster.height).map { y in
      let text = (0..<raster.width).map { x -> Character in
        let pixel = raster[x, y]
        let light = (299 * Int(pixel.red) + 587 * Int(pixel.green) + 114 * Int(pixel.blue)) / 1000
        return ramp[light * (ramp.count - 1) / 255]
      }
      return StyledLine(String(text)).trimmed
    }
  }
}

/// Pictures in the control sequences of terminals.
enum TerminalPicture {
  private static let escape = "\u{1b}"
  private static let chunk = 4096

  /// The graphics protocol of kitty: PNG in chunks of at most 4096 letters.
  static func kitty(_ raster: Raster, columns: Int) -> String? {
    guard let png = png(raster) else { return nil }
    var rest = Array(Base64.text(of: png).utf8)[...]
    var text = ""
    var isFirst = true
    while !rest.isEmpty {
      let part = rest.prefix(chunk)
      rest = rest.dropFirst(part.count)
      let keys = (isFirst ? "a=T,f=100,q=2,c=\(columns)," : "") + "m=\(rest.isEmpty ? 0 : 1)"
      text += "\(escape)_G\(keys);" + String(decoding: part, as: UTF8.self) + "\(escape)\\"
      isFirst = false
    }
    return text
  }

  /// The inline images of iTerm2.
  static func iterm(_ raster: Raster, columns: Int) -> String? {
    png(raster).map {
      "\(escape)]1337;File=inline=1;size=\($0.count);width=\(columns);preserveAspectRatio=1:"
        + Base64.text(of: $0) + "\u{07}"
    }
  }

  /// DEC sixels with a fixed palette of 6 x 6 x 6 colours.
  static func sixel(_ raster: Raster) -> String {
    var text = "\(escape)P0;1;0q\"1;1;\(raster.width);\(raster.height)"
    for code in 0..<216 {
      text += "#\(code);2;\(code / 36 * 20);\(code / 6 % 6 * 20);\(code % 6 * 20)"
    }
    func code(_ x: Int, _ y: Int) -> Int {
      let pixel = raster[x, y]
      return (Int(pixel.red) + 25) / 51 * 36 + (Int(pixel.green) + 25) / 51 * 6 + (Int(pixel.blue) + 25) / 51
    }
    for top in stride(from: 0, to: raster.height, by: 6) {
      var bits: [Int: [UInt8]] = [:]
      for y in top..<min(raster.height, top + 6) {
        for x in 0..<raster.width {
          bits[code(x, y), default: [UInt8](repeating: 0, count: raster.width)][x] |= 1 << UInt8(y - top)
        }
      }
      let bands = bits.sorted { $0.key < $1.key }.map { "#\($0.key)" + runs($0.value) }
      text += bands.joined(separator: "$") + "-"
    }
    return text + "\(escape)\\"
  }

  /// Equal columns are counted.
  private static func runs(_ bits: [UInt8]) -> String {
    var text = ""
    var start = 0
    while start < bits.count {
      var end = start
      while end < bits.count, bits[end] == bits[start] { end += 1 }
      let sign = String(UnicodeScalar(63 + bits[start]))
      text += end - start > 3 ? "!\(end - start)\(sign)" : String(repeating: sign, count: end - start)
      start = end
    }
    return text
  }

  private static func png(_ raster: Raster) -> [UInt8]? {
    try? PNGEncoder.encode(width: raster.width, height: raster.height, pixels: raster.pixels)
  }
}
