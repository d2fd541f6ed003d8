import Formats
package import Language

/// `#: input data/pump.csv 91238 9f86…`: a file that an investigation read.
package struct InputDigest: Sendable, Equatable {
  package let path: String
  package let bytes: Int
  package let sha256: String

  /// Digests the file as it is now.
  package init(_ path: String, files: any FileStore) throws(Diagnostic) {
    let source = try files.open(path)
    var digest = SHA256()
    var offset = 0
    while offset < source.count {
      do throws(FormatError) {
        digest.add(try source.read(at: offset, count: 1 << 20))
      } catch {
        throw Diagnostic(
          "E0505", "`\(path)` cannot be read: \(error.words)", remedy: "check the file and its disk")
      }
      offset += 1 << 20
    }
    self.path = path
    bytes = source.count
    sha256 = digest.finish()
  }

  /// Reads the text of a header line.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count >= 3, let count = Int(words[words.count - 2]) else { return nil }
    path = words[..<(words.count - 2)].joined(separator: " ")
    bytes = count
    sha256 = String(words[words.count - 1])
  }

  package var text: String { "\(path) \(bytes) \(sha256)" }
}

extension Replay {
  /// Files that are no longer what they were when the script was saved.
  package func changedInputs(in session: Session) -> [String] {
    enter(session)
    return script.header.filter { $0.key == "input" }.compactMap { InputDigest($0.value) }.filter { before in
      (try? InputDigest(before.path, files: session.files)).map { $0.sha256 != before.sha256 } ?? true
    }.map(\.path)
  }
}
