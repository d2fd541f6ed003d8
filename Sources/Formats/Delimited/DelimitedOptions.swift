package import Numerics

/// What a reader of delimited text is told; everything else it finds out from the file.
package struct DelimitedOptions: Sendable, Equatable {
  package var delimiter: UInt8?
  package var decimal: UInt8?
  package var hasHeader: Bool?
  /// Lines before the header, which are left out.
  package var skippedLines = 0
  package var dates: DateOrder?
  /// Nanoseconds east of UTC of stamps that name no zone.
  package var zone: Int64 = 0
  /// Words for a missing cell besides the usual ones.
  package var nulls: [String] = []
  /// Columns that stay text or categories though they look like something else.
  package var texts: [String] = []
  package var categories: [String] = []
  /// The column that tells when: numbers in it count from 1970.
  package var time: String?
  /// How long a unit of such numbers lasts; guessed from their size if nil.
  package var epochUnit: Int64?

  package init() {}

  var nullWords: NullWords { NullWords(NullWords.usual + nulls) }
}

/// A column as its first rows show it.
package struct DelimitedColumn: Sendable, Equatable {
  package let name: String
  package let kind: CellKind
  /// Whether any cell was there to see.
  package let isKnown: Bool
  /// Dates that could be read with the day or the month first.
  package let isAmbiguous: Bool
}

/// What can be known of a delimited file from its first kilobytes.
package struct DelimitedOutline: Sendable {
  package let dialect: CellDialect
  package let encoding: TextEncoding
  package let hasHeader: Bool
  /// Where the first record of data begins in the text.
  package let body: Int
  package let columns: [DelimitedColumn]
  /// Whether runs of spaces stood between cells, and were made single ones.
  package internal(set) var isSpaced = false
  /// Lines in front of the table that belong to no row.
  package let remarkLines: Int
  /// Lines that name the columns.
  package let headerLines: Int
  /// Names that had to be made or changed.
  package let renamed: [String]

  /// How much of the file is looked at.
  static let sampleSize = 65_536
  static let largeSampleSize = 4 << 20
}
