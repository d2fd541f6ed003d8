import Foundation
import Language
import Testing
import Workbench

@Suite struct `The reference` {
  /// `SONDE_UPDATE_GOLDENS=1` writes the page anew.
  @Test func `says what the command table says`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = root.appending(path: "docs/reference.md")
    let text = ReferenceText.markdown(builtins.map(\.spec))
    if ProcessInfo.processInfo.environment["SONDE_UPDATE_GOLDENS"] != nil {
      try text.write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(
      try String(contentsOf: page, encoding: .utf8) == text, "SONDE_UPDATE_GOLDENS=1 ./test writes it anew")
  }
}
