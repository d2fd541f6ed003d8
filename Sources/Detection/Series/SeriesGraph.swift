package import Numerics

/// Scores windows by how seldom their way through a graph of recurring behaviour is gone.
///
/// Windows become points in a plane that the series runs around; where many pass, there is a node, and each step from node to
/// node adds to the weight of an edge.
///
/// - Input: see `StretchDetector`.
/// - Output: the largest normality of the training windows minus the window's own, ≥ 0; normality is the mean over its steps of
///   the edge's weight times (degree of its first node − 1).
/// - Complexity: O(*n m* + *n r*) for *r* rays; memory 8 *n m* bytes in blocks.
/// - Source: Boniol and Palpanas, *Series2Graph: graph-based subsequence anomaly detection for time series*, VLDB 2020,
///   algorithm 1 (sums over a third of the window, three components, turned so that the level lies along one axis),
///   algorithms 2 and 3 (nodes at the peaks of densities on rays, edges) and definition 6 (normality).
/// - Differs: a pass through a ray goes to its nearest node; the bandwidth of the densities is Scott's; steps onto unknown edges
///   count 0; where only two components vary, their plane is taken; normality is averaged over the window around a row.
package struct SeriesGraph: StretchMethod {
  package static let name = "series2graph"
  package let window: Int?
  package let rays: Int

  package init(window: Int? = nil, rays: Int = 50) {
    self.window = window
    self.rays = rays
  }

  private static let mostWindows = 5000
  /// A third component with less of the first one's variance is rounding.
  private static let negligible = 1e-6

  package func fit(
    _ values: [Double], window: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Fitted {
    if rays < 3 { throw .parameter(name: "rays", reason: "must be at least 3") }
    let sums = max(1, window / 3)
    let starts = Shapes.starts(in: values.count, window: window, apart: 1, most: Self.mostWindows)
    let running = Fitted.runningSums(values, over: sums)
    let width = window - sums + 1
    let matrix = Matrix(
      rows: starts.count, columns: width, values: starts.flatMap { Array(running[$0..<$0 + width]) })
    let (mean, covariance) = try cancellable { () throws(Cancelled) in
      try matrix.weightedMoments([Double](repeating: 1, count: matrix.rows), work: work)
    }
    guard let eigen = SymmetricEigen(covariance) else {
      throw .parameter(name: "window", reason: "gives components that could not be computed")
    }
    let components = (0..<3).map { axis in
      axis < width ? eigen.vectors.column(axis) : [Double](repeating: 0, count: width)
    }
    // The way that a change of level takes: both other axes stand at right angles on it.
    let level = components.map { $0.reduce(0, +) }
    // Without a third direction the plane of the first two is all there is.
    let isFlat = width < 3 || !(eigen.values[2] > Self.negligible * eigen.values[0])
    let axes = isFlat ? Array(components.prefix(2)) : Fitted.plane(across: level, components: components)
    var fitted = Fitted(
      sums: sums, axes: axes, offsets: axes.map { axis in zip(axis, mean).reduce(0) { $0 + $1.0 * $1.1 } },
      rays: rays)
    fitted.learn(values, window: window)
    return fitted
  }

  package struct Fitted: FittedStretches {
    let sums: Int
    /// Two directions in the space of sums.
    let axes: [[Double]]
    let offsets: [Double]
    let rays: Int
    /// Distances of the nodes on each ray, ascending.
    private var nodes: [[Double]] = []
    /// Edges as from × number of nodes + to, ascending, with their weights.
    private var edges: [Int] = []
    private var weights: [Double] = []
    /// Edges at each node.
    private var degrees: [Double] = []
    private var most = 0.0

    init(sums: Int, axes: [[Double]], offsets: [Double], rays: Int) {
      self.sums = sums
      self.axes = axes
      self.offsets = offsets
      self.rays = rays
    }

    static func runningSums(_ values: [Double], over count: Int) -> [Double] {
      (0...values.count - count).map { start in
        var sum = 0.0
        for place in start..<start + count { sum += values[place] }
        return sum
      }
    }

    /// Two orthonormal combinations of the components that a change of level leaves alone.
    static func plane(across level: [Double], components: [[Double]]) -> [[Double]] {
      let length = level.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let normal = length > 0 ? level.map { $0 / length } : [1, 0, 0]
      var kept: [[Double]] = []
      // The unit vectors, the one nearest to the normal last.
      for axis in (0..<3).sorted(by: { (abs(normal[$0]), $0) < (abs(normal[$1]), $1) }) where kept.count < 2 {
        var vector = (0..<3).map { $0 == axis ? 1.0 : 0 }
        for other in [normal] + kept {
          let product = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          vector = zip(vector, other).map { $0 - product * $1 }
        }
        let size = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        kept.append(size > 0 ? vector.map { $0 / size } : vector)
      }
      return kept.map { vector in
        components[0].indices.map { place in
          (0..<3).reduce(0) { $0 + vector[$1] * components[$1][place] }
        }
      }
    }

    private func points(_ values: [Double], window: Int) -> [(x: Double, y: Double)] {
      let running = Self.runningSums(values, over: sums)
      return (0...values.count - window).map { start in
        var (x, y) = (-offsets[0], -offsets[1])
        for place in axes[0].indices {
          x += axes[0][place] * running[start + place]
          y += axes[1][place] * running[start + place]
        }
        return (x, y)
      }
    }

    /// Where the way from each point to the next passes a ray: its number and the distance from the middle.
    private func passes(_ points: [(x: Double, y: Double)]) -> [(step: Int, ray: Int, distance: Double)] {
      var passes: [(step: Int, ray: Int, distance: Double)] = []
      let turn = 2 * Double.pi
      for step in 1..<max(1, points.count) {
        let (a, b) = (points[step - 1], points[step])
        let from = arcTangent(a.y, a.x)
        var change = arcTangent(b.y, b.x) - from
        if change > Double.pi { change -= turn }
        if change < -Double.pi { change += turn }
        let width = turn / Double(rays)
        let (low, high) = (min(from, from + change), max(from, from + change))
        var ray = Int((low / width).rounded(.up))
        var found: [(ray: Int, distance: Double)] = []
        while Double(ray) * width < high, found.count <= rays {
          let angle = Double(ray) * width
          // Both points' distances from the ray's line, with sign: the pass divides the way in their ratio.
          let (left, right) = (
            a.y * cosine(angle) - a.x * sine(angle), b.y * cosine(angle) - b.x * sine(angle)
          )
          let share = left != right ? max(0, min(left / (left - right), 1)) : 0
          let (x, y) = (a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
          found.append(((ray % rays + rays) % rays, (x * x + y * y).squareRoot()))
          ray += 1
        }
        for pass in change < 0 ? found.reversed() : found { passes.append((step, pass.ray, pass.distance)) }
      }
      return passes
    }

    private static let gridPoints = 100

    /// The peaks of the density of the passes, smoothed by a normal kernel.
    private static func peaks(_ distances: [Double]) -> [Double] {
      guard let low = distances.min(), let high = distances.max() else { return [] }
      let (_, deviation) = moments(of: distances)
      let width = deviation * power(Double(distances.count), -0.2)
      // Passes that differ by rounding alone are one.
      if !(width > 0) || !(high - low > 1e-9 * high) { return [low] }
      let grid = (0...gridPoints).map { low + (high - low) * Double($0) / Double(gridPoints) }
      let thinning = max(1, distances.count / 2000)
      let sample = distances.indices.filter { $0 % thinning == 0 }.map { distances[$0] }
      let density = grid.map { place in
        sample.reduce(0) { sum, distance in
          let z = (place - distance) / width
          return sum + exponential(-z * z / 2)
        }
      }
      return grid.indices.filter { place in
        (place == 0 || density[place] > density[place - 1])
          && (place == gridPoints || density[place] >= density[place + 1])
      }.map { grid[$0] }
    }

    mutating func learn(_ values: [Double], window: Int) {
      let passes = passes(points(values, window: window))
      nodes = (0..<rays).map { ray in Self.peaks(passes.filter { $0.ray == ray }.map(\.distance)) }
      let steps = self.steps(passes)
      let count = nodes.reduce(0) { $0 + $1.count }
      var counted: [Int: Double] = [:]
      for step in steps { counted[step.from * count + step.to, default: 0] += 1 }
      edges = counted.keys.sorted()
      weights = edges.map { counted[$0] ?? 0 }
      degrees = [Double](repeating: 0, count: count)
      for edge in edges {
        degrees[edge / count] += 1
        if edge / count != edge % count { degrees[edge % count] += 1 }
      }
      most = normality(values, window: window).max() ?? 0
    }

    private func steps(
      _ passes: [(step: Int, ray: Int, distance: Double)]
    ) -> [(step: Int, from: Int, to: Int)] {
      var first: [Int] = []
      var total = 0
      for ray in nodes {
        first.append(total)
        total += ray.count
      }
      var last = -1
      var steps: [(step: Int, from: Int, to: Int)] = []
      for pass in passes where !nodes[pass.ray].isEmpty {
        let ray = nodes[pass.ray]
        var best = 0
        for place in ray.indices where abs(ray[place] - pass.distance) < abs(ray[best] - pass.distance) {
          best = place
        }
        let node = first[pass.ray] + best
        if last >= 0 { steps.append((pass.step, last, node)) }
        last = node
      }
      return steps
    }

    private func weight(of edge: Int) -> Double {
      var (low, high) = (0, edges.count)
      while low < high {
        let middle = (low + high) / 2
        if edges[middle] < edge { low = middle + 1 } else { high = middle }
      }
      return low < edges.count && edges[low] == edge ? weights[low] : 0
    }

    /// The mean over the steps of the window around each one; a window without steps has what its neighbour has.
    private func normality(_ values: [Double], window: Int) -> [Double] {
      let points = points(values, window: window)
      let count = degrees.count
      var sums = [Double](repeating: 0, count: points.count + 1)
      var numbers = sums
      for step in steps(passes(points)) {
        sums[step.step + 1] += weight(of: step.from * count + step.to) * max(0, degrees[step.from] - 1)
        numbers[step.step + 1] += 1
      }
      for place in 1..<sums.count {
        sums[place] += sums[place - 1]
        numbers[place] += numbers[place - 1]
      }
      var last = 0.0
      return points.indices.map { place in
        let (low, high) = (max(0, place - window / 2), min(points.count, place + window / 2 + 1))
        let number = numbers[high] - numbers[low]
        if number > 0 { last = (sums[high] - sums[low]) / number }
        return last
      }
    }

    package func scores(of values: [Double], window: Int, work: Work) throws(DetectionError) -> [Double] {
      if work.isCancelled() { throw .cancelled }
      return normality(values, window: window).map { max(0, most - $0) }
    }
  }
}
