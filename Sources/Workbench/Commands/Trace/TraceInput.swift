import Language
import Numerics
import Values

/// What the commands on traces share: their input and how it is read.
struct TraceInput {
  static let input = Parameter<Reference>.value(
    "value", [.text], help: "Conversations of agents, as `load chats` reads them.")
  static let same = Parameter<String?>.optional(
    "same", .column([]), help: "A column that is equal in runs of one task; they are compared then."
  ) { if case .column(let name) = $0 { name } else { nil } }
  static let forbid = Parameter<[String]>.texts(
    "forbid", help: "Conditions over the columns of `trace steps` that no step may meet.")

  let name: String
  let documents: Documents
  let trace: Trace

  init(_ call: Invocation) throws(Failure) {
    name = call[Self.input].name
    guard case .text(let documents) = call[Self.input].value else {
      throw call.unexpectedKind(Self.input.base)
    }
    guard let trace = Trace(documents) else {
      throw call.blame(
        Self.input.base, "R0601", "`\(name)` is no conversation: it has no column `role`",
        label: "not from `load chats`", remedy: "Read the agents' log with `load chats FILE`.")
    }
    self.documents = documents
    self.trace = trace
  }

  /// Who, what and whence of each step, without signs.
  var columns: [Column] {
    let steps = trace.steps
    var before = [String](repeating: "", count: steps.count)
    for run in trace.runs {
      for row in run.rows.dropFirst() { before[row] = steps[row - 1].actor }
    }
    let numbers = trace.runs.flatMap { run in run.rows.indices.map { Double($0 - run.rows.lowerBound) } }
    return [
      Column("run", .categories(trace.runs.flatMap { [String](repeating: $0.name, count: $0.rows.count) })),
      Column(numbers: numbers, name: "step"), Column("actor", .categories(steps.map(\.actor))),
      Column("kind", .categories(steps.map(\.kind.rawValue))), Column("call", .categories(steps.map(\.call))),
      Column("arguments", .text(TextColumn(steps.map(\.arguments)))),
      Column("after", .categories(before)), Column("text", .text(TextColumn(steps.map(\.text)))),
    ]
  }

  /// The signs of all steps, with what the call asks for.
  func signs(_ call: Invocation, work: Work) throws(Failure) -> TraceSigns {
    let groups = call[Self.same].flatMap { documents.frame.column($0) }.map { column in
      trace.runs.map { run in run.rows.first.flatMap { column.plainText($0) } }
    }
    let violations = try violations(call, work: work)
    do throws(Cancelled) {
      return try TraceSigns(trace, groups: groups, violations: violations, work: work)
    } catch {
      throw .cancelled
    }
  }

  private func violations(_ call: Invocation, work: Work) throws(Failure) -> [Double]? {
    let policies = call[Self.forbid]
    if policies.isEmpty { return nil }
    var counts = [Double](repeating: 0, count: trace.steps.count)
    let frame = Frame(index: documents.frame.index, columns: columns)
    for policy in policies {
      let condition: Expression
      do throws(Diagnostic) {
        condition = try Expression(
          reading: WordSyntax(policy, at: 0), columns: frame.columns.map(\.shape), of: "trace steps",
          wants: .bool)
      } catch {
        throw call.blame(
          Self.forbid.base, "R0603", "`\(policy)` forbids nothing: \(error.summary)",
          label: "no condition", remedy: "Write one such as `call == \"export\" and after == \"user\"`.")
      }
      do throws(ExpressionFailure) {
        for row in try condition.rows(over: frame, work: work) { counts[row] += 1 }
      } catch {
        throw call.failure(error, of: "trace steps", at: Self.forbid.base)
      }
    }
    return counts
  }
}

extension Parameter where Element == [String] {
  /// Texts of any kind, by an option.
  static func texts(_ name: String, help: String) -> Parameter<[String]> {
    Parameter(AnyParameter(name, .list(.text), help: help)) { argument in
      guard case .list(let items) = argument else { return [] }
      return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
  }
}
