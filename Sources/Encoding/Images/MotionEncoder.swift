package import Numerics
package import Values

/// Describes each frame of a video by what moves in it, and how fast.
///
/// Differences to the frame before, and the motion of small patches that explains them (optical flow), both over a grid.
///
/// - Input: frames in order; the first of each segment has no motion and is absent.
/// - Output: mean and highest change of brightness over the cells, their spread; mean speed, speed of the fastest cells (the 90th and 99th
///   percentile) in pixels a frame of a frame 180 pixels wide, share of moving cells, and the mean motion along and down.
/// - Complexity: O(pixels) a frame, decoded twice.
/// - Source: Lucas and Kanade, *An iterative image registration technique*, IJCAI 1981, equation 10 for patches of 8 × 8 pixels, one
///   iteration.
/// - Differs: a small ridge keeps patches without texture still; speeds count up to 8 pixels.
package struct MotionEncoder: Sendable, Equatable {
  package init() {}

  package static let features = [
    "change.mean", "change.max", "change.sd", "speed.mean", "speed.p90", "speed.p99", "speed.max", "moving",
    "along", "down",
  ]

  private static let width = 180
  private static let patch = 8
  private static let step = 4
  /// Added to the squared gradients of a patch, per pixel: camera noise of one in 100.
  private static let ridge: Float = 1e-4
  private static let fastest: Float = 8
  /// Pixels a frame.
  private static let moving: Float = 0.5

  package func encode(_ video: Images, work: Work) throws(EncodingError) -> Encoded {
    if video.count == 0 { throw .noRows }
    let starts = Set(video.index.runs.map(\.rows.lowerBound))
    let results = try orCancelled { () throws(Cancelled) in
      try work.map(video.count, stage: "motion") { row -> Result<[Double]?, PictureError> in
        if starts.contains(row) { return .success(nil) }
        do throws(PictureError) {
          return .success(Self.motion(try video.picture(row - 1), try video.picture(row)))
        } catch {
          return .failure(error)
        }
      }
    }
    var matrix = Matrix(rows: video.count, columns: Self.features.count, repeating: .nan)
    var presence = Mask(count: video.count)
    for (row, result) in results.enumerated() {
      switch result {
      case .failure(let error): throw .picture(error)
      case .success(let vector):
        guard let vector else { continue }
        presence[row] = true
        for (column, number) in vector.enumerated() { matrix[row, column] = number.isFinite ? number : 0 }
      }
    }
    return Encoded(features: Self.features, matrix: matrix, presence: presence)
  }

  /// nil where the frames differ in size or are too small.
  static func motion(_ before: Picture, _ after: Picture) -> [Double]? {
    guard before.width == after.width, before.height == after.height else { return nil }
    let height = max(patch, before.height * width / max(1, before.width))
    let one = Plane(before).stretched(width: width, height: min(height, 4 * width))
    let other = Plane(after).stretched(width: width, height: min(height, 4 * width))
    guard one.width > patch + 2, one.height > patch + 2 else { return nil }
    let mean = Plane(
      width: one.width, height: one.height, values: zip(one.values, other.values).map { ($0 + $1) / 2 })
    let (along, down) = mean.gradients()
    let change = zip(one.values, other.values).map { $1 - $0 }
    var changes: [Double] = []
    var (speeds, xs, ys): ([Double], [Double], [Double]) = ([], [], [])
    var top = 1
    while top + patch < one.height {
      var left = 1
      while left + patch < one.width {
        var (xx, xy, yy, xt, yt, size): (Float, Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0, 0)
        for y in top..<top + patch {
          for x in left..<left + patch {
            let place = y * one.width + x
            // Central differences span two pixels.
            let (gx, gy, t) = (along[place] / 2, down[place] / 2, change[place])
            xx += gx * gx
            xy += gx * gy
            yy += gy * gy
            xt += gx * t
            yt += gy * t
            size += abs(t)
          }
        }
        let pixels = Float(patch * patch)
        let (a, c) = (xx + ridge * pixels, yy + ridge * pixels)
        let determinant = a * c - xy * xy
        var (u, v) = ((-c * xt + xy * yt) / determinant, (xy * xt - a * yt) / determinant)
        let speed = (u * u + v * v).squareRoot()
        if speed > fastest { (u, v) = (u / speed * fastest, v / speed * fastest) }
        changes.append(Double(size / pixels))
        speeds.append(Double(min(speed, fastest)))
        xs.append(Double(u))
        ys.append(Double(v))
        left += step
      }
      top += step
    }
    let count = Double(speeds.count)
    let changeMean = changes.reduce(0, +) / count
    let spread = (changes.reduce(0) { $0 + ($1 - changeMean) * ($1 - changeMean) } / count).squareRoot()
    let sorted = speeds.sorted()
    func quantile(_ share: Double) -> Double { sorted[Int(share * (count - 1))] }
    return [
      changeMean, changes.max() ?? 0, spread, speeds.reduce(0, +) / count, quantile(0.9), quantile(0.99),
      sorted.last ?? 0, Double(speeds.count { $0 > Double(moving) }) / count, xs.reduce(0, +) / count,
      ys.reduce(0, +) / count,
    ]
  }
}
