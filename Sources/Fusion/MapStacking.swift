package import Numerics
package import Values

/// Puts the channels of registered maps upon each other: one vector a place, of what all maps show there.
///
/// Every channel is scaled on the cells of the fit rows, then the *d* channels of a map are divided by √*d*, as in
/// `Concatenation`.
///
/// - Input: maps with the same grid (or any grids, for `nearest`) whose rows belong together: the same identifiers, or the same names without folder
///   and ending, as pictures of one scene by two cameras have.
/// - Output: a map with the rows of the first.
/// - Complexity: O(*n* cells *d*).
/// - Source: early fusion of colour and depth as in Horwitz and Hoshen, *Back to the feature*, CVPR workshops 2023, section 4.
/// - Differs: channels are scaled first.
package struct MapStacking: Sendable, Equatable {
  /// What becomes of maps with other grids than the first.
  package enum Grids: String, Sendable, CaseIterable {
    /// They are refused.
    case same
    /// Each cell of the first takes the cell of the other in which its middle lies.
    case nearest
  }

  package let grids: Grids
  package init(grids: Grids = .same) { self.grids = grids }

  package func stack(
    _ maps: [(name: String, map: FeatureMap)], work: Work
  ) throws(FusionError) -> FeatureMap {
    guard let (firstName, first) = maps.first else { throw .nothingToFuse }
    var columns: [[Double]] = []
    var features: [String] = []
    let fit = first.index.rows(in: .fit)
    let cells = fit.flatMap { $0 * first.cellCount..<($0 + 1) * first.cellCount }
    for (name, map) in maps {
      let isSame = map.gridHeight == first.gridHeight && map.gridWidth == first.gridWidth
      guard isSame || grids == .nearest else { throw .differentGrids(firstName, name) }
      guard let order = Self.order(of: map.index, as: first.index) else {
        throw .differentRows(firstName, name)
      }
      let places = isSame ? Array(0..<map.cellCount) : Self.nearest(in: map, for: first)
      let rows = order.flatMap { row in places.map { row * map.cellCount + $0 } }
      let matrix = isSame && order == Array(0..<order.count) ? map.matrix : map.matrix.selecting(rows: rows)
      let own = (0..<matrix.columns).map { matrix.column($0) }
      let scaling = try Scaling.fit(.standard, to: own, rows: cells, name: name, work: work)
      let weight = 1 / Double(max(1, own.count)).squareRoot()
      columns += scaling.apply(to: own).map { column in column.map { $0 * weight } }
      features += map.features.map { "\(name).\($0)" }
    }
    return FeatureMap(
      index: first.index, gridHeight: first.gridHeight, gridWidth: first.gridWidth,
      matrix: Concatenation.matrix(of: columns, rows: first.matrix.rows), features: features,
      shapes: first.shapes)
  }

  /// For each cell of a grid the cell of another, over the same picture, in which its middle lies.
  static func nearest(in map: FeatureMap, for grid: FeatureMap) -> [Int] {
    func places(_ count: Int, _ other: Int) -> [Int] {
      // The middle (place + ½) / count, in whole numbers.
      (0..<count).map { (2 * $0 + 1) * other / (2 * count) }
    }
    let columns = places(grid.gridWidth, map.gridWidth)
    return places(grid.gridHeight, map.gridHeight).flatMap { row in columns.map { row * map.gridWidth + $0 } }
  }

  /// Which row of an index stands for each row of the other; nil if they do not belong together.
  static func order(of index: Index, as other: Index) -> [Int]? {
    if index.count != other.count { return nil }
    if index.address == other.address { return Array(0..<index.count) }
    guard case .sample(let own) = index.address, case .sample(let wanted) = other.address else { return nil }
    var places: [String: Int] = [:]
    for row in 0..<index.count where places.updateValue(row, forKey: stem(own[row])) != nil { return nil }
    let order = (0..<other.count).compactMap { places[stem(wanted[$0])] }
    return order.count == other.count ? order : nil
  }

  /// `rgb/0001.png` → `0001`.
  private static func stem(_ name: String) -> String {
    let file = name.split(separator: "/").last.map(String.init) ?? name
    return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
  }
}
