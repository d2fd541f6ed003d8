import Numerics
package import Values

/// Describes a picture by histograms of oriented gradients over a grid.
///
/// - Input: the brightness of pictures of any size, reduced to at most 256 pixels a side.
/// - Output: (*cells* − 1)² blocks of 2 × 2 cells, each of *orientations* bins over half a turn; one block of a single
///   cell if *cells* is 1.
/// - Complexity: O(pixels).
/// - Source: Dalal and Triggs, *Histograms of oriented gradients for human detection*, CVPR 2005, section 6: votes by
///   gradient length shared between the two nearest bins, blocks normalised by L2-Hys with a cut at 0.2.
/// - Differs: the grid spans the picture whatever its size; votes are not shared between cells.
package struct GradientEncoder: PictureEncoder, Equatable {
  package var cells: Int
  package var orientations: Int

  package init(cells: Int = 8, orientations: Int = 9) {
    precondition(cells > 0 && orientations > 1, "a grid has cells, a histogram bins")
    self.cells = cells
    self.orientations = orientations
  }

  /// The cut of L2-Hys.
  static let cut = 0.2
  static let longestSide = 256

  private var blocks: Int { max(1, cells - 1) }
  private var blockCells: Int { cells == 1 ? 1 : 2 }

  package func features(of images: Images) -> [String] {
    (0..<blocks).flatMap { y in
      (0..<blocks).flatMap { x in
        (0..<blockCells * blockCells * orientations).map { "hog.\(y).\(x).\($0)" }
      }
    }
  }

  package func vector(of picture: Picture) -> [Double]? {
    let plane = Plane(picture).reduced(toFit: Self.longestSide)
    guard plane.width >= cells + 2, plane.height >= cells + 2 else { return nil }
    let histograms = histograms(of: plane)
    var vector: [Double] = []
    vector.reserveCapacity(blocks * blocks * blockCells * blockCells * orientations)
    for y in 0..<blocks {
      for x in 0..<blocks {
        var block: [Double] = []
        for line in y..<y + blockCells {
          let start = (line * cells + x) * orientations
          block += histograms[start..<start + blockCells * orientations]
        }
        vector += Self.normalised(block)
      }
    }
    return vector
  }

  /// One histogram a cell, line after line.
  func histograms(of plane: Plane) -> [Double] {
    let (along, down) = plane.gradients()
    var histograms = [Double](repeating: 0, count: cells * cells * orientations)
    let binsPerTurn = Float(orientations) / .pi
    for y in 0..<plane.height {
      let cellLine = Plane.cell(y, of: plane.height, in: cells) * cells
      for x in 0..<plane.width {
        let place = y * plane.width + x
        let length = (along[place] * along[place] + down[place] * down[place]).squareRoot()
        guard length > 0, length.isFinite else { continue }
        var angle = arcTangent(down[place], along[place])
        if angle < 0 { angle += .pi }
        // Bins are centred half a bin behind their start.
        let position = angle * binsPerTurn - 0.5
        let lower = position.rounded(.down)
        let share = Double(position - lower)
        let first = (Int(lower) + orientations) % orientations
        let second = (first + 1) % orientations
        let start = (cellLine + Plane.cell(x, of: plane.width, in: cells)) * orientations
        histograms[start + first] += Double(length) * (1 - share)
        histograms[start + second] += Double(length) * share
      }
    }
    return histograms
  }

  /// Unit length, no entry above the cut, unit length again.
  static func normalised(_ block: [Double]) -> [Double] {
    func unit(_ vector: [Double]) -> [Double] {
      let length = (vector.reduce(0) { $0 + $1 * $1 } + 1e-10).squareRoot()
      return vector.map { $0 / length }
    }
    return unit(unit(block).map { min($0, cut) })
  }
}
