import Detection
import Language
import Numerics
import Testing
import Values
import Workbench

private let methods = ["zscore", "mad", "iforest", "knn", "lof", "ecod", "hbos", "pca", "matrixprofile"]

private func run(
  _ name: String, _ values: [Value] = [], _ arguments: [String: Argument] = [:], threads: Int = 1
) throws -> Value {
  let command = try #require(builtins.first { $0.spec.name == name } as? any PureCommand)
  var named: [String: [NamedValue]] = [:]
  var arguments = arguments
  for (parameter, value) in zip(command.spec.parameters, values) {
    named[parameter.name] = [NamedValue(name: "pump", value: value)]
    arguments[parameter.name] = .reference(Reference(root: .name("pump")))
  }
  let call = Invocation(call: CheckedCall(spec: command.spec, arguments: arguments), values: named)
  return try command.run(call, work: Work(threads: threads))
}

/// The pump, or for a method of one channel its current.
private func pump(for method: String) throws -> Value {
  let value = try run("generate pump-station", [], ["minutes": .integer(5), "seed": .integer(7)])
  guard method == "matrixprofile", case .series(let frame) = value else { return value }
  return .series(frame.selecting(columns: ["Current"]))
}

private func scores(_ value: Value) throws -> Scores {
  guard case .scores(let scores) = value else { throw Failure.cancelled }
  return scores
}

@Suite struct `Detect commands` {
  @Test(arguments: methods) func `score every row, with the same bits at two threads`(_ method: String) throws
  {
    let value = try pump(for: method)
    let one = try scores(run("detect \(method)", [value], ["seed": .integer(3)]))
    let two = try scores(run("detect \(method)", [value], ["seed": .integer(3)], threads: 2))
    #expect(one == two)
    #expect(one.method == method)
    #expect(one.presence == nil)
  }

  @Test(arguments: methods) func `fit models that score`(_ method: String) throws {
    let value = try pump(for: method)
    let model = try run("fit \(method)", [value])
    guard case .model(let stored) = model else { throw Failure.cancelled }
    #expect(stored.method == method)
    #expect(stored.fittedRows == value.index?.count)
    let found = try scores(run("score", [model, value]))
    #expect(found.values.count == value.index?.count)
  }

  @Test func `keep labels from detectors`() throws {
    let value = try pump(for: "zscore")
    let found = try scores(run("detect zscore", [value]))
    #expect(found.contributions?.features.contains("fault") == false)
  }

  @Test func `say which channel to pick`() throws {
    do {
      _ = try run("detect matrixprofile", [pump(for: "zscore")])
      Issue.record("eight channels are too many")
    } catch Failure.diagnostic(let diagnostic) {
      #expect(diagnostic.code == "D0105")
      #expect(diagnostic.remedy.contains("pump") || diagnostic.remedy.contains("NAME"))
    }
  }

  @Test func `have short summaries and two examples`() {
    for command in builtins where ["detect", "fit", "score"].contains(command.spec.verb) {
      #expect(command.spec.summary.count <= 80, "\(command.spec.name)")
      #expect(command.spec.examples.count >= 2)
    }
  }
}
