import Language
import Testing

/// `;` ends a statement as a line break does.
@Suite struct `Several statements on a line` {
  @Test(arguments: [
    ("a = load x.csv; detect knn a", ["a = load x.csv", "detect knn a"]),
    ("detect knn a;", ["detect knn a"]),
    (";; ;", []),
    ("where a \"x;y\" ; help", ["where a \"x;y\" ", "help"]),
    ("derive a b = if(c; d)", ["derive a b = if(c; d)"]),
    ("detect knn a # first; second", ["detect knn a # first; second"]),
    ("detect knn a; # why; so\nhelp", ["detect knn a", "# why; so\nhelp"]),
    ("help; ? which one; or none", ["help", "? which one; or none"]),
    ("! one; two", ["! one; two"]),
    ("a[b); c", ["a[b); c"]),
    ("isn't; it", ["isn't", "it"]),
  ])
  func `are told apart outside quotes, brackets, comments and questions`(
    _ line: String, _ statements: [String]
  ) {
    #expect(LineReader.statements(of: line) == statements)
  }

  @Test func `keep the number of their line`() {
    let lines = LineReader.logicalLines(of: "one; two\n\nthree |\n  four; five")
    #expect(lines.map(\.text) == ["one", "two", "", "three |\n  four", "five"])
    #expect(lines.map(\.line) == [1, 1, 2, 3, 3])
  }

  @Test func `begin behind the last end`() {
    #expect(LineReader.lastStatement(of: "help; det") == 5)
    #expect(LineReader.lastStatement(of: "help \"a; b") == 0)
    #expect(LineReader.lastStatement(of: "") == 0)
  }
}
