/// Patterns over names: `*` for any run of characters, `?` for one.
package enum Glob {
  package static func isPattern(_ text: String) -> Bool {
    text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
  }

  /// Whether the whole name fits the pattern.
  ///
  /// - Complexity: O(pattern × name); a failed star is never tried twice from the same place.
  package static func matches(_ name: String, _ pattern: String) -> Bool {
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
