import Formats
import Notation
import Values
import Workbench

/// Pictures in a grid with captions and rulers, and networks in dots.
extension Drawing {
  private static let gap = 2
  /// Sides of the squares that several pictures are made to fit.
  private static let side = 192

  mutating func plates(
    _ plates: [Figure.Plate], columns: Int, _ colours: Figure.Colours?, _ pictures: PictureProtocol
  ) {
    let columns = max(1, min(columns, plates.count))
    for start in stride(from: 0, to: plates.count, by: columns) {
      let line = Array(plates[start..<min(plates.count, start + columns)])
      if columns == 1, let plate = line.first {
        alone(plate, pictures)
      } else {
        row(line, columns: columns, pictures)
      }
    }
    if let colours {
      let (low, high) = (colours.low.shortText(digits: 4), colours.high.shortText(digits: 4))
      let text = "\(colours.name): dark \(low) to light \(high)"
      lines.append(StyledLine(DisplayWidth.cut(Visible.line(text), to: width), .dim))
    }
  }

  private mutating func alone(_ plate: Figure.Plate, _ pictures: PictureProtocol) {
    let title = [plate.caption, plate.upwards.map { "\(span($0)) \($0.name) upwards" } ?? ""]
      .filter { !$0.isEmpty }.joined(separator: ", ")
    if !title.isEmpty { lines.append(StyledLine(DisplayWidth.cut(Visible.line(title), to: width), .dim)) }
    let drawing = RasterDrawing(plate.raster, width: width, pictures: pictures)
    lines += drawing.lines
    guard let ruler = plate.across else { return }
    let drawn = min(width, drawing.columns)
    let (first, last) = (ruler.ticks.first?.label ?? "", ruler.ticks.last?.label ?? "")
    let room = drawn - DisplayWidth.of(first) - DisplayWidth.of(last)
    guard room > 1 else { return }
    let name = DisplayWidth.cut(ruler.name, to: room - 2)
    let before = max(1, (room - DisplayWidth.of(name)) / 2)
    let after = max(1, room - before - DisplayWidth.of(name))
    lines.append(
      StyledLine(
        first + String(repeating: " ", count: before) + name + String(repeating: " ", count: after) + last,
        .dim))
  }

  private func span(_ ruler: Figure.Ruler) -> String {
    let labels = [ruler.ticks.first?.label, ruler.ticks.last?.label].compactMap(\.self)
    return labels.joined(separator: " to ")
  }

  private mutating func row(_ plates: [Figure.Plate], columns: Int, _ pictures: PictureProtocol) {
    let empty = Raster(width: 1, height: 1)
    let rasters = plates.map(\.raster) + [Raster](repeating: empty, count: columns - plates.count)
    let drawing = RasterDrawing(
      RasterPainting.sheet(rasters, columns: columns, side: Self.side, ground: 0), width: width,
      pictures: pictures)
    lines += drawing.lines
    guard plates.contains(where: { !$0.caption.isEmpty }) else { return }
    let cell = max(4, drawing.columns / columns)
    let captions = plates.map {
      DisplayWidth.padded(Self.caption($0.caption, width: cell - 1), to: cell)
    }
    lines.append(StyledLine(captions.joined(), .dim).trimmed)
  }

  /// Of paths the end is kept, which tells them apart.
  private static func caption(_ text: String, width: Int) -> String {
    let text = Visible.line(text)
    guard text.contains("/"), DisplayWidth.of(text) > width else { return DisplayWidth.cut(text, to: width) }
    var kept = text[...]
    while !kept.isEmpty, DisplayWidth.of(String(kept)) + 1 > width { kept.removeFirst() }
    return "…" + kept
  }

  // MARK: Networks

  mutating func network(_ network: Figure.Network, rows: Int) {
    var canvas = BrailleCanvas(columns: width, rows: rows)
    func place(_ node: Int) -> (x: Int, y: Int) {
      (
        Int((network.x[node] * Double(canvas.width - 1)).rounded()),
        Int(((1 - network.y[node]) * Double(canvas.height - 1)).rounded())
      )
    }
    for edge in network.edges { canvas.line(from: place(edge.from), to: place(edge.to)) }
    let order = network.names.indices.sorted { (network.degrees[$1], $0) < (network.degrees[$0], $1) }
    // The best connected get a number where they stand.
    var numbers: [Int: [Int: Character]] = [:]
    let signs = Array("123456789")
    for (rank, node) in order.prefix(signs.count).enumerated() {
      let (x, y) = place(node)
      numbers[y / 4, default: [:]][x / 2] = signs[rank]
    }
    for row in 0..<rows {
      var line = StyledLine()
      for (column, dots) in canvas.line(row).enumerated() {
        if let sign = numbers[row]?[column] {
          line.append(String(sign), .strong)
        } else {
          line.append(String(dots), .lane(0))
        }
      }
      lines.append(line.trimmed)
    }
    let names = order.prefix(signs.count).enumerated().map { rank, node in
      "\(signs[rank]) \(Visible.line(network.names[node])) (\(network.degrees[node]))"
    }
    for text in View.wrapped(names.joined(separator: ", "), width: width) {
      lines.append(StyledLine(text, .dim))
    }
  }
}
