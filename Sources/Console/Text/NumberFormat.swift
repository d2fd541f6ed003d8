import Notation
import Numerics

/// One way to write all numbers of a column, so that their decimal points stand below each other.
package struct NumberFormat: Sendable, Equatable {
  /// Digits behind the point; nil writes powers of ten.
  private let decimals: Int?

  /// Significant digits that the largest number of a column gets.
  private static let significant = 5
  private static let mostDecimals = 9

  package init(for numbers: some Sequence<Double>) {
    let sizes = numbers.filter(\.isFinite).map(\.magnitude)
    let largest = sizes.max() ?? 0
    let smallest = sizes.filter { $0 > 0 }.min() ?? 0
    if sizes.allSatisfy({ $0 == $0.rounded() && $0 < 1e15 }) {
      decimals = 0
      return
    }
    if largest >= 1e9 || largest < 1e-5 {
      decimals = nil
      return
    }
    var wanted = max(0, Self.significant - 1 - Self.exponent(of: largest))
    // A small number among large ones keeps two digits of its own.
    wanted = max(wanted, min(Self.mostDecimals, 1 - Self.exponent(of: smallest)))
    if wanted - 1 + Self.exponent(of: largest) > 9 {
      decimals = nil
      return
    }
    wanted = min(wanted, Self.mostDecimals)
    let texts = sizes.map { Self.fixed($0, decimals: wanted) }
    let needed = texts.map { text in
      guard let point = text.lastIndex(of: ".") else { return 0 }
      return text[text.index(after: point)...].reversed().drop { $0 == "0" }.count
    }
    decimals = needed.max() ?? 0
  }

  package func text(_ number: Double) -> String {
    if !number.isFinite { return number.isNaN ? "·" : number < 0 ? "-inf" : "inf" }
    guard let decimals else { return number.shortText(digits: 5) }
    return Self.fixed(number, decimals: decimals)
  }

  /// The power of ten of the first digit.
  private static func exponent(of number: Double) -> Int {
    number > 0 ? Int(logarithm10(number).rounded(.down)) : 0
  }

  package static func fixed(_ number: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 9e18 else { return number.shortText(digits: 6) }
    var digits = String(UInt64(scaled))
    if decimals > 0 {
      digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
      digits = digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }
    return number < 0 && scaled > 0 ? "-" + digits : digits
  }

  /// A share of a whole: `98.2 %`.
  package static func percent(_ share: Double) -> String {
    if share.isNaN { return "·" }
    if share <= 0 || share >= 1 { return share <= 0 ? "0 %" : "100 %" }
    let text = fixed(share * 100, decimals: share < 0.01 ? 2 : 1)
    return (text == "100.0" ? "99.9" : text == "0.00" ? "<0.01" : text) + " %"
  }
}
