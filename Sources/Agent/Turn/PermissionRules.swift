package import Language
package import Workbench

/// What the user's own file says about lines: `allow export out/*`, `ask detect autoencoder`, `deny export`.
///
/// A denial beats a question, a question beats a permission. A project's file can only tighten: its permissions count
/// for nothing.
package struct PermissionRules: Sendable, Equatable {
  package enum Decision: String, Sendable { case allow, ask, deny }

  fileprivate struct Rule: Sendable, Equatable {
    let decision: Decision
    /// A verb, or a verb and a method; `*` is any.
    let verb: String
    /// A glob over written files, or a method.
    let rest: String?
  }

  private var rules: [Rule] = []

  package init() {}

  /// Reads a file of rules: one a line, `#` begins a comment.
  package init(parsing text: String, name: String, mayAllow: Bool) throws(Diagnostic) {
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      if words.isEmpty { continue }
      guard (2...3).contains(words.count), let decision = Decision(rawValue: words[0]) else {
        throw Diagnostic(
          "A0124", "line \(number + 1) of \(name) is no rule: \(SafeText.oneLine(String(line), limit: 60))",
          remedy: "write `allow`, `ask` or `deny`, a verb, and perhaps a method or a file pattern")
      }
      if decision == .allow, !mayAllow { continue }
      rules.append(Rule(decision: decision, verb: words[1], rest: words.count == 3 ? words[2] : nil))
    }
  }

  /// The rules of a file; none if it is not there.
  package init(files: any FileStore, path: String, mayAllow: Bool) throws(Diagnostic) {
    let text = files.files(matching: path).isEmpty ? "" : try files.text(path, limit: 1 << 16)
    try self.init(parsing: text, name: path, mayAllow: mayAllow)
  }

  package static func + (a: PermissionRules, b: PermissionRules) -> PermissionRules {
    var sum = a
    sum.rules += b.rules
    return sum
  }

  /// nil if no rule speaks of the line.
  package func decision(on line: ReviewedLine) -> Decision? {
    let fitting = rules.filter { $0.fits(line) }.map(\.decision)
    if fitting.contains(.deny) { return .deny }
    if fitting.contains(.ask) { return .ask }
    return fitting.isEmpty ? nil : .allow
  }

  /// Verbs that a model need not even see.
  package func denies(verb: String) -> Bool {
    rules.contains { $0.decision == .deny && $0.rest == nil && ($0.verb == verb || $0.verb == "*") }
  }
}

extension PermissionRules.Rule {
  fileprivate func fits(_ line: ReviewedLine) -> Bool {
    guard verb == "*" || line.commands.contains(where: { $0.verb == verb }) else { return false }
    guard let rest else { return true }
    if line.commands.contains(where: { ($0.verb == verb || verb == "*") && $0.method == rest }) {
      return true
    }
    // A permission must cover every file, a denial any of them.
    let paths = line.outputs.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
    if paths.isEmpty { return false }
    return decision == .allow
      ? paths.allSatisfy { Workspace.isInside($0) && Glob.matches($0, rest) }
      : paths.contains { Glob.matches($0, rest) }
  }
}

/// The folder below which the agent may write at all.
package enum Workspace {
  /// Whether a path stays below the current folder, by its words alone.
  package static func isInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.hasPrefix("~")
      && !path.split(separator: "/").contains("..")
  }
}
