import Chronology
import Language
import Notation
package import Workbench

/// Lines of all sessions in one JSONL file that only its owner can read.
///
/// Every entry is one synced append, so that sessions side by side never lose lines of each other.
package final class HistoryFile: LineHistory {
  package private(set) var lines: [String]
  private let path: String
  private let files: any FileStore

  /// No more lines are recalled.
  private static let most = 10_000

  package init(path: String, files: any FileStore) {
    self.path = path
    self.files = files
    let text = (try? files.text(path)) ?? ""
    // A line that a crash cut short is no JSON and is left out.
    lines = text.split(separator: "\n").suffix(Self.most).compactMap { line in
      (try? JSON(parsing: String(line)))?["text"]?.string
    }
  }

  package func append(_ entry: HistoryEntry) {
    if lines.last != entry.text { lines.append(entry.text) }
    let record: JSON = [
      "time": .string(entry.time.description), "text": .string(entry.text),
      "status": .number(Double(entry.status)), "ms": .number(Double(entry.milliseconds)),
    ]
    // A history that cannot be written is no reason to stop anybody.
    try? files.append(Array((record.description + "\n").utf8), to: path)
  }
}
