import Numerics
package import Values

/// One channel of a picture, row after row.
package struct Plane: Sendable, Equatable {
  package let width: Int
  package let height: Int
  package var values: [Float]

  package init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == width * height, "the values do not fill the plane")
    self.width = width
    self.height = height
    self.values = values
  }

  /// The brightness of a picture.
  package init(_ picture: Picture) {
    self.init(width: picture.width, height: picture.height, values: picture.grey)
  }

  /// At most `side` pixels long: every pixel of the result is the mean of a block.
  ///
  /// Blocks are of equal size; what is left at the right and lower border is dropped.
  package func reduced(toFit side: Int) -> Plane {
    let factor = max(1, (max(width, height) + side - 1) / side)
    guard factor > 1, width >= factor, height >= factor else { return self }
    let (newWidth, newHeight) = (width / factor, height / factor)
    var means = [Float](repeating: 0, count: newWidth * newHeight)
    let share = 1 / Float(factor * factor)
    for y in 0..<newHeight {
      for line in y * factor..<(y + 1) * factor {
        var at = line * width
        for x in 0..<newWidth {
          var sum: Float = 0
          for place in at..<at + factor { sum += values[place] }
          means[y * newWidth + x] += sum
          at += factor
        }
      }
    }
    for place in means.indices { means[place] *= share }
    return Plane(width: newWidth, height: newHeight, values: means)
  }

  /// Central differences along the lines and down; 0 at the border.
  func gradients() -> (x: [Float], y: [Float]) {
    var along = [Float](repeating: 0, count: values.count)
    var down = along
    guard width > 2, height > 2 else { return (along, down) }
    for y in 1..<height - 1 {
      for place in y * width + 1..<(y + 1) * width - 1 {
        along[place] = values[place + 1] - values[place - 1]
        down[place] = values[place + width] - values[place - width]
      }
    }
    return (along, down)
  }

  /// Which of `count` equal stretches of `length` a position lies in.
  static func cell(_ position: Int, of length: Int, in count: Int) -> Int { position * count / length }
}

extension Plane {
  /// Smoothed by a Gaussian of this standard deviation in pixels, cut at three of them; borders are repeated.
  package func smoothed(_ deviation: Float) -> Plane {
    let reach = Int((3 * deviation).rounded(.up))
    guard reach > 0, width > 0, height > 0 else { return self }
    var weights = (-reach...reach).map { place -> Float in
      let share = Double(place) / Double(deviation)
      return Float(exponential(-share * share / 2))
    }
    let sum = weights.reduce(0, +)
    weights = weights.map { $0 / sum }
    var along = values
    for y in 0..<height {
      for x in 0..<width {
        var total: Float = 0
        for place in -reach...reach {
          total += weights[place + reach] * values[y * width + min(width - 1, max(0, x + place))]
        }
        along[y * width + x] = total
      }
    }
    var result = along
    for y in 0..<height {
      for place in -reach...reach {
        let line = min(height - 1, max(0, y + place)) * width
        let weight = weights[place + reach]
        for x in 0..<width {
          if place == -reach { result[y * width + x] = 0 }
          result[y * width + x] += weight * along[line + x]
        }
      }
    }
    return Plane(width: width, height: height, values: result)
  }
}
