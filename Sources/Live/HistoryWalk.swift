/// Steps through earlier lines that start with what had been typed, and back to it.
struct HistoryWalk: Equatable {
  private let lines: [String]
  /// What had been typed.
  let draft: String
  /// Behind the last line: the draft.
  private var position: Int

  init(lines: [String], draft: String) {
    self.lines = lines
    self.draft = draft
    position = lines.count
  }

  private var shown: String { position == lines.count ? draft : lines[position] }

  /// The next older line that fits and differs from the one shown; nil if there is none.
  mutating func earlier() -> String? {
    var next = position - 1
    while next >= 0, !fits(next) { next -= 1 }
    guard next >= 0 else { return nil }
    position = next
    return lines[next]
  }

  /// The next newer line, at last the draft.
  mutating func later() -> String? {
    guard position < lines.count else { return nil }
    var next = position + 1
    while next < lines.count, !fits(next) { next += 1 }
    position = next
    return next < lines.count ? lines[next] : draft
  }

  private func fits(_ index: Int) -> Bool { lines[index].hasPrefix(draft) && lines[index] != shown }
}

/// Finds earlier lines that hold all the words of a query, newest first.
struct HistorySearch: Equatable {
  private let lines: [String]
  private(set) var query = ""
  private(set) var found: String?
  private var position: Int

  init(lines: [String]) {
    self.lines = lines
    position = lines.count
  }

  mutating func type(_ scalar: Unicode.Scalar) {
    query.unicodeScalars.append(scalar)
    found = nil
    find(from: lines.count - 1)
  }

  mutating func erase() {
    if !query.isEmpty { query.removeLast() }
    found = nil
    if !query.isEmpty { find(from: lines.count - 1) }
  }

  /// Goes on to the next older line.
  mutating func older() { find(from: position - 1) }

  private mutating func find(from start: Int) {
    let words = query.lowercased().split(separator: " ")
    var index = start
    while index >= 0 {
      let line = lines[index].lowercased()
      if lines[index] != found, words.allSatisfy({ line.contains($0) }) {
        position = index
        found = lines[index]
        return
      }
      index -= 1
    }
  }
}
