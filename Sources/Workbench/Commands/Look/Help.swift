import Language
import Numerics
import Values

struct Help: WorldCommand {
  static let words = Parameter<[String]>(
    AnyParameter(
      "about", .list(.text), placement: .positional,
      help: "A command, a verb, an error code, or a topic; everything if absent.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  let spec = CommandSpec(
    "help", nil, "Explains a command, an error code or a topic.",
    discussion: """
      `help` lists the commands, `help detect` the methods of one verb, `help detect iforest` says all about one command, \
      `help E0203` about an error, and `help expressions` about what `where` and `derive` understand. A method's name, or one \
      that others use (`help sub-pca`), leads to the command. Everything is \
      computed from the declarations that the checker uses.
      """,
    parameters: [Self.words.base], output: .answer, reach: .read,
    examples: [
      Example("help where"), Example("help detect"), Example("help expressions"), Example("help sub-pca"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let words = call[Self.words]
    let table = CommandTable(world.commands.map(\.spec))
    guard let first = words.first else { return .answer(Answer(HelpText.overview(table))) }
    if words == ["commands"] { return .answer(Answer(HelpText.overview(table))) }
    if let text = HelpText.topic(first), words.count == 1 { return .answer(Answer(text)) }
    if let text = HelpText.verb(first, words.dropFirst().first, in: table) { return .answer(Answer(text)) }
    if let text = HelpText.code(first) { return .answer(Answer(text)) }
    if !table.verbs.contains(first), let text = HelpText.lead(words, in: table) {
      return .answer(Answer(text))
    }
    let method = table.verbs.contains(first) ? words.dropFirst().first : nil
    let candidates =
      method != nil
      ? table.methods(of: first).compactMap(\.method)
      : table.verbs + HelpText.topics.map(\.name) + ExpressionFunction.all.map(\.name)
    throw call.blame(
      Self.words.base, "E0313", "there is no help on `\(words.joined(separator: " "))`", label: "not known",
      remedy: Suggestion.remedy(
        for: method ?? first, among: candidates, else: "`help` lists commands and topics"))
  }
}
