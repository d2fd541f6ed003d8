package import Formats
package import Language
import Synchronization
import Workbench

/// Files in memory, under any path. A folder exists as soon as a file lies in it.
package final class MemoryFiles: FileStore {
  private let contents: Mutex<[String: [UInt8]]>

  package init(_ contents: [String: [UInt8]] = [:]) { self.contents = Mutex(contents) }

  package convenience init(_ texts: [String: String]) { self.init(texts.mapValues { Array($0.utf8) }) }

  /// The bytes of a file that is there.
  package subscript(path: String) -> [UInt8]? { contents.withLock { $0[path] } }
  package var paths: [String] { contents.withLock { $0.keys.sorted() } }

  package func text(_ path: String) -> String? { self[path].map { String(decoding: $0, as: UTF8.self) } }

  package func open(_ path: String) throws(Diagnostic) -> any ByteSource {
    if let bytes = self[path] { return MemorySource(bytes) }
    throw isFolder(path)
      ? Diagnostic("E0512", "`\(path)` is a folder", remedy: "Name the files in it.")
      : Diagnostic("E0511", "there is no file `\(path)`", remedy: "Check the path.")
  }

  package func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    if isFolder(path) {
      throw Diagnostic("E0512", "`\(path)` is a folder", remedy: "Add the name of a file to write.")
    }
    contents.withLock { $0[path] = bytes }
  }

  /// Like a shell, except that `**` has no meaning of its own; hidden names need a pattern with a dot.
  package func files(matching path: String) -> [String] {
    if self[path] != nil { return [path] }
    if path.hasSuffix("/"), !Glob.isPattern(path) { return paths.filter { $0.hasPrefix(path) } }
    let pattern = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    return paths.filter { candidate in
      let parts = candidate.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      return parts.count == pattern.count
        && zip(parts, pattern).allSatisfy { part, pattern in
          (!part.hasPrefix(".") || pattern.hasPrefix(".")) && Glob.matches(part, pattern)
        }
    }
  }

  package func append(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    try write((self[path] ?? []) + bytes, to: path)
  }

  private func isFolder(_ path: String) -> Bool {
    let folder = path.hasSuffix("/") ? path : path + "/"
    return paths.contains { $0.hasPrefix(folder) }
  }
}
