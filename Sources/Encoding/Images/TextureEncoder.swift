package import Values

/// Describes texture by how often each local binary pattern occurs.
///
/// - Input: the brightness of pictures of any size.
/// - Output: shares of the 58 uniform patterns of eight neighbours and of all others: 59 numbers with sum 1.
/// - Complexity: O(pixels).
/// - Source: Ojala, Pietikäinen and Mäenpää, *Multiresolution gray-scale and rotation invariant texture classification
///   with local binary patterns*, IEEE TPAMI 24(7), 2002, section 2: LBP (8, 1) with uniform patterns told apart.
/// - Differs: the eight neighbours are pixels, the diagonal ones are not interpolated onto the circle.
package struct TextureEncoder: PictureEncoder, Equatable {
  package init() {}

  /// Place of each pattern among the uniform ones; the last place is that of all others.
  private static let places: [Int] = {
    var next = 0
    return (0..<256).map { pattern in
      let turned = (pattern >> 1) | ((pattern & 1) << 7)
      guard (pattern ^ turned).nonzeroBitCount <= 2 else { return 58 }
      next += 1
      return next - 1
    }
  }()

  package func features(of images: Images) -> [String] {
    (0..<58).map { "lbp.\($0)" } + ["lbp.other"]
  }

  package func vector(of picture: Picture) -> [Double]? {
    let plane = Plane(picture)
    guard plane.width > 2, plane.height > 2 else { return nil }
    let (values, width) = (plane.values, plane.width)
    let offsets = [1, 1 - width, -width, -width - 1, -1, width - 1, width, width + 1]
    var counts = [Int](repeating: 0, count: 59)
    let places = Self.places
    for y in 1..<plane.height - 1 {
      for place in y * width + 1..<(y + 1) * width - 1 {
        let centre = values[place]
        var pattern = 0
        for bit in 0..<8 where values[place + offsets[bit]] >= centre { pattern |= 1 << bit }
        counts[places[pattern]] += 1
      }
    }
    let total = Double((plane.width - 2) * (plane.height - 2))
    return counts.map { Double($0) / total }
  }
}
