package import Formats
import Glibc
package import Language
package import Workbench

/// The files of this machine. Relative paths start at the folder where the program was started.
package struct FileSystem: FileStore {
  package init() {}

  package func open(_ path: String) throws(Diagnostic) -> any ByteSource {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileFailure.reading(path, errno) }
    let file = OpenFile(descriptor: descriptor)
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else { throw FileFailure.reading(path, errno) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: return FileSource(file: file, count: Int(facts.st_size))
    case S_IFDIR: throw FileFailure.reading(path, EISDIR)
    default: throw FileFailure.notPlain(path)
    }
  }

  package func tail(_ path: String) throws(Diagnostic) -> any ByteTail {
    if let pipe = try PipeTail(path) { return pipe }
    _ = try open(path)
    return GrowingFile(files: self, path: path)
  }

  package func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    let place = WriteTarget(path)
    var facts = stat()
    if unsafe stat(place.path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR {
      throw FileFailure.writing(path, EISDIR)
    }
    let temporary = place.temporary(number: getpid())
    let descriptor = unsafe Glibc.open(
      temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw FileFailure.writing(path, errno) }
    do throws(SystemError) {
      defer { close(descriptor) }
      if let mode = place.mode { fchmod(descriptor, mode) }
      try Self.write(bytes, to: descriptor)
      guard fsync(descriptor) == 0 else { throw SystemError(code: errno) }
    } catch {
      unsafe unlink(temporary)
      throw FileFailure.writing(path, error.code)
    }
    guard unsafe rename(temporary, place.path) == 0 else {
      let code = errno
      unsafe unlink(temporary)
      throw FileFailure.writing(path, code)
    }
    // Without this the new name itself may be lost in a power failure; some file systems refuse it.
    let folder = unsafe Glibc.open(place.folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  package func files(matching path: String) -> [String] { FileSearch.files(matching: path) }

  package func append(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    Self.makeFolder(of: path)
    let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw FileFailure.writing(path, errno) }
    defer { close(descriptor) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw FileFailure.notPlain(path)
    }
    do throws(SystemError) {
      try Self.write(bytes, to: descriptor)
      guard fdatasync(descriptor) == 0 else { throw SystemError(code: errno) }
    } catch {
      throw FileFailure.writing(path, error.code)
    }
  }

  /// Makes the folders above a file; what cannot be made shows when the file is opened.
  private static func makeFolder(of path: String) {
    for (index, character) in path.utf8.enumerated() where character == UInt8(ascii: "/") && index > 0 {
      unsafe mkdir(String(decoding: path.utf8.prefix(index), as: UTF8.self), 0o700)
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      // SAFETY: `written` stays below the count, and the buffer is valid during the call.
      let step = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
      }
      if step < 0, errno == EINTR { continue }
      guard step > 0 else { throw SystemError(code: step < 0 ? errno : EIO) }
      written += step
    }
  }
}

/// An `errno`.
private struct SystemError: Error {
  let code: Int32
}

/// Where a write ends up: links are followed, so that the file they name is replaced and not the link.
private struct WriteTarget {
  let path: String
  /// The permissions of the file that is there.
  let mode: mode_t?

  init(_ path: String) {
    if let resolved = unsafe realpath(path, nil) {
      self.path = unsafe String(cString: resolved)
      unsafe free(resolved)
    } else {
      self.path = path
    }
    var facts = stat()
    mode = unsafe stat(self.path, &facts) == 0 ? facts.st_mode & 0o7777 : nil
  }

  var folder: String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  func temporary(number: Int32) -> String {
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    return "\(folder)/.\(name.prefix(100)).\(number).part"
  }
}

/// Closes a descriptor when nobody reads from it any more.
private final class OpenFile: Sendable {
  let descriptor: Int32
  init(descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }
}

/// A file that is read where it is.
private struct FileSource: ByteSource {
  let file: OpenFile
  let count: Int

  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    try DescriptorReader.read(file.descriptor, at: offset, count: count, of: self.count)
  }
}

/// Reads with `pread`, so that threads do not disturb one another.
enum DescriptorReader {
  /// At most `count` bytes of a file that had `size` of them.
  static func read(
    _ descriptor: Int32, at offset: Int, count: Int, of size: Int
  ) throws(FormatError) -> [UInt8] {
    let wanted = max(0, min(count, size - offset))
    guard offset >= 0, wanted > 0 else { return [] }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      filled = 0
      while filled < wanted {
        // SAFETY: `filled` stays below `wanted`, the capacity of the buffer.
        let step = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, wanted - filled,
          off_t(offset + filled))
        if step < 0, errno == EINTR { continue }
        if step < 0 { failure = errno }
        if step <= 0 { break }
        filled += step
      }
    }
    if failure != 0 { throw .unreadable(FileFailure.words(failure)) }
    if bytes.count < wanted { throw .unreadable("it became shorter while it was read") }
    return bytes
  }
}
