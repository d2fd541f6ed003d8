package import Numerics

/// Judges a row by how much thinner its neighbourhood is than those of its neighbours, among the last rows.
///
/// - Input: see `StreamDetector`; features are put on one scale by their deviations in the rows that warm it up.
/// - Output: the local outlier factor of the row in the window that it has just entered: about 1 inside a cluster.
/// - Complexity: O(*m d*) a row, and O(*m d*) for each of the about *k* rows whose neighbour leaves; memory
///   O(*m* (*d* + *k*)).
/// - Source: Pokrajac, Lazarevic and Latecki, *Incremental local outlier detection for data streams*, CIDM 2007, insertion
///   and deletion of figures 3 and 4; the factor: Breunig, Kriegel, Ng and Sander, *LOF*, SIGMOD 2000, definitions 3 to 7.
/// - Differs: a row keeps the list of its neighbours, and densities are computed from it where they are asked for, in
///   place of updating those of all rows; exactly *k* neighbours, the earlier place first; 1e-10 is added to the mean
///   reach, so that copies have a density.
package struct StreamOutlierFactor: StreamMethod {
  package static let name = "streamlof"
  package let neighbors: Int
  package let memory: Int
  package let warmup: Int

  package init(neighbors: Int = 20, memory: Int = 1000, warmup: Int = 50) {
    self.neighbors = neighbors
    self.memory = memory
    self.warmup = warmup
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if neighbors < 1 { throw .parameter(name: "neighbors", reason: "must be at least 1") }
    if memory <= neighbors {
      throw .parameter(name: "memory", reason: "must hold more than `--neighbors` rows")
    }
    return State(
      neighbors: neighbors, memory: memory, warmup: max(warmup, neighbors + 1), width: features)
  }

  package struct State: StreamState {
    let neighbors: Int
    let memory: Int
    package let warmup: Int
    private let width: Int
    private var weights: [Double] = []
    private var first: [[Double]] = []
    private var seen = 0
    /// The last rows, scaled, each in a place of its own.
    private var rows: [Double] = []
    /// For each place its nearest others and their distances, nearest first.
    private var nearest: [Int32] = []
    private var distances: [Double] = []

    private static let smallestReach = 1e-10

    init(neighbors: Int, memory: Int, warmup: Int, width: Int) {
      self.neighbors = neighbors
      self.memory = memory
      self.warmup = warmup
      self.width = width
    }

    private var count: Int { rows.count / width }

    package mutating func take(_ row: [Double]) -> StreamScore {
      seen += 1
      if seen <= warmup {
        first.append(row)
        if seen == warmup { begin() }
        return .learning(remaining: warmup - seen + 1)
      }
      let place = insert(scaled(row))
      return .score(factor(of: place))
    }

    private mutating func begin() {
      weights = (0..<width).map { column in
        let deviation = moments(of: first.map { $0[column] }).deviation
        return deviation > 0 && (1 / deviation).isFinite ? 1 / deviation : 1
      }
      for row in first.suffix(memory) { rows += scaled(row) }
      first = []
      for place in 0..<count {
        let found = search(from: place)
        nearest += found.map(\.place)
        distances += found.map(\.distance)
      }
    }

    private func scaled(_ row: [Double]) -> [Double] {
      zip(row, weights).map { max(-1e60, min($0 * $1, 1e60)) }
    }

    /// Puts a row where the oldest was, or behind the others while there is room; the place it has got.
    private mutating func insert(_ row: [Double]) -> Int {
      let isFull = count == memory
      let place = isFull ? (seen - 1 - max(0, warmup - memory)) % memory : count
      var orphans: [Int] = []
      if isFull {
        for cell in nearest.indices where nearest[cell] == Int32(place) { orphans.append(cell / neighbors) }
        for column in 0..<width { rows[place * width + column] = row[column] }
      } else {
        rows += row
        nearest += [Int32](repeating: 0, count: neighbors)
        distances += [Double](repeating: .infinity, count: neighbors)
      }
      for other in orphans where other != place { store(search(from: other), at: other) }
      store(search(from: place), at: place)
      let lost = Set(orphans)
      for other in 0..<count where other != place && !lost.contains(other) {
        enter(place, at: distance(place, other), into: other)
      }
      return place
    }

    private typealias Found = (place: Int32, distance: Double)

    private func distance(_ one: Int, _ other: Int) -> Double {
      var square = 0.0
      for column in 0..<width {
        let difference = rows[one * width + column] - rows[other * width + column]
        square += difference * difference
      }
      return square.squareRoot()
    }

    private func search(from place: Int) -> [Found] {
      var found = [Found](repeating: (0, .infinity), count: neighbors)
      for other in 0..<count where other != place {
        let distance = distance(place, other)
        if distance >= found[neighbors - 1].distance { continue }
        var rank = neighbors - 1
        while rank > 0, found[rank - 1].distance > distance {
          found[rank] = found[rank - 1]
          rank -= 1
        }
        found[rank] = (Int32(other), distance)
      }
      return found
    }

    private mutating func store(_ found: [Found], at place: Int) {
      for (rank, one) in found.enumerated() {
        nearest[place * neighbors + rank] = one.place
        distances[place * neighbors + rank] = one.distance
      }
    }

    /// A row that has come may be among the nearest of another.
    private mutating func enter(_ place: Int, at distance: Double, into other: Int) {
      let base = other * neighbors
      if distance >= distances[base + neighbors - 1] { return }
      var rank = neighbors - 1
      while rank > 0, distances[base + rank - 1] > distance {
        distances[base + rank] = distances[base + rank - 1]
        nearest[base + rank] = nearest[base + rank - 1]
        rank -= 1
      }
      distances[base + rank] = distance
      nearest[base + rank] = Int32(place)
    }

    /// The mean reach to the nearest: one over the local reachability density.
    private func reach(of place: Int) -> Double {
      var sum = 0.0
      for rank in 0..<neighbors {
        let cell = place * neighbors + rank
        sum += max(distances[cell], distances[Int(nearest[cell]) * neighbors + neighbors - 1])
      }
      return sum / Double(neighbors) + Self.smallestReach
    }

    private func factor(of place: Int) -> Double {
      let own = reach(of: place)
      let sum = (0..<neighbors).reduce(0.0) { $0 + own / reach(of: Int(nearest[place * neighbors + $1])) }
      return sum / Double(neighbors)
    }
  }
}
