import Glibc
package import Workbench

/// What a program gives: data, so nothing but results goes here.
package struct StandardOutput: Screen {
  package init() {}
  package var width: Int { windowWidth(STDOUT_FILENO) ?? 80 }
  package var isTerminal: Bool { Environment.isTerminal(STDOUT_FILENO) && !isDumb }
  package var hasColour: Bool { isTerminal && Environment.variable("NO_COLOR") == nil }
  package var hasUnicode: Bool { !Environment.isTerminal(STDOUT_FILENO) || Environment.wantsUnicode }
  package func write(_ text: String) { put(text, STDOUT_FILENO) }
}

extension StandardOutput {
  /// By what the terminal says of itself; inside of a multiplexer, which would swallow pictures, by half blocks.
  package var pictures: PictureProtocol {
    guard isTerminal, hasColour else { return .characters }
    let term = Environment.variable("TERM") ?? ""
    let program = Environment.variable("TERM_PROGRAM") ?? ""
    if Environment.variable("TMUX") != nil || term.hasPrefix("screen") { return .blocks }
    if term.contains("kitty") || term.contains("ghostty") || Environment.variable("KITTY_WINDOW_ID") != nil {
      return .kitty
    }
    if program == "iTerm.app" || program == "WezTerm" { return .iterm }
    if term.hasPrefix("foot") || term.hasPrefix("mlterm") || term.contains("sixel") { return .sixel }
    return hasUnicode ? .blocks : .characters
  }
}

/// What a program says about its work.
package struct StandardError: Screen {
  package init() {}
  package var width: Int { windowWidth(STDERR_FILENO) ?? 80 }
  package var isTerminal: Bool { Environment.isTerminal(STDERR_FILENO) && !isDumb }
  package var hasColour: Bool { isTerminal && Environment.variable("NO_COLOR") == nil }
  package var hasUnicode: Bool { !Environment.isTerminal(STDERR_FILENO) || Environment.wantsUnicode }
  package func write(_ text: String) { put(text, STDERR_FILENO) }
}

private var isDumb: Bool { Environment.variable("TERM").map { $0 == "dumb" } ?? true }

private func windowWidth(_ descriptor: Int32) -> Int? {
  var size = winsize()
  let status = unsafe withUnsafeMutablePointer(to: &size) { unsafe ioctl(descriptor, UInt(TIOCGWINSZ), $0) }
  return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
}

/// Writes everything, however often it takes; a reader that is gone ends the writing.
private func put(_ text: String, _ descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { return }
    bytes = bytes.dropFirst(count)
  }
}
