/// Patterns over names: `*` for any run of characters, `?` for one, `{a,b}` for one of several.
package enum Glob {
  /// More alternatives than this are not told apart.
  private static let mostAlternatives = 64

  package static func isPattern(_ text: String) -> Bool {
    text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } || braces(in: text) != nil
  }

  /// Whether the whole name fits the pattern.
  ///
  /// - Complexity: O(pattern × name) an alternative; a failed star is never tried twice from the same place.
  package static func matches(_ name: String, _ pattern: String) -> Bool {
    alternatives(pattern).contains { fits(name, $0) }
  }

  /// The patterns that the first `{a,b}` stands for, and those that are left in them.
  private static func alternatives(_ pattern: String) -> [String] {
    var whole: [String] = []
    var open = [pattern]
    while let next = open.popLast(), whole.count + open.count < mostAlternatives {
      guard let (start, end) = braces(in: next) else {
        whole.append(next)
        continue
      }
      let inner = next[next.index(after: start)..<end]
      for part in inner.split(separator: ",", omittingEmptySubsequences: false) {
        open.append(String(next[..<start]) + String(part) + String(next[next.index(after: end)...]))
      }
    }
    return whole
  }

  /// The first pair of braces that holds a comma.
  private static func braces(in pattern: String) -> (String.Index, String.Index)? {
    var start: String.Index?
    for index in pattern.indices {
      if pattern[index] == "{" { start = index }
      if pattern[index] == "}", let open = start {
        if pattern[open..<index].contains(",") { return (open, index) }
        start = nil
      }
    }
    return nil
  }

  private static func fits(_ name: String, _ pattern: String) -> Bool {
    let name = Array(name.unicodeScalars)
    let pattern = Array(pattern.unicodeScalars)
    var (i, j) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while i < name.count {
      if j < pattern.count, pattern[j] == "*" {
        star = (j, i)
        j += 1
      } else if j < pattern.count, pattern[j] == "?" || pattern[j] == name[i] {
        i += 1
        j += 1
      } else if let open = star {
        star = (open.pattern, open.name + 1)
        i = open.name + 1
        j = open.pattern + 1
      } else {
        return false
      }
    }
    return pattern[j...].allSatisfy { $0 == "*" }
  }
}
