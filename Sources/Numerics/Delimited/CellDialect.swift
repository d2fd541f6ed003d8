/// How the bytes of a delimited file are cut into cells.
package struct CellDialect: Sendable, Equatable {
  package var delimiter: UInt8
  package var quote: UInt8
  /// The byte that ends a line; a carriage return before it belongs to the end.
  package var newline: UInt8
  /// The byte between whole part and fraction of a number.
  package var decimal: UInt8
  /// Whether a text in quotes is what it says, also if it is empty, padded or a word for a missing cell.
  package var quotesMatter: Bool

  package init(
    delimiter: UInt8 = 44, quote: UInt8 = 34, newline: UInt8 = 10, decimal: UInt8 = 46,
    quotesMatter: Bool = false
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.newline = newline
    self.decimal = decimal
    self.quotesMatter = quotesMatter
  }
}

/// What the cells of a column are read as.
package enum CellKind: Sendable, Equatable {
  case skipped, number, bool, category, text
  case time(TimeText)
}

/// How moments are written.
package enum TimeText: Sendable, Equatable {
  /// A date, most often with a time behind; stamps without a zone lie `zone` nanoseconds east of UTC.
  case calendar(DateOrder, zone: Int64)
  /// A count since 1970 of units that last so many nanoseconds.
  case epoch(unit: Int64)
}

/// In which order a date names its parts.
package enum DateOrder: String, Sendable, CaseIterable {
  case yearFirst, dayFirst, monthFirst
  /// The month as a word, which leaves no doubt: `Jan 1 2000`, `1-Jan-2000`, `Sat, 1 January 2000`.
  case named
}

/// Words that stand for a missing cell, in lower case.
package struct NullWords: Sendable, Equatable {
  package static let usual = ["na", "n/a", "#n/a", "nan", "null"]
  private let words: [[UInt8]]

  package init(_ words: [String] = usual) { self.words = words.map { Array($0.lowercased().utf8) } }

  package func contains(_ text: some Collection<UInt8>) -> Bool {
    text.isEmpty
      || words.contains { word in
        word.count == text.count && word.elementsEqual(text.lazy.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 })
      }
  }
}
