import Values

/// A raster inside of text: SVG and HTML.
enum RasterFile {
  static func svg(_ raster: Raster, title: String) throws(FormatError) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(raster.width)" height="\(raster.height)" \
    viewBox="0 0 \(raster.width) \(raster.height)">
    <title>\(escaped(title))</title>
    <image width="\(raster.width)" height="\(raster.height)" href="data:image/png;base64,\
    \(Base64.text(of: try PNGEncoder.encode(width: raster.width, height: raster.height, pixels: raster.pixels)))"/>
    </svg>

    """
  }

  /// A page that holds a drawing and nothing from elsewhere.
  static func page(_ svg: String, title: String) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title></head>
    <body>
    \(svg)</body></html>

    """
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
  }
}

/// Bytes as letters (RFC 4648, section 4).
package enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var at = 0
    while at < bytes.count {
      let (a, b, c) = (
        Int(bytes[at]), at + 1 < bytes.count ? Int(bytes[at + 1]) : 0,
        at + 2 < bytes.count ? Int(bytes[at + 2]) : 0
      )
      let bits = a << 16 | b << 8 | c
      text.append(letters[bits >> 18])
      text.append(letters[(bits >> 12) & 63])
      text.append(at + 1 < bytes.count ? letters[(bits >> 6) & 63] : UInt8(ascii: "="))
      text.append(at + 2 < bytes.count ? letters[bits & 63] : UInt8(ascii: "="))
      at += 3
    }
    return String(decoding: text, as: UTF8.self)
  }
}
