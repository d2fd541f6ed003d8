package import Values

/// Files of one table with the same columns, read one behind the other.
package struct DelimitedTable: Sendable {
  package let columns: [Column]
  /// How many rows each file gave, in order.
  package let rows: [Int]
  package let notes: [DelimitedNote]

  package var rowCount: Int { rows.reduce(0, +) }
}

/// What a reader had to repair or refuse. Lines count from 1.
package enum DelimitedNote: Sendable, Equatable {
  /// Records with fewer cells than columns; the rest of them is missing.
  case shortRecords(count: Int, file: Int, line: Int, cells: Int)
  /// Records with more cells than columns; all their cells are missing.
  case longRecords(count: Int, file: Int, line: Int, cells: Int)
  /// Cells that are not what the rest of their column is; they are missing.
  case misfits(column: String, type: String, count: Int, file: Int, line: Int, text: String)
  /// Numbers with marks between groups of digits, and what the first one was read as.
  case grouped(column: String, count: Int, text: String, number: Double)
  /// A column that turned out to hold something else than its first rows.
  case retyped(column: String, from: String, text: String, file: Int, line: Int)
  case renamed([String])
  /// Several lines of names, which were joined by points.
  case headers(lines: Int)
  /// Cells stand apart by runs of spaces.
  case spaced
  /// Lines in front of the table that were left out.
  case remarks(lines: Int)
  /// A column without a name and without a cell, which was left out.
  case emptyColumn(String)
  case encoding(TextEncoding, file: Int)
  case ambiguousDates(column: String)
}

/// What is wrong with one of the files.
package struct TableFailure: Error, Sendable, Equatable {
  package let file: Int
  package let problem: Problem

  package enum Problem: Sendable, Equatable {
    case format(FormatError)
    /// Its columns are not those of the first file.
    case differentColumns(missing: [String], added: [String])
    case unknownColumn(String, known: [String])
  }

  init(_ file: Int, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }

  init(_ file: Int, _ error: FormatError) { self.init(file, .format(error)) }
}
