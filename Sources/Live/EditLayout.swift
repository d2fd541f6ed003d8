import CEdit

/// Where text stands on the screen behind a prompt: rows below the prompt's own, and columns.
struct EditLayout: Equatable {
  struct Place: Equatable {
    var row = 0
    var column = 0
  }

  let cursor: Place
  let end: Place

  /// - Parameters:
  ///   - promptWidth: columns that the prompt takes.
  ///   - cursor: how many scalars stand before the cursor.
  ///   - columns: the width of the window.
  init(promptWidth: Int, text: [Unicode.Scalar], cursor: Int, columns: Int) {
    let columns = max(2, columns)
    var place = Place(row: promptWidth / columns, column: promptWidth % columns)
    var atCursor = place
    for (offset, scalar) in text.enumerated() {
      if offset == cursor { atCursor = place }
      if scalar == "\n" {
        place = Place(row: place.row + 1, column: 0)
        continue
      }
      let width = Self.width(scalar)
      // A wide character does not straddle the margin.
      if place.column + width > columns { place = Place(row: place.row + 1, column: 0) }
      place.column += width
      if place.column == columns { place = Place(row: place.row + 1, column: 0) }
    }
    self.cursor = cursor >= text.count ? place : atCursor
    end = place
  }

  /// As the editor's own C library counts.
  private static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x20 || scalar.value == 0x7f { return 2 }
    return max(0, Int(edit_width(wchar_t(scalar.value))))
  }
}
