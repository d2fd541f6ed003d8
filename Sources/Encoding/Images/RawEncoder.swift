package import Values

/// Describes each place of a picture by its pixels as they are.
///
/// - Input: the brightness of pictures of any size; depth maps are counted from their median, in their median deviations.
/// - Output: *grid* × *grid* vectors of *side*² numbers: the cell's pixels, line after line, once the picture is stretched to fit.
/// - Complexity: O((*grid* · *side*)²) a picture.
/// - Source: the raw baseline of Horwitz and Hoshen, *Back to the feature: classical 3D features are (almost) all you need for 3D anomaly
///   detection*, CVPR workshops 2023, section 4.
package struct RawEncoder: PlaceEncoder, Equatable {
  package var grid: Int
  package var side: Int

  package init(grid: Int = 32, side: Int = 4) {
    precondition(grid > 0 && side > 0, "a grid has cells, a cell pixels")
    self.grid = grid
    self.side = side
  }

  package func features(isColoured: Bool) -> [String] {
    (0..<side * side).map { "pixel.\($0 / side).\($0 % side)" }
  }

  package func cells(of picture: Picture, isDepth: Bool, isColoured: Bool) -> [Double] {
    let plane = Plane.square(picture, side: grid * side, isDepth: isDepth)
    var cells: [Double] = []
    cells.reserveCapacity(plane.values.count)
    for line in 0..<grid {
      for cell in 0..<grid {
        for y in line * side..<(line + 1) * side {
          for x in cell * side..<(cell + 1) * side { cells.append(Double(plane.values[y * plane.width + x])) }
        }
      }
    }
    return cells
  }
}
