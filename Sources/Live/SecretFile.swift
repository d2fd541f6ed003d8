import Glibc
package import Language

/// Reads a file that holds a key, if nobody else can read it.
package enum SecretFile {
  private static let longest = 4096

  /// Where the key of a server is kept: one of another server is never sent to it.
  package static func path(host: String) -> String {
    let name = host.lowercased().map { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" ? $0 : "_" }
    return "\(Environment.configFolder)/keys/\(String(name))"
  }

  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Writes a key that only its owner can read.
  package static func write(_ key: String, to path: String) throws(Diagnostic) {
    let folder = path.split(separator: "/").dropLast()
    var made = ""
    for part in folder {
      made += "/" + part
      unsafe mkdir(made, 0o700)
    }
    // A file of its own first, so that no moment shows half a key or wider rights.
    let next = path + ".new"
    unsafe unlink(next)
    let descriptor = unsafe open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "A0122", "the key file cannot be written", remedy: "look at \(Environment.configFolder)")
    }
    let bytes = Array(key.utf8)
    // SAFETY: the buffer is valid during the call.
    let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    guard count == bytes.count, unsafe rename(next, path) == 0 else {
      unsafe unlink(next)
      throw Diagnostic(
        "A0122", "the key file cannot be written", remedy: "look at \(Environment.configFolder)")
    }
  }

  package static func read(_ path: String) throws(Diagnostic) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "A0122", "the key file cannot be opened",
        remedy: "look whether SONDE_LLM_KEY_FILE names a file of yours")
    }
    defer { close(descriptor) }
    var facts = stat()
    // The descriptor, not the path, so that nobody can swap the file in between.
    guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw Diagnostic(
        "A0122", "the key file is not a plain file", remedy: "let SONDE_LLM_KEY_FILE name a file")
    }
    guard facts.st_mode & 0o077 == 0, facts.st_uid == geteuid() else {
      throw Diagnostic("A0123", "others can read the key file", remedy: "chmod 600 it, and own it")
    }
    var bytes = [UInt8](repeating: 0, count: longest)
    // SAFETY: the buffer is valid during the call and as long as `count` says.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
    }
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
  }
}
