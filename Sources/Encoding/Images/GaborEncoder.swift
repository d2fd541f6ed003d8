import Numerics
package import Values

/// Describes texture by the mean and spread of what Gabor filters answer.
///
/// - Input: the brightness of pictures of any size, reduced to at most 128 pixels a side.
/// - Output: for each of *scales* wavelengths (4, 8, 16 … pixels) and *orientations* of half a turn the mean of the answer's size and its
///   standard deviation.
/// - Complexity: O(*pixels* · wavelength) a filter: the filters are products of one along the lines and one down.
/// - Source: Manjunath and Ma, *Texture features for browsing and retrieval of image data*, IEEE TPAMI 18(8), 1996, equation 4.
/// - Differs: round envelopes of an octave's width (0.56 wavelengths) at octaves; each filter gives 0 on a constant picture.
package struct GaborEncoder: PictureEncoder, Equatable {
  package var scales: Int
  package var orientations: Int

  package init(scales: Int = 3, orientations: Int = 4) {
    precondition((1...4).contains(scales) && orientations > 0, "there are filters")
    self.scales = scales
    self.orientations = orientations
  }

  private static let longestSide = 128
  private static let shortest = 4.0
  /// Standard deviations of the envelope a wavelength, for a band of one octave.
  private static let spread = 0.56

  package func features(of images: Images) -> [String] {
    (0..<scales).flatMap { scale in
      (0..<orientations).flatMap { turn in
        ["mean", "sd"].map { "gabor.\(Int(Self.shortest) << scale)px.\(180 * turn / orientations)deg.\($0)" }
      }
    }
  }

  package func vector(of picture: Picture) -> [Double]? {
    var plane = Plane(picture).reduced(toFit: Self.longestSide)
    guard plane.width > 7, plane.height > 7 else { return nil }
    for place in plane.values.indices where !plane.values[place].isFinite { plane.values[place] = 0 }
    var vector: [Double] = []
    for scale in 0..<scales {
      let wavelength = Self.shortest * Double(1 << scale)
      let deviation = Self.spread * wavelength
      let smooth = plane.smoothed(Float(deviation))
      for turn in 0..<orientations {
        let angle = .pi * Double(turn) / Double(orientations)
        let (real, imaginary, constant) = Self.filtered(plane, wavelength, deviation, angle)
        let sizes = real.indices.map { place -> Double in
          let even = real[place] - constant * smooth.values[place]
          return Double((even * even + imaginary[place] * imaginary[place]).squareRoot())
        }
        vector += [Statistics.mean(sizes), Statistics.standardDeviation(sizes, degreesLost: 0)]
      }
    }
    return vector
  }

  private static func filtered(
    _ plane: Plane, _ wavelength: Double, _ deviation: Double, _ angle: Double
  ) -> (real: [Float], imaginary: [Float], constant: Float) {
    let reach = Int((3 * deviation).rounded(.up))
    let envelope = (-reach...reach).map { exponential(-Double($0 * $0) / (2 * deviation * deviation)) }
    let total = envelope.reduce(0, +)
    func wave(_ frequency: Double) -> (real: [Float], imaginary: [Float]) {
      let turns = (-reach...reach).map { 2 * .pi * frequency * Double($0) }
      return (
        zip(envelope, turns).map { Float($0 / total * cosine($1)) },
        zip(envelope, turns).map { Float($0 / total * sine($1)) }
      )
    }
    let along = wave(cosine(angle) / wavelength)
    let down = wave(sine(angle) / wavelength)
    let (a, b) = (
      passed(plane.values, plane, along.real, isDown: false),
      passed(plane.values, plane, along.imaginary, isDown: false)
    )
    let parts = [
      passed(a, plane, down.real, isDown: true), passed(b, plane, down.imaginary, isDown: true),
      passed(a, plane, down.imaginary, isDown: true), passed(b, plane, down.real, isDown: true),
    ]
    // What the filter answers to a constant picture.
    let constant = along.real.reduce(0, +) * down.real.reduce(0, +)
    return (zip(parts[0], parts[1]).map { $0 - $1 }, zip(parts[2], parts[3]).map { $0 + $1 }, constant)
  }

  /// Weighted along the lines or down; borders are repeated.
  private static func passed(_ values: [Float], _ plane: Plane, _ weights: [Float], isDown: Bool) -> [Float] {
    let (width, height, reach) = (plane.width, plane.height, weights.count / 2)
    var result = [Float](repeating: 0, count: values.count)
    for (tap, weight) in weights.enumerated() {
      let shift = tap - reach
      for y in 0..<height {
        let line = (isDown ? max(0, min(height - 1, y + shift)) : y) * width
        for x in 0..<width {
          result[y * width + x] += weight * values[line + (isDown ? x : max(0, min(width - 1, x + shift)))]
        }
      }
    }
    return result
  }
}
