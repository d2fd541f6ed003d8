/// What a stretch of a delimited file holds: records, lines, and whether it ends inside quotes.
///
/// A stretch begins behind a newline and ends behind one (or with the file), so that it can begin in two ways only: with
/// a record, or inside quotes.
package struct RecordScan: Sendable, Equatable {
  /// Records that begin here; empty lines are none.
  package var records = 0
  package var newlines = 0
  /// Where the first record begins; nil if what came before goes on through the whole stretch.
  package var firstRecord: Int?
  /// Where the quote stands that is still open at the end.
  package var openQuote: Int?
  package var hasQuotes = false
  package var isASCII = true

  /// - Complexity: O(bytes); without quotes many bytes at a time.
  package init(
    _ bytes: [UInt8], in range: Range<Int>, dialect: CellDialect, insideQuotes: Bool = false
  ) {
    precondition(range.upperBound <= bytes.count, "the stretch leaves the bytes")
    // SAFETY: every index below lies in the range, or up to two before an index that is at least two past its start.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, !range.isEmpty else { return }
      unsafe census(base, range, dialect)
      if hasQuotes || insideQuotes {
        records = 0
        unsafe walk(base, range, dialect, insideQuotes)
      } else {
        firstRecord = range.lowerBound
      }
    }
    if range.isEmpty, !insideQuotes { firstRecord = range.lowerBound }
  }

  /// Counts lines, empty lines and quotes, eight bytes at a time.
  private mutating func census(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ dialect: CellDialect) {
    let newlineMask = UInt64(dialect.newline) &* 0x0101_0101_0101_0101
    let quoteMask = UInt64(dialect.quote) &* 0x0101_0101_0101_0101
    var (lines, empty, quotes, high) = (0, 0, UInt64(0), UInt64(0))
    // What stood in the word before; a stretch begins as if behind an empty line.
    var (lineBefore, returnBefore) = (UInt64(0x80) << 56, UInt64(0))
    var at = range.lowerBound
    while at < range.upperBound {
      // Sums of bytes hold out for 31 words of 8.
      var (lineSum, emptySum) = (UInt64(0), UInt64(0))
      let stop = min(range.upperBound, at + 248)
      while at < stop {
        let count = min(8, stop - at)
        let word = unsafe Self.word(base + at, count)
        let line = Self.flags(word ^ newlineMask)
        let carriage = Self.flags(word ^ 0x0D0D_0D0D_0D0D_0D0D)
        let afterLine = line << 8 | lineBefore >> 56
        let afterReturn = (carriage << 8 | returnBefore >> 56) & (line << 16 | lineBefore >> 48)
        lineSum &+= line >> 7
        emptySum &+= (line & (afterLine | afterReturn)) >> 7
        quotes |= Self.flags(word ^ quoteMask)
        high |= word
        lineBefore = line
        returnBefore = carriage
        at += count
      }
      lines += Self.sum(lineSum)
      empty += Self.sum(emptySum)
    }
    newlines = lines
    hasQuotes = quotes != 0
    isASCII = high & 0x8080_8080_8080_8080 == 0
    records = lines - empty
    let last = unsafe base[range.upperBound - 1]
    if last != dialect.newline {
      let before = range.count > 1 ? unsafe base[range.upperBound - 2] : dialect.newline
      if !(last == 13 && before == dialect.newline) { records += 1 }
    }
  }

  /// The next bytes, first one lowest, with ones behind the last.
  @inline(__always)
  private static func word(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    // SAFETY: the caller has that many bytes.
    if count == 8 {
      return unsafe UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }
    var word: UInt64 = 0
    for index in (0..<8).reversed() { word = unsafe word << 8 | (index < count ? UInt64(bytes[index]) : 1) }
    return word
  }

  /// The highest bit of each byte that is zero.
  @inline(__always)
  private static func flags(_ word: UInt64) -> UInt64 {
    ~(((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F) | word) & 0x8080_8080_8080_8080
  }

  /// The sum of the eight bytes.
  private static func sum(_ bytes: UInt64) -> Int {
    let pairs = (bytes & 0x00FF_00FF_00FF_00FF) &+ ((bytes >> 8) & 0x00FF_00FF_00FF_00FF)
    return Int((pairs &* 0x0001_0001_0001_0001) >> 48)
  }

  /// Follows the quotes byte by byte.
  private mutating func walk(
    _ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ dialect: CellDialect, _ insideQuotes: Bool
  ) {
    let (newline, quote, delimiter) = (dialect.newline, dialect.quote, dialect.delimiter)
    let end = range.upperBound
    var at = range.lowerBound
    if !insideQuotes { firstRecord = at }
    /// From behind an opening quote to behind the closing one; false if it stays open.
    func leave(from open: Int) -> Bool {
      at = open
      while at < end {
        if unsafe base[at] == quote {
          if at + 1 < end, unsafe base[at + 1] == quote { at += 1 } else { break }
        }
        at += 1
      }
      at += 1
      return at <= end
    }
    /// From inside a record to behind its newline; false if a quote stays open.
    func finish(atCellStart: Bool) -> Bool {
      var atCellStart = atCellStart
      while at < end {
        let byte = unsafe base[at]
        if byte == newline {
          at += 1
          return true
        }
        if atCellStart, byte == quote {
          let open = at
          if !leave(from: at + 1) {
            openQuote = open
            return false
          }
          atCellStart = false
          continue
        }
        atCellStart = byte == delimiter
        at += 1
      }
      return true
    }
    if insideQuotes {
      openQuote = at
      guard leave(from: at) else { return }
      openQuote = nil
      guard finish(atCellStart: false) else { return }
      if at < end { firstRecord = at }
    }
    while at < end {
      if unsafe base[at] == newline {
        at += 1
      } else if unsafe base[at] == 13 && (at + 1 == end || base[at + 1] == newline) {
        at = min(at + 2, end)
      } else {
        records += 1
        if !finish(atCellStart: true) { return }
      }
    }
  }
}
