/// Finds what somebody may have meant.
package enum Suggestion {
  /// Longer words are not compared, so that the cost stays bounded.
  private static let longest = 64
  private static let mostCandidates = 5_000

  /// At most three candidates, all as near as the nearest, within a third of the word's length.
  package static func nearest(to word: String, among candidates: [String]) -> [String] {
    let letters = Array(word.lowercased().unicodeScalars)
    guard !letters.isEmpty, letters.count <= longest else { return [] }
    // One wrong letter of one says nothing.
    let limit = min(max(1, letters.count / 3), letters.count - 1)
    var seen: Set<String> = []
    var found: [(distance: Int, position: Int, text: String)] = []
    for (position, text) in candidates.prefix(mostCandidates).enumerated() where seen.insert(text).inserted {
      let other = Array(text.lowercased().unicodeScalars.prefix(longest + 1))
      if isFirstPart(other, of: letters) {
        found.append((0, position, text))
        continue
      }
      guard abs(other.count - letters.count) <= limit, other.count <= longest else { continue }
      let distance = distance(letters, other)
      if distance <= limit { found.append((distance, position, text)) }
    }
    found.sort { ($0.distance, $0.position) < ($1.distance, $1.position) }
    return found.prefix { $0.distance == found[0].distance }.prefix(3).map(\.text)
  }

  /// Whether the candidate is what stands before a mark in the word: `mvtec` of `mvtec-ad`.
  private static func isFirstPart(_ candidate: [Unicode.Scalar], of word: [Unicode.Scalar]) -> Bool {
    candidate.count > 2 && word.count > candidate.count && word.starts(with: candidate)
      && !word[candidate.count].properties.isAlphabetic
  }

  /// "did you mean `a`, `b` or `c`?", or the other remedy if nothing is near.
  ///
  /// - Parameter known: what the word is known to mean elsewhere; goes before what is spelt like it.
  package static func remedy(
    for word: String, among candidates: [String], known: [String] = [], else other: String
  ) -> String {
    let nearest = known.isEmpty ? nearest(to: word, among: candidates) : known
    return nearest.isEmpty ? other : "did you mean \(list(nearest, "or"))?"
  }

  /// What other programs call options, and what they may be called here.
  private static let elsewhere: [String: [String]] = [
    "k": ["neighbors", "clusters"], "n-neighbors": ["neighbors"], "n-estimators": ["trees", "networks"],
    "max-samples": ["sample"], "n-clusters": ["clusters"], "n-components": ["components"], "n-bins": ["bins"],
    "m": ["window"], "window-size": ["window"], "sliding-window": ["window"], "random-state": ["seed"],
    "n-trees": ["trees"], "height": ["depth"], "learning-rate": ["rate"], "epoch-num": ["epochs"],
  ]

  /// Options among those of a command that another program calls `name`.
  static func options(named name: String, among names: [String]) -> [String] {
    let word = name.lowercased().replacing("_", with: "-")
    return (elsewhere[word] ?? []).filter(names.contains).map { "--" + $0 }
  }

  /// "`a`, `b` or `c`".
  package static func list(_ words: [String], _ conjunction: String) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }

  /// The first few of many: "`a`, `b`, `c` and 7 more".
  package static func some(_ words: [String], of limit: Int = 10) -> String {
    guard words.count > limit else { return list(words, "and") }
    let shown = words.prefix(limit - 1).map { "`\($0)`" }.joined(separator: ", ")
    return "\(shown) and \(words.count - limit + 1) more"
  }

  /// How many insertions, deletions, replacements and swaps of neighbours turn one text into the other
  /// (Damerau, restricted to one edit a place).
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
        var best = min(replaced, last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
