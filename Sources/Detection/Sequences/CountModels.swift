package import Numerics

/// Scores a sequence by what of its counts of events lies outside of the few directions in which those of training vary.
///
/// - Output: the squared prediction error (Q) of the weighed counts; ≥ 0.
/// - Complexity: fit O(*u k²* + *k³*) for *u* different training vectors of *k* kinds, score O(*k* · *directions*).
/// - Throws: `parameter` if `explained` is not between 0 and 1.
/// - Source: Xu, Huang, Fox, Patterson and Jordan, *Detecting large-scale system problems by mining console logs*, SOSP
///   2009, sections 4.3 and 5: counts times ln(sequences / sequences with the event), mean 0, directions that explain 95
///   percent of the variance.
/// - Differs: events beyond the `mostKinds` commonest and those that training never showed lie outside of all directions,
///   with the weight of an event that one sequence had; the paper leaves them out.
package struct CountSubspace: SequenceMethod {
  package static let name = "subspace"
  package let explained: Double
  static let mostKinds = 1000

  package init(explained: Double = 0.95) { self.explained = explained }

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    guard explained > 0, explained < 1 else {
      throw .parameter(name: "explained", reason: "must be between 0 and 1")
    }
    var holders: [Int32: Int] = [:]
    var seen: [[Int32: Int]: Int] = [:]
    for (step, sequence) in sequences.enumerated() {
      try work.pause(at: step)
      let counts = EventCounts.Model.counts(sequence)
      for event in counts.keys { holders[event, default: 0] += 1 }
      seen[counts, default: 0] += 1
    }
    let total = Double(sequences.count)
    let kept = holders.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostKinds)
    var model = Model(rare: logarithm1p(total))
    for (place, kind) in kept.enumerated() {
      model.places[kind.key] = place
      // An event of all sequences would weigh nothing, and its absence could not be seen.
      model.weights.append(logarithm1p(total / Double(kind.value)))
    }
    let width = kept.count
    // Vectors in a fixed order, so that sums do not depend on hashing.
    let vectors = seen.map { (model.vector($0.key).known, Double($0.value)) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }
    model.means = [Double](repeating: 0, count: width)
    for (vector, times) in vectors { for k in 0..<width { model.means[k] += vector[k] * times / total } }
    var covariance = Matrix(rows: width, columns: width)
    for (step, (vector, times)) in vectors.enumerated() {
      try work.pause(at: step * 64)
      let centered = zip(vector, model.means).map { $0 - $1 }
      for i in 0..<width where centered[i] != 0 {
        let scale = centered[i] * times / total
        for j in 0..<width { covariance.values[i * width + j] += scale * centered[j] }
      }
    }
    if let eigen = SymmetricEigen(covariance) {
      let variance = eigen.values.reduce(0) { $0 + max(0, $1) }
      var sum = 0.0
      for place in 0..<width where sum < explained * variance && eigen.values[place] > 0 {
        sum += eigen.values[place]
        model.directions.append(eigen.vectors.column(place))
      }
    }
    return model
  }

  package struct Model: FittedSequences {
    var places: [Int32: Int] = [:]
    var weights: [Double] = []
    var means: [Double] = []
    var directions: [[Double]] = []
    /// The weight of an event that no direction knows.
    let rare: Double

    init(rare: Double) { self.rare = rare }

    /// Weighed counts of known events, and the squares of the others.
    func vector(_ counts: [Int32: Int]) -> (known: [Double], others: Double) {
      var known = [Double](repeating: 0, count: weights.count)
      var others = 0.0
      for (event, count) in counts.sorted(by: { $0.key < $1.key }) {
        if let place = places[event] {
          known[place] = Double(count) * weights[place]
        } else {
          others += Double(count) * Double(count) * rare * rare
        }
      }
      return (known, others)
    }

    package func score(of sequence: [Int32]) -> Double {
      let (known, others) = vector(EventCounts.Model.counts(sequence))
      var rest = zip(known, means).map { $0 - $1 }
      for direction in directions {
        let along = zip(rest, direction).reduce(0) { $0 + $1.0 * $1.1 }
        for place in rest.indices { rest[place] -= along * direction[place] }
      }
      return rest.reduce(others) { $0 + $1 * $1 }
    }
  }
}

