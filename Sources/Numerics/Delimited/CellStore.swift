/// The room for one column while several threads fill disjoint rows of it.
///
/// Missing cells are NaN, code -1, the least time or 2.
@safe package final class CellStore: Sendable {
  package static let missingTime = Int64.min

  package let kind: CellKind
  package let count: Int
  // Each of them has its room from the start; which one is used depends on the kind.
  private let numberStorage: [Double]
  private let timeStorage: [Int64]
  private let codeStorage: [Int32]
  private let bitStorage: [UInt8]
  // SAFETY of the four: they point into the storage beside them, which lives as long and is never resized. Chunks
  // write disjoint rows, and `numbers`… are read only when all chunks are done.
  nonisolated(unsafe) let numberBase: UnsafeMutablePointer<Double>?
  nonisolated(unsafe) let timeBase: UnsafeMutablePointer<Int64>?
  nonisolated(unsafe) let codeBase: UnsafeMutablePointer<Int32>?
  nonisolated(unsafe) let bitBase: UnsafeMutablePointer<UInt8>?

  /// Memory is taken as rows are written, not here.
  package init(_ kind: CellKind, count: Int) {
    self.kind = kind
    self.count = count
    var isTime = false
    if case .time = kind { isTime = true }
    unsafe (numberStorage, numberBase) = Self.room(kind == .number ? count : 0)
    unsafe (timeStorage, timeBase) = Self.room(isTime ? count : 0)
    unsafe (codeStorage, codeBase) = Self.room(kind == .category ? count : 0)
    unsafe (bitStorage, bitBase) = Self.room(kind == .bool ? count : 0)
  }

  private static func room<Element: BitwiseCopyable>(
    _ count: Int
  ) -> ([Element], UnsafeMutablePointer<Element>?) {
    if count == 0 { return ([], nil) }
    var base: UnsafeMutablePointer<Element>?
    let storage = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      unsafe base = buffer.baseAddress
      filled = count
    }
    return unsafe (storage, base)
  }

  package var numbers: [Double] { numberStorage }
  package var times: [Int64] { timeStorage }
  package var codes: [Int32] { codeStorage }
  package var bits: [UInt8] { bitStorage }

  /// Replaces the codes of some rows, which are those of one chunk's dictionary, by those of the file's.
  package func translate(_ rows: Range<Int>, by table: [Int32]) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count && kind == .category, "no such rows")
    // SAFETY: the rows lie in the storage; codes below zero or beyond the table stay missing.
    guard let codeBase = unsafe codeBase else { return }
    for row in rows {
      let code = unsafe Int(codeBase[row])
      unsafe codeBase[row] = code >= 0 && code < table.count ? table[code] : -1
    }
  }
}

/// Texts end to end, with where each ends.
package struct CellTexts: Sendable, Equatable {
  package var ends: [Int] = []
  package var bytes: [UInt8] = []
  /// Rows whose cell is missing.
  package var missing: [Int] = []
  package init() {}
}
