/// Keeps a history acceptable to strict servers, which refuse it for ever once a call lacks its result.
package enum HistoryRepair {
  package static let missingResult = #"{"error":"interrupted by user"}"#

  /// The same messages, where every call has exactly one result, right behind it.
  ///
  /// An unanswered call gets an error as its result; a result without its call, and a second result, go away.
  package static func repaired(_ messages: [ChatMessage]) -> [ChatMessage] {
    var repaired: [ChatMessage] = []
    var position = messages.startIndex
    while position < messages.endIndex {
      switch messages[position] {
      case .toolResult: position += 1
      case .assistant(let text, let calls) where !calls.isEmpty:
        position += 1
        var results: [String: ChatMessage] = [:]
        while position < messages.endIndex, case .toolResult(let id, _, _) = messages[position] {
          if results[id] == nil { results[id] = messages[position] }
          position += 1
        }
        var seen: Set<String> = []
        let unique = calls.filter { seen.insert($0.id).inserted }
        repaired.append(.assistant(text: text, calls: unique))
        for call in unique {
          repaired.append(
            results[call.id]
              ?? .toolResult(id: call.id, text: missingResult, summary: "interrupted"))
        }
      default:
        repaired.append(messages[position])
        position += 1
      }
    }
    return repaired
  }
}
