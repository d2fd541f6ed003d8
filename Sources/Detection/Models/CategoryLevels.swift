import Numerics
import Values

/// A category column beside the numbers of a value: codes into levels, −1 where a cell is missing.
package struct CategoryColumn: Sendable, Equatable {
  package let name: String
  package let codes: [Int32]
  package let levels: [String]

  package init(name: String, codes: [Int32], levels: [String]) {
    self.name = name
    self.codes = codes
    self.levels = levels
  }
}

/// The levels of a category feature as a model remembers them: the most frequent first, equals by name.
package struct CategoryLevels: Sendable, Codable, Equatable {
  package let feature: String
  package let names: [String]

  /// Levels that some of the rows have.
  package init(_ column: CategoryColumn, rows: [Int]) {
    var counts = [Int](repeating: 0, count: column.levels.count)
    for row in rows where column.codes[row] >= 0 { counts[Int(column.codes[row])] += 1 }
    let order = counts.indices.filter { counts[$0] > 0 }.sorted {
      (counts[$1], column.levels[$0]) < (counts[$0], column.levels[$1])
    }
    feature = column.name
    names = order.map { column.levels[$0] }
  }

  /// The place of each row's level; one behind the last for a level that was never seen, NaN where a cell is missing.
  package func places(of column: CategoryColumn) -> [Double] {
    var known: [String: Double] = [:]
    for (place, name) in names.enumerated() { known[name] = Double(place) }
    let places = column.levels.map { known[$0] ?? Double(names.count) }
    return column.codes.map { $0 < 0 ? .nan : places[Int($0)] }
  }

  /// What a place is called.
  package func name(of place: Double) -> String {
    if place.isNaN { return "missing" }
    let number = Int(place.rounded())
    return names.indices.contains(number) ? names[number] : "another level"
  }
}

extension ScorableRows {
  /// The levels of the category columns among the rows to fit on.
  package func categoryLevels() -> [CategoryLevels] {
    let rows = index.rows(in: .fit)
    return categories.map { CategoryLevels($0, rows: rows) }
  }

  /// With categories as further features, each cell the place of its level; those that are features already stay.
  package func including(_ levels: [CategoryLevels]) throws(DetectionError) -> ScorableRows {
    let added = levels.filter { !features.contains($0.feature) }
    if added.isEmpty { return self }
    var columns: [[Double]] = []
    for level in added {
      guard let column = categories.first(where: { $0.name == level.feature }) else {
        throw .unknownFeature(level.feature)
      }
      columns.append(level.places(of: column))
    }
    let width = matrix.columns + columns.count
    var values = [Double](repeating: .nan, count: matrix.rows * width)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        values[row * width + column] = matrix.values[row * matrix.columns + column]
      }
      for (place, column) in columns.enumerated() {
        values[row * width + matrix.columns + place] = column[row]
      }
    }
    var result = ScorableRows(
      index: index, matrix: Matrix(rows: matrix.rows, columns: width, values: values),
      features: features + added.map(\.feature),
      blocks: blocks
        + added.enumerated().map {
          Block(name: $1.feature, columns: matrix.columns + $0..<matrix.columns + $0 + 1)
        })
    result.categories = categories
    result.levels = self.levels + added
    result.labels = labels
    return result
  }
}
