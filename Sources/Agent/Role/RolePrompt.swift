package import Language
import Workbench

/// The text that makes a model an analyst, and the tools it gets: a Markdown file with a short header.
///
///     ---
///     tools: describe show detect(mad iforest) run
///     model: qwen2.5-coder-1.5b
///     ---
///     You are …
package struct RolePrompt: Sendable, Equatable {
  package let name: String
  /// The verbs that the role may call, in the order in which a model sees them.
  package let tools: [String]
  /// Of a verb with many methods, those that the model is shown; `run` reaches the others.
  package let methods: [String: [String]]
  /// The model that answers in this role, by a name that `/model` lists; nil is the one that is chosen.
  package let model: String?
  package let text: String

  /// Reads the text of a prompt file.
  package init(name: String, parsing source: String) throws(Diagnostic) {
    self.name = name
    var lines = source.split(separator: "\n", omittingEmptySubsequences: false)[...]
    var tools: [String] = []
    var methods: [String: [String]] = [:]
    var model: String?
    if lines.first == "---" {
      lines = lines.dropFirst()
      while let line = lines.first, line != "---" {
        lines = lines.dropFirst()
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0] == "model" {
          let word = parts[1].filter { !$0.isWhitespace }
          model = word.isEmpty ? nil : word
          continue
        }
        guard parts.count == 2, parts[0] == "tools" else {
          if line.allSatisfy(\.isWhitespace) { continue }
          throw Self.diagnostic(name, "its header has a line that means nothing: \(line)")
        }
        for group in Self.groups(parts[1]) {
          tools.append(group.verb)
          if !group.methods.isEmpty { methods[group.verb] = group.methods }
        }
      }
      guard lines.first == "---" else { throw Self.diagnostic(name, "its header is not closed by ---") }
      lines = lines.dropFirst()
    }
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines = lines.dropLast() }
    text = lines.joined(separator: "\n")
    self.tools = tools
    self.methods = methods
    self.model = model
    if text.isEmpty { throw Self.diagnostic(name, "it has no text") }
  }

  /// Stands for a verb without a method.
  package static let noMethod = "-"

  /// `show detect(mad iforest)` is `show` with all methods and `detect` with two, `encode(-)` is `encode` without any.
  private static func groups(_ text: Substring) -> [(verb: String, methods: [String])] {
    var groups: [(verb: String, methods: [String])] = []
    var word = ""
    var isInside = false
    func end() {
      defer { word = "" }
      if word.isEmpty { return }
      if isInside, !groups.isEmpty {
        groups[groups.count - 1].methods.append(word)
      } else {
        groups.append((word, []))
      }
    }
    for character in text {
      switch character {
      case " ", ",": end()
      case "(", ")":
        end()
        isInside = character == "("
      default: word.append(character)
      }
    }
    end()
    return groups
  }

  private static func diagnostic(_ name: String, _ problem: String) -> Diagnostic {
    Diagnostic(
      "A0121", "the prompt `\(name)` cannot be used: \(SafeText.oneLine(problem, limit: 120))",
      remedy: "correct the file, or remove your own copy to use the one that comes with Sonde")
  }
}

extension RolePrompt {
  /// The folders that may hold prompts: the user's own first, then those beside the program and above it.
  package static func folders(environment: (String) -> String?, executable: String) -> [String] {
    func set(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
    var folders: [String] = []
    if let config = set("XDG_CONFIG_HOME") ?? set("HOME").map({ $0 + "/.config" }) {
      folders.append(config + "/sonde/prompts")
    }
    var folder = executable[...]
    // A debug build lies four folders below the package.
    for _ in 0..<5 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = folder[..<slash]
      folders.append("\(folder)/prompts")
      folders.append("\(folder)/share/sonde/prompts")
    }
    return folders
  }

  /// The first prompt of this name in the folders; `read` gives nil for a file that does not exist.
  package static func find(
    _ name: String, in folders: [String], read: (String) -> String?
  ) throws(Diagnostic) -> RolePrompt {
    for folder in folders {
      if let source = read("\(folder)/\(name).md") { return try RolePrompt(name: name, parsing: source) }
    }
    throw Diagnostic(
      "A0120", "there is no prompt `\(name)`",
      remedy: "install Sonde with its prompts folder, or write \(folders.first ?? "prompts")/\(name).md")
  }
}
