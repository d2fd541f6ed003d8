import Glibc
package import Workbench

/// Reads lines from standard input without editing: for pipes and dumb terminals.
///
/// A text that goes on takes further lines. Reading ends early at Ctrl-C.
package final class PlainSource: LineSource {
  private let screen: any Screen
  /// Whether somebody sees the prompt.
  private let isSeen: Bool
  private var pending: [UInt8] = []
  private var isAtEnd = false

  package init(screen: any Screen, isSeen: Bool) {
    self.screen = screen
    self.isSeen = isSeen
  }

  package func readLine(_ request: LineRequest) -> LineInput {
    if request.isSecret, isSeen { return SilentInput.readLine(request.prompt, screen) }
    var text = ""
    var prompt = request.prompt
    while true {
      if isSeen { screen.write(prompt) }
      switch next() {
      case .end: return text.isEmpty ? .end : .line(text)
      case .interrupted:
        if isSeen { screen.write("\n") }
        return .interrupted(text)
      case .line(let line):
        text += text.isEmpty ? line : "\n" + line
        guard let helper = request.helper, helper.isIncomplete(text) else { return .line(text) }
        prompt = request.continuation
      }
    }
  }

  private func next() -> LineInput {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = pending.firstIndex(of: 10) {
        var line = pending[..<end]
        if line.last == 13 { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        pending.removeSubrange(...end)
        return .line(text)
      }
      if isAtEnd {
        guard !pending.isEmpty else { return .end }
        defer { pending = [] }
        return .line(String(decoding: pending, as: UTF8.self))
      }
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { return .interrupted(String(decoding: pending, as: UTF8.self)) }
      if count <= 0 { isAtEnd = true } else { pending += buffer[..<count] }
    }
  }
}
