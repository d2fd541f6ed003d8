import Notation

/// Pieces in the notation of OpenAI's responses.
extension ChatAccumulator {
  mutating func readResponse(_ type: String, _ piece: JSON) -> [Delta] {
    hasContent = true
    switch type {
    case "response.output_text.delta", "response.refusal.delta":
      if type == "response.refusal.delta" { finishReason = "content_filter" }
      guard let words = piece["delta"]?.string, !words.isEmpty else { return [] }
      text += words
      return [.text(words)]
    case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
      return piece["delta"]?.string.map { [.thinking($0)] } ?? []
    case "response.output_item.added": return begin(piece["item"], at: Self.place(piece["output_index"]))
    case "response.function_call_arguments.delta":
      if let slot = slot(of: piece) { slots[slot].arguments += piece["delta"]?.string ?? "" }
    case "response.function_call_arguments.done":
      if let slot = slot(of: piece), let whole = piece["arguments"]?.string { slots[slot].arguments = whole }
    case "response.output_item.done": return end(piece["item"], at: Self.place(piece["output_index"]))
    case "response.completed", "response.incomplete", "response.failed":
      let deltas = readEnd(piece["response"] ?? .null)
      isDone = failure == nil
      return deltas
    default: break
    }
    return []
  }

  /// An answer that was not streamed.
  mutating func readWholeResponse(_ response: JSON) -> [Delta] {
    hasContent = true
    let deltas = readEnd(response)
    return deltas
  }

  private mutating func readEnd(_ response: JSON) -> [Delta] {
    if let usage = response["usage"], usage.members != nil {
      use = TokenUse(
        input: Self.count(usage["input_tokens"]),
        cachedInput: Self.count(usage["input_tokens_details"]?["cached_tokens"]),
        output: Self.count(usage["output_tokens"]))
    }
    if response["status"] == "failed", let error = response["error"], error != .null {
      failure = ModelFailure(status: nil, body: ["error": error])
      return []
    }
    switch response["incomplete_details"]?["reason"]?.string {
    case "max_output_tokens": finishReason = "length"
    case "content_filter": finishReason = "content_filter"
    default: break
    }
    return (response["output"]?.array ?? []).enumerated().flatMap { end($1, at: $0) }
  }

  private mutating func begin(_ item: JSON?, at place: Int) -> [Delta] {
    guard let item, item["type"] == "function_call" else { return [] }
    var slot = Slot(index: place)
    slot.item = item["id"]?.string ?? ""
    slot.id = item["call_id"]?.string ?? slot.item
    slot.name = item["name"]?.string ?? ""
    slot.arguments = item["arguments"]?.string ?? ""
    slots.append(slot)
    return [.call(slot.name)]
  }

  /// The finished item is the truth; what its pieces said so far is replaced.
  private mutating func end(_ item: JSON?, at place: Int) -> [Delta] {
    guard let item else { return [] }
    switch item["type"]?.string {
    case "function_call":
      var deltas: [Delta] = []
      let id = item["call_id"]?.string ?? item["id"]?.string ?? ""
      var slot = slots.lastIndex { $0.id == id || $0.index == place }
      if slot == nil {
        deltas = begin(item, at: place)
        slot = slots.indices.last
      }
      if let slot {
        slots[slot].id = id
        if let name = item["name"]?.string { slots[slot].name = name }
        if let whole = item["arguments"]?.string, !whole.isEmpty { slots[slot].arguments = whole }
      }
      return deltas
    case "reasoning":
      if !thoughts.contains(where: { $0.place == place }) { thoughts.append((place, item)) }
    case "message" where text.isEmpty:
      // Some servers send no pieces of text.
      let words = (item["content"]?.array ?? []).compactMap { $0["text"]?.string ?? $0["refusal"]?.string }
        .joined()
      text += words
      return words.isEmpty ? [] : [.text(words)]
    default: break
    }
    return []
  }

  private func slot(of piece: JSON) -> Int? {
    let item = piece["item_id"]?.string ?? ""
    if !item.isEmpty, let slot = slots.lastIndex(where: { $0.item == item }) { return slot }
    let place = Self.place(piece["output_index"])
    return slots.lastIndex { $0.index == place }
  }
}
