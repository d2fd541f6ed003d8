import Numerics
package import Values

/// A picture as the numbers that a network takes: scaled to its size, shifted and divided channel by channel.
///
/// - Source: the bilinear filter with support widened where the picture shrinks is that of Pillow's `resize`, which the published
///   pre-processing of most networks names.
/// - Differs: samples stay floating point between the passes; Pillow rounds to 8 bits.
package struct PictureTensor: Sendable, Equatable {
  package enum Fit: String, Sendable, CaseIterable {
    /// Both sides are scaled as they must be.
    case stretch
    /// The shorter side is scaled to fit, and the middle is taken.
    case crop
  }

  package var width: Int
  package var height: Int
  package var fit: Fit
  package var mean: [Float]
  package var deviation: [Float]
  /// Full scale before the mean is taken away: 1, or 255 for networks that want bytes.
  package var range: Float
  package var isReversed: Bool
  /// Channels side by side instead of one behind the other.
  package var isInterleaved: Bool

  package init(
    width: Int, height: Int, fit: Fit = .stretch, mean: [Float] = [0, 0, 0], deviation: [Float] = [1, 1, 1],
    range: Float = 1, isReversed: Bool = false, isInterleaved: Bool = false
  ) {
    self.width = width
    self.height = height
    self.fit = fit
    self.mean = mean
    self.deviation = deviation
    self.range = range
    self.isReversed = isReversed
    self.isInterleaved = isInterleaved
  }

  /// As many channels as there are means: 1 is the brightness, 3 are red, green and blue.
  package func values(of picture: Picture) -> [Float] {
    let count = mean.count
    let planes: [[Float]] =
      count == 1 || picture.channels < 3
      ? [[Float]](repeating: picture.grey, count: count)
      : (0..<count).map { picture.plane(min($0, picture.channels - 1)) }
    var values = [Float](repeating: 0, count: count * width * height)
    for channel in 0..<count {
      let source = planes[isReversed ? count - 1 - channel : channel]
      let plane = scaled(Plane(width: picture.width, height: picture.height, values: source))
      for (place, sample) in plane.enumerated() {
        let value = ((sample.isFinite ? sample : 0) * range - mean[channel]) / deviation[channel]
        values[isInterleaved ? place * count + channel : channel * width * height + place] = value
      }
    }
    return values
  }

  private func scaled(_ plane: Plane) -> [Float] {
    guard fit == .crop else { return Self.resized(plane, width, height).values }
    let factor = max(Double(width) / Double(plane.width), Double(height) / Double(plane.height))
    let whole = (
      max(width, Int((Double(plane.width) * factor).rounded())),
      max(height, Int((Double(plane.height) * factor).rounded()))
    )
    let scaled = Self.resized(plane, whole.0, whole.1)
    let (left, top) = ((whole.0 - width) / 2, (whole.1 - height) / 2)
    var values: [Float] = []
    values.reserveCapacity(width * height)
    for y in top..<top + height {
      let first = y * whole.0 + left
      values += scaled.values[first..<first + width]
    }
    return values
  }

  static func resized(_ plane: Plane, _ width: Int, _ height: Int) -> Plane {
    let across = Triangle(from: plane.width, to: width)
    let down = Triangle(from: plane.height, to: height)
    var narrow = [Float](repeating: 0, count: width * plane.height)
    for y in 0..<plane.height {
      for x in 0..<width {
        var sum: Float = 0
        let first = y * plane.width + across.first[x]
        for (place, weight) in across.weights[x].enumerated() { sum += weight * plane.values[first + place] }
        narrow[y * width + x] = sum
      }
    }
    var result = [Float](repeating: 0, count: width * height)
    for y in 0..<height {
      for (place, weight) in down.weights[y].enumerated() {
        let line = (down.first[y] + place) * width
        for x in 0..<width { result[y * width + x] += weight * narrow[line + x] }
      }
    }
    return Plane(width: width, height: height, values: result)
  }

  /// The weights of a triangle around each place of the result, as wide as two steps of the coarser grid.
  private struct Triangle {
    var first: [Int] = []
    var weights: [[Float]] = []

    init(from source: Int, to target: Int) {
      let scale = Double(source) / Double(target)
      let support = max(1, scale)
      for place in 0..<target {
        let center = (Double(place) + 0.5) * scale
        let low = max(0, Int(center - support + 0.5))
        let high = max(low + 1, min(source, Int(center + support + 0.5)))
        let raw = (low..<high).map { max(0, 1 - abs((Double($0) + 0.5 - center) / support)) }
        let sum = raw.reduce(0, +)
        first.append(low)
        weights.append(raw.map { Float(sum > 0 ? $0 / sum : 1 / Double(raw.count)) })
      }
    }
  }
}
