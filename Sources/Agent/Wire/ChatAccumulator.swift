import Notation

/// Builds one answer from the pieces of a stream, forgiving what servers are known to do differently.
///
/// The three notations (chat completions, messages, responses) are told apart by the shape of each piece.
package struct ChatAccumulator: Sendable {
  /// What a piece added that a reader may want to see at once.
  package enum Delta: Sendable, Equatable {
    case text(String)
    case thinking(String)
    /// The name of a call became known.
    case call(String)
  }

  struct Slot: Sendable, Equatable {
    var index: Int?
    /// What later pieces call it, where that is not the call's id.
    var item = ""
    var id = ""
    var name = ""
    var arguments = ""
  }

  /// The names of the offered tools: a name that is already one of them is never lengthened.
  private let knownTools: Set<String>
  var slots: [Slot] = []
  var text = ""
  var use = TokenUse()
  var finishReason: String?
  /// Thoughts that the server signed and wants back, by their place in the answer.
  var thoughts: [(place: Int, block: JSON)] = []
  /// The stream reported an error although its status said success.
  package internal(set) var failure: ModelFailure?
  /// The end mark came; whatever follows is ignored.
  package internal(set) var isDone = false
  /// Any piece of an answer came, as opposed to comments and empty events.
  package internal(set) var hasContent = false

  package init(knownTools: Set<String> = []) { self.knownTools = knownTools }

  /// Takes the data of one event, or the whole body of an answer that was not streamed.
  package mutating func consume(_ data: String) -> [Delta] {
    if isDone { return [] }
    let trimmed = data.drop { $0 == " " || $0 == "\n" }
    if trimmed.hasPrefix("[DONE]") {
      isDone = true
      return []
    }
    // A piece that is no JSON says nothing; the next one may.
    guard let piece = try? JSON(parsing: data), piece.members != nil else { return [] }
    if let error = piece["error"], error != .null {
      failure = ModelFailure(status: nil, body: piece)
      return []
    }
    if piece["object"] == "error" || piece["type"] == "error" {
      failure = ModelFailure(status: nil, body: piece)
      return []
    }
    if let type = piece["type"]?.string {
      if type.hasPrefix("response.") { return readResponse(type, piece) }
      if let deltas = readMessage(type, piece) { return deltas }
    }
    if piece["object"] == "response" { return readWholeResponse(piece) }
    readUse(piece)
    guard let choice = piece["choices"]?[0] else { return [] }
    hasContent = true
    if let reason = choice["finish_reason"]?.string { finishReason = reason }
    guard let delta = choice["delta"] ?? choice["message"] else { return [] }
    return read(delta)
  }

  private mutating func readUse(_ piece: JSON) {
    guard let usage = piece["usage"], usage.members != nil else { return }
    use = TokenUse(
      input: Self.count(usage["prompt_tokens"]),
      cachedInput: Self.count(usage["prompt_tokens_details"]?["cached_tokens"]),
      output: Self.count(usage["completion_tokens"]))
  }

  static func count(_ number: JSON?) -> Int {
    guard let number = number?.number, number >= 0, number < 1e15 else { return 0 }
    return Int(number)
  }

  private mutating func read(_ delta: JSON) -> [Delta] {
    var deltas: [Delta] = []
    let thinking = delta["reasoning_content"]?.string ?? delta["reasoning"]?.string
    if let thinking, !thinking.isEmpty { deltas.append(.thinking(thinking)) }
    if let piece = Self.content(delta["content"]), !piece.isEmpty {
      text += piece
      deltas.append(.text(piece))
    }
    for call in delta["tool_calls"]?.array ?? [] {
      if let name = read(call: call) { deltas.append(.call(name)) }
    }
    // The notation that came before tool calls.
    if let call = delta["function_call"], call.members != nil {
      if let name = read(call: ["index": 0, "function": call]) { deltas.append(.call(name)) }
    }
    return deltas
  }

  /// Content is a text, or a list of parts with texts.
  private static func content(_ content: JSON?) -> String? {
    content?.string ?? content?.array.map { $0.compactMap { $0["text"]?.string }.joined() }
  }

  /// Gives the name of the call if this piece made it known.
  private mutating func read(call piece: JSON) -> String? {
    let function = piece["function"] ?? piece
    let name = function["name"]?.string ?? ""
    let id = piece["id"]?.string ?? ""
    let index = piece["index"]?.number.flatMap { Int(exactly: $0) }
    let slot = slot(index: index, id: id, name: name)
    if slots[slot].id.isEmpty { slots[slot].id = id }
    switch function["arguments"] {
    case .string(let fragment)?: slots[slot].arguments += fragment
    case .object(let members)?: slots[slot].arguments = JSON.object(members).description
    default: break
    }
    return add(name, to: slot) ? slots[slot].name : nil
  }

  /// A place is found by index, else by id, else a name begins a new one; an id that differs from the place's id
  /// begins a new one even if the index repeats.
  private mutating func slot(index: Int?, id: String, name: String) -> Int {
    let found: Int? =
      if let index {
        slots.lastIndex { $0.index == index }
      } else if !id.isEmpty {
        slots.lastIndex { $0.id == id }
      } else if name.isEmpty || slots.last?.name.isEmpty == true {
        slots.indices.last
      } else {
        nil
      }
    if let found, id.isEmpty || slots[found].id.isEmpty || slots[found].id == id { return found }
    if !id.isEmpty, let same = slots.lastIndex(where: { $0.id == id }) { return same }
    slots.append(Slot(index: index))
    return slots.count - 1
  }

  mutating func add(_ name: String, to slot: Int) -> Bool {
    let present = slots[slot].name
    if name.isEmpty || name == present { return false }
    if present.isEmpty {
      slots[slot].name = name
    } else if !knownTools.contains(present) {
      // Either the whole name again, longer, or the rest of it.
      slots[slot].name = name.hasPrefix(present) ? name : present + name
    } else {
      return false
    }
    return true
  }

  /// The answer as far as it came.
  package func reply() -> ModelReply {
    var calls: [ToolCall] = []
    var taken: Set<String> = []
    for slot in slots where !slot.name.isEmpty {
      var id = slot.id.isEmpty ? "call_\(calls.count + 1)" : slot.id
      while !taken.insert(id).inserted { id += "x" }
      calls.append(
        ToolCall(
          id: id, name: slot.name, arguments: slot.arguments.isEmpty ? "{}" : slot.arguments,
          carried: calls.isEmpty ? thoughts.sorted { $0.place < $1.place }.map(\.block) : []))
    }
    return ModelReply(
      text: text, calls: calls, use: use, isCut: finishReason == "length",
      isWithheld: finishReason == "content_filter")
  }
}
