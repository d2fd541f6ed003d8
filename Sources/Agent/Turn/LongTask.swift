/// A task of several steps is planned in words before anything is called, and the plan stays before the model's eyes.
enum LongTask {
  private static let mostSteps = 7
  private static let longestStep = 160
  /// Words that join one step to the next.
  private static let joints = [
    " then ", "after that", "afterwards", "finally", "; ", " next,", "second,", "third,", "step ",
  ]

  /// By its words alone: several joints, a list, or simply long.
  static func isLong(_ question: String) -> Bool {
    let text = question.lowercased()
    let joined = joints.reduce(0) { $0 + text.ranges(of: $1).count }
    let listed = text.split(separator: "\n").count { line in
      line.drop(while: \.isWhitespace).first.map { $0.isNumber || $0 == "-" } ?? false
    }
    return joined >= 2 || listed >= 2 || text.count >= 400
  }

  static func request(tools: Set<String>) -> String {
    "Do not act yet. Write the plan first: at most \(mostSteps) short steps, one a line as `1. …`, each to be done with one"
      + " of \(tools.sorted().joined(separator: ", ")). Nothing else."
  }

  /// The lines that begin with a number.
  static func steps(in text: String) -> [String] {
    let lines = text.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
    let numbered = lines.filter { line in
      line.first?.isNumber == true && line.drop(while: \.isNumber).first.map { ".):".contains($0) } == true
    }
    return numbered.prefix(mostSteps).map { line in
      SafeText.oneLine(
        String(line.drop { $0.isNumber || ".):".contains($0) || $0 == " " }), limit: longestStep)
    }.filter { !$0.isEmpty }
  }

  /// What stands behind the question from then on.
  static func text(of steps: [String]) -> String {
    if steps.isEmpty { return "" }
    let lines = steps.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n")
    return "\n\nYour plan; do its next step, and leave out what a result made needless:\n\(lines)"
  }
}
