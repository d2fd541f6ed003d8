import Formats
import Glibc
package import Workbench

/// Runs programs of this machine: found where they were installed or on the PATH, with files for what goes in and out.
package struct HelperProcesses: HelperPrograms {
  package init() {}

  private static let mostWords = 4000
  /// A program that did its work may describe many columns and all their categories.
  private static let mostFacts = 256 << 20

  package func run(
    _ helper: Helper, _ arguments: [String], input: [UInt8], most: Int, isCancelled: () -> Bool
  ) throws(HelperError) -> HelperOutput {
    guard let program = Self.path(of: helper) else { throw .absent }
    guard let given = Scratch(), let taken = Scratch(), let said = Scratch(), given.write(input) else {
      throw .failed("no room for temporary files")
    }
    guard
      let process = ChildProcess.start(
        [program] + arguments, input: given.descriptor, output: taken.descriptor, messages: said.descriptor)
    else { throw .absent }
    var pause: UInt32 = 500
    var status: Int32 = 0
    while true {
      let ended = unsafe waitpid(process, &status, WNOHANG)
      if ended == process || (ended < 0 && errno != EINTR) { break }
      let size = taken.size
      if isCancelled() || size > most {
        ChildProcess.end(process, holding: [given, taken, said])
        throw size > most ? .tooMuch(most) : .cancelled
      }
      usleep(pause)
      pause = min(pause * 2, 4000)
    }
    let words = said.tail(Self.mostWords)
    // The low bits hold the signal that ended it, the next ones what it returned.
    guard status == 0 else {
      throw .failed(status & 0x7F != 0 && words.isEmpty ? "it was ended by signal \(status & 0x7F)" : words)
    }
    return HelperOutput(bytes: taken.source, messages: said.tail(Self.mostFacts))
  }

  package func start(_ helper: Helper, _ arguments: [String]) throws(HelperError) -> any RunningHelper {
    guard let program = Self.path(of: helper), let running = RunningProgram([program] + arguments) else {
      throw .absent
    }
    return running
  }

  private static func path(of helper: Helper) -> String? {
    switch helper {
    case .ffmpeg: onPath("ffmpeg")
    case .ffprobe: onPath("ffprobe")
    case .python:
      Environment.variable("SONDE_PYTHON") ?? runnable(Environment.dataFolder + "/formats/bin/python3")
        ?? onPath("python3")
    }
  }

  private static func onPath(_ name: String) -> String? {
    let folders = (Environment.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.lazy.compactMap { runnable("\($0)/\(name)") }.first
  }

  private static func runnable(_ path: String) -> String? { unsafe access(path, X_OK) == 0 ? path : nil }
}

/// A file without a name: gone when it is closed.
private final class Scratch: Sendable {
  let descriptor: Int32

  init?() {
    let folder = Environment.variable("TMPDIR") ?? "/tmp"
    var name = Array("\(folder)/sonde-XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&name)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unsafe unlink(name)
  }

  deinit { close(descriptor) }

  var size: Int {
    var facts = stat()
    return unsafe fstat(descriptor, &facts) == 0 ? Int(facts.st_size) : 0
  }

  /// Writes everything and goes back to the beginning.
  func write(_ bytes: [UInt8]) -> Bool {
    var written = 0
    while written < bytes.count {
      // SAFETY: `written` stays below the count, and the buffer is valid during the call.
      let step = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
      }
      if step < 0, errno == EINTR { continue }
      if step <= 0 { return false }
      written += step
    }
    return lseek(descriptor, 0, SEEK_SET) == 0
  }

  func tail(_ count: Int) -> String {
    let size = size
    let bytes =
      (try? ScratchSource(scratch: self, count: size).read(at: max(0, size - count), count: count)) ?? []
    return String(decoding: bytes, as: UTF8.self)
  }

  var source: any ByteSource { ScratchSource(scratch: self, count: size) }
}

private struct ScratchSource: ByteSource {
  let scratch: Scratch
  let count: Int

  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    try DescriptorReader.read(scratch.descriptor, at: offset, count: count, of: self.count)
  }
}
