import Numerics
package import Values

/// Describes a picture place by place: a grid of vectors of grain, edges and colour at several scales.
///
/// Pictures are stretched to a square of 8 pixels a cell. At each scale, half as fine as the one before, a cell has the
/// mean, spread, lowest and highest brightness, the mean length of the gradient in four directions and the mean size of the
/// Laplacian over itself and half a cell around it; colour pictures add the means of two opponent colours.
///
/// - Input: pictures of any size; depth maps are centred by their median and scaled by their median deviation, with what was
///   not measured at the median.
/// - Output: *grid* × *grid* vectors of 9 × *scales* numbers, and 2 for colour.
/// - Complexity: O(256 *grid*²) a picture.
/// - Source: banks of simple filters over a pyramid as in Burt and Adelson, *The Laplacian pyramid as a compact image code*,
///   IEEE Trans. Communications 31(4), 1983; neighbourhoods around a place as in Roth et al. (PatchCore), CVPR 2022,
///   section 3.1, here of fixed filters and not of a trained network.
package struct PatchEncoder: PlaceEncoder, Equatable {
  package var grid: Int
  package var scales: Int
  package var level: Level

  /// What brightness counts from.
  package enum Level: String, Sendable, CaseIterable {
    case absolute
    /// From the picture's median, in its median deviations: for exposures that vary.
    case relative
    /// The logarithm over that of the surroundings (an eighth of the picture): for light that falls unevenly.
    case contrast
  }

  package init(grid: Int = 32, scales: Int = 3, level: Level = .absolute) {
    precondition(grid > 0 && (1...4).contains(scales), "a grid has cells, a cell of 8 pixels four scales")
    self.grid = grid
    self.scales = scales
    self.level = level
  }

  static let cellSide = 8
  private static let kinds = ["mean", "sd", "low", "high", "edge0", "edge45", "edge90", "edge135", "grain"]

  package func features(isColoured: Bool) -> [String] {
    (0..<scales).flatMap { scale in Self.kinds.map { "\($0)\(scale + 1)" } }
      + (isColoured ? ["redgreen", "blueyellow"] : [])
  }

  /// The vectors of all cells, line after line.
  package func cells(of picture: Picture, isDepth: Bool, isColoured: Bool) -> [Double] {
    let side = grid * Self.cellSide
    var base = Plane(picture)
    if isDepth || level == .relative { base.values = Self.centred(base.values) }
    for place in base.values.indices where !base.values[place].isFinite { base.values[place] = 0 }
    var plane = base.stretched(width: side, height: side)
    if !isDepth, level == .contrast { plane = Self.contrast(plane) }
    var parts: [[Float]] = []
    for scale in 0..<scales {
      if scale > 0 { plane = plane.halved }
      let measures = Self.measures(plane, grid: grid)
      parts += level == .contrast && !isDepth ? Self.logarithmic(measures) : measures
    }
    if isColoured {
      let (red, green, blue) = (picture.plane(0), picture.plane(1), picture.plane(2))
      let opponents = [
        red.indices.map { red[$0] - green[$0] }, red.indices.map { blue[$0] - (red[$0] + green[$0]) / 2 },
      ]
      for opponent in opponents {
        let small = Plane(width: picture.width, height: picture.height, values: opponent)
          .stretched(width: grid * 2, height: grid * 2)
        parts.append(Self.means(small.values, side: grid * 2, grid: grid))
      }
    }
    var cells: [Double] = []
    cells.reserveCapacity(grid * grid * parts.count)
    for cell in 0..<grid * grid { for part in parts { cells.append(Double(part[cell])) } }
    return cells
  }

  /// Zero at the median of what was measured, one a (normal) standard deviation.
  static func centred(_ values: [Float]) -> [Float] {
    let known = values.filter { $0.isFinite && $0 != 0 }.map(Double.init)
    guard let middle = Selection.median(of: known),
      let deviation = Selection.median(of: known.map { abs($0 - middle) })
    else { return values.map { _ in 0 } }
    let scale = deviation > 0 ? 1 / (Statistics.normalConsistency * deviation) : 1
    return values.map { $0.isFinite && $0 != 0 ? Float((Double($0) - middle) * scale) : 0 }
  }

  /// Darkness below which nothing is told apart: about one in 100 of full scale.
  private static let faintest: Float = 0.01

  /// Energies in logarithms: over places they are spread by factors, not by differences.
  private static func logarithmic(_ measures: [[Float]]) -> [[Float]] {
    zip(kinds, measures).map { kind, values in
      ["mean", "low", "high"].contains(kind) ? values : values.map { Float(logarithm(Double($0 + faintest))) }
    }
  }

  private static func contrast(_ plane: Plane) -> Plane {
    var plane = plane
    for place in plane.values.indices {
      plane.values[place] = Float(logarithm(Double(max(0, plane.values[place]) + faintest)))
    }
    // The surroundings are smooth: a quarter of the size is enough to find them.
    let around = plane.halved.halved.smoothed(Float(plane.width) / 32)
      .stretched(width: plane.width, height: plane.height)
    for place in plane.values.indices { plane.values[place] -= around.values[place] }
    return plane
  }

  private static func measures(_ plane: Plane, grid: Int) -> [[Float]] {
    let side = plane.width
    let values = plane.values
    var edges = [[Float]](repeating: [Float](repeating: 0, count: values.count), count: 4)
    var grain = [Float](repeating: 0, count: values.count)
    let diagonal = Float(0.5).squareRoot()
    for y in 0..<side {
      let (up, down) = (max(0, y - 1) * side, min(side - 1, y + 1) * side)
      for x in 0..<side {
        let place = y * side + x
        let (left, right) = (max(0, x - 1), min(side - 1, x + 1))
        let along = values[y * side + right] - values[y * side + left]
        let across = values[down + x] - values[up + x]
        edges[0][place] = abs(along)
        edges[1][place] = abs(along + across) * diagonal
        edges[2][place] = abs(across)
        edges[3][place] = abs(along - across) * diagonal
        let around = values[y * side + right] + values[y * side + left] + values[down + x] + values[up + x]
        grain[place] = abs(4 * values[place] - around)
      }
    }
    let mean = means(values, side: side, grid: grid)
    let squares = means(values.map { $0 * $0 }, side: side, grid: grid)
    let spread = zip(mean, squares).map { max(0, $1 - $0 * $0).squareRoot() }
    let (low, high) = ends(values, side: side, grid: grid)
    return [mean, spread, low, high] + edges.map { means($0, side: side, grid: grid) }
      + [means(grain, side: side, grid: grid)]
  }

  /// The pixels of a cell and half a cell around it.
  private static func reach(_ cell: Int, side: Int, grid: Int) -> Range<Int> {
    let size = side / grid
    return max(0, cell * size - size / 2)..<min(side, (cell + 1) * size + size / 2)
  }

  static func means(_ values: [Float], side: Int, grid: Int) -> [Float] {
    // Sums along the lines first, then down.
    var lines = [Float](repeating: 0, count: side * grid)
    for y in 0..<side {
      for cell in 0..<grid {
        var sum: Float = 0
        for x in reach(cell, side: side, grid: grid) { sum += values[y * side + x] }
        lines[y * grid + cell] = sum
      }
    }
    var means = [Float](repeating: 0, count: grid * grid)
    for line in 0..<grid {
      let rows = reach(line, side: side, grid: grid)
      for cell in 0..<grid {
        var sum: Float = 0
        for y in rows { sum += lines[y * grid + cell] }
        means[line * grid + cell] = sum / Float(rows.count * reach(cell, side: side, grid: grid).count)
      }
    }
    return means
  }

  private static func ends(_ values: [Float], side: Int, grid: Int) -> (low: [Float], high: [Float]) {
    var low = [Float](repeating: 0, count: grid * grid)
    var high = low
    let size = side / grid
    for line in 0..<grid {
      for cell in 0..<grid {
        let first = values[line * size * side + cell * size]
        var (least, most) = (first, first)
        for y in line * size..<(line + 1) * size {
          for x in cell * size..<(cell + 1) * size {
            least = min(least, values[y * side + x])
            most = max(most, values[y * side + x])
          }
        }
        low[line * grid + cell] = least
        high[line * grid + cell] = most
      }
    }
    return (low, high)
  }
}

