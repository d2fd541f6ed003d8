import Foundation
import Testing

/// Every message that a person can see has been looked at: its code stands in a recorded transcript.
@Suite struct `Messages with a code` {
  private static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// What another check forestalls, so that no line brings it about. They guard what comes behind.
  private static let guards = [
    "A0150": "only if a model asks for it", "E0557": "only if a server breaks what it promised",
    "D0102": "features are matched by name first", "D0309": "kinds are checked first",
    "D0405": "ranges are checked first", "D0408": "zlib would have to fail",
    "E0207": "no command asks for columns of one type yet", "E0531": "a recording of hours",
    "R0001": "only if somebody stops the look at a file", "R0203": "alignment asks for the start first",
    "R0211": "only if a picture is rewritten in place", "R0404": "kinds are checked first",
    "R0503": "types are checked first",
  ]

  private static func texts(_ folder: String, ending: String) -> [String] {
    let files = FileManager.default.enumerator(
      at: package.appending(path: folder), includingPropertiesForKeys: nil)
    var found: [String] = []
    for case let file as URL in files ?? .init() where file.pathExtension == ending {
      guard !file.lastPathComponent.hasPrefix("DiagnosticGuide"),
        let text = try? String(contentsOf: file, encoding: .utf8)
      else { continue }
      found.append(text)
    }
    return found
  }

  @Test func `stand in a transcript`() {
    var used: Set<String> = []
    for text in Self.texts("Sources", ending: "swift") {
      for match in text.matches(of: #/"([A-Z][0-9]{4})"/#) { used.insert(String(match.1)) }
    }
    #expect(used.count > 150)
    var seen: Set<String> = []
    for text in Self.texts("Tests", ending: "txt") {
      for match in text.matches(of: #/error\[([A-Z][0-9]{4})\]/#) { seen.insert(String(match.1)) }
    }
    let unseen = used.subtracting(seen).subtracting(Self.guards.keys)
    #expect(unseen.isEmpty, "record a line that brings them about: \(unseen.sorted())")
    #expect(seen.isDisjoint(with: Self.guards.keys), "no longer forestalled")
  }
}
