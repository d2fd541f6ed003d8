import Glibc
import Synchronization
import Workbench

/// A program whose output is taken through a pipe; it waits while nobody reads, and is ended when nobody holds it any more.
final class RunningProgram: RunningHelper {
  private struct State {
    /// What it said and nobody has asked for yet.
    var words: [UInt8] = []
    var isSilent = false
  }

  private let process: pid_t
  private let output: Int32
  private let said: Int32
  private let state = Mutex(State())

  /// F_SETPIPE_SZ of Linux, which only programs of GNU see by name.
  private static let setPipeSize: Int32 = 1031
  /// More unread words are not kept.
  private static let mostWords = 4 << 20
  /// Milliseconds between two looks at whether to stop.
  private static let patience: Int32 = 4

  /// nil if it cannot be started.
  init?(_ words: [String]) {
    guard let output = ChildProcess.pipe() else { return nil }
    guard let said = ChildProcess.pipe() else {
      for descriptor in [output.beginning, output.end] { close(descriptor) }
      return nil
    }
    // Reading does not wait. Larger steps for frames; where the system grants none, it is as it was.
    for descriptor in [output.beginning, said.beginning] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    _ = fcntl(output.beginning, Self.setPipeSize, 1 << 20)
    let nothing = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    let process = ChildProcess.start(words, input: nothing, output: output.end, messages: said.end)
    for descriptor in [nothing, output.end, said.end] { close(descriptor) }
    self.output = output.beginning
    self.said = said.beginning
    self.process = process ?? 0
    if process == nil { return nil }
  }

  deinit {
    close(output)
    close(said)
    if process > 0 { ChildProcess.end(process) }
  }

  func read(_ count: Int, isCancelled: () -> Bool) throws(HelperError) -> [UInt8] {
    var isStopped = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        isStopped = isCancelled()
        if isStopped { return }
        wait()
        // SAFETY: `filled` is below the count, so that what is read stays inside the buffer.
        let step = unsafe Glibc.read(output, buffer.baseAddress.map { unsafe $0 + filled }, count - filled)
        if step > 0 {
          filled += step
        } else if step == 0 || errno != EAGAIN && errno != EINTR {
          return
        }
      }
    }
    if isStopped { throw .cancelled }
    return bytes
  }

  func messages() -> String {
    listen()
    return state.withLock { state in
      defer { state.words = [] }
      return String(decoding: state.words, as: UTF8.self)
    }
  }

  /// For more output, or for words, which it could not go on without being rid of.
  private func wait() {
    let isSilent = state.withLock(\.isSilent)
    var ends = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: isSilent ? -1 : said, events: Int16(POLLIN), revents: 0),
    ]
    unsafe poll(&ends, 2, Self.patience)
    if ends[1].revents != 0 { listen() }
  }

  private func listen() {
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(said, &part, part.count)
      if count > 0 {
        state.withLock { state in
          state.words += part[..<count]
          if state.words.count > Self.mostWords { state.words.removeFirst(Self.mostWords / 2) }
        }
      } else if count == 0 {
        state.withLock { $0.isSilent = true }
        return
      } else if errno != EINTR {
        return
      }
    }
  }
}
