package import Numerics
package import Values

/// Scores places by their distance to the nearest of a few kept normal places (PatchCore).
///
/// The memory holds the share of all normal places that a greedy search for centres picks. The score of a place is its
/// distance to the nearest kept one; that of a picture is its largest, made smaller where the kept place is itself in sparse
/// surroundings.
///
/// - Input: a map without missing cells; two pictures to learn from at least.
/// - Output: distances in standard deviations, at least 0.
/// - Complexity: O(*n k d*) to keep *k* of *n* places, and the same to score.
/// - Source: Roth, Pemula, Zepeda, Schölkopf, Brox and Gehler, *Towards total recall in industrial anomaly detection*, CVPR
///   2022: equations 1 and 2 with a square of 3 × 3 places, algorithm 1, and equations 6 and 7 with *b* = 9 neighbours.
/// - Differs: features are divided by their standard deviation, and no random projection comes before the search; pictures to learn from are
///   compared with the kept places of the others. With `whitens`, distances are those of Mahalanobis over all normal
///   places: built-in features vary together far more than those of a trained network. If `isAligned`, features are measured from
///   their mean at the place in deviations there, as in PaDiM: what is usual at one place may be a fault at another.
package struct PatchMemory: MapDetector, Equatable {
  package static let name = "patchcore"
  /// The share of normal places that is kept.
  package let share: Double
  package let neighbors: Int
  /// Whether features are freed of how they vary together before distances are taken.
  package let whitens: Bool
  /// Whether all pictures show the same thing in the same position: features then count from what is usual at their place.
  package let isAligned: Bool
  /// The side of the square of places whose mean describes a place; odd.
  package let around: Int

  package init(
    share: Double = 0.02, neighbors: Int = 9, whitens: Bool = false, isAligned: Bool = false, around: Int = 3
  ) {
    self.share = share
    self.around = around
    self.neighbors = neighbors
    self.whitens = whitens
    self.isAligned = isAligned
  }

  private static let fewestKept = 16
  /// More kept places take longer than they help.
  private static let mostKept = 10_000

  package func judge(_ given: FeatureMap, fit: [Int], work: Work) throws(DetectionError) -> MapJudgement {
    try given.require(fit: fit, atLeast: 2)
    let map = try given.averaged(side: around, work: work)
    let plain = try isAligned ? map.scaledByPlace(fit: fit, work: work) : map.scaled(fit: fit, work: work)
    let scaled = try whitens ? map.whitened(plain, fit: fit, work: work) : plain
    let places = fit.flatMap { map.cells(of: $0) }
    let count = min(Self.mostKept, max(Self.fewestKept, Int((share * Double(places.count)).rounded())))
    let normal = scaled.selecting(rows: places)
    let kept = try cancellable { () throws(Cancelled) in
      try GreedyCenters.pick(count, of: normal, work: work)
    }
    let bank = normal.selecting(rows: kept)
    let owners = kept.map { fit[$0 / map.cellCount] }
    return try cancellable { () throws(Cancelled) in
      let index = try NeighborIndex(bank, work: work)
      let around = try index.nearest(min(neighbors, bank.rows), to: bank, work: work, stage: "memory")
      var cells: [Double] = []
      var pictures: [Double] = []
      cells.reserveCapacity(scaled.rows)
      let taught = Set(fit)
      for row in 0..<map.index.count {
        try work.check()
        work.report(Double(row) / Double(map.index.count), "comparing with the memory")
        let own = taught.contains(row) ? owners.count { $0 == row } : 0
        let queries = scaled.selecting(rows: Array(map.cells(of: row)))
        let (distances, nearest) = try Self.nearest(
          index, queries, skipping: own > 0 ? row : nil, own, owners, work)
        cells += distances
        pictures.append(reweighted(distances, nearest, queries, bank, around))
      }
      return MapJudgement(cells: cells, pictures: pictures)
    }
  }

  /// The nearest kept place of another picture.
  private static func nearest(
    _ index: NeighborIndex, _ queries: Matrix, skipping row: Int?, _ own: Int, _ owners: [Int], _ work: Work
  ) throws(Cancelled) -> ([Double], [Int]) {
    let count = min(index.rowCount, own + 1)
    let found = try index.nearest(count, to: queries, work: work, stage: "memory")
    var (distances, nearest): ([Double], [Int]) = ([], [])
    for query in 0..<queries.rows {
      let rank = (0..<count).first { owners[Int(found.rows[query * count + $0])] != row } ?? count - 1
      distances.append(found.distance(query, rank))
      nearest.append(Int(found.rows[query * count + rank]))
    }
    return (distances, nearest)
  }

  /// Equation 7: the largest distance times one minus its share among the distances to the neighbours of the kept place.
  private func reweighted(
    _ distances: [Double], _ nearest: [Int], _ queries: Matrix, _ bank: Matrix, _ around: Neighbors
  ) -> Double {
    guard let place = distances.indices.max(by: { distances[$0] < distances[$1] }) else { return 0 }
    let largest = distances[place]
    if around.count < 2 { return largest }
    var sum = 0.0
    for rank in 0..<around.count {
      let other = Int(around.rows[nearest[place] * around.count + rank])
      var squares = 0.0
      for column in 0..<bank.columns {
        let difference = queries[place, column] - bank[other, column]
        squares += difference * difference
      }
      // Relative to the largest, so that nothing overflows.
      sum += exponential(min(700, squares.squareRoot() - largest))
    }
    return sum > 0 ? largest * max(0, 1 - 1 / sum) : largest
  }
}
