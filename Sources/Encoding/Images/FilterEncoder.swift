import Numerics
package import Values

/// Describes each place of a picture by what random filters see there, at several scales.
///
/// Pictures are stretched to a square of 8 pixels a cell. At each scale, half as fine as the one before, filters of 5 × 5 pixels that sum to 0 are
/// drawn once for all pictures; the sizes of their answers are averaged over a cell and half a cell around it.
///
/// - Input: the brightness of pictures, or depth, of any size.
/// - Output: *grid* × *grid* vectors of *filters* × *scales* numbers.
/// - Complexity: O(1600 *filters* *grid*²) a picture.
/// - Randomness: the filters, from a fixed seed.
/// - Source: Jarrett et al., *What is the best multi-stage architecture for object recognition?*, ICCV 2009, section 2, with random filters,
///   rectification and average pooling.
package struct FilterEncoder: PlaceEncoder, Equatable {
  package var grid: Int
  package var filters: Int
  package var scales: Int

  package init(grid: Int = 32, filters: Int = 32, scales: Int = 2) {
    precondition(grid > 0 && filters > 0 && (1...4).contains(scales), "a grid has cells, a cell four scales")
    self.grid = grid
    self.filters = filters
    self.scales = scales
  }

  private static let side = 5
  private static let seed: UInt64 = 23

  package func features(isColoured: Bool) -> [String] {
    (0..<scales).flatMap { scale in (0..<filters).map { "filter\($0 + 1).\(scale + 1)" } }
  }

  package func cells(of picture: Picture, isDepth: Bool, isColoured: Bool) -> [Double] {
    var plane = Plane.square(picture, side: grid * PatchEncoder.cellSide, isDepth: isDepth)
    var parts: [[Float]] = []
    for scale in 0..<scales {
      if scale > 0 { plane = plane.halved }
      for number in 0..<filters {
        let weights = Self.weights(of: scale * filters + number)
        parts.append(PatchEncoder.means(Self.answers(plane, weights), side: plane.width, grid: grid))
      }
    }
    var cells: [Double] = []
    cells.reserveCapacity(grid * grid * parts.count)
    for cell in 0..<grid * grid { for part in parts { cells.append(Double(part[cell])) } }
    return cells
  }

  /// Of sum 0 and length 1.
  private static func weights(of number: Int) -> [Float] {
    var random = SeededGenerator(seed: seed).stream(number)
    let drawn = (0..<side * side).map { _ in random.normal() }
    let mean = Statistics.mean(drawn)
    let length = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
    return drawn.map { Float(($0 - mean) / length) }
  }

  /// How strongly each pixel answers; borders are repeated.
  private static func answers(_ plane: Plane, _ weights: [Float]) -> [Float] {
    let (width, height, reach) = (plane.width, plane.height, side / 2)
    let wide = width + 2 * reach
    var padded = [Float](repeating: 0, count: wide * (height + 2 * reach))
    for y in 0..<height + 2 * reach {
      let line = max(0, min(height - 1, y - reach)) * width
      for x in 0..<wide { padded[y * wide + x] = plane.values[line + max(0, min(width - 1, x - reach))] }
    }
    var answers = [Float](repeating: 0, count: width * height)
    for (tap, weight) in weights.enumerated() {
      for y in 0..<height {
        let start = (y + tap / side) * wide + tap % side
        let target = y * width
        for x in 0..<width { answers[target + x] += weight * padded[start + x] }
      }
    }
    return answers.map(abs)
  }
}
