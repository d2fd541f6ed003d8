/// A drawing inside of a page.
enum RasterFile {
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
