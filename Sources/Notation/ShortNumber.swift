extension Double {
  /// The number with at most `digits` significant digits, for people: `0.02631`, `12500`, `3.1e-09`.
  package func shortText(digits: Int = 4) -> String {
    precondition(digits > 0, "a number needs a digit")
    guard isFinite else { return isNaN ? "undefined" : self < 0 ? "-inf" : "inf" }
    if self == 0 { return "0" }
    var (figures, exponent) = decimalFigures
    if figures.count > digits {
      let isRoundedUp = figures[digits] >= 5
      figures.removeSubrange(digits...)
      if isRoundedUp {
        var position = digits - 1
        while position >= 0, figures[position] == 9 {
          figures[position] = 0
          position -= 1
        }
        if position >= 0 {
          figures[position] += 1
        } else {
          figures.insert(1, at: 0)
          exponent += 1
        }
      }
    }
    while figures.count > 1, figures.last == 0 { figures.removeLast() }
    let sign = self < 0 ? "-" : ""
    let text = figures.map(String.init)
    if exponent < -4 || exponent >= 15 {
      let fraction = text.count > 1 ? "." + text[1...].joined() : ""
      let size = abs(exponent)
      return sign + text[0] + fraction + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + "\(size)"
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + text.joined()
    }
    let whole = (0...exponent).map { $0 < text.count ? text[$0] : "0" }.joined()
    return sign + whole + (text.count > exponent + 1 ? "." + text[(exponent + 1)...].joined() : "")
  }

  /// The decimal figures of the shortest exact text, and the power of ten of the first.
  private var decimalFigures: (figures: [Int], exponent: Int) {
    let parts = magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var figures = mantissa.joined().compactMap(\.wholeNumberValue)
    var exponent = mantissa[0].count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while figures.count > 1, figures[0] == 0 {
      figures.removeFirst()
      exponent -= 1
    }
    return (figures, exponent)
  }
}
