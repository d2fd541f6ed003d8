package import Numerics
package import Values

/// Describes each point of a cloud by the surface around it.
///
/// - Input: points with finite coordinates; others, and clouds of fewer than four points, are absent.
/// - Output: `normals`: the normal (pointing up) and the surface variation, 0 on a plane to a third in a ball; `curvature`: mean
///   and Gaussian curvature and the two principal ones, per unit of the coordinates, positive where the surface bends towards
///   its normal; `histograms`: 33 numbers, three histograms of 11 bins with sum 100 each.
/// - Complexity: O(*n*²) for the neighbours of *n* points, O(*n k*) for the rest.
/// - Source: normals and variation from Pauly, Gross and Kobbelt, *Efficient simplification of point-sampled surfaces*,
///   IEEE Visualization 2002, section 2; fast point feature histograms from Rusu, Blodow and Beetz, ICRA 2009, section
///   III, with the weights 1 / distance of equation 1 and the angles of the Point Cloud Library.
///   Curvature from the best quadric over the tangent plane, do Carmo, *Differential geometry of curves and surfaces*, section 3-3.
/// - Differs: neighbours are the *k* nearest, not those within a radius; normals point up and not to a sensor.
package struct CloudEncoder: Sendable, Equatable {
  package enum Features: Sendable, Equatable { case normals, curvature, histograms }

  package var features: Features
  package var neighbors: Int

  package init(_ features: Features, neighbors: Int = 16) {
    self.features = features
    self.neighbors = neighbors
  }

  private static let bins = 11

  package var names: [String] {
    switch features {
    case .normals: ["nx", "ny", "nz", "variation"]
    case .curvature: ["mean", "gaussian", "k1", "k2"]
    case .histograms: (0..<3 * Self.bins).map { "fpfh\($0 + 1)" }
    }
  }

  package func encode(_ cloud: Cloud, work: Work) throws(EncodingError) -> Encoded {
    let frame = cloud.points
    if frame.rowCount == 0 { throw .noRows }
    let axes = ["x", "y", "z"].map { frame.column($0)?.numbers ?? [] }
    let width = names.count
    var matrix = Matrix(rows: frame.rowCount, columns: width, repeating: .nan)
    var presence = Mask(count: frame.rowCount)
    for run in frame.index.runs {
      let rows = run.rows.filter { row in axes.allSatisfy { abs($0[row]) <= 1e150 } }
      guard rows.count > 3 else { continue }
      let vectors = try orCancelled { () throws(Cancelled) in
        try self.vectors(of: axes.map { axis in rows.map { axis[$0] } }, work: work)
      }
      for (place, row) in rows.enumerated() {
        presence[row] = true
        for column in 0..<width { matrix[row, column] = vectors[place * width + column] }
      }
    }
    return Encoded(features: names, matrix: matrix, presence: presence)
  }

  private func vectors(of points: [[Double]], work: Work) throws(Cancelled) -> [Double] {
    let cloud = try CloudNeighbors(points, neighbors: neighbors, work: work)
    let width = names.count
    switch features {
    case .normals:
      var vectors: [Double] = []
      for row in 0..<cloud.count {
        vectors += cloud.normals[row * 3..<row * 3 + 3]
        vectors.append(cloud.variations[row])
      }
      return vectors
    case .curvature:
      return try work.fill(cloud.count, stride: width, size: 256, stage: "curvature") { range, target in
        for row in range {
          let numbers = cloud.curvature(of: row)
          for place in 0..<width { target[(row - range.lowerBound) * width + place] = numbers[place] }
        }
      }
    case .histograms:
      let simple = try work.fill(cloud.count, stride: width, size: 256, stage: "point features") {
        range, target in
        for row in range {
          let histogram = Self.simple(row, cloud)
          for bin in 0..<width { target[(row - range.lowerBound) * width + bin] = histogram[bin] }
        }
      }
      return try work.fill(cloud.count, stride: width, size: 256, stage: "point features") { range, target in
        for row in range {
          let histogram = Self.weighted(row, cloud, simple)
          for bin in 0..<width { target[(row - range.lowerBound) * width + bin] = histogram[bin] }
        }
      }
    }
  }

  /// The histograms of a point and its neighbours, as shares of 100.
  static func simple(_ row: Int, _ cloud: CloudNeighbors) -> [Double] {
    var histogram = [Double](repeating: 0, count: 3 * bins)
    var pairs = 0.0
    for rank in 0..<cloud.neighbors {
      let other = Int(cloud.rows[row * cloud.neighbors + rank])
      guard let (alpha, phi, theta) = angles(row, other, cloud) else { continue }
      pairs += 1
      for (part, share) in [(theta + .pi) / (2 * .pi), (alpha + 1) / 2, (phi + 1) / 2].enumerated() {
        let bin = max(0, min(bins - 1, Int((share * Double(bins)).rounded(.down))))
        histogram[part * bins + bin] += 1
      }
    }
    return pairs > 0 ? histogram.map { $0 * 100 / pairs } : histogram
  }

  /// Those of the neighbours, weighed by their nearness, and normed to 100 a part.
  private static func weighted(_ row: Int, _ cloud: CloudNeighbors, _ simple: [Double]) -> [Double] {
    let width = 3 * bins
    var sum = [Double](repeating: 0, count: width)
    for rank in 0..<cloud.neighbors {
      let distance = cloud.distances[row * cloud.neighbors + rank]
      // Copies of a point say nothing about the surface.
      guard distance > 0 else { continue }
      let other = Int(cloud.rows[row * cloud.neighbors + rank])
      for bin in 0..<width { sum[bin] += simple[other * width + bin] / distance }
    }
    for part in 0..<3 {
      let total = sum[part * bins..<(part + 1) * bins].reduce(0, +)
      guard total > 0 else { continue }
      for bin in part * bins..<(part + 1) * bins { sum[bin] *= 100 / total }
    }
    return sum
  }

  /// The three angles of a pair, in the frame of the point whose normal is nearer to the line between them; nil where
  /// that frame is not defined.
  static func angles(_ one: Int, _ other: Int, _ cloud: CloudNeighbors) -> (Double, Double, Double)? {
    func vector(_ values: [Double], _ row: Int) -> [Double] { Array(values[row * 3..<row * 3 + 3]) }
    func dot(_ a: [Double], _ b: [Double]) -> Double { a[0] * b[0] + a[1] * b[1] + a[2] * b[2] }
    func cross(_ a: [Double], _ b: [Double]) -> [Double] {
      [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    }
    var line = zip(vector(cloud.points, other), vector(cloud.points, one)).map { $0 - $1 }
    let length = dot(line, line).squareRoot()
    guard length > 0 else { return nil }
    line = line.map { $0 / length }
    var (u, second) = (vector(cloud.normals, one), vector(cloud.normals, other))
    let (first, last) = (dot(u, line), dot(second, line))
    var phi = first
    // The larger share of the line means the smaller angle.
    if abs(first) < abs(last) {
      swap(&u, &second)
      line = line.map { -$0 }
      phi = -last
    }
    var v = cross(line, u)
    let size = dot(v, v).squareRoot()
    guard size > 0 else { return nil }
    v = v.map { $0 / size }
    let w = cross(u, v)
    return (dot(v, second), phi, arcTangent(dot(w, second), dot(u, second)))
  }
}
