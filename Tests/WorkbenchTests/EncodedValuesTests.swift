import Formats
import Language
import Numerics
import Synchronization
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Encoders that were asked before` {
  /// How often an encoder has run.
  private final class Runs: Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
  }

  /// An encoder that counts its runs and reads a file.
  private struct Counting: WorldCommand {
    static let input = Parameter<Reference>.value("value", [.table], help: "What to encode.")
    static let weights = Parameter<String>.input("weights", help: "A file of weights.")
    static let size = Parameter<Int>.integer("size", in: 1...9, default: 1, help: "Columns of the result.")
    let runs: Runs
    let spec = CommandSpec(
      "encode", "counting", "Counts how often it runs.",
      parameters: [input.base, weights.base, size.base], output: .embedding, reach: .compute, examples: [])

    func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
      runs.add()
      do throws(Diagnostic) {
        call.note("weights of \(try world.files.open(call[Self.weights]).count) bytes")
      } catch {
        throw .diagnostic(error)
      }
      let count = call[Self.input].value.index?.count ?? 0
      let width = call[Self.size]
      return .embedding(
        Embedding(
          index: .rows(count),
          matrix: Matrix(rows: count, columns: width, values: [Double](repeating: 1, count: count * width)),
          features: (0..<width).map { "f\($0)" }, blocks: [Block(name: "counting", columns: 0..<width)]))
    }
  }

  @Test func `are not asked again for the same`() throws {
    let runs = Runs()
    let files = MemoryFiles(["a.csv": "x\n1\n2\n", "b.csv": "x\n1\n3\n", "w": "one"])
    let session = Session(
      world: World(
        files: files, audio: NoDecoder(), clock: StoppedClock(), commands: builtins + [Counting(runs: runs)]))
    func remarks(_ line: String) -> [String] { session.type(line).results.first?.remarks ?? [] }
    session.type("a = load table a.csv", "b = load table b.csv")
    #expect(remarks("encode counting a w") == ["weights of 3 bytes"] && runs.count == 1)
    #expect(remarks("encode counting a w") == ["weights of 3 bytes"] && runs.count == 1, "the same call")
    session.type("a = load table a.csv", "encode counting a w")
    #expect(runs.count == 1, "the same rows, loaded again")
    session.type("encode counting a w --size 2")
    #expect(runs.count == 2, "another option")
    session.type("encode counting b w")
    #expect(runs.count == 3, "other rows")
    try files.write(Array("other".utf8), to: "w")
    #expect(remarks("encode counting a w") == ["weights of 5 bytes"] && runs.count == 4, "other weights")
  }

  @Test func `of ours give the same without work`() throws {
    let session = Session(world: .memory())
    session.type("mic = generate pump-station --part mic --minutes 5 --seed 7")
    let reports = Runs()
    let work = Work(report: { _, _ in reports.add() })
    session.type("one = encode mic --use logmel(32)", work: work)
    let first = reports.count
    session.type("two = encode mic --use logmel(32)", work: work)
    #expect(first > 0 && reports.count == first)
    let digests = session.bindings.filter { $0.name != "mic" }.map(\.value.fingerprint)
    #expect(digests.count == 2 && digests[0] == digests[1])
  }

  @Test func `tell depth of another scale from what they know`() throws {
    let session = Session(world: .memory())
    session.type(
      "generate tiles --count 4 --seed 7 | export --to d.png", "a = load depth d.png --scale 0.001",
      "b = load depth d.png --scale 0.002")
    let digests = session.bindings.map(\.value.fingerprint)
    #expect(digests.count == 2 && digests[0] != digests[1])
  }
}
