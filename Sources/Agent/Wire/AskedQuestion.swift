import Notation
import Workbench

/// A question and all that decided how it went besides the model.
package struct AskedQuestion: Sendable, Equatable {
  /// Without keys.
  let text: String
  let mode: AgentMode
  /// How the model was asked.
  let model: JSON
  let budget: JSON
  /// The tools of other programs that were offered.
  let offers: [ForeignTools.Offer]
  let end: String

  var json: JSON {
    [
      "question": .string(text), "mode": .string(mode.rawValue), "model": model, "budget": budget,
      "tools": .array(offers.map(\.record)), "end": .string(end),
    ]
  }

  init(
    text: String, mode: AgentMode, model: JSON, budget: JSON, offers: [ForeignTools.Offer],
    end: AssistantEnd
  ) {
    self.text = Redaction.redacted(text)
    self.mode = mode
    self.model = model
    self.budget = budget
    self.offers = offers
    self.end = end.rawValue
  }

  init?(_ json: JSON) {
    guard let text = json["question"]?.string, let mode = json["mode"]?.string.flatMap(AgentMode.init),
      let end = json["end"]?.string
    else { return nil }
    self.text = text
    self.mode = mode
    model = json["model"] ?? .null
    budget = json["budget"] ?? .null
    offers = (json["tools"]?.array ?? []).compactMap(ForeignTools.Offer.init)
    self.end = end
  }
}
