/// Asks the user about a line that writes, and reads the answer: y, s, e or n, each with what belongs to it.
package struct ApprovalDialog: Sendable, Equatable {
  /// What to do after an answer was read.
  package enum Step: Sendable, Equatable {
    /// Ask this, with this text to edit.
    case ask(String, initial: String)
    case done(Approval.Answer)
  }

  private static let mostAttempts = 3

  private let approval: Approval
  private var attempts = 0
  private var isEditing = false

  package init(_ approval: Approval) { self.approval = approval }

  /// The lines above the question: the whole line, however long, and what it does.
  package var text: String {
    let line = approval.line
    if let server = line.server { return "● \(approval.text)   CALLS \(server), another program" }
    let files = line.outputs.map { SafeText.visible($0) }.joined(separator: ", ")
    let state = line.overwrites ? "OVERWRITES" : "WRITES"
    return "● \(approval.text)   \(files.isEmpty ? state : "\(state) \(files)")"
  }

  /// The first question.
  package var question: Step { .ask(Self.choices(approval), initial: "") }

  private static func choices(_ approval: Approval) -> String {
    if approval.line.server != nil { return "  Allow?  [y] once  [n] no, and why › " }
    let session = approval.line.overwrites ? "" : "  [s] this session"
    return "  Allow?  [y] once\(session)  [e] edit  [n] no, and why › "
  }

  /// Takes what the user entered; nil if it was Ctrl-C or the end of the input.
  package mutating func advance(_ entered: String?) -> Step {
    guard let entered else { return .done(.stop) }
    let text = Self.trimmed(entered)
    if isEditing {
      isEditing = false
      return text.isEmpty ? .done(.no("")) : .done(.edited(text))
    }
    let rest = Self.trimmed(String(text.dropFirst(text.prefix { !$0.isWhitespace }.count)))
    switch text.prefix(while: { !$0.isWhitespace }).lowercased() {
    case "y", "yes": return .done(.once)
    case "s" where !approval.line.overwrites && approval.line.server == nil: return .done(.session)
    case "n", "no": return .done(.no(rest))
    case "e" where approval.line.server == nil, "edit" where approval.line.server == nil:
      if !rest.isEmpty { return .done(.edited(rest)) }
      isEditing = true
      return .ask("  line › ", initial: approval.line.text)
    default:
      attempts += 1
      return attempts >= Self.mostAttempts ? .done(.no("")) : question
    }
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
