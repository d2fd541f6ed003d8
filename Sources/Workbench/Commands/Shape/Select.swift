import Language
import Numerics
import Values

struct Select: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .log, .embedding, .bundle, .images, .video], help: "Whose columns to choose.")
  static let columns = Parameter<[String]?>.columns(
    "columns", .positional, "Columns to keep, in this order; `Temp*` takes all that fit.")
  static let drop = Parameter<[String]?>.columns("drop", .option, "Columns to leave out.")

  let spec = CommandSpec(
    "select", nil, "Keeps columns in the order asked for, or drops some.",
    discussion: """
      Columns come in the order in which they are written, each once; what a pattern takes keeps its own order. \
      Without columns all are kept but those behind `--drop`. Of a bundle the slots are chosen, of an embedding the \
      features. Labels are kept only where they are named.
      """,
    parameters: [Self.input.base, Self.columns.base, Self.drop.base], output: nil,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("few = select pump Temperature Accel* fault"),
      Example("rest = pump | select --drop Voltage,cause"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    if call[Self.columns] == nil, call[Self.drop] == nil {
      throw Diagnostic(
        "E0301", "`select` needs columns", label: "which ones?",
        remedy: "name those to keep, or those to leave out behind `--drop`")
    }
    if let columns = shape.columns {
      shape.columns = Self.chosen(columns.map(\.name), call).map { columns[$0] }
    }
    return shape
  }

  /// Places of the chosen names.
  private static func chosen(_ names: [String], _ call: CheckedCall) -> [Int] {
    var places: [Int] = []
    for pattern in call[columns] ?? ["*"] {
      places += Self.places(names, pattern).filter { !places.contains($0) }
    }
    let dropped = Set((call[drop] ?? []).flatMap { Self.places(names, $0) })
    return places.filter { !dropped.contains($0) }
  }

  private static func places(_ names: [String], _ pattern: String) -> [Int] {
    let exact = names.indices.filter { names[$0] == pattern }
    return exact.isEmpty ? names.indices.filter { Glob.matches(names[$0], pattern) } : exact
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    let names = input.value.shape.columns?.map(\.name) ?? []
    for (parameter, patterns) in [(Self.columns.base, call[Self.columns]), (Self.drop.base, call[Self.drop])]
    {
      for pattern in patterns ?? [] where Self.places(names, pattern).isEmpty {
        throw call.blame(
          parameter, "E0203", "no column `\(pattern)` in `\(input.name)`", label: "not a column of it",
          remedy: Suggestion.remedy(
            for: pattern, among: names, else: "it has \(Suggestion.some(names))"))
      }
    }
    let places = Self.chosen(names, call.call)
    if places.isEmpty {
      throw call.blame(
        Self.drop.base, "R0504", "no column is left", label: "leaves nothing",
        remedy: "Keep at least one column.")
    }
    return switch input.value {
    case .table(let frame): .table(frame.with(columns: places.map { frame.columns[$0] }))
    case .series(let frame): .series(frame.with(columns: places.map { frame.columns[$0] }))
    case .log(let log):
      .log(
        Log(
          frame: log.frame.with(columns: places.map { log.frame.columns[$0] }), templates: log.templates,
          templateOfRow: log.templateOfRow))
    case .embedding(let embedding): .embedding(embedding.selecting(places))
    case .images(let images):
      .images(images.with(frame: images.frame.with(columns: places.map { images.frame.columns[$0] })))
    case .video(let images):
      .video(images.with(frame: images.frame.with(columns: places.map { images.frame.columns[$0] })))
    case .bundle(let bundle): .bundle(Bundle(index: bundle.index, slots: places.map { bundle.slots[$0] }))
    default: throw call.noRows(Self.input.base)
    }
  }
}

extension Parameter where Element == [String]? {
  /// Names and patterns of columns.
  static func columns(_ name: String, _ placement: Placement, _ help: String) -> Self {
    .optional(name, .list(.column([])), placement: placement, help: help) { argument -> [String]? in
      guard case .list(let items) = argument else { return nil }
      return items.compactMap { if case .column(let name) = $0 { name } else { nil } }
    }
  }
}
