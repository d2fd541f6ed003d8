import Glibc
import Language
import Workbench

/// What comes through a pipe, without waiting for it.
final class PipeTail: ByteTail {
  private let descriptor: Int32
  private let path: String
  private var hasBegun = false

  /// nil if the path is no pipe.
  init?(_ path: String) throws(Diagnostic) {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFIFO else { return nil }
    descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileFailure.reading(path, errno) }
    self.path = path
  }

  deinit { close(descriptor) }

  func next() throws(Diagnostic) -> TailRead {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    // SAFETY: the buffer is valid during the call and holds as many bytes as are asked for.
    let count = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if count > 0 {
      hasBegun = true
      return .bytes(Array(block.prefix(count)))
    }
    // Before the first byte, nobody writes yet; afterwards, nobody writes any more.
    if count == 0 { return hasBegun ? .end : .nothingYet }
    if errno == EAGAIN || errno == EINTR { return .nothingYet }
    throw FileFailure.reading(path, errno)
  }
}
