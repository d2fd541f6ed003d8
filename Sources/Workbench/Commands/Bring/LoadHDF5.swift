import Formats
import Language
import Numerics
import Values

struct LoadHDF5: WorldCommand {
  static let path = Parameter<String>.input("path", help: "An HDF5 file, also of MATLAB 7.3.")
  static let key = Parameter<[String]>.names(
    "key", help: "The arrays to take, such as group/x; all with as many rows as the largest if absent.")
  static let time = Parameter<String?>.name(
    "time", help: "The column that tells when a row was; it becomes the index, and the result a series.")
  static let id = Parameter<String?>.name("id", help: "The column that names the rows.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "hdf5", "Reads the arrays of an HDF5 file as columns.",
    discussion: """
      The first index counts rows; everything behind it becomes columns, numbered from 0 behind the path of the array \
      (`group/x0`, `group/x1`…); the fields of compound arrays follow a point. Numbers, truth values and texts are read; other \
      types, single values and arrays with other numbers of rows are left out and named. Attributes of the CF conventions are heeded: \
      `units` such as `seconds since 2026-01-01` make times, `_FillValue` missing cells; enumerations become categories. A frame that \
      pandas wrote comes back with its own columns, which --key then names. The HDF5 library reads it, in a \
      program beside Sonde, so that a damaged file can do no harm here: `scripts/formats` installs it once.
      """,
    parameters: [path.base, key.base, time.base, id.base, labels.base], output: .table, reach: .read,
    needs: "scripts/formats",
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to pump.h5"),
      Example("load hdf5 pump.h5"),
      Example("pump = load hdf5 pump.h5 --key time,Flow --time time"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: call[Self.time] == nil ? .table : .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let found = files.first else { throw .cancelled }
    let table = try ColumnBridge(form: "hdf5", world: world).read(
      found.path, keys: call[Self.key], at: call[Self.key].isEmpty ? Self.path.base : Self.key.base, call,
      work: work)
    guard !table.columns.isEmpty else {
      throw call.blame(
        Self.path.base, "E0535", "`\(found.path)` holds no array of numbers, truth values or texts",
        label: "nothing to take", remedy: "Look into it with `h5ls -r \(found.path)`.")
    }
    table.tell(call)
    return try RowRoles(time: Self.time, id: Self.id, labels: Self.labels, owner: "the file has no array")
      .value(
        table.columns, count: table.rowCount, call)
  }
}
