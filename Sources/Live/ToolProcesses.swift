// Its header brings `sigset_t`, which the compiler takes for its own in some builds.
import CEdit
import Chronology
import Glibc
package import Workbench

/// Starts programs of this machine that offer tools over their standard input and output.
package struct ToolProcesses: ToolPrograms {
  package init() {}

  package func start(_ words: [String]) throws(ToolProgramError) -> any ToolProgram {
    guard let name = words.first, !name.isEmpty, let program = Self.path(of: name),
      let process = ToolProcess([program] + words.dropFirst())
    else { throw .absent }
    return process
  }

  private static func path(of name: String) -> String? {
    if name.contains("/") { return unsafe access(name, X_OK) == 0 ? name : nil }
    let folders = (Environment.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.lazy.map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
  }
}

/// One such program; it ends with this value.
private final class ToolProcess: ToolProgram {
  private static let longestLine = 4 << 20
  /// Looks at the wish to stop this often.
  private static let pollMilliseconds: Int32 = 30

  private let process: pid_t
  private let input: Int32
  private let output: Int32
  private var buffer: [UInt8] = []
  private var hasEnded = false

  init?(_ words: [String]) {
    guard let given = ChildProcess.pipe() else { return nil }
    guard let taken = ChildProcess.pipe() else {
      for descriptor in [given.beginning, given.end] { _ = close(descriptor) }
      return nil
    }
    let silence = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    let started = ChildProcess.start(words, input: given.beginning, output: taken.end, messages: silence)
    [given.beginning, taken.end, silence].forEach { _ = close($0) }
    guard let started else {
      _ = close(given.end)
      _ = close(taken.beginning)
      return nil
    }
    process = started
    input = given.end
    output = taken.beginning
    _ = fcntl(input, F_SETFL, O_NONBLOCK)
  }

  deinit { end() }

  func end() {
    if hasEnded { return }
    hasEnded = true
    _ = close(input)
    _ = close(output)
    // A program that minds its input ends by itself; no other gets more time.
    var status: Int32 = 0
    for _ in 0..<20 {
      if unsafe waitpid(process, &status, WNOHANG) == process { return }
      usleep(5000)
    }
    kill(-process, SIGKILL)
    unsafe waitpid(process, &status, 0)
  }

  func send(_ line: String) throws(ToolProgramError) {
    if hasEnded { throw .gone("") }
    let bytes = Array((line + "\n").utf8)
    var sent = 0
    var waits = 0
    while sent < bytes.count {
      let count = PipeWriting.write(bytes[sent...], to: input)
      if count > 0 {
        sent += count
      } else if count < 0, errno == EAGAIN, waits < 300 {
        // It does not read; it gets ten seconds.
        waits += 1
        var look = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&look, 1, Self.pollMilliseconds)
      } else if count < 0, errno == EINTR {
        continue
      } else {
        throw waits >= 300 ? .silent : .gone("")
      }
    }
  }

  func receive(within limit: TimeSpan, isCancelled: () -> Bool) throws(ToolProgramError) -> String {
    let start = ContinuousClock.now
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
      }
      if buffer.count > Self.longestLine { throw .tooLong }
      if hasEnded { throw .gone("") }
      if isCancelled() { throw .cancelled }
      if ContinuousClock.now - start > .seconds(limit.seconds) { throw .silent }
      var look = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&look, 1, Self.pollMilliseconds) <= 0 { continue }
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
      if count > 0 {
        buffer += chunk[..<count]
      } else if count == 0 || errno != EINTR {
        throw .gone("")
      }
    }
  }
}

/// Writes to a pipe whose reader may be gone, without the signal that would end this program.
private enum PipeWriting {
  static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
    var broken = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&broken)
    unsafe sigaddset(&broken, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &broken, &before)
    // SAFETY: the buffer is valid during the call.
    let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    let code = errno
    if count < 0, code == EPIPE {
      var now = timespec(tv_sec: 0, tv_nsec: 0)
      unsafe sigtimedwait(&broken, nil, &now)
    }
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    errno = code
    return count
  }
}
