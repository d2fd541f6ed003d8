import Language
import Notation
import Testing

@Suite struct `Random valid lines` {
  private let count = 3_000

  @Test func `mean the same in canonical form`() {
    var maker = LineMaker(1)
    let checker = Toy.checker()
    for _ in 0..<count {
      let line = maker.line()
      guard let checked = read({ () throws(Diagnostic) in try checker.check(line) }, line) else { continue }
      let canonical = checked.canonical
      guard let again = read({ () throws(Diagnostic) in try checker.check(canonical) }, canonical) else {
        continue
      }
      #expect(again.canonical == canonical, "\(line)")
      #expect(Self.meaning(again) == Self.meaning(checked), "\(line)")
    }
  }

  @Test func `mean the same once they are formatted`() throws {
    var maker = LineMaker(2)
    let checker = Toy.checker()
    for _ in 0..<count {
      let line = maker.line()
      let formatted = try Statement(parsing: line).formatted
      #expect(try Statement(parsing: formatted).formatted == formatted, "\(line)")
      #expect(try checker.check(formatted).canonical == checker.check(line).canonical, "\(line)")
    }
  }

  @Test func `mean the same as tool calls`() throws {
    var maker = LineMaker(3)
    let checker = Toy.checker()
    for _ in 0..<count {
      let line = maker.line()
      guard case .pipeline(let pipeline) = try checker.check(line), let arguments = pipeline.toolArguments,
        let verb = pipeline.calls.first?.spec.verb
      else { continue }
      let call = { () throws(Diagnostic) in try checker.check(verb: verb, arguments: arguments) }
      guard let again = read(call, "\(line): \(arguments)") else { continue }
      #expect(again.canonical == pipeline.canonical, "\(line): \(arguments)")
    }
  }

  /// What was read, or a record of why not.
  private func read(
    _ body: () throws(Diagnostic) -> CheckedStatement, _ line: String
  ) -> CheckedStatement? {
    do throws(Diagnostic) {
      return try body()
    } catch {
      Issue.record("\(line)\n\(error.text())")
      return nil
    }
  }

  /// Everything but the places of words.
  private static func meaning(_ statement: CheckedStatement) -> [[String: Argument]]? {
    guard case .pipeline(let pipeline) = statement else { return nil }
    return [["name": .text(pipeline.name ?? "")], pipeline.head.map { ["head": $0] } ?? [:]]
      + pipeline.calls.map { $0.arguments.merging(["command": .text($0.spec.name)]) { first, _ in first } }
  }
}
