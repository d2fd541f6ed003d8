import Chronology
import Foundation
import Live
import Testing
import Workbench

@Suite final class `The history file` {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "sonde-\(UUID().uuidString)")
  private var path: String { folder.appendingPathComponent("state/history.jsonl").path }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func entry(_ text: String) -> HistoryEntry {
    HistoryEntry(time: Instant(nanoseconds: 0), text: text, status: 0, milliseconds: 3)
  }

  @Test func `keeps lines, several-line ones too, for the next session`() {
    let first = HistoryFile(path: path)
    for text in ["one", "two |\nthree", "日本 \"x\""] { first.append(entry(text)) }
    #expect(first.lines == ["one", "two |\nthree", "日本 \"x\""])
    #expect(HistoryFile(path: path).lines == first.lines)
  }

  @Test func `is shared by sessions side by side`() {
    let (first, second) = (HistoryFile(path: path), HistoryFile(path: path))
    first.append(entry("a"))
    second.append(entry("b"))
    first.append(entry("c"))
    #expect(HistoryFile(path: path).lines == ["a", "b", "c"])
  }

  @Test func `loses no line to one that a crash cut off`() throws {
    HistoryFile(path: path).append(entry("whole"))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(#"{"time":"2026","text":"cut"#.utf8))
    try file.close()
    HistoryFile(path: path).append(entry("next"))
    #expect(HistoryFile(path: path).lines == ["whole", "next"])
  }

  @Test(arguments: [" behind a space", "/key sk-abcdef", "x = ghp_123"])
  func `stores nothing private`(_ text: String) {
    HistoryFile(path: path).append(entry(text))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `says a line once that is typed again and again`() {
    let history = HistoryFile(path: path)
    for text in ["a", "a", "b", "a"] { history.append(entry(text)) }
    #expect(history.lines == ["a", "b", "a"])
  }
}
