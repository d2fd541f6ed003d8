package import Values

/// Describes brightness, colour, contrast and sharpness of a picture by a few numbers.
///
/// - Input: pictures of any size; whole-number samples as shares of full scale.
/// - Output: mean, standard deviation and five quantiles of brightness; share of black and of white pixels; the
///   variance of the Laplacian (sharpness) and mean gradient; mean of each colour and mean saturation.
/// - Complexity: O(pixels), plus a sort of at most 65,536 of them.
/// - Source: sharpness after Pech-Pacheco et al., *Diatom autofocusing in brightfield microscopy*, ICPR 2000.
package struct ColourEncoder: PictureEncoder, Equatable {
  package init() {}

  private static let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]

  package func features(of images: Images) -> [String] {
    ["mean", "sd"] + Self.quantiles.map { "q\(Int($0 * 100))" }
      + ["black", "white", "sharpness", "gradient", "red", "green", "blue", "saturation"]
  }

  package func vector(of picture: Picture) -> [Double]? {
    let plane = Plane(picture)
    let values = plane.values.filter(\.isFinite)
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let step = max(1, values.count / 65_536)
    let sorted = stride(from: 0, to: values.count, by: step).map { values[$0] }.sorted()
    var vector = [mean, variance.squareRoot()]
    vector += Self.quantiles.map { Double(sorted[Int($0 * Double(sorted.count - 1))]) }
    vector.append(Double(values.count { $0 <= 1 / 255 }) / count)
    vector.append(Double(values.count { $0 >= 254 / 255 }) / count)
    vector += Self.sharpness(plane)
    return vector + Self.colours(picture)
  }

  /// The variance of the Laplacian, and the mean length of the gradient.
  private static func sharpness(_ plane: Plane) -> [Double] {
    guard plane.width > 2, plane.height > 2 else { return [0, 0] }
    let (values, width) = (plane.values, plane.width)
    var sum = 0.0
    var squares = 0.0
    var slope = 0.0
    var count = 0.0
    for y in 1..<plane.height - 1 {
      for place in y * width + 1..<(y + 1) * width - 1 {
        let laplacian = Double(
          values[place - 1] + values[place + 1] + values[place - width] + values[place + width] - 4
            * values[place])
        guard laplacian.isFinite else { continue }
        let along = Double(values[place + 1] - values[place - 1]) / 2
        let down = Double(values[place + width] - values[place - width]) / 2
        sum += laplacian
        squares += laplacian * laplacian
        slope += (along * along + down * down).squareRoot()
        count += 1
      }
    }
    if count == 0 { return [0, 0] }
    return [max(0, squares / count - sum / count * (sum / count)), slope / count]
  }

  /// Means of red, green, blue, and of the difference between the strongest and the weakest of them.
  private static func colours(_ picture: Picture) -> [Double] {
    let isColour = picture.channels >= 3
    let planes = isColour ? (0..<3).map(picture.plane) : [picture.plane(0)]
    let count = Double(planes[0].count)
    let means = planes.map { plane in plane.reduce(0.0) { $0 + ($1.isFinite ? Double($1) : 0) } / count }
    guard isColour else { return [means[0], means[0], means[0], 0] }
    var saturation = 0.0
    for pixel in planes[0].indices {
      let (red, green, blue) = (planes[0][pixel], planes[1][pixel], planes[2][pixel])
      saturation += Double(max(red, green, blue) - min(red, green, blue))
    }
    return means + [saturation / count]
  }
}
