import Formats
import Language
import Numerics
import Values

/// `load parquet` and `load arrow`.
struct LoadColumns: WorldCommand {
  static let path = Parameter<String>.input("path", help: "The file.")
  static let time = Parameter<String?>.name(
    "time", help: "The column that tells when a row was; it becomes the index, and the result a series.")
  static let id = Parameter<String?>.name("id", help: "The column that names the rows.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")

  let form: String
  let spec: CommandSpec

  static let parquet = LoadColumns(
    form: "parquet", summary: "Reads a Parquet file.",
    about: "Pages may be packed in any way that Arrow unpacks.")
  static let arrow = LoadColumns(
    form: "arrow", summary: "Reads an Arrow IPC or Feather file.",
    about: "Files and streams are read, and Feather of both versions.")

  private init(form: String, summary: String, about: String) {
    self.form = form
    spec = CommandSpec(
      "load", form, summary,
      discussion: """
        \(about) The libraries of Apache Arrow read it, in a program beside Sonde, so that a damaged file can do no \
        harm here: `scripts/formats` installs them once. Columns are numbers, truth values, times, categories (where the file \
        has a dictionary, or few texts differ) or texts, with their missing cells; members of structures are named with a point \
        between, lists of equal length become columns numbered from 0, other lists JSON texts. Bytes and what else is no cell \
        are left out and named. Whole numbers beyond 2 to the 53rd are rounded, and that is told.
        """,
      parameters: [Self.path.base, Self.time.base, Self.id.base, Self.labels.base], output: .table,
      reach: .read, needs: "scripts/formats",
      examples: [
        Example("generate pump-station --minutes 5 --seed 7 | export --to pump.\(form)"),
        Example("load \(form) pump.\(form)"),
        Example("pump = load \(form) pump.\(form) --time time --labels fault"),
      ])
  }

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: call[Self.time] == nil ? .table : .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let found = files.first else { throw .cancelled }
    let table = try ColumnBridge(form: form, world: world).read(
      found.path, at: Self.path.base, call, work: work)
    table.tell(call)
    return try RowRoles(time: Self.time, id: Self.id, labels: Self.labels, owner: "the file has no column")
      .value(
        table.columns, count: table.rowCount, call)
  }
}

extension ColumnBridge.Table {
  func tell(_ call: Invocation) {
    if !leftOut.isEmpty { call.note("left out: \(leftOut.joined(separator: ", "))") }
    if !rounded.isEmpty {
      call.note("rounded, as whole numbers beyond 2 to the 53rd: \(rounded.joined(separator: ", "))")
    }
  }
}
