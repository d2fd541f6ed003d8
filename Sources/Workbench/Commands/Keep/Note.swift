import Language
import Numerics
import Values

struct Note: PureCommand {
  static let text = Parameter<String>.required("text", .text, help: "What to remember, in quotes.") {
    if case .text(let text) = $0 { text } else { "" }
  }

  let spec = CommandSpec(
    "note", nil, "Keeps a remark in the investigation.",
    discussion: """
      The remark is a line of its own in the journal and in the saved script, where it stands between the commands \
      that it speaks about. It changes nothing else.
      """,
    parameters: [Self.text.base], output: .answer,
    examples: [
      Example("note \"the pump was serviced on 3 March\"", prints: "the pump was serviced on 3 March"),
      Example("reason = note \"bearing noise, see the microphone\""),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value { .answer(Answer(call[Self.text])) }
}
