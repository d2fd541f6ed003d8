package import Numerics
import Synchronization
package import Values

/// Describes each frame of a video by what moves in it, and how fast.
///
/// Differences to the frame before, and the motion of small patches that explains them (optical flow), both over a grid.
///
/// - Input: frames in order; the first of each segment has no motion and is absent.
/// - Output: mean and highest change of brightness over the cells, their spread; mean speed, speed of the fastest cells (the 90th and 99th
///   percentile) in pixels a frame of a frame 180 pixels wide, share of moving cells, and the mean motion along and down.
/// - Complexity: O(pixels) a frame.
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
  /// Frames that follow one another in one thread.
  private static let stretch = 16
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
    let results = Mutex([Result<[Double], PictureError>?](repeating: nil, count: video.count))
    try orCancelled { () throws(Cancelled) in
      try work.forEachChunk(of: video.count, size: Self.stretch, stage: "motion") { _, range in
        // The frame before the first is read by two chunks.
        var before: Small?
        for row in max(0, range.lowerBound - 1)..<range.upperBound where !work.isCancelled() {
          do throws(PictureError) {
            let frame = Small(try video.picture(row))
            if row >= range.lowerBound, !starts.contains(row),
              let motion = before.flatMap({ Self.motion($0, frame) })
            {
              results.withLock { $0[row] = .success(motion) }
            }
            before = frame
          } catch {
            results.withLock { $0[row] = .failure(error) }
            return
          }
        }
      }
    }
    var matrix = Matrix(rows: video.count, columns: Self.features.count, repeating: .nan)
    var presence = Mask(count: video.count)
    for (row, result) in results.withLock({ $0 }).enumerated() {
      guard let result else { continue }
      do throws(PictureError) {
        presence[row] = true
        for (column, number) in try result.get().enumerated() {
          matrix[row, column] = number.isFinite ? number : 0
        }
      } catch {
        throw .picture(error)
      }
    }
    return Encoded(features: Self.features, matrix: matrix, presence: presence)
  }

  /// The brightness of a frame, small.
  private struct Small {
    let size: [Int]
    let plane: Plane

    init(_ frame: Picture) {
      size = [frame.width, frame.height]
      let height = max(patch, frame.height * width / max(1, frame.width))
      plane = Plane(frame).stretched(width: width, height: min(height, 4 * width))
    }
  }

  /// nil where the frames differ in size or are too small.
  private static func motion(_ before: Small, _ after: Small) -> [Double]? {
    guard before.size == after.size else { return nil }
    let (one, other) = (before.plane, after.plane)
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
