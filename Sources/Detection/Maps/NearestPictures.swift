package import Numerics
package import Values

/// Scores pictures by the normal pictures most like them, and places by the places of those (SPADE).
///
/// A picture's score is the mean distance of its mean vector to those of the *k* most similar normal pictures; a place's
/// score is the mean distance to the nearest places, anywhere, of these pictures.
///
/// - Input: a map without missing cells; *k* + 1 pictures to learn from at least.
/// - Output: distances in standard deviations, at least 0.
/// - Complexity: O(*n k p*² *d*) for *p* places.
/// - Source: Cohen and Hoshen, *Sub-image anomaly detection with deep pyramid correspondences*, arXiv:2005.02357, 2020,
///   equations 2 and 4.
/// - Differs: distances and not their squares; features are divided by their standard deviation, and are those of the map
///   instead of a network's.
package struct NearestPictures: MapDetector, Equatable {
  package static let name = "spade"
  package let pictures: Int
  package let places: Int

  package init(pictures: Int = 10, places: Int = 1) {
    self.pictures = pictures
    self.places = places
  }

  package func judge(_ map: FeatureMap, fit: [Int], work: Work) throws(DetectionError) -> MapJudgement {
    let wanted = min(pictures, fit.count - 1)
    try map.require(fit: fit, atLeast: 2)
    let scaled = try map.scaled(fit: fit, work: work)
    let width = scaled.columns
    var means = Matrix(rows: map.index.count, columns: width)
    for row in 0..<map.index.count {
      for cell in map.cells(of: row) {
        for column in 0..<width { means[row, column] += scaled[cell, column] / Double(map.cellCount) }
      }
    }
    return try cancellable { () throws(Cancelled) in
      let gallery = try NeighborIndex(means.selecting(rows: fit), work: work)
      // One more, because a picture to learn from finds itself.
      let found = try gallery.nearest(wanted + 1, to: means, work: work, stage: "similar pictures")
      var (cells, scores): ([Double], [Double]) = ([], [])
      for row in 0..<map.index.count {
        work.report(Double(row) / Double(map.index.count), "comparing places")
        let ranks = (0...wanted).filter { fit[Int(found.rows[row * (wanted + 1) + $0])] != row }.prefix(
          wanted)
        scores.append(ranks.reduce(0) { $0 + found.distance(row, $1) } / Double(max(1, ranks.count)))
        let others = ranks.flatMap { map.cells(of: fit[Int(found.rows[row * (wanted + 1) + $0])]) }
        let index = try NeighborIndex(scaled.selecting(rows: others), work: work)
        let count = min(places, index.rowCount)
        let near = try index.nearest(
          count, to: scaled.selecting(rows: Array(map.cells(of: row))), work: work, stage: "places")
        for cell in 0..<map.cellCount {
          cells.append((0..<count).reduce(0) { $0 + near.distance(cell, $1) } / Double(count))
        }
      }
      return MapJudgement(cells: cells, pictures: scores)
    }
  }
}
