import Agent
import Language
import Testing
import Workbench

@Suite struct `What may run` {
  static func write(_ path: String, overwrites: Bool = false) -> ReviewedLine {
    ReviewedLine(
      text: "export pump --to \(path)", key: path, verb: "export", reach: .write, outputs: [path],
      overwrites: overwrites)
  }
  static let fit = ReviewedLine(
    text: "detect autoencoder pump", key: "d", verb: "detect", reach: .compute,
    commands: [ReviewedLine.Command("detect", "autoencoder")])

  static func permissions(_ rules: String, _ mode: AgentMode = .ask, project: String = "") throws
    -> Permissions
  {
    var permissions = Permissions()
    permissions.mode = mode
    permissions.rules =
      try PermissionRules(parsing: rules, name: "rules", mayAllow: true)
      + PermissionRules(parsing: project, name: "project", mayAllow: false)
    return permissions
  }

  @Test(arguments: [
    ("computes by itself", "", AgentMode.ask, fit, PermissionRules.Decision.allow),
    ("asks before it writes", "", .ask, write("a.csv"), .ask),
    ("writes new files in auto", "", .auto, write("out/a.csv"), .allow),
    ("asks before it overwrites, always", "allow export", .auto, write("a.csv", overwrites: true), .ask),
    ("never leaves the folder", "allow export", .auto, write("../a.csv"), .deny),
    ("never writes elsewhere", "allow export *", .auto, write("/tmp/a.csv"), .deny),
    ("follows a permission for files", "allow export out/*", .ask, write("out/a.csv"), .allow),
    ("a permission for other files is none", "allow export out/*", .ask, write("a.csv"), .ask),
    ("a denial beats a permission", "allow export\ndeny export *.csv", .ask, write("a.csv"), .deny),
    ("a question beats a permission", "allow export\nask export", .ask, write("a.csv"), .ask),
    ("asks where a rule says so", "ask detect autoencoder", .ask, fit, .ask),
    ("denies a method", "deny detect autoencoder # slow", .ask, fit, .deny),
  ]) func `mode, rules and reach decide`(
    _ name: String, _ rules: String, _ mode: AgentMode, _ line: ReviewedLine,
    _ decision: PermissionRules.Decision
  ) throws {
    #expect(try Self.permissions(rules, mode).decision(on: line) == decision, "\(name)")
  }

  @Test func `a project can only tighten`() throws {
    #expect(try Self.permissions("", project: "allow export").decision(on: Self.write("a.csv")) == .ask)
    #expect(try Self.permissions("", project: "deny detect").decision(on: Self.fit) == .deny)
  }

  @Test func `a rule that says nothing is an error`() {
    let error = #expect(throws: Diagnostic.self) {
      try PermissionRules(parsing: "permit export", name: "rules", mayAllow: true)
    }
    #expect(error?.code == "A0124")
  }

  @Test(arguments: [
    ("a rounded number", "It peaks at 12.5 [r3].", ["score 12.499"], []),
    ("a percentage of a share", "Temperature drives 51 % of it.", ["share 0.50814"], []),
    ("an invented number", "It peaks at 13.1.", ["score 12.499"], ["13.1"]),
    ("an invented percentage", "About 80 % of it.", ["share 0.5"], ["80 %"]),
    ("names and citations are no numbers", "Accelerometer1 in [r12].", [""], []),
    ("list marks are no numbers", "1. Look\n2) Act", [""], []),
    ("a time that a result holds", "at 08:09:03", ["2026-03-01T08:09:03.405"], []),
    ("a time that none holds", "at 11:42", ["08:09"], ["11", "42"]),
    ("a number with its unit", "every 10s", ["step 10s"], []),
    ("a sign does not matter", "a drop of 3.2", ["change -3.21"], []),
  ]) func `numbers that no result contains are marked`(
    _ name: String, _ answer: String, _ evidence: [String], _ marked: [String]
  ) {
    #expect(NumberCheck.unsupported(in: answer, evidence: evidence) == marked, "\(name)")
  }

  @Test func `citations are found`() {
    #expect(NumberCheck.citations(in: "High [r3], [r12, r3] and [x] r9.") == [3, 12])
  }
}
