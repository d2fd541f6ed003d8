import Language
import Numerics
import Values

struct Sort: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .log, .scores, .images, .text], help: "Whose rows to bring into order.")
  static let by = Parameter<[String]?>.optional(
    "by", .list(.column([])), placement: .positional,
    help: "Columns, the most important first; the time of the rows if absent."
  ) { argument -> [String]? in
    guard case .list(let items) = argument else { return nil }
    return items.compactMap { if case .column(let name) = $0 { name } else { nil } }
  }
  static let descending = Parameter<Bool>.flag("descending", help: "Largest first.")

  let spec = CommandSpec(
    "sort", nil, "Brings rows into the order of columns or of time.",
    discussion: """
      Rows that are equal keep their order. Missing cells come last, also with `--descending`. Texts are in the order \
      of their bytes, false comes before true. Segments whose rows no longer stand together are forgotten.
      """,
    parameters: [Self.input.base, Self.by.base, Self.descending.base], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("hottest = sort pump Temperature --descending"),
      Example("worst = pump | detect zscore | sort score --descending"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    Self.subjectShape(of: call, Self.input.base, in: scope)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame else { throw call.noRows(Self.input.base) }
    var keys: [Cells] = []
    var nulls: [Mask?] = []
    for name in call[Self.by] ?? [] {
      let column = try call.column(name, of: Self.input, named: Self.by.base)
      keys.append(column.cells)
      nulls.append(column.nulls)
    }
    if keys.isEmpty {
      guard let axis = frame.index.time, case .times(let lane) = axis.vector else {
        throw call.blame(
          Self.input.base, "R0505", "`\(input.name)` has no times to sort by", label: "no times",
          remedy: "Name a column: `sort \(input.name) COLUMN`.")
      }
      keys = [.time(lane.cells(frame.rowCount))]
      nulls = [nil]
    }
    let order: RowOrder
    do throws(Cancelled) {
      order = try RowOrder(
        zip(keys, nulls).map { ($0, $1) }, isDescending: call[Self.descending], work: work)
    } catch {
      throw .cancelled
    }
    return try call.selecting(order.rows, of: Self.input, work: work)
  }
}
