package import Numerics
package import Values

/// Turns columns of categories into numbers: a place for each common level, or how common the level is.
///
/// - Input: categories and texts that are no labels or identifiers. Levels are counted in the fit rows, or in all rows if nothing
///   was split.
/// - Output: `oneHot`: for each column a 1 in the place of the row's level among the *most* common (ties by alphabet), else in the
///   last, `other`; all zeros where the cell is missing. `frequency`: the share of the fit rows with the same level,
///   0 for a level that they lack, missing where the cell is missing.
/// - Complexity: O(*n*) a column.
/// - Source: one-hot coding as usual; frequencies as in the attribute value frequency of Koufakou et al., *A scalable and efficient outlier
///   detection strategy for categorical data*, ICTAI 2007, equation 1, here one a column.
package struct CategoryEncoder: Sendable, Equatable {
  package enum Features: Sendable, Equatable {
    case oneHot(most: Int)
    case frequency
  }

  package var features: Features

  package init(_ features: Features) { self.features = features }

  /// The columns that it works on.
  package static func columns(of frame: Frame) -> [Column] {
    frame.columns.filter { $0.role == .feature && ($0.type == .category || $0.type == .text) }
  }

  package func encode(_ frame: Frame, presence: Mask? = nil, work: Work) throws(EncodingError) -> Encoded {
    let columns = Self.columns(of: frame)
    if columns.isEmpty { throw .noFeatures }
    let fitRows = frame.index.rows(in: .fit)
    let coded = columns.map { Coded($0, fitRows: fitRows) }
    switch features {
    case .frequency:
      return try encodeRows(
        frame.rowCount, features: columns.map { "\($0.name).frequency" }, stage: "levels", work: work
      ) { row, vector in
        guard presence?[row] ?? true else { return false }
        for column in coded {
          let code = column.codes[row]
          vector.append(code < 0 ? .nan : Double(column.counts[code]) / Double(max(1, column.total)))
        }
        return true
      }
    case .oneHot(let most):
      let kept = coded.map { $0.mostCommon(most) }
      let names = zip(columns, zip(coded, kept)).flatMap { column, levels in
        levels.1.map { "\(column.name)=\(levels.0.levels[$0])" } + ["\(column.name)=other"]
      }
      let places = zip(coded, kept).map { column, kept in
        var places = [Int](repeating: kept.count, count: column.levels.count)
        for (place, code) in kept.enumerated() { places[code] = place }
        return places
      }
      return try encodeRows(frame.rowCount, features: names, stage: "levels", work: work) { row, vector in
        guard presence?[row] ?? true else { return false }
        for (column, places) in places.enumerated() {
          let start = vector.count
          vector += [Double](repeating: 0, count: kept[column].count + 1)
          let code = coded[column].codes[row]
          if code >= 0 { vector[start + places[code]] = 1 }
        }
        return true
      }
    }
  }

  /// A column as numbers of levels, -1 where the cell is missing.
  private struct Coded: Sendable {
    var levels: [String] = []
    var codes: [Int] = []
    /// In the fit rows.
    let counts: [Int]
    let total: Int

    init(_ column: Column, fitRows: [Int]) {
      switch column.cells {
      case .category(let numbers, let names):
        levels = names
        codes = numbers.enumerated().map { column.isNull($0.offset) ? -1 : Int($0.element) }
      case .text(let texts):
        var known: [String: Int] = [:]
        for row in 0..<texts.count {
          if column.isNull(row) {
            codes.append(-1)
            continue
          }
          let text = texts[row]
          let code = known[text] ?? levels.count
          if code == levels.count {
            known[text] = code
            levels.append(text)
          }
          codes.append(code)
        }
      default: codes = [Int](repeating: -1, count: column.count)
      }
      var counts = [Int](repeating: 0, count: levels.count)
      for row in fitRows where codes[row] >= 0 { counts[codes[row]] += 1 }
      total = counts.reduce(0, +)
      self.counts = counts
    }

    func mostCommon(_ most: Int) -> [Int] {
      let order = levels.indices.filter { counts[$0] > 0 }
        .sorted { (counts[$1], levels[$0]) < (counts[$0], levels[$1]) }
      return order.prefix(most).sorted { levels[$0] < levels[$1] }
    }
  }
}
