import CSQLite
package import Numerics
package import Values

/// An SQLite database, read through a byte source: nothing is written, and nothing beside it is opened.
@safe package final class DatabaseFile {
  package struct Table: Sendable, Equatable {
    package let name: String
    package let isView: Bool
  }

  /// What a query gave.
  package struct Rows: Sendable {
    package let columns: [Column]
    package let rowCount: Int
    /// Columns of bytes, which are no cells.
    package let leftOut: [String]
    /// Columns with whole numbers beyond 2⁵³, which are rounded.
    package let rounded: [String]
  }

  private let pages: PageReader
  private let handle: OpaquePointer?

  package static func isDatabase(_ head: [UInt8]) -> Bool {
    head.starts(with: Array("SQLite format 3\0".utf8))
  }

  package init(_ source: any ByteSource, isCancelled: @escaping () -> Bool = { false }) throws(FormatError) {
    let head = try source.read(at: 0, count: 100)
    guard Self.isDatabase(head) else {
      throw .malformed("it does not begin like an SQLite database", offset: 0)
    }
    pages = PageReader(source, isCancelled)
    var handle: OpaquePointer?
    // SAFETY: `pages` lives as long as the handle, which `deinit` closes.
    let code = unsafe sonde_sqlite_open(
      PageReader.read, PageReader.watch, Unmanaged.passUnretained(pages).toOpaque(), Int64(source.count),
      &handle)
    unsafe self.handle = handle
    guard code == SQLITE_OK else { throw failure(code) }
  }

  deinit {
    unsafe sonde_sqlite_close(handle)
    withExtendedLifetime(pages) {}
  }

  private var database: OpaquePointer? { unsafe handle.flatMap { unsafe sonde_sqlite_database($0) } }

  private func failure(_ code: Int32) -> FormatError {
    if let failure = pages.failure { return failure }
    let words = unsafe database.flatMap { unsafe sqlite3_errmsg($0) }.map { unsafe String(cString: $0) }
    switch code & 0xFF {
    case SQLITE_INTERRUPT: return .cancelled
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR:
      return .malformed("the database is damaged (\(words ?? "code \(code)"))", offset: 0)
    default: return .unsupported(words ?? "SQLite gave code \(code)")
    }
  }

  /// The tables, then the views, each by name; those that SQLite keeps for itself are left out.
  package func tables() throws(FormatError) -> [Table] {
    let rows = try rows(
      of: """
        select name, type from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' \
        order by type, name
        """)
    guard rows.columns.count == 2 else { return [] }
    return (0..<rows.rowCount).map { row in
      Table(name: rows.columns[0].plainCell(row), isView: rows.columns[1].plainCell(row) == "view")
    }
  }

  package static func query(all table: String) -> String {
    "select * from \"\(table.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  /// The rows of one `select`.
  ///
  /// - Throws: `unsupported` with SQLite's words if the query cannot be understood or is none.
  package func rows(of query: String, most: Int = .max, work: Work = Work()) throws(FormatError) -> Rows {
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v2(database, query, -1, &statement, nil)
    defer { unsafe sqlite3_finalize(statement) }
    guard code == SQLITE_OK else { throw failure(code) }
    guard unsafe statement != nil, unsafe sqlite3_column_count(statement) > 0 else {
      throw .unsupported("the query gives no columns")
    }
    let width = unsafe Int(sqlite3_column_count(statement))
    var cells: [DatabaseColumn] = []
    for place in 0..<width {
      let name = unsafe sqlite3_column_name(statement, Int32(place)).map { unsafe String(cString: $0) } ?? ""
      let type =
        unsafe sqlite3_column_decltype(statement, Int32(place)).map { unsafe String(cString: $0) } ?? ""
      cells.append(DatabaseColumn(name: name, declared: type.uppercased()))
    }
    var count = 0
    while count < most {
      let step = unsafe sqlite3_step(statement)
      if step == SQLITE_DONE { break }
      guard step == SQLITE_ROW else { throw failure(step) }
      if count % 4096 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(0, "\(count) rows read")
      }
      for place in 0..<width { unsafe Self.take(statement, Int32(place), &cells[place]) }
      count += 1
    }
    DatabaseColumn.tellApart(&cells)
    return Rows(
      columns: cells.filter { !$0.cells.hasBytes }.map { $0.finish() }, rowCount: count,
      leftOut: cells.filter(\.cells.hasBytes).map(\.name),
      rounded: cells.filter(\.cells.isRounded).map(\.name))
  }

  private static func take(_ statement: OpaquePointer?, _ place: Int32, _ column: inout DatabaseColumn) {
    switch unsafe sqlite3_column_type(statement, place) {
    case SQLITE_INTEGER: column.cells.append(whole: unsafe sqlite3_column_int64(statement, place))
    case SQLITE_FLOAT: column.cells.append(number: unsafe sqlite3_column_double(statement, place))
    case SQLITE_TEXT:
      // SAFETY: the text belongs to the statement until its next step, and is copied here.
      let count = unsafe Int(sqlite3_column_bytes(statement, place))
      unsafe column.cells.append(
        text: UnsafeBufferPointer(start: sqlite3_column_text(statement, place), count: count))
    case SQLITE_BLOB: column.cells.appendBytes()
    default: column.cells.appendNull()
    }
  }
}

/// One column of a query, with the type that its table declares.
private struct DatabaseColumn {
  var name: String
  let declared: String
  var cells = MixedCells()

  init(name: String, declared: String) {
    self.name = name
    self.declared = declared
  }

  /// Joined tables may give the same name twice.
  static func tellApart(_ columns: inout [DatabaseColumn]) {
    var known: Set<String> = []
    for place in columns.indices {
      let name = columns[place].name
      var number = 2
      while !known.insert(columns[place].name).inserted {
        columns[place].name = "\(name)_\(number)"
        number += 1
      }
    }
  }

  func finish() -> Column {
    let mayBeDate = declared.contains("DATE") || declared.contains("TIME")
    return cells.column(name, isBool: declared.contains("BOOL"), mayBeDate: mayBeDate)
  }
}

/// A byte source as the pages that SQLite asks for.
@safe private final class PageReader {
  private let source: any ByteSource
  private let isCancelled: () -> Bool
  var failure: FormatError?

  init(_ source: any ByteSource, _ isCancelled: @escaping () -> Bool) {
    self.source = source
    self.isCancelled = isCancelled
  }

  static let watch: sonde_sqlite_watcher = { context in
    guard let context = unsafe context else { return 1 }
    return unsafe Unmanaged<PageReader>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
  }

  static let read: sonde_sqlite_reader = { context, target, count, offset in
    guard let context = unsafe context, let target = unsafe target else { return -1 }
    let reader = unsafe Unmanaged<PageReader>.fromOpaque(context).takeUnretainedValue()
    do throws(FormatError) {
      let bytes = try reader.source.read(at: Int(offset), count: Int(count))
      // SAFETY: SQLite promises room for `count` bytes; no more are asked for.
      unsafe bytes.withUnsafeBytes { buffer in
        if let base = buffer.baseAddress { unsafe target.copyMemory(from: base, byteCount: buffer.count) }
      }
      return Int32(bytes.count)
    } catch {
      reader.failure = error
      return -1
    }
  }
}
