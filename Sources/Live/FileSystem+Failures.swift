import Glibc
import Language

/// What the operating system says about a file, as people read it.
enum FileFailure {
  static func reading(_ path: String, _ code: Int32) -> Diagnostic {
    switch code {
    case ENOENT, ENOTDIR:
      Diagnostic(
        "E0511", "there is no file `\(path)`", label: "not found",
        remedy: "Check the path; it starts at the folder where Sonde was started.")
    case EISDIR:
      Diagnostic(
        "E0512", "`\(path)` is a folder", label: "a folder",
        remedy: "Name the files in it, as in `\(trimmed(path))/*.csv`.")
    case EACCES, EPERM:
      Diagnostic(
        "E0513", "you may not read `\(path)`", label: "no permission",
        remedy: "Ask its owner for the right to read it, or run `chmod u+r` on a file of yours.")
    default:
      Diagnostic(
        "E0514", "`\(path)` cannot be read: \(words(code))", label: "unreadable",
        remedy: "Check the disk and the path, then try again.")
    }
  }

  static func writing(_ path: String, _ code: Int32) -> Diagnostic {
    switch code {
    case ENOENT, ENOTDIR:
      Diagnostic(
        "E0515", "the folder of `\(path)` does not exist", label: "no such folder",
        remedy: "Make the folder first, or choose another path.")
    case EISDIR:
      Diagnostic(
        "E0512", "`\(path)` is a folder", label: "a folder", remedy: "Add the name of a file to write.")
    case EACCES, EPERM, EROFS:
      Diagnostic(
        "E0516", "you may not write `\(path)`", label: "no permission",
        remedy: "Choose a folder that belongs to you.")
    case ENOSPC, EDQUOT:
      Diagnostic(
        "E0517", "there is no room left for `\(path)`", label: "disk full",
        remedy: "Free some space or choose another disk; the old file, if any, is untouched.")
    default:
      Diagnostic(
        "E0518", "`\(path)` cannot be written: \(words(code))", label: "not written",
        remedy: "Check the disk and the path, then try again; the old file, if any, is untouched.")
    }
  }

  static func notPlain(_ path: String) -> Diagnostic {
    Diagnostic(
      "E0519", "`\(path)` is not a plain file", label: "a device or a pipe",
      remedy: "Copy what it gives into a file first.")
  }

  /// The system's own words.
  static func words(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // SAFETY: the buffer is valid during the call and as long as it says; the text ends in a zero byte.
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, unsafe strerror_r(code, base, buffer.count) == 0 else {
        return "error \(code)"
      }
      return unsafe String(cString: base).lowercased()
    }
  }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}
