import Formats
import Language
import Numerics
import Values

struct LoadSQLite: WorldCommand {
  static let path = Parameter<String>.input("path", help: "An SQLite database.")
  static let table = Parameter<String?>.name(
    "table", help: "The table or view to read; the only one if absent.")
  static let query = Parameter<String?>.name(
    "query", help: "A select statement, instead of a whole table.")
  static let time = Parameter<String?>.name(
    "time", help: "The column that tells when a row was; it becomes the index, and the result a series.")
  static let id = Parameter<String?>.name("id", help: "The column that names the rows.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "sqlite", "Reads a table or a query of an SQLite database.",
    discussion: """
      The database is only read: nothing is written, locked or made beside it, and a query can reach no other file. Columns are \
      numbers, truth values (where the declared type says boolean), times (texts in ISO 8601), categories if few texts differ, else \
      texts; columns of bytes are left out and named. Whole numbers beyond 2 to the 53rd are rounded, and that is told. What \
      another program has written to its log beside the database (`-wal`) and not yet moved into it is not seen, and told.
      """,
    parameters: [path.base, table.base, query.base, time.base, id.base, labels.base], output: .table,
    reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("export pump --to pump.sqlite"),
      Example("again = load sqlite pump.sqlite --time time --labels fault,cause"),
      Example(
        "warm = load sqlite pump.sqlite --query \"select Temperature, Flow from pump where fault = 0\""),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: call[Self.time] == nil ? .table : .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let found = files.first else { throw .cancelled }
    let database: DatabaseFile
    let tables: [DatabaseFile.Table]
    do throws(FormatError) {
      database = try DatabaseFile(found.source, isCancelled: work.isCancelled)
      tables = try database.tables()
    } catch {
      throw error.failure(found.path, at: Self.path.base, of: call.call, remedy: Self.check(found.path))
    }
    let query = try Self.query(tables, found.path, call)
    let rows: DatabaseFile.Rows
    do throws(FormatError) {
      rows = try database.rows(of: query, work: work)
    } catch {
      if case .unsupported(let words) = error, call[Self.query] != nil {
        throw call.blame(
          Self.query.base, "E0550", "SQLite refuses the query: \(words)", label: "not run",
          remedy: "Write one select statement over \(Suggestion.some(tables.map(\.name))).")
      }
      throw error.failure(found.path, at: Self.path.base, of: call.call, remedy: Self.check(found.path))
    }
    Self.tell(rows, call)
    if let log = world.files.files(matching: found.path + "-wal").first,
      let size = try? world.files.open(log).count, size > 0
    {
      call.note("`\(log)` may hold newer rows, which are not seen; close the program that writes them")
    }
    return try RowRoles(time: Self.time, id: Self.id, labels: Self.labels, owner: "the table has no column")
      .value(
        rows.columns, count: rows.rowCount, call)
  }

  private static func check(_ path: String) -> String {
    "Check it with `sqlite3 \(path) 'pragma integrity_check'`."
  }

  private static func query(
    _ tables: [DatabaseFile.Table], _ file: String, _ call: Invocation
  ) throws(Failure) -> String {
    let names = tables.map(\.name)
    if let query = call[query] {
      guard call[table] == nil else {
        throw call.blame(
          table.base, "E0549", "a query names its tables itself", label: "besides --query",
          remedy: "Leave --table or --query out.")
      }
      return query
    }
    if let table = call[table] {
      guard names.contains(table) else {
        throw call.blame(
          Self.table.base, "E0549", "the database has no table `\(table)`", label: "not in it",
          remedy: Suggestion.remedy(for: table, among: names, else: "It has \(Suggestion.some(names))."))
      }
      return DatabaseFile.query(all: table)
    }
    let own = tables.filter { !$0.isView }
    guard let only = own.first ?? tables.first, own.count < 2 else {
      throw call.blame(
        path.base, "E0549",
        tables.isEmpty ? "`\(file)` holds no table" : "`\(file)` holds \(own.count) tables",
        label: tables.isEmpty ? "empty" : "which one?",
        remedy: tables.isEmpty
          ? "Choose another database." : "Add `--table \(own[0].name)`; there are \(Suggestion.some(names)).")
    }
    return DatabaseFile.query(all: only.name)
  }

  private static func tell(_ rows: DatabaseFile.Rows, _ call: Invocation) {
    if !rows.leftOut.isEmpty { call.note("left out, as bytes: \(rows.leftOut.joined(separator: ", "))") }
    if !rows.rounded.isEmpty {
      call.note("rounded, as whole numbers beyond 2 to the 53rd: \(rows.rounded.joined(separator: ", "))")
    }
  }
}
