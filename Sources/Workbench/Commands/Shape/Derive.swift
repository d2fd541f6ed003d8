import Language
import Numerics
import Values

struct Derive: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .log, .scores, .alarms, .images, .video, .cloud, .text, .events],
    help: "Where to add a column.")
  static let name = AnyParameter(
    "name", .text, placement: .positional, required: true, help: "What the new column is called.")
  static let expression = AnyParameter(
    "expression", .expression, placement: .positional, required: true,
    help: "What it holds, computed from the columns of the same row and its neighbours.")

  let spec = CommandSpec(
    "derive", nil, "Adds a column that an expression computes from the others.",
    discussion: """
      `derive pump ratio = Pressure / Flow` adds the column, or puts it in the place of one with that name. A cell is \
      missing where what it needs is missing, and where a number would be infinite. Units stay where the computation \
      keeps them (abs, lag, diff, rolling, sums of equal units…), lengths of time become seconds, everything else has \
      no unit. What is computed from a label column is a label column itself, so that no detector sees it. Scores and \
      alarms become tables.

      lag, lead, diff, cumsum, rolling, ewm, run, count and within never look across the border of a segment, nor \
      across a gap: a step more than five times the usual one, where three quarters of the steps are about equal. \
      rolling and zscore with a window are missing until the window is full and where fewer than half of its rows have \
      a value. zscore without a window and rank learn from the fit rows if the value was split, else from all.
      """,
    parameters: [Self.input.base, Self.name, Self.expression], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("pump = pump | derive strain = Pressure / Flow"),
      Example("pump = pump | derive drift = Temperature - rolling(median, Temperature, 60s)"),
      Example(
        "truth = generate pump-station --part truth --minutes 5 --seed 7 | derive length = end - time()"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    if shape.kind == .scores || shape.kind == .alarms { shape.kind = .table }
    guard let columns = shape.columns, case .text(let name) = call.arguments[Self.name.name],
      case .expression(let expression) = call.arguments[Self.expression.name]
    else { return shape }
    let type = try expression.type(columns: columns)
    let unit = expression.root.unit { name in columns.first { $0.name == name }?.unit }
    let made = ColumnShape(
      name: name, type: type == .any ? nil : type == .span ? "number" : type.rawValue,
      unit: type == .span ? "s" : unit)
    if let place = columns.firstIndex(where: { $0.name == name }) {
      shape.columns?[place] = made
    } else {
      shape.columns?.append(made)
    }
    return shape
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame, case .text(let name) = call.call.arguments[Self.name.name] else {
      throw call.noRows(Self.input.base)
    }
    let expression = try call.expression(Self.expression, over: frame, of: input.name)
    let column: Column
    do throws(ExpressionFailure) {
      column = try expression.column(name, over: frame, work: work)
    } catch {
      throw call.failure(error, of: input.name, at: Self.expression)
    }
    if frame.rowCount > 0, column.nullCount == frame.rowCount {
      call.note("`\(name)` is missing in every row")
    }
    var columns = frame.columns
    if let place = columns.firstIndex(where: { $0.name == name }) {
      columns[place] = column
    } else {
      columns.append(column)
    }
    let derived = frame.with(columns: columns)
    return switch input.value {
    case .series: .series(derived)
    case .log(let log):
      .log(Log(frame: derived, templates: log.templates, templateOfRow: log.templateOfRow))
    case .images(let images): .images(images.with(frame: derived))
    case .video(let images): .video(images.with(frame: derived))
    case .cloud(let cloud): .cloud(Cloud(points: derived, gridWidths: cloud.gridWidths))
    case .text(let documents) where column.name != documents.column:
      .text(documents.with(frame: derived))
    case .events(let events) where !["case", "activity"].contains(column.name):
      .events(events.with(frame: derived))
    default: .table(derived)
    }
  }
}

extension Expression {
  /// The result as a column, with its unit and its role.
  func column(_ name: String, over frame: Frame, work: Work) throws(ExpressionFailure) -> Column {
    let vector = try evaluate(over: frame, work: work)
    let isLabel = root.columnNames.contains { frame.column($0)?.role == .label }
    return Column(
      vector, count: frame.rowCount, name: name, unit: root.unit { frame.column($0)?.unit },
      role: isLabel ? .label : .feature)
  }
}
