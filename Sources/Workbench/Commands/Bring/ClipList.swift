import Formats
import Values

/// A table of clips with their classes: columns `clip`, `label` and perhaps `split`.
enum ClipList {
  struct Entry: Sendable {
    let label: String
    let split: Split?
  }

  /// By the name of a clip without folders and ending; nil if a column is missing.
  static func entries(of columns: [Column]) -> [String: Entry]? {
    func column(_ name: String) -> Column? { columns.first { $0.name.lowercased() == name } }
    guard let clip = column("clip") ?? column("file"), let label = column("label") else { return nil }
    let split = column("split")
    var entries: [String: Entry] = [:]
    for row in 0..<clip.count {
      entries[name(of: clip.plainText(row) ?? "")] = Entry(
        label: label.plainText(row) ?? "",
        split: split?.plainText(row).flatMap { PictureFolder.split(named: $0) })
    }
    return entries
  }

  static func name(of path: String) -> String {
    DatasetLayout.stem(path.split(separator: "/").last.map(String.init) ?? "")
  }
}
