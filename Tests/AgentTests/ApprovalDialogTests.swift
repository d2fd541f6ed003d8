import Agent
import Language
import Testing

@Suite struct `Approval dialog` {
  static func line(overwrites: Bool) -> ReviewedLine {
    ReviewedLine(
      text: "export x \"a\u{202e}.csv\"", key: "k", verb: "export", reach: .write, outputs: ["a\u{202e}.csv"],
      overwrites: overwrites)
  }

  static func answer(_ entered: [String?], overwrites: Bool = false) -> Approval.Answer? {
    var dialog = ApprovalDialog(Approval(line: line(overwrites: overwrites)))
    for text in entered {
      if case .done(let answer) = dialog.advance(text) { return answer }
    }
    return nil
  }

  @Test(
    arguments: [
      ("yes", ["y"], Approval.Answer.once), ("for the session", [" s "], .session), ("no", ["n"], .no("")),
      ("no, and why", ["n wrong folder"], .no("wrong folder")),
      ("edited", ["e", "export x b.csv"], .edited("export x b.csv")),
      ("edited at once", ["e export x b.csv"], .edited("export x b.csv")),
      ("edited to nothing", ["e", ""], .no("")),
      ("interrupted", [nil], .stop), ("an empty line is no yes", ["", "y"], .once),
      ("nonsense", ["", "?", "ok"], .no("")),
    ] as [(String, [String?], Approval.Answer)]) func `reads the answer`(
      _ name: String, _ entered: [String?], _ answer: Approval.Answer
    )
  {
    #expect(Self.answer(entered) == answer, "\(name)")
  }

  @Test func `an overwrite cannot be allowed for the session`() {
    #expect(Self.answer(["s"], overwrites: true) == nil)
    var dialog = ApprovalDialog(Approval(line: Self.line(overwrites: true)))
    #expect(dialog.advance("s") == .ask("  Allow?  [y] once  [e] edit  [n] no, and why › ", initial: ""))
  }

  @Test func `shows the whole line with every hidden character`() {
    let dialog = ApprovalDialog(Approval(line: Self.line(overwrites: false)))
    #expect(dialog.text == #"● export x "a\u{202e}.csv"   WRITES a\u{202e}.csv"#)
    #expect(
      dialog.question
        == .ask("  Allow?  [y] once  [s] this session  [e] edit  [n] no, and why › ", initial: ""))
  }
}
