/// Removes what looks like a key from text that is about to be shown or written.
package enum Redaction {
  private static let prefixes: [(prefix: String, kind: String)] = [
    ("sk-ant-", "anthropic-key"), ("sk-", "api-key"), ("ghp_", "github-token"),
    ("github_pat_", "github-token"),
    ("AKIA", "aws-key"), ("AIza", "google-key"), ("xoxb-", "slack-token"), ("hf_", "hub-token"),
  ]
  private static let shortestSecret = 16

  package static func redacted(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while !rest.isEmpty {
      let word = rest.prefix(while: isKeyCharacter)
      if word.isEmpty {
        result.append(rest.removeFirst())
        continue
      }
      rest = rest.dropFirst(word.count)
      if word.lowercased() == "bearer", let secret = credential(after: rest) {
        result += "\(word) [REDACTED:bearer]"
        rest = rest.dropFirst(secret)
      } else if word.utf8.count >= shortestSecret,
        let found = prefixes.first(where: { word.hasPrefix($0.prefix) })
      {
        result += "[REDACTED:\(found.kind)]"
      } else {
        result += word
      }
    }
    return result
  }

  private static func credential(after rest: Substring) -> Int? {
    let spaces = rest.prefix { $0 == " " }
    let word = rest.dropFirst(spaces.count).prefix { !$0.isWhitespace && $0 != "\"" && $0 != "," }
    return spaces.isEmpty || word.count < 8 ? nil : spaces.count + word.count
  }

  private static func isKeyCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
  }
}
