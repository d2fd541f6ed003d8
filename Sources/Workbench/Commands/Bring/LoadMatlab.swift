import Formats
import Language
import Numerics
import Values

struct LoadMatlab: WorldCommand {
  static let path = Parameter<String>.input("path", help: "A MATLAB file (.mat) of version 5 to 7.")
  static let key = Parameter<[String]>.names(
    "key", help: "The variables to take; all with as many rows as the largest if absent.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Variables of ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "matlab", "Reads the numeric matrices of a MATLAB file as columns.",
    discussion: """
      Rows are the first index, everything behind it columns, numbered from 0 behind the name (`X0`, `X1`…). A single row \
      counts as a column. Cells, structures, texts and sparse matrices are left out and named; of complex numbers the real part \
      is taken. The anomaly data of ODDS have `X` and `y`: add `--labels y`. Version 7.3 is HDF5: `load hdf5` reads it.
      """,
    parameters: [path.base, key.base, labels.base], output: .table, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("pump.Temperature | export --to pump.mat"),
      Example("again = load matlab pump.mat"),
      Example("load matlab pump.mat --key Temperature"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let found = files.first else { throw .cancelled }
    let file: MatlabFile
    do throws(FormatError) {
      file = try MatlabFile(found.source, work: work)
    } catch {
      throw error.failure(
        found.path, at: Self.path.base, of: call.call, remedy: "Save it again with `save FILE -v7`.")
    }
    let names = file.variables.map(\.name)
    for (parameter, wanted) in [(Self.key.base, call[Self.key]), (Self.labels.base, call[Self.labels])] {
      for name in wanted where !names.contains(name) {
        throw call.blame(
          parameter, "E0534", "the file has no matrix `\(name)`", label: "not in it",
          remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
      }
    }
    let wanted = Set(call[Self.key] + call[Self.labels])
    // A row of numbers is a column written flat.
    let all = file.variables.filter { !$0.isText }.map { variable in
      variable.rows == 1 && variable.width > 1
        ? MatlabFile.Variable(
          name: variable.name, shape: [variable.width, 1], values: variable.values, isText: false)
        : variable
    }
    let chosen = call[Self.key].isEmpty ? all : all.filter { wanted.contains($0.name) }
    let rows = chosen.map(\.rows).max() ?? 0
    let kept = chosen.filter { $0.rows == rows && $0.width > 0 }
    guard rows > 0, !kept.isEmpty else {
      throw call.blame(
        Self.path.base, "E0535", "`\(found.path)` holds no matrix of numbers", label: "nothing to take",
        remedy: "Save matrices, not cells or structures.")
    }
    let others = chosen.filter { $0.rows != rows }.map(\.name) + file.leftOut
    if !others.isEmpty {
      call.note("left out, as no columns of \(rows) rows: \(others.joined(separator: ", "))")
    }
    let columns = kept.flatMap { variable in
      variable.columns(named: variable.name).map { column in
        var column = column
        if call[Self.labels].contains(variable.name) { column.role = .label }
        return column
      }
    }
    if let hint = ColumnHints.truth(columns) { call.note(hint) }
    return .table(Frame(index: .rows(rows), columns: columns))
  }
}
