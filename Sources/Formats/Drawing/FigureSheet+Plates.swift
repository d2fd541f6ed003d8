import Notation
package import Values

/// Pictures with captions, rulers and a bar of colours.
extension FigureSheet {
  private static let gap = 14.0
  private static let barSpace = 86.0
  private static let highest = 420.0

  static func plates(
    _ plates: [Figure.Plate], columns: Int, _ colours: Figure.Colours?, top: Double, in sheet: inout Sheet
  ) -> Double {
    guard !plates.isEmpty else { return top }
    let columns = max(1, min(columns, plates.count))
    let labels = plates.flatMap { $0.upwards?.ticks.map(\.label) ?? [] }
    let left = margin + (labels.isEmpty ? 0 : widest(labels) + 10)
    let right = sheet.width - margin - (colours == nil ? 0 : barSpace)
    let wide = (right - left - gap * Double(columns - 1)) / Double(columns)
    var y = top
    var lowest = top
    var rightmost = left
    for start in stride(from: 0, to: plates.count, by: columns) {
      let line = plates[start..<min(plates.count, start + columns)]
      if line.contains(where: { !$0.caption.isEmpty || $0.upwards != nil }) { y += textSize + 6 }
      var bottom = y
      for (column, plate) in line.enumerated() {
        let x = left + Double(column) * (wide + gap)
        let corner = Self.plate(plate, x: x, y: y, width: wide, in: &sheet)
        bottom = max(bottom, corner.y)
        rightmost = max(rightmost, corner.x)
      }
      lowest = bottom
      y = bottom + gap
    }
    if let colours {
      bar(colours, x: rightmost + 18, top: top + 20, bottom: max(lowest, top + 180), in: &sheet)
    }
    return max(lowest, colours == nil ? 0 : top + 250)
  }

  /// - Returns: where it ends on the right and below.
  private static func plate(
    _ plate: Figure.Plate, x: Double, y: Double, width: Double, in sheet: inout Sheet
  ) -> Sheet.Point {
    let raster = plate.raster
    // What measures something fills its place; other pictures keep their shape.
    let isRuled = plate.across != nil || plate.upwards != nil
    let natural = width * Double(raster.height) / Double(raster.width)
    let height = min(natural, highest)
    let shown = isRuled ? width : width * height / natural
    sheet.image(raster, x: x, y: y, width: shown, height: height)
    let name = shortPath(Visible.line(plate.caption), width: shown, size: textSize)
    sheet.text(name, x: x, y: y - 6, Paint.ink, size: textSize)
    if let ruler = plate.upwards {
      for tick in ruler.ticks {
        let place = y + (1 - tick.share) * height
        sheet.line(from: (x - 4, place), to: (x, place), Paint.frame)
        sheet.text(tick.label, x: x - 7, y: place + 4, Paint.quiet, size: textSize, .end)
      }
      let room = StrokeFont.width(of: ruler.name, size: textSize)
      // Where the caption would stand, if there is none.
      let start = name.isEmpty ? x - min(room, x - margin) : x + shown - room
      sheet.text(ruler.name, x: start, y: y - 6, Paint.quiet, size: textSize)
    }
    guard let ruler = plate.across else { return Sheet.Point(x: x + shown, y: y + height) }
    for tick in ruler.ticks {
      let place = x + tick.share * shown
      sheet.line(from: (place, y + height), to: (place, y + height + 4), Paint.frame)
      let half = StrokeFont.width(of: tick.label, size: textSize) / 2
      sheet.text(
        tick.label, x: min(place, x + shown - half), y: y + height + 16, Paint.quiet, size: textSize, .middle)
    }
    sheet.text(ruler.name, x: x + shown / 2, y: y + height + 32, Paint.quiet, size: textSize, .middle)
    return Sheet.Point(x: x + shown, y: y + height + 38)
  }

