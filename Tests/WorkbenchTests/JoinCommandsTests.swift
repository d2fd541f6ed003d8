import Chronology
import Language
import Numerics
import Testing
import Values
import Workbench

/// Runs a command by hand, as the evaluator would after checking.
private func run(
  _ name: String, _ values: [(String, Value)] = [], list: Bool = false, _ arguments: [String: Argument] = [:],
  others: [String: Value] = [:], remarks: Remarks = Remarks()
) throws -> Value {
  let command = try #require(builtins.first { $0.spec.name == name } as? any PureCommand)
  var named: [String: [NamedValue]] = [:]
  var arguments = arguments
  if let first = command.spec.parameters.first, !values.isEmpty {
    named[first.name] = values.map { NamedValue(name: $0.0, value: $0.1) }
    let references = values.map { Argument.reference(Reference(root: .name($0.0))) }
    arguments[first.name] = list ? .list(references) : references[0]
  }
  for (parameter, value) in others {
    named[parameter] = [NamedValue(name: parameter, value: value)]
    arguments[parameter] = .reference(Reference(root: .name(parameter)))
  }
  let call = Invocation(
    call: CheckedCall(spec: command.spec, arguments: arguments), values: named, remarks: remarks)
  return try command.run(call, work: Work())
}

private func part(_ name: String) throws -> Value {
  try run("generate pump-station", [], ["part": .choice(name), "minutes": .integer(5), "seed": .integer(7)])
}

private func call(_ name: String, _ arguments: [String: Argument] = [:]) -> Argument {
  .call(CallLiteral(name: name, arguments: arguments))
}

private func diagnostic(_ body: () throws -> Value) -> Diagnostic? {
  do {
    _ = try body()
    return nil
  } catch Failure.diagnostic(let diagnostic) {
    return diagnostic
  } catch {
    return nil
  }
}

@Suite struct `Joining commands` {
  let pump: Value
  let mic: Value
  let log: Value
  let camera: Value

  init() throws {
    (pump, mic, log, camera) = (try part("sensors"), try part("mic"), try part("log"), try part("camera"))
  }

  private func all() throws -> Value {
    try run(
      "align", [("pump", pump), ("mic", mic), ("log", log), ("camera", camera)], list: true,
      ["every": .span(TimeSpan(seconds: 1)), "fill": call("hold", ["limit": .span(TimeSpan(seconds: 5))])])
  }

  @Test func `carry four modalities from the instruments to one vector`() throws {
    let remarks = Remarks()
    let divided = try run("split", [("all", try all())], ["fit-share": .real(0.3)], remarks: remarks)
    #expect(remarks.all == ["rows: fit 90, calibrate 0, test 210"])
    let encoded = try run(
      "encode", [("all", divided)],
      ["use": .list([call("stats"), call("mfcc", ["coefficients": .integer(13)]), call("counts")])])
    let scaled = try run("scale robust", [("encoded", encoded)])
    guard case .embedding(let joint) = try run("fuse concat", [("scaled", scaled)], list: true) else {
      Issue.record("no embedding")
      return
    }
    #expect(joint.blocks.map(\.name) == ["pump", "mic", "log", "camera"])
    #expect(joint.blocks.map(\.columns.count)[0...1] == [40, 13])
    #expect(joint.features.first == "pump.Accelerometer1.mean")
    #expect(joint.index.rows(in: .fit).count == 90)
    #expect(!joint.features.contains { $0.contains("fault") || $0.contains("cause") })
    // The microphone starts 4 s late: its block is missing there, the others' are not.
    let micColumn = joint.blocks[1].columns.lowerBound
    #expect(joint.matrix[2, micColumn].isNaN)
    #expect(!joint.matrix[20, micColumn].isNaN)
  }

  @Test func `say who is present`() throws {
    let remarks = Remarks()
    _ = try run(
      "align", [("pump", pump), ("mic", mic)], list: true, ["every": .span(TimeSpan(seconds: 1))],
      remarks: remarks)
    #expect(remarks.all.count == 3)
    #expect(remarks.all[1].hasPrefix("mic: present in 2"))
  }

  @Test func `resample and window keep labels out of vectors`() throws {
    guard
      case .series(let slow) = try run("resample", [("pump", pump)], ["every": .span(TimeSpan(seconds: 10))])
    else {
      Issue.record("no series")
      return
    }
    #expect(slow.rowCount == 30)
    #expect(slow.column("fault")?.role == .label)
    guard case .embedding(let windows) = try run("window", [("slow", .series(slow))], ["width": .integer(3)])
    else {
      Issue.record("no embedding")
      return
    }
    #expect(windows.features.count == 24)
    #expect(windows.matrix.rows == 28)
  }

  @Test func `encode a sound by itself, per frame or per step`() throws {
    guard case .embedding(let frames) = try run("encode", [("mic", mic)], ["use": .list([call("logmel")])]),
      case .embedding(let steps) = try run(
        "encode", [("mic", mic)],
        ["use": .list([call("logmel"), call("mfcc")]), "every": .span(TimeSpan(seconds: 1))])
    else {
      Issue.record("no embedding")
      return
    }
    #expect(frames.matrix.columns == 40)
    #expect(steps.matrix.columns == 53)
    #expect(steps.blocks.map(\.name) == ["mic"])
  }

  @Test func `fuse scores of bundles and of names`() throws {
    func scores(_ values: [Double]) -> Value {
      .scores(Scores(index: .rows(values.count), values: values, method: "test"))
    }
    let a = scores([0, 1, 2, 3, 50])
    let b = scores([0, 2, 1, 3, 4])
    guard case .scores(let fused) = try run("fuse mean", [("a", a), ("b", b)], list: true) else {
      Issue.record("no scores")
      return
    }
    #expect(fused.values.indices.max { fused.values[$0] < fused.values[$1] } == 4)
    #expect(fused.contributions?.features == ["a", "b"])
  }

  @Test func `say what is wrong, with a remedy`() throws {
    let cases: [(String, Diagnostic?)] = [
      ("R0407", diagnostic { try run("align", [("pump", pump)], list: true) }),
      ("R0401", diagnostic { try run("split", [("pump", pump)]) }),
      ("R0208", diagnostic { try run("encode", [("pump", pump)], ["use": .list([call("mfcc")])]) }),
      (
        "R0206",
        diagnostic {
          try run("encode", [("mic", mic)], ["use": .list([call("logmel", ["frame": .integer(1000)])])])
        }
      ),
      ("R0308", diagnostic { try run("fuse concat", [("all", try all())], list: true) }),
      (
        "R0405",
        diagnostic { try run("scale robust", [("log", .bundle(Bundle(index: .rows(0), slots: [])))]) }
      ),
    ]
    for (code, diagnostic) in cases {
      #expect(diagnostic?.code == code)
      #expect(diagnostic?.remedy.isEmpty == false)
    }
  }
}
