import Values

/// Writes a sheet as SVG: the same text for the same sheet everywhere.
struct SheetSVG {
  let text: String

  init(_ sheet: Sheet) throws(FormatError) {
    let (width, height) = (Self.number(sheet.width), Self.number(sheet.height))
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width)" height="\#(height)" "#
        + #"viewBox="0 0 \#(width) \#(height)" font-family="Helvetica, Arial, sans-serif">"#,
      #"<rect width="100%" height="100%" fill="white"/>"#,
    ]
    for shape in sheet.shapes { lines.append(try Self.element(shape)) }
    lines.append("</svg>")
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func element(_ shape: Sheet.Shape) throws(FormatError) -> String {
    switch shape {
    case .box(let x, let y, let width, let height, let color, let opacity):
      return
        #"<rect x="\#(number(x))" y="\#(number(y))" width="\#(number(width))" height="\#(number(height))""#
        + #" fill="\#(hex(color))"\#(transparency(opacity, "fill-opacity"))/>"#
    case .line(let points, let color, let width, let isDashed):
      let dashes = isDashed ? #" stroke-dasharray="5 4""# : ""
      return #"<polyline fill="none" stroke="\#(hex(color))" stroke-width="\#(number(width))""#
        + #" stroke-linejoin="round"\#(dashes) points="\#(list(points))"/>"#
    case .dots(let points, let color, let radius, let opacity):
      // Lines of no length with round ends are dots, and much shorter than circles.
      let path = points.map { "M\(number($0.x)) \(number($0.y))h0" }.joined()
      return #"<path fill="none" stroke="\#(hex(color))" stroke-width="\#(number(2 * radius))""#
        + #" stroke-linecap="round"\#(transparency(opacity, "stroke-opacity")) d="\#(path)"/>"#
    case .image(let raster, let x, let y, let width, let height):
      let png = try PNGEncoder.encode(width: raster.width, height: raster.height, pixels: raster.pixels)
      return
        #"<image x="\#(number(x))" y="\#(number(y))" width="\#(number(width))" height="\#(number(height))""#
        + #" preserveAspectRatio="none" style="image-rendering:pixelated""#
        + #" href="data:image/png;base64,\#(Base64.text(of: png))"/>"#
    case .text(let text, let x, let y, let color, let size, let anchor, let isBold):
      let place =
        switch anchor {
        case .start: ""
        case .middle: #" text-anchor="middle""#
        case .end: #" text-anchor="end""#
        }
      return #"<text x="\#(number(x))" y="\#(number(y))" font-size="\#(number(size))" fill="\#(hex(color))""#
        + (isBold ? #" font-weight="600""# : "") + place + ">\(escaped(text))</text>"
    }
  }

  private static func transparency(_ opacity: Double, _ name: String) -> String {
    opacity < 1 ? #" \#(name)="\#(number(opacity))""# : ""
  }

  private static func list(_ points: [Sheet.Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  /// At most two digits behind the point.
  private static func number(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
    let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
    return (hundredths < 0 ? "-" : "") + "\(whole)" + fraction
  }

  private static func hex(_ color: Sheet.Color) -> String {
    let digits = Array("0123456789abcdef")
    return "#"
      + [color.red, color.green, color.blue].map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
