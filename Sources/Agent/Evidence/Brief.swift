/// Numbers as briefs write them.
enum Brief {
  /// Four significant digits: more cost tokens and tell nothing.
  static func rounded(_ number: Double) -> Double {
    guard number.isFinite, number != 0 else { return number }
    if number == number.rounded(), abs(number) < 1e6 { return number }
    var scale = 1.0
    var size = abs(number)
    while size < 1000 {
      size *= 10
      scale *= 10
      if scale > 1e300 { return 0 }
    }
    while size >= 10_000 {
      size /= 10
      scale /= 10
    }
    return scale >= 1
      ? (number * scale).rounded() / scale : (number * scale).rounded() * (1 / scale).rounded()
  }

  static func text(_ number: Double) -> String {
    if number.isNaN { return "" }
    let rounded = rounded(number)
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
  }
}