  /// Words in lines that fit.
  private static func lines(of text: String, width: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ").map(String.init) {
      let longer = lines.last.map { "\($0) \(word)" } ?? word
      if lines.isEmpty || StrokeFont.width(of: longer, size: textSize) > width {
        lines.append(short(word, width: width, size: textSize))
      } else {
        lines[lines.count - 1] = longer
      }
    }
    return lines
  }

  private static func bar(
    _ colours: Figure.Colours, x: Double, top: Double, bottom: Double, in sheet: inout Sheet
  ) {
    guard let scale = HeatColors(low: colours.low, high: colours.high) else { return }
    let height = min(260, bottom - top)
    // Names that do not fit beside the pictures stand in several lines below the bar.
    let room = sheet.width - margin / 2 - x
    let name = Visible.line(colours.name)
    if StrokeFont.width(of: name, size: textSize) <= room {
      sheet.text(name, x: x, y: top - 8, Paint.quiet, size: textSize)
    } else {
      for (number, line) in lines(of: name, width: room).enumerated() {
        sheet.text(line, x: x, y: top + height + 18 + Double(number) * 14, Paint.quiet, size: textSize)
      }
    }
    for step in 0..<64 {
      let share = Double(step) / 63
      sheet.box(
        x: x, y: top + (1 - share) * (height - height / 64), width: 12, height: height / 64 + 0.3,
        scale.color(at: share))
    }
    for (share, label) in scale.labels {
      sheet.text(label, x: x + 17, y: top + (1 - share) * (height - 8) + 8, Paint.quiet, size: textSize)
    }
  }

  // MARK: Networks

  private static let networkHeight = 620.0
  /// More names than this cannot be told apart.
  private static let mostNames = 24

  static func network(_ network: Figure.Network, top: Double, in sheet: inout Sheet) -> Double {
    let (left, right) = (margin + 20, sheet.width - margin - 20)
    func point(_ node: Int) -> Sheet.Point {
      Sheet.Point(
        x: left + network.x[node] * (right - left), y: top + 20 + (1 - network.y[node]) * (networkHeight - 40)
      )
    }
    for edge in network.edges { sheet.line([point(edge.from), point(edge.to)], Paint.frame, width: 0.8) }
    let most = Double(max(1, network.degrees.max() ?? 1))
    func radius(_ node: Int) -> Double { 3 + 7 * (Double(network.degrees[node]) / most).squareRoot() }
    for node in network.names.indices {
      sheet.dots([point(node)], Paint.paper, radius: radius(node) + 1)
      sheet.dots([point(node)], Paint.lines[0], radius: radius(node))
    }
    // The best connected are named, as long as names do not lie over each other.
    var taken: [(x: ClosedRange<Double>, y: ClosedRange<Double>)] = []
    let order = network.names.indices.sorted { (network.degrees[$1], $0) < (network.degrees[$0], $1) }
    for node in order {
      let name = short(Visible.line(network.names[node]), width: 160, size: textSize)
      let width = StrokeFont.width(of: name, size: textSize)
      let place = point(node)
      let isRight = place.x + radius(node) + 4 + width <= sheet.width - margin
      let start = isRight ? place.x + radius(node) + 4 : place.x - radius(node) - 4 - width
      let area = (x: start...start + width, y: place.y - 7...place.y + 7)
      guard taken.count < mostNames,
        !taken.contains(where: { $0.x.overlaps(area.x) && $0.y.overlaps(area.y) })
      else { continue }
      taken.append(area)
      sheet.text(name, x: start, y: place.y + 4, Paint.ink, size: textSize)
    }
    return top + networkHeight
  }
}

extension Figure.Ruler {
  /// Round numbers between the ends.
  package static func numbers(_ name: String, from low: Double, to high: Double) -> Figure.Ruler {
    let ticks = Ticks.numbers(from: low, to: high, about: 5)
    guard high > low else { return Figure.Ruler(name: name, ticks: []) }
    return Figure.Ruler(
      name: name,
      ticks: zip(ticks.places, ticks.labels).map { Figure.Ruler.Tick(($0 - low) / (high - low), $1) })
  }
}
