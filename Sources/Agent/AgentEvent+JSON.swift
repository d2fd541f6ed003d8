import Language
package import Notation
import Workbench

extension AgentEvent {
  /// The event for another program; nil for what is only of the moment.
  package var json: JSON? {
    switch self {
    case .status, .running: nil
    case .text(let piece): ["event": "text", "text": .string(piece)]
    case .ran(let line, let reach, let outcome):
      .object(
        [
          ("event", "call"), ("line", .string(line)), ("reach", .string(reach.rawValue)),
          ("status", .string(outcome.status.rawValue)), ("summary", .string(outcome.summary)),
          ("seconds", .number(outcome.seconds)),
        ] + (outcome.number.map { [("result", .string("r\($0)"))] } ?? []))
    case .notice(let text): ["event": "notice", "text": .string(text)]
    case .diagnostic(let diagnostic): diagnostic.json
    case .ended(let end, let seconds):
      .object([
        ("event", "end"), ("reason", .string(end.reason.name)), ("answer", .string(end.answer)),
        ("calls", .number(Double(end.calls))), ("tokensIn", .number(Double(end.use.input))),
        ("tokensOut", .number(Double(end.use.output))), ("seconds", .number(seconds)),
        ("plan", .array(end.plan.map(JSON.string))),
      ])
    }
  }
}

extension TurnEnd.Reason {
  /// For programs.
  var name: String {
    switch self {
    case .answered: "answered"
    case .interrupted: "interrupted"
    case .outOfTime: "out of time"
    case .outOfTokens: "out of tokens"
    case .silent: "silent"
    case .withheld: "withheld"
    case .failed: "failed"
    }
  }
}
