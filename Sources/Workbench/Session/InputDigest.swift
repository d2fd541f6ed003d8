import Formats
package import Language
import Notation

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
    guard let last = text.lastIndex(of: " "), let middle = text[..<last].lastIndex(of: " "),
      let count = Int(text[text.index(after: middle)..<last])
    else { return nil }
    path = Self.unescaped(text[..<middle])
    bytes = count
    sha256 = String(text[text.index(after: last)...])
  }

  package var text: String { "\(Self.escaped(path)) \(bytes) \(sha256)" }

  /// A name of a file may hold line breaks and what steers a terminal; neither belongs into a script.
  private static func escaped(_ path: String) -> String {
    var text = ""
    for scalar in path.unicodeScalars {
      if scalar == "\\" || scalar.properties.isWhitespace && scalar != " " || Visible.isHidden(scalar) {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func unescaped(_ text: Substring) -> String {
    var path = ""
    var rest = text
    while let start = rest.firstRange(of: "\\u{"), let end = rest[start.upperBound...].firstIndex(of: "}") {
      path += rest[..<start.lowerBound]
      if let value = UInt32(rest[start.upperBound..<end], radix: 16), let scalar = Unicode.Scalar(value) {
        path.unicodeScalars.append(scalar)
      }
      rest = rest[rest.index(after: end)...]
    }
    return path + rest
  }
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
