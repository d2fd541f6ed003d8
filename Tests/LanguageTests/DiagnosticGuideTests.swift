import Foundation
import Language
import Testing

@Suite struct `The guide to diagnostics` {
  /// Every code that stands in the sources, except in the guide itself.
  private static let used: Set<String> = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let sources = root.appending(path: "Sources")
    var codes: Set<String> = []
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
      guard !file.lastPathComponent.hasPrefix("DiagnosticGuide"),
        let text = try? String(contentsOf: file, encoding: .utf8)
      else { continue }
      for match in text.matches(of: #/"([A-Z][0-9]{4})"/#) { codes.insert(String(match.1)) }
    }
    return codes
  }()

  @Test func `explains every code that is used`() {
    #expect(Self.used.count > 100)
    let missing = Self.used.filter { DiagnosticGuide.text($0) == nil }
    #expect(missing.isEmpty)
    let unexplained = Self.used.filter { $0.hasPrefix("E") && DiagnosticGuide.entry($0) == nil }
    #expect(unexplained.isEmpty)
  }

  @Test func `explains no code that is not used`() {
    let unused = DiagnosticGuide.entries.map(\.code).filter { !Self.used.contains($0) }
    #expect(unused.isEmpty)
  }

  @Test func `keeps codes unique, and sentences whole`() {
    let codes = DiagnosticGuide.entries.map(\.code)
    #expect(Set(codes).count == codes.count)
    for entry in DiagnosticGuide.entries {
      #expect(entry.explanation.hasSuffix("."), "\(entry.code)")
      #expect(DiagnosticGuide.family(of: entry.code) != nil, "\(entry.code)")
    }
  }

  @Test(arguments: ["e0203", "E0203"]) func `reads codes in small letters`(code: String) throws {
    let text = try #require(DiagnosticGuide.text(code))
    #expect(text.hasPrefix("E0203: a name or a kind of value does not fit.\n\nThe value has no column"))
  }

  @Test(arguments: ["E020", "E02033", "X0203", "", "E02a3"]) func `knows what is no code`(text: String) {
    #expect(DiagnosticGuide.text(text) == nil)
  }
}
