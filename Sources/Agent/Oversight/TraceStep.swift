/// One step of agents at work: who did it, what was said or called, and whether it is a tool's or a person's reply.
package struct TraceStep: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// An agent speaks or calls.
    case agent
    /// A tool, a terminal or a person answers.
    case reply
  }

  package var actor: String
  package var kind: Kind
  package var text: String

  package init(actor: String, kind: Kind, text: String) {
    self.actor = actor
    self.kind = kind
    self.text = text
  }
}
