/// Named columns over one index: the body of a `table` and of a `series`.
package struct Frame: Sendable, Equatable {
  package let index: Index
  package let columns: [Column]

  package init(index: Index, columns: [Column]) {
    precondition(columns.allSatisfy { $0.count == index.count }, "a column does not fit the index")
    self.index = index
    self.columns = columns
  }

  package var rowCount: Int { index.count }
  package func column(_ name: String) -> Column? { columns.first { $0.name == name } }

  /// The columns that detectors and encoders may see as numbers.
  package var features: [Column] {
    columns.filter { $0.role == .feature && ($0.type == .number || $0.type == .bool) }
  }

  package var labels: [Column] { columns.filter { $0.role == .label } }

  package func selecting(rows: [Int]) -> Frame {
    Frame(index: index.selecting(rows), columns: columns.map { $0.selecting(rows) })
  }

  package func selecting(columns names: [String]) -> Frame {
    Frame(index: index, columns: names.compactMap { column($0) })
  }

  package func with(index: Index) -> Frame { Frame(index: index, columns: columns) }
  package func with(columns: [Column]) -> Frame { Frame(index: index, columns: columns) }
}
