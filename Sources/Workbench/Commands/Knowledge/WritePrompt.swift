import Language
import Notation
import Numerics
import Values

struct WritePrompt: PureCommand {
  static let text = Parameter<String>.required(
    "text", .text, help: "The words, in quotes; `{name}` stands for a value."
  ) { if case .text(let text) = $0 { text } else { "" } }
  static let values = Parameter<[Reference]>(
    AnyParameter(
      "with", .list(.value(ValueKind.allCases)), help: "The values that the words name, with commas.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
  }
  static let each = Parameter<Reference?>.optional(
    "each", .value([.table, .series, .log, .text]), help: "Makes one prompt a row, which `{row}` stands for."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  /// Characters of one value, and prompts.
  private static let longest = 4000
  private static let mostPrompts = 10_000

  let spec = CommandSpec(
    "knowledge", "prompt", "Makes prompts of words and values.",
    discussion: """
      `{name}` becomes the texts of a value of texts, one a line, or else a description: its kind and size, what `describe` \
      says of it, and the range and mean of each column; labels are left out, and no value gets more than 4,000 \
      characters. The prompts are a value of texts: `knowledge ask` puts them to a model, and a question holds one as \
      `? {name}`.
      """,
    parameters: [text.base, values.base, each.base], output: .text,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("usual = knowledge examples pump --rows 2 --against pump.fault"),
      Example(
        "task = knowledge prompt \"Normal rows are:\\n{usual}\\nWhat is unusual in {pump}?\" --with usual,pump"
      ),
      Example(
        "checks = knowledge prompt \"{usual}\\nIs this normal, yes or no? {row}\" --with usual --each pump"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    var template = call[Self.text]
    let each = call[Self.each]
    for value in call[Self.values] {
      let mark = "{\(value.name)}"
      if !template.contains(mark) { call.note("the words do not name \(mark)") }
      template = template.replacing(mark, with: Self.description(value))
    }
    let open = call[Self.text].matches(of: #/\{([A-Za-z_][A-Za-z0-9_.-]*)\}/#).map { String($0.1) }
    let known = call[Self.values].map(\.name) + (each == nil ? [] : ["row"])
    if let missing = open.first(where: { !known.contains($0) }) {
      throw call.blame(
        Self.text.base, "R0803", "the words name `{\(missing)}`, which is not given", label: "not given",
        remedy: missing == "row" ? "Say of which value with `--each`." : "Give it with `--with \(missing)`.")
    }
    guard let each else { return Self.prompts([template]) }
    let rows: [String]
    if case .text(let documents) = each.value {
      rows = (0..<documents.texts.count).map { documents.texts[$0] }
    } else if let frame = each.value.cellFrame {
      let columns = frame.columns.filter { $0.role == .feature }
      rows = (0..<frame.rowCount).map { NormalExamples.text(of: columns, row: $0) }
    } else {
      throw call.noRows(Self.each.base)
    }
    guard rows.count <= Self.mostPrompts else {
      throw call.blame(
        Self.each.base, "R0804", "\(rows.count) rows would make as many prompts", label: "too many",
        remedy: "Take at most \(Self.mostPrompts) of them with `where` or `sort`.")
    }
    return Self.prompts(rows.map { template.replacing("{row}", with: $0.prefix(Self.longest)) })
  }

  private static func prompts(_ texts: [String]) -> Value {
    .text(
      Documents(
        frame: Frame(index: .rows(texts.count), columns: [Column("prompt", .text(TextColumn(texts)))]),
        column: "prompt"))
  }

  /// What a prompt says of a value.
  private static func description(_ named: NamedValue) -> String {
    if case .text(let documents) = named.value {
      let texts = (0..<documents.texts.count).lazy.map { documents.texts[$0] }
      return String(texts.joined(separator: "\n").prefix(longest))
    }
    let columns = (named.value.cellFrame?.columns ?? []).filter { $0.role == .feature }
    let ranges = columns.compactMap { column -> String? in
      guard let numbers = column.numbers?.filter(\.isFinite), let least = numbers.min(),
        let most = numbers.max()
      else { return "\(column.name): \(column.type.rawValue)" }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let words = [least, most, mean].map { $0.shortText() }
      return
        "\(column.name): \(words[0]) to \(words[1]), mean \(words[2])\(column.unit.map { " \($0)" } ?? "")"
    }
    let lines = ["\(named.name), \(named.value.shortDescription)"] + named.value.facts + ranges
    return String(lines.joined(separator: "\n").prefix(longest))
  }
}
