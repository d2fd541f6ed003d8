/// Shades for numbers: from light to dark; where there are numbers on both sides of zero, blocks above and dots below.
///
/// The strongest hundredth shares the darkest shade, so that one spike does not leave the rest blank.
struct HeatShades {
  private static let above = [" ", "░", "▒", "▓", "█"]
  private static let below = [" ", "⠂", "⠒", "⠶", "⣿"]

  private let low: Double
  private let high: Double
  private let isTwoSided: Bool
  private let isClipped: Bool

  init?(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return nil }
    isTwoSided = least < 0 && most > 0
    guard isTwoSided else {
      (low, high, isClipped) = (least, most, false)
      return
    }
    let sizes = finite.map(\.magnitude).sorted()
    low = 0
    high = max(sizes[min(sizes.count - 1, sizes.count * 99 / 100)], .leastNormalMagnitude)
    isClipped = (sizes.last ?? 0) > high
  }

  /// How the numbers that share a cell look: as the one that stands out most, so that nothing is lost.
  func cell(_ part: ArraySlice<Double>) -> (text: String, ink: Ink) {
    let finite = part.filter(\.isFinite)
    guard let peak = finite.max(by: { strength($0) < strength($1) }) else { return ("·", .dim) }
    let steps = Self.above.count
    let step = min(steps - 1, max(0, Int(strength(peak) * Double(steps))))
    if isTwoSided, peak < 0 { return (Self.below[step], .lane(4)) }
    return (Self.above[step], step == steps - 1 ? .alarm : .lane(0))
  }

  /// From 0 to 1 and, for clipped numbers, beyond.
  private func strength(_ number: Double) -> Double {
    high > low ? ((isTwoSided ? number.magnitude : number) - low) / (high - low) : 0
  }

  var legend: String {
    if isTwoSided {
      let format = NumberFormat(for: [high])
      let limit = format.text(high)
      return "█ \(isClipped ? "≥ " : "")\(limit)   blank 0   ⣿ \(isClipped ? "≤ " : "")-\(limit)"
    }
    let format = NumberFormat(for: [low, high])
    return "blank \(format.text(low))   █ \(format.text(high))"
  }
}
