import Formats
package import Language
import Synchronization

/// Finds relative paths also in other folders, such as the one of the script that runs.
struct SearchingFiles: FileStore {
  let base: any FileStore
  let folders: [String]

  func open(_ path: String) throws(Diagnostic) -> any ByteSource { try base.open(found(path)) }
  func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) { try base.write(bytes, to: path) }
  func append(_ bytes: [UInt8], to path: String) throws(Diagnostic) { try base.append(bytes, to: path) }
  func tail(_ path: String) throws(Diagnostic) -> any ByteTail { try base.tail(found(path)) }

  func files(matching path: String) -> [String] {
    let here = base.files(matching: path)
    if !here.isEmpty || path.hasPrefix("/") || path.hasPrefix("~") { return here }
    for folder in folders {
      let there = base.files(matching: folder + path)
      // The names stay as the script writes them, so that they are the same on every machine.
      if !there.isEmpty { return there.map { String($0.dropFirst(folder.count)) } }
    }
    return []
  }

  private func found(_ path: String) -> String {
    guard !folders.isEmpty, !path.hasPrefix("/"), base.files(matching: path).isEmpty else { return path }
    return folders.map { $0 + path }.first { !base.files(matching: $0).isEmpty } ?? path
  }
}

/// Remembers which files were read.
final class RecordingFiles: FileStore {
  private let base: any FileStore
  private let paths = Mutex<[String]>([])

  init(base: any FileStore) { self.base = base }

  var opened: [String] { paths.withLock { $0 } }

  func open(_ path: String) throws(Diagnostic) -> any ByteSource {
    let source = try base.open(path)
    paths.withLock { if !$0.contains(path) { $0.append(path) } }
    return source
  }

  func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) { try base.write(bytes, to: path) }
  func append(_ bytes: [UInt8], to path: String) throws(Diagnostic) { try base.append(bytes, to: path) }

  /// A stream has no bytes that could be compared on replay.
  func tail(_ path: String) throws(Diagnostic) -> any ByteTail { try base.tail(path) }
  func files(matching path: String) -> [String] { base.files(matching: path) }
}

extension FileStore {
  /// A whole text file; bytes that are not UTF-8 become replacement characters.
  package func text(_ path: String, limit: Int = 64 << 20) throws(Diagnostic) -> String {
    let source = try open(path)
    guard source.count <= limit else {
      throw Diagnostic(
        "E0504", "`\(path)` is too large for a script: \(source.count) bytes",
        remedy: "a script has at most \(limit >> 20) MB; is it data? `load` reads data")
    }
    do throws(FormatError) {
      return String(decoding: try source.read(at: 0, count: source.count), as: UTF8.self)
    } catch {
      throw Diagnostic(
        "E0505", "`\(path)` cannot be read: \(error.words)", remedy: "check the file and its disk")
    }
  }
}
