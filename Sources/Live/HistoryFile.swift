import Chronology
import Glibc
import Notation
package import Workbench

/// Lines of all sessions, one JSON object a line, readable by their owner alone.
///
/// Entries are appended in one write each, so that several sessions can keep one file and a crash costs at most the
/// entry being written; what cannot be read back is skipped.
package final class HistoryFile: LineHistory {
  private let path: String
  /// Where lines are typed, for whoever reads the file.
  private let folder: String
  /// Of the newest lines only; longer ago nobody remembers.
  private var loaded: [String]?
  private static let mostLines = 10_000
  private static let mostBytes = 2 << 20

  package init(path: String) {
    self.path = path
    folder = Environment.currentFolder
  }

  package var lines: [String] {
    if let loaded { return loaded }
    let lines = Self.read(path)
    loaded = lines
    return lines
  }

  package func append(_ entry: HistoryEntry) {
    guard !entry.text.hasPrefix(" "), !Self.holdsSecret(entry.text) else { return }
    var lines = self.lines
    if lines.last != entry.text { lines.append(entry.text) }
    loaded = lines
    let json: JSON = [
      "time": .string(entry.time.description), "folder": .string(folder),
      "status": .number(Double(entry.status)), "ms": .number(Double(entry.milliseconds)),
      "text": .string(entry.text),
    ]
    write(json.description)
  }

  /// What looks like a key is not kept.
  private static func holdsSecret(_ text: String) -> Bool {
    ["sk-", "ghp_", "AKIA", "AIza", "Bearer ", "PRIVATE KEY"].contains { text.contains($0) }
  }

  private func write(_ line: String) {
    makeFolders()
    let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // An entry that a crash cut off must not spoil this one.
    var last: UInt8 = 10
    let end = lseek(descriptor, 0, SEEK_END)
    if end > 0 { _ = unsafe pread(descriptor, &last, 1, end - 1) }
    let bytes = Array(((last == 10 ? "" : "\n") + line + "\n").utf8)
    // SAFETY: the buffer is valid during the call and as long as `count` says.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }

  private func makeFolders() {
    guard let slash = path.lastIndex(of: "/") else { return }
    let parts = path[..<slash].split(separator: "/")
    var folder = path.hasPrefix("/") ? "" : "."
    for part in parts {
      folder += "/" + part
      _ = unsafe mkdir(folder, 0o700)
    }
  }

  private static func read(_ path: String) -> [String] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    let start = max(0, size - mostBytes)
    var bytes = [UInt8](repeating: 0, count: max(0, size - start))
    // SAFETY: the buffer is valid during the call and as long as `count` says.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(start))
    }
    var parts = bytes.prefix(max(0, count)).split(separator: 10)
    if start > 0, !parts.isEmpty { parts.removeFirst() }
    var lines: [String] = []
    for part in parts.suffix(mostLines) {
      guard let json = try? JSON(parsing: String(decoding: part, as: UTF8.self)),
        case .string(let text)? = json["text"], !text.isEmpty, lines.last != text
      else { continue }
      lines.append(text)
    }
    return lines
  }
}
