/// Where points in space lie in a picture, and which points lie behind pixels.
///
/// With (X, Y, Z) = R p + t in front of the camera: u = fₓ X / Z + cₓ, v = f_y Y / Z + c_y; pixel (0, 0) has its middle at (0, 0).
///
/// - Source: Hartley and Zisserman, *Multiple view geometry in computer vision*, 2003, equation 6.2.
package struct PinholeCamera: Sendable, Equatable {
  package let focal: (x: Double, y: Double)
  package let center: (x: Double, y: Double)
  /// R row after row, each with its part of t behind it.
  package let pose: [Double]

  package static let still: [Double] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]

  package init(focal: (x: Double, y: Double), center: (x: Double, y: Double), pose: [Double] = still) {
    precondition(pose.count == 12, "a rotation and a shift")
    self.focal = focal
    self.center = center
    self.pose = pose
  }

  package static func == (a: PinholeCamera, b: PinholeCamera) -> Bool {
    a.focal == b.focal && a.center == b.center && a.pose == b.pose
  }

  package struct Seen: Sendable, Equatable {
    package let u: Double
    package let v: Double
    /// The distance along the axis of the camera.
    package let depth: Double
  }

  /// nil for what is not measured, or not in front of the camera.
  package func project(_ x: Double, _ y: Double, _ z: Double) -> Seen? {
    func turned(_ row: Int) -> Double {
      pose[4 * row] * x + pose[4 * row + 1] * y + pose[4 * row + 2] * z + pose[4 * row + 3]
    }
    let depth = turned(2)
    guard depth.isFinite, depth > 0 else { return nil }
    let (u, v) = (focal.x * turned(0) / depth + center.x, focal.y * turned(1) / depth + center.y)
    return u.isFinite && v.isFinite ? Seen(u: u, v: v, depth: depth) : nil
  }

  /// The point behind a pixel at a depth, in the coordinates of the camera.
  package func lift(_ u: Double, _ v: Double, depth: Double) -> (x: Double, y: Double, z: Double) {
    ((u - center.x) / focal.x * depth, (v - center.y) / focal.y * depth, depth)
  }

  /// For each point its pixel in a picture, -1 outside or hidden: of points in one pixel only those not more than `slack` of their
  /// depth behind the nearest are seen.
  ///
  /// - Complexity: O(*points* + *pixels*).
  package func pixels(
    _ points: [Seen?], width: Int, height: Int, slack: Double
  ) -> [Int] {
    func pixel(_ seen: Seen) -> Int? {
      let (column, row) = (seen.u.rounded(), seen.v.rounded())
      guard column >= 0, row >= 0, column < Double(width), row < Double(height) else { return nil }
      return Int(row) * width + Int(column)
    }
    var nearest = [Double](repeating: .infinity, count: width * height)
    for case let seen? in points {
      if let place = pixel(seen) { nearest[place] = min(nearest[place], seen.depth) }
    }
    return points.map { seen in
      guard let seen, let place = pixel(seen), seen.depth <= nearest[place] * (1 + slack) else { return -1 }
      return place
    }
  }
}
