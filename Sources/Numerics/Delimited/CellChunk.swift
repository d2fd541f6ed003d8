/// What came out of a stretch of whole records, besides the cells that went into their stores.
package struct CellChunk: Sendable {
  /// Cells that are not what their column should be.
  package struct Misfits: Sendable, Equatable {
    package var count = 0
    /// Where the record of the first one begins in the bytes.
    package var offset = 0
    /// The first one.
    package var text: [UInt8] = []
  }

  /// Records with another number of cells than there are columns.
  package struct Ragged: Sendable, Equatable {
    package var count = 0
    /// The first few: where each begins in the bytes, and how many cells it has.
    package var first: [(offset: Int, cells: Int)] = []

    package static func == (a: Ragged, b: Ragged) -> Bool {
      a.count == b.count && a.first.elementsEqual(b.first) { $0 == $1 }
    }
  }

  package internal(set) var rows = 0
  /// One a column.
  package internal(set) var misfits: [Misfits]
  /// One a column: numbers with marks between groups of digits, which were read as what they say.
  package internal(set) var grouped: [Misfits]
  /// One a column; empty but for categories.
  package internal(set) var dictionaries: [CellDictionary]
  /// One a column; empty but for texts.
  package var texts: [CellTexts]
  /// How many cells of each column are missing; not counted for texts and categories.
  package internal(set) var missing: [Int]
  /// Too few cells: the rest of them is missing.
  package internal(set) var short = Ragged()
  /// Too many cells: nobody knows which are the right ones, so that all are missing.
  package internal(set) var long = Ragged()

  init(columns: Int) {
    misfits = [Misfits](repeating: Misfits(), count: columns)
    grouped = misfits
    dictionaries = [CellDictionary](repeating: CellDictionary(), count: columns)
    missing = [Int](repeating: 0, count: columns)
    texts = [CellTexts](repeating: CellTexts(), count: columns)
  }

  /// The same with the columns in another order: `order[new]` is the old place.
  package func reordered(_ order: [Int]) -> CellChunk {
    var other = CellChunk(columns: order.count)
    other.rows = rows
    other.short = short
    other.long = long
    for (place, old) in order.enumerated() {
      other.misfits[place] = misfits[old]
      other.grouped[place] = grouped[old]
      other.dictionaries[place] = dictionaries[old]
      other.texts[place] = texts[old]
      other.missing[place] = missing[old]
    }
    return other
  }
}