extension Plane {
  /// Another size: means of what falls into a pixel where it shrinks, linear between pixels where it grows.
  package func stretched(width newWidth: Int, height newHeight: Int) -> Plane {
    if newWidth == width, newHeight == height { return self }
    let along = Self.stretch(values, lines: height, from: width, to: newWidth)
    // The same down the columns, by turning the plane.
    let turned = Self.turned(along, width: newWidth, height: height)
    let down = Self.stretch(turned, lines: newWidth, from: height, to: newHeight)
    return Plane(
      width: newWidth, height: newHeight, values: Self.turned(down, width: newHeight, height: newWidth))
  }

  /// Half as wide and high; each pixel the mean of four.
  var halved: Plane {
    let (newWidth, newHeight) = (max(1, width / 2), max(1, height / 2))
    var means = [Float](repeating: 0, count: newWidth * newHeight)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (right, below) = (min(width - 1, 2 * x + 1), min(height - 1, 2 * y + 1))
        let sum =
          values[2 * y * width + 2 * x] + values[2 * y * width + right] + values[below * width + 2 * x]
          + values[below * width + right]
        means[y * newWidth + x] = sum / 4
      }
    }
    return Plane(width: newWidth, height: newHeight, values: means)
  }

  private static func turned(_ values: [Float], width: Int, height: Int) -> [Float] {
    var turned = [Float](repeating: 0, count: values.count)
    for y in 0..<height { for x in 0..<width { turned[x * height + y] = values[y * width + x] } }
    return turned
  }

  private static func stretch(_ values: [Float], lines: Int, from old: Int, to new: Int) -> [Float] {
    var result = [Float](repeating: 0, count: lines * new)
    let step = Float(old) / Float(new)
    let blends = (0..<new).map { Blend(pixel: $0, step: step, of: old) }
    for line in 0..<lines {
      let start = line * old
      for (x, blend) in blends.enumerated() {
        if step > 1 {
          var sum: Float = 0
          for place in blend.first...blend.last {
            let share = min(blend.end, Float(place + 1)) - max(blend.begin, Float(place))
            sum += values[start + place] * share
          }
          result[line * new + x] = sum / step
        } else {
          result[line * new + x] =
            values[start + blend.first] * (1 - blend.share) + values[start + blend.last] * blend.share
        }
      }
    }
    return result
  }

  /// Which pixels of a line make up one of a shorter or longer line.
  private struct Blend {
    let begin: Float
    let end: Float
    let first: Int
    let last: Int
    /// Of the last, between the middles of two pixels.
    let share: Float

    init(pixel: Int, step: Float, of count: Int) {
      (begin, end) = (Float(pixel) * step, Float(pixel + 1) * step)
      if step > 1 {
        first = Int(begin)
        last = max(first, min(count - 1, Int(end.rounded(.up)) - 1))
        share = 0
      } else {
        let position = max(0, min(Float(count - 1), (Float(pixel) + 0.5) * step - 0.5))
        first = Int(position)
        last = min(count - 1, first + 1)
        share = position - Float(first)
      }
    }
  }
}
