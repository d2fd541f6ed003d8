import CSQLite
import Chronology
package import Numerics
package import Values

/// Columns as an SQLite database of one table.
package enum DatabaseWriter {
  package static func bytes(of columns: [Column], table: String, work: Work) throws(FormatError) -> [UInt8] {
    var database: OpaquePointer?
    defer { unsafe sqlite3_close(database) }
    try unsafe check(sqlite3_open(":memory:", &database), database)
    let types = columns.map { column in
      switch column.type {
      case .number: "REAL"
      case .category, .text: "TEXT"
      case .time: "TIMESTAMP"
      case .bool: "BOOLEAN"
      }
    }
    let fields = zip(columns, types).map { "\(quoted($0.name)) \($1)" }.joined(separator: ", ")
    try unsafe check(
      sqlite3_exec(database, "begin; create table \(quoted(table)) (\(fields))", nil, nil, nil), database)
    var statement: OpaquePointer?
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try unsafe check(
      sqlite3_prepare_v2(database, "insert into \(quoted(table)) values (\(places))", -1, &statement, nil),
      database)
    defer { unsafe sqlite3_finalize(statement) }
    let count = columns.first?.count ?? 0
    for row in 0..<count {
      if row % 4096 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(row) / Double(count), "writing")
      }
      for (place, column) in columns.enumerated() {
        try unsafe check(bind(column, row, statement, Int32(place + 1)), database)
      }
      guard unsafe sqlite3_step(statement) == SQLITE_DONE else { throw unsafe failure(database) }
      unsafe sqlite3_reset(statement)
    }
    try unsafe check(sqlite3_exec(database, "commit", nil, nil, nil), database)
    var size: sqlite3_int64 = 0
    guard let start = unsafe sqlite3_serialize(database, "main", &size, 0) else {
      throw unsafe failure(database)
    }
    defer { unsafe sqlite3_free(start) }
    // SAFETY: SQLite gives `size` bytes, which are freed only after this copy.
    return unsafe [UInt8](UnsafeBufferPointer(start: start, count: Int(size)))
  }

  private static func bind(
    _ column: Column, _ row: Int, _ statement: OpaquePointer?, _ place: Int32
  ) -> Int32 {
    if column.isNull(row) { return unsafe sqlite3_bind_null(statement, place) }
    let text: String
    switch column.cells {
    case .number(let numbers): return unsafe sqlite3_bind_double(statement, place, numbers[row])
    case .bool(let bits): return unsafe sqlite3_bind_int(statement, place, bits[row] ? 1 : 0)
    case .category(let codes, let levels): text = levels[Int(codes[row])]
    case .text(let texts): text = texts[row]
    case .time(let times): text = Instant(nanoseconds: times[row]).description
    }
    return unsafe sonde_sqlite_bind_text(statement, place, text, Int32(text.utf8.count))
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  private static func check(_ code: Int32, _ database: OpaquePointer?) throws(FormatError) {
    guard code == SQLITE_OK else { throw unsafe failure(database) }
  }

  private static func failure(_ database: OpaquePointer?) -> FormatError {
    .unsupported(unsafe sqlite3_errmsg(database).map { unsafe String(cString: $0) } ?? "SQLite failed")
  }
}
