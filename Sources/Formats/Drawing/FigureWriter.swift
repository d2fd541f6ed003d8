package import Values

/// Writes figures as files.
package enum FigureWriter {
  package enum Format: String, Sendable, CaseIterable {
    case svg, png, html

    /// The format that the ending of a path asks for.
    package init?(path: String) {
      guard let dot = path.lastIndex(of: ".") else { return nil }
      self.init(rawValue: path[path.index(after: dot)...].lowercased())
    }
  }

  /// Pixels a unit of length in pictures, so that they are sharp on fine screens and on paper.
  private static let scale = 2.0

  package static func write(_ figure: Figure, as format: Format) throws(FormatError) -> [UInt8] {
    let sheet = FigureSheet(figure).sheet
    switch format {
    case .svg: return Array(try SheetSVG(sheet).text.utf8)
    case .html: return Array(RasterFile.page(try SheetSVG(sheet).text, title: figure.title).utf8)
    case .png:
      let picture = SheetRaster(sheet, scale: scale)
      return try PNGEncoder.encode(width: picture.width, height: picture.height, pixels: picture.pixels)
    }
  }
}