/// Scores a sequence by the share of linear relations between its counts of events that do not hold.
///
/// The relations are a · count(x) = b · count(y) with a and b of 1, 2 or 3, and count(x) = count(y) + count(z). One is kept if it
/// holds in the share `held` of the training sequences in which any of its events occurs.
///
/// - Output: 0 to 1; an event that training never showed breaks one relation more.
/// - Complexity: fit O(*u k³*) for *u* different training vectors of *k* ≤ `mostKinds` kinds, score O(relations).
/// - Throws: `parameter` if `held` is not between 0 and 1.
/// - Source: Lou, Fu, Yang, Xu and Li, *Mining invariants from console logs for system problem detection*, USENIX ATC 2010,
///   sections 4 and 5, with the share of 98 percent.
/// - Differs: relations of two and three events are tried one by one, where the paper grows them from the null space;
///   a relation must hold where it says something, not only over all sequences.
package struct CountInvariants: SequenceMethod {
  package static let name = "invariants"
  package let held: Double
  static let mostKinds = 60

  package init(held: Double = 0.98) { self.held = held }

  package func fit(_ sequences: [[Int32]], work: Work) throws(DetectionError) -> Model {
    try requireSome(sequences)
    guard held > 0, held <= 1 else { throw .parameter(name: "held", reason: "must be between 0 and 1") }
    var holders: [Int32: Int] = [:]
    var seen: [[Int32: Int]: Int] = [:]
    for (step, sequence) in sequences.enumerated() {
      try work.pause(at: step)
      let counts = EventCounts.Model.counts(sequence)
      for event in counts.keys { holders[event, default: 0] += 1 }
      seen[counts, default: 0] += 1
    }
    let kinds = holders.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostKinds)
      .map(\.key)
    let rows = seen.map { counts, times in (kinds.map { counts[$0] ?? 0 }, times) }
    let candidates = Self.candidates(kinds)
    let (least, known) = (held, Set(holders.keys))
    let kept = try cancellable { () throws(Cancelled) in
      try work.map((candidates.count + 255) / 256, stage: "trying relations") { chunk in
        candidates[chunk * 256..<min(candidates.count, (chunk + 1) * 256)].filter { relation in
          var (fit, all) = (0, 0)
          for (counts, times) in rows {
            guard relation.places.contains(where: { counts[$0] > 0 }) else { continue }
            all += times
            if relation.holds({ counts[$0] }) { fit += times }
          }
          return all > 0 && Double(fit) >= least * Double(all)
        }
      }
    }
    return Model(kinds: kinds, known: known, relations: kept.flatMap { $0 })
  }

  private static func candidates(_ kinds: [Int32]) -> [Relation] {
    let factors = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)]
    var found: [Relation] = []
    for one in kinds.indices {
      for other in kinds.indices where other > one {
        found += factors.map { Relation(places: [one, other], factors: [$0.0, -$0.1]) }
        for sum in kinds.indices where sum != one && sum != other {
          found.append(Relation(places: [sum, one, other], factors: [1, -1, -1]))
        }
      }
    }
    return found
  }

  /// Σ factor · count = 0.
  struct Relation: Sendable, Codable {
    let places: [Int]
    let factors: [Int]

    func holds(_ count: (Int) -> Int) -> Bool {
      zip(places, factors).reduce(0) { $0 + count($1.0) * $1.1 } == 0
    }
  }

  package struct Model: FittedSequences {
    let kinds: [Int32]
    let known: Set<Int32>
    let relations: [Relation]

    package func score(of sequence: [Int32]) -> Double {
      let counts = EventCounts.Model.counts(sequence)
      let own = kinds.map { counts[$0] ?? 0 }
      let broken = relations.count { !$0.holds { own[$0] } } + counts.keys.count { !known.contains($0) }
      return min(1, Double(broken) / Double(relations.count + 1))
    }
  }
}
