package import Language
import Workbench

/// Roles that work on one question, and the pattern by which they do: a Markdown file with a short header.
///
///     ---
///     pattern: debate
///     roles: analyst critic analyst
///     rounds: 2
///     ---
///     What the team is for.
package struct Team: Sendable, Equatable {
  package enum Pattern: String, Sendable, CaseIterable {
    /// One role answers.
    case single
    /// Each role goes on from what the one before it found.
    case pipeline
    /// All but nobody sees the others; the commonest verdict wins.
    case vote
    /// All but the last answer, read each other and answer again; the last one decides.
    case debate
    /// The first works, the second scores how well it hangs together; a low score asks the first again, resets or
    /// blocks it.
    case oversee
    /// The first decomposes, the second does step by step, the third judges.
    case plan
    /// The first proposes, the second scores; a proposal is kept if it scores no worse.
    case refine
  }

  package let name: String
  package let pattern: Pattern
  package let roles: [String]
  /// How often a debate, an oversight or a refinement goes round at most; how many steps a plan may have.
  package let rounds: Int
  package let text: String

  private static let mostRounds = 8
  private static let mostRoles = 9

  package init(name: String, parsing source: String) throws(Diagnostic) {
    var header: [String: String] = [:]
    var lines = source.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst() == "---" else { throw Self.diagnostic(name, "it has no header") }
    while let line = lines.popFirst(), line != "---" {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, ["pattern", "roles", "rounds"].contains(parts[0]) else {
        throw Self.diagnostic(name, "its header has a line that means nothing: \(line)")
      }
      header[String(parts[0])] = String(parts[1].drop(while: \.isWhitespace))
    }
    guard let pattern = header["pattern"].flatMap({ Pattern(rawValue: $0) }) else {
      let patterns = Pattern.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.diagnostic(name, "its pattern is none of \(patterns)")
    }
    let roles = (header["roles"] ?? "").split { $0 == " " || $0 == "," }.map(String.init)
    guard pattern.roles.contains(roles.count), roles.count <= Self.mostRoles else {
      throw Self.diagnostic(name, "the pattern \(pattern.rawValue) does not work with \(roles.count) roles")
    }
    let rounds = header["rounds"].map { Int($0) ?? 0 } ?? 2
    guard (1...Self.mostRounds).contains(rounds) else {
      throw Self.diagnostic(name, "its rounds are not 1 to \(Self.mostRounds)")
    }
    self.name = name
    self.pattern = pattern
    self.roles = roles
    self.rounds = rounds
    text = lines.joined(separator: "\n").replacing("\n\n\n", with: "\n\n")
  }

  private static func diagnostic(_ name: String, _ problem: String) -> Diagnostic {
    Diagnostic(
      "A0126", "the team `\(name)` cannot work: \(SafeText.oneLine(problem, limit: 120))",
      remedy: "correct its file in prompts/teams")
  }
}

extension Team.Pattern {
  /// How many roles it works with.
  fileprivate var roles: ClosedRange<Int> {
    switch self {
    case .single: 1...1
    case .pipeline, .vote: 2...99
    case .debate: 3...99
    case .oversee, .refine: 2...2
    case .plan: 3...3
    }
  }
}
