package import Numerics
package import Values

/// Places nodes so that those that random walks meet together lie together.
///
/// What walks without number would give is computed at once: how often two nodes meet within *window* steps, against chance.
///
/// - Input: a graph; several edges between two nodes count once, loops and directions not at all.
/// - Output: at most *dimensions* numbers a node: the leading directions of ln max(1, *vol* / (*b T*) Σ P^r D^-1), each times the root of its
///   eigenvalue. A node without edges is all zeros.
/// - Complexity: O(*nodes* · *edges* · *window*) at most for the walks, O(*pairs that meet* · *dimensions*) a turn of the iteration.
/// - Source: Qiu et al., *Network embedding as matrix factorization: unifying DeepWalk, LINE, PTE, and node2vec*, WSDM 2018, algorithm 3
///   (NetMF for DeepWalk), with one negative sample.
/// - Differs: shares below 1e-5 of a walk are left out; directions are singular ones, strongest first; walks of node2vec have *p* = *q* = 1.
package struct WalkEncoder: Sendable, Equatable {
  package var dimensions: Int
  /// The longest distance of two nodes on a walk that counts.
  package var window: Int

  package init(dimensions: Int = 16, window: Int = 5) {
    precondition(dimensions > 0 && window > 0, "a vector has numbers, a walk steps")
    self.dimensions = dimensions
    self.window = window
  }

  private static let leastShare = 1e-5

  private struct Row: Sendable {
    var columns: [Int32] = []
    var values: [Double] = []
  }

  package func encode(_ graph: Graph, work: Work) throws(EncodingError) -> Encoded {
    let count = graph.nodes.rowCount
    if count == 0 { throw .noRows }
    let lists = Adjacency(graph).lists
    let volume = lists.reduce(0.0) { $0 + Double($1.count) }
    if volume == 0 { throw .noFeatures }
    let window = window
    return try orCancelled { () throws(Cancelled) in
      let pieces = try work.map((count + 31) / 32, stage: "walking") { chunk in
        var walk = Walk(count: count)
        return (chunk * 32..<min(count, (chunk + 1) * 32)).map { node in
          walk.meetings(from: node, lists, steps: window, volume: volume, least: Self.leastShare)
        }
      }
      let rows = Self.symmetric(pieces.flatMap { $0 }, count: count)
      // The square of the matrix has no negative eigenvalue, whatever its own sign.
      let eigen = try LeadingEigen(min(dimensions, count), size: count, tolerance: 1e-8, work: work) {
        block throws(Cancelled) in
        try Self.product(rows, Self.product(rows, block, work: work), work: work)
      }
      var vectors = eigen.vectors
      for column in 0..<vectors.columns {
        // The root of the singular value, which is the root of the square's eigenvalue.
        let scale = max(0, eigen.values[column]).squareRoot().squareRoot()
        for row in 0..<count { vectors[row, column] *= lists[row].isEmpty ? 0 : scale }
      }
      return Encoded(
        features: (0..<vectors.columns).map { "walk\($0 + 1)" }, matrix: vectors,
        presence: Mask(count: count, repeating: true))
    }
  }

  /// Shares that were left out on one side only are left out of the mean of both.
  private static func symmetric(_ rows: [Row], count: Int) -> [Row] {
    var sums = [[Int32: Double]](repeating: [:], count: count)
    for (row, entries) in rows.enumerated() {
      for (column, value) in zip(entries.columns, entries.values) {
        sums[row][column, default: 0] += value / 2
        sums[Int(column)][Int32(row), default: 0] += value / 2
      }
    }
    return sums.map { entries in
      let sorted = entries.sorted { $0.key < $1.key }
      return Row(columns: sorted.map(\.key), values: sorted.map(\.value))
    }
  }

  private static func product(_ rows: [Row], _ block: Matrix, work: Work) throws(Cancelled) -> Matrix {
    let width = block.columns
    let pieces = try work.map((rows.count + 127) / 128, stage: "looking at walks") { chunk in
      var result: [Double] = []
      for row in rows[chunk * 128..<min(rows.count, (chunk + 1) * 128)] {
        var sums = [Double](repeating: 0, count: width)
        for (column, value) in zip(row.columns, row.values) {
          let start = Int(column) * width
          for place in 0..<width { sums[place] += value * block.values[start + place] }
        }
        result += sums
      }
      return result
    }
    return Matrix(rows: rows.count, columns: width, values: pieces.flatMap { $0 })
  }

  /// Room for the shares of a walk, used again for each beginning.
  private struct Walk {
    var shares: [Double]
    var next: [Double]
    var sums: [Double]

    init(count: Int) {
      shares = [Double](repeating: 0, count: count)
      next = shares
      sums = shares
    }

    mutating func meetings(
      from node: Int, _ lists: [[Int32]], steps: Int, volume: Double, least: Double
    ) -> Row {
      var places = [Int32(node)]
      var met: [Int32] = []
      shares[node] = 1
      for _ in 0..<steps {
        var reached: [Int32] = []
        for place in places {
          let share = shares[Int(place)]
          shares[Int(place)] = 0
          let part = share / Double(max(1, lists[Int(place)].count))
          guard part >= least else { continue }
          for other in lists[Int(place)] {
            if next[Int(other)] == 0 { reached.append(other) }
            next[Int(other)] += part
          }
        }
        for place in reached {
          if sums[Int(place)] == 0 { met.append(place) }
          sums[Int(place)] += next[Int(place)]
        }
        swap(&shares, &next)
        places = reached
      }
      for place in places { shares[Int(place)] = 0 }
      var row = Row()
      for place in met.sorted() {
        let meetings = sums[Int(place)] * volume / Double(steps) / Double(max(1, lists[Int(place)].count))
        sums[Int(place)] = 0
        guard meetings > 1 else { continue }
        row.columns.append(place)
        row.values.append(logarithm(meetings))
      }
      return row
    }
  }
}
