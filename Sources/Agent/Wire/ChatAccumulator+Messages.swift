import Notation

/// Pieces in the notation of Anthropic's messages.
extension ChatAccumulator {
  /// nil if the piece is none of these.
  mutating func readMessage(_ type: String, _ piece: JSON) -> [Delta]? {
    switch type {
    case "message_start":
      hasContent = true
      readMessageUse(piece["message"]?["usage"])
    case "content_block_start":
      hasContent = true
      return start(piece["content_block"], at: Self.place(piece["index"]))
    case "content_block_delta": return extend(by: piece["delta"], at: Self.place(piece["index"]))
    case "message_delta":
      if let reason = piece["delta"]?["stop_reason"]?.string { setStopReason(reason) }
      readMessageUse(piece["usage"])
    case "message_stop": isDone = true
    case "content_block_stop", "ping": break
    case "message":
      // The whole answer at once.
      hasContent = true
      readMessageUse(piece["usage"])
      if let reason = piece["stop_reason"]?.string { setStopReason(reason) }
      return (piece["content"]?.array ?? []).enumerated().flatMap { start($1, at: $0) }
    default: return nil
    }
    return []
  }

  static func place(_ index: JSON?) -> Int { index?.number.flatMap { Int(exactly: $0) } ?? 0 }

  private mutating func start(_ block: JSON?, at place: Int) -> [Delta] {
    guard let block else { return [] }
    switch block["type"]?.string {
    case "text":
      guard let piece = block["text"]?.string, !piece.isEmpty else { return [] }
      text += piece
      return [.text(piece)]
    case "tool_use":
      var slot = Slot(index: place)
      slot.id = block["id"]?.string ?? ""
      slot.name = block["name"]?.string ?? ""
      if let input = block["input"], input.members?.isEmpty == false { slot.arguments = input.description }
      slots.append(slot)
      return [.call(slot.name)]
    case "thinking", "redacted_thinking":
      thoughts.append((place, block))
      let words = block["thinking"]?.string ?? ""
      return words.isEmpty ? [] : [.thinking(words)]
    default: return []
    }
  }

  private mutating func extend(by delta: JSON?, at place: Int) -> [Delta] {
    guard let delta else { return [] }
    hasContent = true
    switch delta["type"]?.string {
    case "text_delta":
      guard let piece = delta["text"]?.string, !piece.isEmpty else { return [] }
      text += piece
      return [.text(piece)]
    case "input_json_delta":
      guard let slot = slots.lastIndex(where: { $0.index == place }) else { return [] }
      slots[slot].arguments += delta["partial_json"]?.string ?? ""
    case "thinking_delta":
      let words = delta["thinking"]?.string ?? ""
      think("thinking", words, at: place)
      return [.thinking(words)]
    case "signature_delta": think("signature", delta["signature"]?.string ?? "", at: place)
    default: break
    }
    return []
  }

  private mutating func think(_ key: String, _ words: String, at place: Int) {
    guard let position = thoughts.lastIndex(where: { $0.place == place }),
      var members = thoughts[position].block.members
    else { return }
    if let member = members.firstIndex(where: { $0.key == key }) {
      members[member].value = .string((members[member].value.string ?? "") + words)
    } else {
      members.append((key, .string(words)))
    }
    thoughts[position].block = .object(members)
  }

  /// The words of chat completions for the same ends.
  private mutating func setStopReason(_ reason: String) {
    finishReason =
      switch reason {
      case "max_tokens", "model_context_window_exceeded": "length"
      case "refusal": "content_filter"
      default: reason
      }
  }

  private mutating func readMessageUse(_ usage: JSON?) {
    guard let usage, usage.members != nil else { return }
    if usage["input_tokens"]?.number != nil {
      let read = Self.count(usage["cache_read_input_tokens"])
      use.cachedInput = read
      use.input =
        Self.count(usage["input_tokens"]) + read + Self.count(usage["cache_creation_input_tokens"])
    }
    // It counts what there is so far, not what is new.
    if usage["output_tokens"]?.number != nil { use.output = Self.count(usage["output_tokens"]) }
  }
}
