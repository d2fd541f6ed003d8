import Language
import Numerics
import Testing
import Values
import Workbench

@Suite struct `Labels of some fit rows` {
  private static func frame(isSplit: Bool = true, _ label: (Int) -> Double) -> Frame {
    var random = SeededGenerator(seed: 3)
    var index = Index.rows(60)
    if isSplit { index.splits = (0..<60).map { $0 < 40 ? .fit : .test } }
    let (a, b) = ((0..<60).map { _ in random.normal() }, (0..<60).map { _ in random.normal() })
    return Frame(
      index: index,
      columns: [
        Column(numbers: a, name: "a"), Column(numbers: b, name: "b"),
        Column(numbers: (0..<60).map(label), name: "fault", role: .label),
      ])
  }

  private static func detect(_ frame: Frame, window: Int? = nil) throws -> [Double] {
    let command = try #require(builtins.first { $0.spec.name == "detect deepsad" } as? any PureCommand)
    let named = [NamedValue(name: "t", value: .table(frame))]
    let reference = Argument.reference(Reference(root: .name("t")))
    var arguments: [String: Argument] = [
      "value": reference, "labels": reference, "epochs": .integer(5), "seed": .integer(1),
    ]
    if let window { arguments["window"] = .integer(window) }
    let call = Invocation(
      call: CheckedCall(spec: command.spec, arguments: arguments), values: ["value": named, "labels": named])
    guard case .scores(let scores) = try command.run(call, work: Work()) else { throw Failure.cancelled }
    return scores.values
  }

  private static func code(_ body: () throws -> [Double]) -> String? {
    do {
      _ = try body()
      return nil
    } catch Failure.diagnostic(let diagnostic) {
      return diagnostic.code
    } catch {
      return "other"
    }
  }

  @Test func `those of judged rows are never looked at`() throws {
    let known = try Self.detect(Self.frame { $0 % 10 == 0 ? 1 : .nan })
    let flipped = try Self.detect(Self.frame { $0 < 40 ? ($0 % 10 == 0 ? 1 : .nan) : 1 })
    #expect(known == flipped)
    let others = try Self.detect(Self.frame { $0 % 10 == 1 ? 1 : .nan })
    #expect(known != others)
  }

  @Test func `are refused where no rows are set apart, and for windows`() {
    let whole = Self.code { try Self.detect(Self.frame(isSplit: false) { $0 % 10 == 0 ? 1 : 0 }) }
    let windows = Self.code { try Self.detect(Self.frame { $0 % 10 == 0 ? 1 : 0 }, window: 4) }
    let anomalous = Self.code { try Self.detect(Self.frame { _ in 1 }) }
    #expect(whole == "D0212")
    #expect(windows == "D0106")
    #expect(anomalous == "D0106")
  }
}
