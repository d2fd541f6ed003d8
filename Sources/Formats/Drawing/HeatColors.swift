import Notation

/// Colours for numbers: blue below and red above zero where both occur, else from dark to light.
///
/// The strongest hundredth of the numbers shares the last colour, so that one spike does not bleach the rest.
struct HeatColors {
  private let low: Double
  private let high: Double
  private let stops: [Sheet.Color]
  private let isClipped: Bool

  private static let diverging: [UInt32] = [
    0x2166AC, 0x67A9CF, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xEF8A62, 0xB2182B,
  ]
  private static let rising: [UInt32] = [
    0x440154, 0x443A83, 0x31688E, 0x21908C, 0x35B779, 0x8FD744, 0xFDE725,
  ]

  init?(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return nil }
    if least < 0, most > 0 {
      let sizes = finite.map(\.magnitude).sorted()
      let limit = max(sizes[min(sizes.count - 1, sizes.count * 99 / 100)], sizes[sizes.count / 2])
      let bound = limit > 0 ? limit : 1
      (low, high, isClipped) = (-bound, bound, (sizes.last ?? 0) > bound)
      stops = Self.diverging.map { Sheet.Color($0) }
    } else {
      (low, high, isClipped) = (least, most > least ? most : least + 1, false)
      stops = Self.rising.map { Sheet.Color($0) }
    }
  }

  /// Colours between two numbers, whatever lies between them.
  init?(low: Double, high: Double) {
    guard low.isFinite, high.isFinite, low <= high else { return nil }
    (self.low, self.high, isClipped) = (low, high > low ? high : low + 1, false)
    stops = Self.rising.map { Sheet.Color($0) }
  }

  func color(of value: Double) -> Sheet.Color? {
    value.isFinite ? color(at: (value - low) / (high - low)) : nil
  }

  func color(at share: Double) -> Sheet.Color {
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(stops.count - 2, Int(place))
    let rest = place - Double(index)
    let (a, b) = (stops[index], stops[index + 1])
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * rest).rounded())
    }
    var color = a
    (color.red, color.green, color.blue) = (mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue))
    return color
  }

  /// What stands beside the colour bar.
  var labels: [(share: Double, text: String)] {
    let texts = [low, (low + high) / 2, high].map { $0.shortText(digits: 3) }
    return [
      (0, isClipped ? "≤ " + texts[0] : texts[0]), (0.5, texts[1]),
      (1, isClipped ? "≥ " + texts[2] : texts[2]),
    ]
  }
}
