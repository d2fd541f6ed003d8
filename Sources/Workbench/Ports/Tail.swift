import Formats
package import Language

/// A file or pipe that goes on while it is read.
package protocol ByteTail: AnyObject {
  func next() throws(Diagnostic) -> TailRead
}

/// What came of looking for more.
package enum TailRead: Sendable, Equatable {
  case bytes([UInt8])
  case nothingYet
  /// The other end of a pipe was closed.
  case end
}

extension FileStore {
  /// By default a file that is looked at again and again; one that became shorter is read anew from its start.
  package func tail(_ path: String) throws(Diagnostic) -> any ByteTail {
    _ = try open(path)
    return GrowingFile(files: self, path: path)
  }
}

/// Reads what has been added to a file since the last look.
package final class GrowingFile: ByteTail {
  private let files: any FileStore
  private let path: String
  private var offset = 0
  private static let block = 1 << 20

  package init(files: any FileStore, path: String) {
    self.files = files
    self.path = path
  }

  package func next() throws(Diagnostic) -> TailRead {
    let source = try files.open(path)
    if source.count < offset { offset = 0 }
    if source.count == offset { return .nothingYet }
    do throws(FormatError) {
      let bytes = try source.read(at: offset, count: min(Self.block, source.count - offset))
      offset += bytes.count
      return bytes.isEmpty ? .nothingYet : .bytes(bytes)
    } catch {
      throw error.diagnostic(path, remedy: "Check the file.")
        ?? Diagnostic(
          "E0514", "`\(path)` cannot be read", remedy: "Check the disk and the path, then try again.")
    }
  }
}
