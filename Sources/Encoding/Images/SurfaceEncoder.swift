import Numerics
package import Values

/// Describes the surface in a depth map: distances, slopes, curvature, and how much of it was measured.
///
/// - Input: depth maps; 0 and NaN are "not measured".
/// - Output: share measured; mean and standard deviation of depth; root mean square distance from the best plane, and
///   the largest one to each side as quantiles (1 %, 99 %); mean slope and curvature (absolute Laplacian), and the 99 %
///   quantile of the latter.
/// - Complexity: O(pixels) and a sort of at most 65,536 residuals.
package struct SurfaceEncoder: PictureEncoder, Equatable {
  package init() {}

  package func features(of images: Images) -> [String] {
    [
      "measured", "depth", "depth sd", "roughness", "lowest", "highest", "slope", "curvature",
      "curvature q99",
    ]
  }

  package func vector(of picture: Picture) -> [Double]? {
    let plane = Plane(width: picture.width, height: picture.height, values: picture.plane(0))
    let width = plane.width
    let places = plane.values.indices.filter { plane.values[$0].isFinite && plane.values[$0] != 0 }
    guard places.count >= 16 else { return nil }
    let count = Double(places.count)
    let depths = places.map { Double(plane.values[$0]) }
    let mean = depths.reduce(0, +) / count
    let deviation = (depths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    let residuals = Self.residuals(
      places.map { Double($0 % width) }, places.map { Double($0 / width) }, depths)
    let roughness = (residuals.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    let sorted = Self.sample(residuals)
    var slopes = 0.0
    var bends: [Double] = []
    for place in places {
      let (x, y) = (place % width, place / width)
      guard x > 0, y > 0, x < width - 1, y < plane.height - 1 else { continue }
      let around = [place - 1, place + 1, place - width, place + width].map { Double(plane.values[$0]) }
      guard around.allSatisfy({ $0.isFinite && $0 != 0 }) else { continue }
      let (along, down) = ((around[1] - around[0]) / 2, (around[3] - around[2]) / 2)
      slopes += (along * along + down * down).squareRoot()
      bends.append(abs(around.reduce(0, +) - 4 * Double(plane.values[place])))
    }
    let inner = Double(max(1, bends.count))
    let steep = Self.sample(bends.isEmpty ? [0] : bends)
    return [
      count / Double(plane.values.count), mean, deviation, roughness, sorted[sorted.count / 100],
      sorted[sorted.count - 1 - sorted.count / 100], slopes / inner, bends.reduce(0, +) / inner,
      steep[steep.count - 1 - steep.count / 100],
    ]
  }

  private static func sample(_ values: [Double]) -> [Double] {
    let step = max(1, values.count / 65_536)
    return stride(from: 0, to: values.count, by: step).map { values[$0] }.sorted()
  }

  /// What is left of the depths when the plane of least squares is taken away.
  static func residuals(_ x: [Double], _ y: [Double], _ depth: [Double]) -> [Double] {
    let count = Double(depth.count)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / count }
    let (centreX, centreY, centre) = (mean(x), mean(y), mean(depth))
    var (xx, xy, yy, xz, yz) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for place in depth.indices {
      let (dx, dy, dz) = (x[place] - centreX, y[place] - centreY, depth[place] - centre)
      xx += dx * dx
      xy += dx * dy
      yy += dy * dy
      xz += dx * dz
      yz += dy * dz
    }
    let determinant = xx * yy - xy * xy
    let isFlat = abs(determinant) < 1e-12 * max(xx * yy, 1e-300)
    let along = isFlat ? 0 : (xz * yy - yz * xy) / determinant
    let down = isFlat ? 0 : (yz * xx - xz * xy) / determinant
    return depth.indices.map {
      depth[$0] - centre - along * (x[$0] - centreX) - down * (y[$0] - centreY)
    }
  }
}
