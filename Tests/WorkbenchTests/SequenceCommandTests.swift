import Detection
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Sequences as commands` {
  /// Cases that always go a, b, c, but for two.
  private static let traces = ["a b c", "a b c", "a b c", "a c b", "a b b b b b c", "a b c", "a x c"]

  private static func eventLog(split: Bool) -> Value {
    var cases: [String] = []
    var activities: [String] = []
    var segments: [Segment] = []
    for (number, trace) in traces.enumerated() {
      let events = trace.split(separator: " ").map(String.init)
      segments.append(Segment(name: "case \(number)", rows: cases.count..<cases.count + events.count))
      cases += events.map { _ in "case \(number)" }
      activities += events
    }
    let levels = Array(Set(activities)).sorted()
    var index = Index(.row(count: cases.count), segments: segments)
    if split { index.splits = cases.indices.map { $0 < segments[2].rows.upperBound ? .fit : .test } }
    let odd = cases.map { $0 == "case 3" || $0 == "case 4" || $0 == "case 6" }
    return .events(
      EventLog(
        frame: Frame(
          index: index,
          columns: [
            Column("case", .text(TextColumn(cases))),
            Column(
              "activity",
              .category(codes: activities.map { Int32(levels.firstIndex(of: $0) ?? 0) }, levels: levels)),
            Column("odd", .bool(odd), role: .label),
          ])))
  }

  private static func scores(_ method: String, split: Bool = true) throws -> Scores {
    let command = try #require(builtins.first { $0.spec.name == "detect \(method)" } as? any PureCommand)
    let named = NamedValue(name: "steps", value: eventLog(split: split))
    let call = Invocation(
      call: CheckedCall(
        spec: command.spec, arguments: ["value": .reference(Reference(root: .name("steps")))]),
      values: ["value": [named]])
    guard case .scores(let scores) = try command.run(call, work: Work()) else { throw Failure.cancelled }
    return scores
  }

  @Test(arguments: [
    ("newevent", [6]), ("length", [4]), ("counts", [4, 6]), ("edit", [3, 4, 6]), ("ngram", [3, 4, 6]),
    ("markov", [3, 4, 6]),
  ]) func `score each case by itself`(_ method: String, _ odd: [Int]) throws {
    let found = try Self.scores(method)
    #expect(found.index.count == 7)
    #expect(found.index.label(of: 3) == "case 3")
    let usual = found.values[5]
    for row in 0..<7 {
      #expect((found.values[row] > usual + 1e-9) == odd.contains(row), "\(row): \(found.values)")
    }
    #expect(found.fitted.map { mask in (0..<7).filter { mask[$0] } } == [0, 1, 2])
  }

  @Test func `meet labels of events case by case`() throws {
    let command = try #require(builtins.first { $0.spec.name == "evaluate" } as? any PureCommand)
    let call = Invocation(
      call: CheckedCall(spec: command.spec, arguments: ["metrics": .list([.choice("auroc")])]),
      values: [
        "value": [NamedValue(name: "risk", value: .scores(try Self.scores("edit")))],
        "against": [NamedValue(name: "steps", value: Self.eventLog(split: true))],
      ])
    guard case .report(let report) = try command.run(call, work: Work()) else { throw Failure.cancelled }
    #expect(report.metrics.first?.value == 1)
  }

  @Test(arguments: ["newevent", "counts", "edit", "ngram", "markov"])
  func `score each event of a log by its trail`(_ method: String) throws {
    let session = Session(world: .memory())
    let events = session.type(
      "log = generate pump-station --part log --minutes 10 --seed 7 | split --fit 40",
      "risk = detect \(method) log --trail 6", "all = detect \(method) log --by level --trail 6")
    guard case .scores(let scores)? = events.results.last(where: { $0.name == "risk" })?.value else {
      Issue.record("\(events.diagnostics)")
      return
    }
    #expect((0..<5).allSatisfy { !scores.isScored($0) } && scores.isScored(5))
    #expect(scores.values.allSatisfy { $0.isFinite })
    // What was learned from is not new.
    if method != "markov" { #expect((5..<40).allSatisfy { scores.values[$0] == 0 }) }
  }
}
