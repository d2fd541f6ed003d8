import Dispatch
import Glibc
import Synchronization

/// Listens to the keyboard while something long runs: Esc alone stops it as Ctrl-C does, and what else is typed waits for the
/// next line.
///
/// The terminal hands over every key at once and shows none as long as this lives.
final class EscapeWatch: Sendable {
  private let stop: StopSignals
  private let before: termios
  /// Written to when it is time to go.
  private let wake: (read: Int32, write: Int32)
  private let typed = Mutex<[UInt8]>([])
  private let ended = DispatchSemaphore(value: 0)

  private static let escape: UInt8 = 27
  /// Keys with names send several bytes that begin with Esc; they arrive together.
  private static let patience: Int32 = 50

  /// nil where nobody types.
  init?(stop: StopSignals) {
    var modes = termios()
    var ends: [Int32] = [0, 0]
    guard unsafe tcgetattr(STDIN_FILENO, &modes) == 0, unsafe pipe(&ends) == 0 else { return nil }
    self.stop = stop
    before = modes
    wake = (ends[0], ends[1])
    modes.c_lflag &= ~tcflag_t(ICANON | ECHO)
    unsafe withUnsafeMutableBytes(of: &modes.c_cc) { keys in
      unsafe keys[Int(VMIN)] = 1
      unsafe keys[Int(VTIME)] = 0
    }
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    DispatchQueue(label: "keyboard").async { [self] in
      listen()
      ended.signal()
    }
  }

  /// Gives the terminal back.
  ///
  /// - Returns: what was typed meanwhile.
  func finish() -> [UInt8] {
    var byte: UInt8 = 0
    unsafe write(wake.write, &byte, 1)
    ended.wait()
    close(wake.read)
    close(wake.write)
    var modes = before
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    return typed.withLock { $0 }
  }

  private func listen() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      var sources = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
      ]
      let ready = unsafe poll(&sources, 2, -1)
      if ready < 0, errno == EINTR { continue }
      if ready < 0 || sources[1].revents != 0 { return }
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      if count == 1, buffer[0] == Self.escape, !followsMore() {
        stop.raise()
      } else {
        typed.withLock { $0 += buffer[..<count] }
      }
    }
  }

  private func followsMore() -> Bool {
    var source = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&source, 1, Self.patience) > 0
  }
}
