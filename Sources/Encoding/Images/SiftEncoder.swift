import Numerics
package import Values

/// Describes each place of a picture by how gradients turn around it: SIFT on a dense grid.
///
/// Pictures are stretched to a square of 8 pixels a cell; a descriptor covers 16 × 16 pixels around the middle of its cell.
///
/// - Input: the brightness of pictures, or depth, of any size.
/// - Output: *grid* × *grid* vectors of 4 × 4 places and 8 directions, 128 numbers of unit length; zeros where nothing turns.
/// - Complexity: O(256 *grid*²) a picture.
/// - Source: Lowe, *Distinctive image features from scale-invariant keypoints*, IJCV 60(2), 2004, section 6.1: shares between neighbouring
///   places and directions, a Gaussian over the descriptor, a cut at 0.2; on a grid as in Bosch, Zisserman and Muñoz, ICCV 2007.
/// - Differs: one scale and no rotation, as usual on grids.
package struct SiftEncoder: PlaceEncoder, Equatable {
  package var grid: Int

  package init(grid: Int = 32) {
    precondition(grid > 0, "a grid has cells")
    self.grid = grid
  }

  private static let directions = 8
  private static let places = 4
  /// Pixels from one place of a descriptor to the next.
  private static let step = 4
  private static let cut = 0.2
  /// Gradients that sum to less are the grain of 8 bits.
  private static let faintest = 0.02

  package func features(isColoured: Bool) -> [String] {
    (0..<Self.places * Self.places).flatMap { place in
      (0..<Self.directions).map { "sift.\(place / Self.places).\(place % Self.places).\($0)" }
    }
  }

  package func cells(of picture: Picture, isDepth: Bool, isColoured: Bool) -> [Double] {
    let side = grid * PatchEncoder.cellSide
    let planes = Self.shared(Plane.square(picture, side: side, isDepth: isDepth))
    var cells: [Double] = []
    cells.reserveCapacity(grid * grid * Self.places * Self.places * Self.directions)
    for line in 0..<grid {
      for cell in 0..<grid {
        cells += Self.descriptor(planes, side: side, x: cell * 8 + 4, y: line * 8 + 4)
      }
    }
    return cells
  }

  /// The length of the gradient by direction, each pixel shared with the places around it.
  private static func shared(_ plane: Plane) -> [[Float]] {
    let (along, down) = plane.gradients()
    let side = plane.width
    var planes = [[Float]](repeating: [Float](repeating: 0, count: along.count), count: directions)
    let binsPerTurn = Float(directions) / (2 * .pi)
    for place in along.indices {
      let length = (along[place] * along[place] + down[place] * down[place]).squareRoot() / 2
      guard length > 0 else { continue }
      var position = arcTangent(down[place], along[place]) * binsPerTurn
      if position < 0 { position += Float(directions) }
      let lower = Int(position)
      let share = position - Float(lower)
      planes[lower % directions][place] += length * (1 - share)
      planes[(lower + 1) % directions][place] += length * share
    }
    // A triangle as wide as two steps gives each pixel its share of the nearest places.
    let weights = (1 - step...step - 1).map { 1 - abs(Float($0)) / Float(step) }
    return planes.map { values in
      var result = values
      for isDown in [false, true] {
        let source = result
        for y in 0..<side {
          for x in 0..<side {
            var sum: Float = 0
            for (tap, weight) in weights.enumerated() {
              let shift = tap + 1 - step
              let (column, line) = isDown ? (x, y + shift) : (x + shift, y)
              if column >= 0, column < side, line >= 0, line < side {
                sum += weight * source[line * side + column]
              }
            }
            result[y * side + x] = sum
          }
        }
      }
      return result
    }
  }

  private static func descriptor(_ planes: [[Float]], side: Int, x: Int, y: Int) -> [Double] {
    var vector: [Double] = []
    for line in 0..<places {
      for column in 0..<places {
        // The middles of the places lie at -6, -2, 2 and 6 pixels.
        let (dx, dy) = (column * step - 6, line * step - 6)
        let weight = exponential(-Double(dx * dx + dy * dy) / 128)
        let (px, py) = (x + dx, y + dy)
        let isInside = px >= 0 && px < side && py >= 0 && py < side
        for plane in planes { vector.append(isInside ? weight * Double(plane[py * side + px]) : 0) }
      }
    }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > faintest else { return vector.map { _ in 0 } }
    let clipped = vector.map { min($0 / length, cut) }
    let again = clipped.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return clipped.map { $0 / again }
  }
}
