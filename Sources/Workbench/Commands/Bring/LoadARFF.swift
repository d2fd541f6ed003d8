import Formats
import Language
import Numerics
import Values

struct LoadARFF: WorldCommand {
  static let path = Parameter<String>.input("path", help: "An ARFF file, also packed.")
  static let time = Parameter<String?>.name(
    "time", help: "The attribute that tells when a row was; it becomes the index, and the result a series.")
  static let id = Parameter<String?>.name("id", help: "The attribute that names the rows.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Attributes of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "arff", "Reads the table of a Weka file.",
    discussion: """
      Attributes become columns of the type that they declare: numbers, categories with their values in the order of the \
      declaration, texts, times. Dense and sparse rows are read; the weight of a row is left out, relational attributes are \
      refused. `?` is a missing cell. Cells that do not fit their attribute are missing and counted, as are rows with another \
      number of cells, which are left out. Outlier benchmarks often end in the attribute `outlier`: add `--labels outlier`.
      """,
    parameters: [path.base, time.base, id.base, labels.base], output: .table, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to pump.arff"),
      Example("pump = load arff pump.arff --time time"),
      Example("load arff pump.arff --labels fault,cause"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: call[Self.time] == nil ? .table : .series)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let found = files.first else { throw .cancelled }
    let file: AttributeFile
    do throws(FormatError) {
      file = try AttributeFile(found.source, work: work)
    } catch {
      throw error.failure(
        found.path, at: Self.path.base, of: call.call,
        remedy: "Look at the line in an editor: `@attribute NAME TYPE`, then `@data` and a row a line.")
    }
    if let refused = file.refused {
      call.note("\(counted(refused.count, "row")) left out (\(refused.first.words))")
    }
    if let misfits = file.misfits {
      call.note(
        "\(counted(misfits.count, "cell")) missing, of another type than declared (first: \(misfits.first))")
    }
    return try RowRoles(time: Self.time, id: Self.id, labels: Self.labels, owner: "the file has no attribute")
      .value(
        file.columns, count: file.rowCount, call)
  }
}
