import Glibc
import Workbench

/// Reads a line from the terminal without showing it.
enum SilentInput {
  private static let longest = 4096

  static func readLine(_ prompt: String, _ screen: any Screen) -> LineInput {
    var before = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { return .end }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    silent.c_lflag |= tcflag_t(ICANON | ISIG)
    // What was typed before the question stood there is no key.
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer {
      unsafe tcsetattr(STDIN_FILENO, TCSANOW, &before)
      screen.write("\n")
    }
    screen.write(prompt)
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while bytes.count < longest {
      let count = unsafe read(STDIN_FILENO, &byte, 1)
      if count < 0 { return .interrupted("") }
      if count == 0 { return bytes.isEmpty ? .end : .line(String(decoding: bytes, as: UTF8.self)) }
      if byte == 10 || byte == 13 { break }
      bytes.append(byte)
    }
    return .line(String(decoding: bytes, as: UTF8.self))
  }
}
