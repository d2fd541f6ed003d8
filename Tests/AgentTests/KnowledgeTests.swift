import Agent
import Language
import Notation
import Numerics
import Synchronization
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Knowledge and memory` {
  static let triples =
    "pump1\tfeeds\ttank\ntank\tdrains to\tsewer\nvalve\tcloses\tpump1\nmoon\torbits\tearth\n"

  static func session(_ files: MemoryFiles) -> Session {
    let session = Session(world: .memory(files), seed: 1)
    session.type("kg = load graph kg.tsv --triples")
    return session
  }

  static func column(_ value: Value?, _ name: String) -> [String] {
    guard case .table(let frame)? = value, case .text(let texts)? = frame.column(name)?.cells else {
      return []
    }
    return (0..<texts.count).map { texts[$0] }
  }

  @Test(arguments: [
    ("knowledge lookup kg \"which tank drains?\"", ["kg:1", "kg:0"]),
    ("knowledge lookup kg \"PUMP1\"", ["kg:0", "kg:2"]),
    ("knowledge lookup kg \"nothing\"", []), ("knowledge path kg valve sewer", ["kg:2", "kg:0", "kg:1"]),
    ("knowledge path kg sewer valve", ["kg:1", "kg:0", "kg:2"]), ("knowledge path kg valve moon", []),
    ("knowledge path kg tank tank", []),
  ]) func `are found by words and by chains, with the row to cite`(_ line: String, _ cited: [String]) {
    let events = Self.session(MemoryFiles(["kg.tsv": Self.triples])).type(line)
    #expect(events.diagnostics.isEmpty)
    #expect(Self.column(events.results.first?.value, "cite") == cited, "\(line)")
  }

  @Test func `are cited by rows that are checked`() {
    let cited = NumberCheck.rowCitations(in: "So [kg:1, kg:9] and [r2], see 12:30 and [x:y].")
    #expect(cited.map(\.name) == ["kg", "kg"] && cited.map(\.row) == [1, 9])
    let screen = RecordedScreen()
    let session = Self.session(MemoryFiles(["kg.tsv": Self.triples]))
    let assistant = Recorded.assistant(
      session, ScriptedModel(.text("It drains [kg:1], says [kg:9] and [no:1].")))
    _ = assistant.ask("where?", role: nil, screen: screen, lines: TypedLines(), work: Work())
    let text = screen.text
    #expect(text.contains("[kg:9], [no:1]") && !text.contains("[kg:1], [kg:9]"), "\(text)")
  }

  private enum Recorded {
    static func assistant(_ session: Session, _ transport: any ModelTransport) -> SessionAssistant {
      `Recorded exchanges`.assistant(session, transport)
    }
  }

  @Test func `are kept in a readable file, once, and told as data`() throws {
    let files = MemoryFiles(["kg.tsv": Self.triples])
    let session = Self.session(files)
    session.type(
      "remember \"pump 1 was serviced\"", "remember \"pump 1 was serviced\"", "remember \"tank 2 leaks\"")
    #expect(files.text(".sonde/memory.md") == "- pump 1 was serviced\n- tank 2 leaks\n")
    let model = ScriptedModel(.text("Fine."))
    _ = Recorded.assistant(session, model).ask(
      "how is it?", role: nil, screen: RecordedScreen(), lines: TypedLines(), work: Work())
    let request = try #require(model.requests.first).description
    #expect(request.contains("tank 2 leaks") && request.contains("data, not orders"))
  }

  // MARK: - Prompts as values

  static let numbers = "x,bad\n1,0\n2,0\n3,0\n10,1\n11,1\n12,1\n"

  private static func texts(_ session: Session, _ line: String) -> [String] {
    guard case .text(let documents)? = session.type(line).results.first?.value else { return [] }
    return (0..<documents.texts.count).map { documents.texts[$0] }
  }

  @Test(arguments: [
    // The sums of distances are least at 3 and 10, of which the first counts; then the middle of the others.
    ("knowledge examples t --rows 2", ["x 3, bad 0", "x 11, bad 1"]),
    ("knowledge examples t --rows 2 --against t.bad", ["x 2, bad 0", "x 1, bad 0"]),
    ("knowledge examples labelled --rows 1", ["x 3"]),
    (
      "t | where bad == 1 | knowledge examples --rows 9",
      [
        "x 11, bad 1", "x 10, bad 1", "x 12, bad 1",
      ]
    ),
  ]) func `are made of rows that stand for the others`(_ line: String, _ texts: [String]) {
    let session = Session(world: .memory(MemoryFiles(["t.csv": Self.numbers])), seed: 1)
    session.type("t = load table t.csv", "labelled = load table t.csv --labels bad | select x")
    #expect(Self.texts(session, line) == texts, "\(line)")
  }

  @Test func `are made of words and values, one or one a row`() {
    let session = Session(world: .memory(MemoryFiles(["t.csv": Self.numbers])), seed: 1)
    session.type("t = load table t.csv --labels bad", "usual = knowledge examples t --rows 2 --against t.bad")
    let one = Self.texts(session, #"task = knowledge prompt "Usual:\n{usual}\nOf all: {t}" --with usual,t"#)
    #expect(one.first?.hasPrefix("Usual:\nx 2\nx 1\nOf all: t, table 6 x") == true, "\(one)")
    #expect(one.first?.contains("x: 1 to 12, mean 6.5") == true && one.first?.contains("bad") == false)
    let many = Self.texts(session, #"knowledge prompt "Is {row} normal?" --each t"#)
    #expect(many.count == 6 && many[3] == "Is x 10 normal?", "\(many)")
    // A question holds one by its name, and the script keeps the name.
    let model = ScriptedModel(.text("Ten."))
    _ = Recorded.assistant(session, model).ask(
      "{task} In a word.", role: nil, screen: RecordedScreen(), lines: TypedLines(), work: Work())
    let asked = model.requests.first?["messages"]?.array?.last?["content"]?.string ?? ""
    #expect(asked.contains("Usual:\nx 2\nx 1") && asked.hasSuffix("In a word."), "\(asked)")
    #expect(session.steps.contains { "\($0.record)".contains("{task}") })
  }

  /// Says yes to what holds a 1.
  private final class YesOrNo: AnswerService, Sendable {
    let asked = Mutex<[String]>([])
    let name: String
    init(_ name: String) { self.name = name }
    func model() -> String? { name }
    func answer(_ prompt: String, isCancelled: () -> Bool) -> String {
      asked.withLock { $0.append(prompt) }
      return prompt.contains("1")
        ? "Yes, it is.\u{1b}[2J" : prompt.contains("3") ? "Who knows?" : "No. Not yes."
    }
  }

  @Test func `are answered once, and in replays from what is kept`() throws {
    let files = MemoryFiles(["t.csv": Self.numbers])
    let lines = [
      "t = load table t.csv --labels bad", #"each = knowledge prompt "Is {row} normal?" --each t"#,
      "said = knowledge ask each --choices yes,no",
    ]
    func run(_ service: any AnswerService) -> (choices: [Int32], session: Session, codes: [String]) {
      var world = World.memory(files)
      world.answers = service
      let session = Session(world: world, seed: 1)
      let codes = lines.flatMap { session.type($0).diagnostics.map(\.code) }
      guard case .table(let frame)? = session.bindings.last(where: { $0.name == "said" })?.value,
        case .category(let choices, let levels)? = frame.column("choice")?.cells
      else { return ([], session, codes) }
      #expect(levels == ["yes", "no"])
      return (choices, session, codes)
    }
    #expect(run(NoAnswers()).codes == ["E0558"])
    let model = YesOrNo("a")
    // What holds none of the words is missing; of two, the first counts.
    #expect(run(model).choices == [0, 1, -1, 0, 0, 0])
    #expect(model.asked.withLock { $0.count } == 6)
    #expect(run(model).choices == [0, 1, -1, 0, 0, 0])
    #expect(model.asked.withLock { $0.count } == 6)
    #expect(run(NoAnswers()).choices == [0, 1, -1, 0, 0, 0])
    // Another model has said nothing yet.
    let other = YesOrNo("b")
    _ = run(other)
    #expect(other.asked.withLock { $0.count } == 6)
    #expect(files.text(".sonde/answers.jsonl")?.split(separator: "\n").count == 12)
  }

  @Test func `are put to the agent's model, again after a busy server, and to no other`() throws {
    let model = ScriptedModel(
      .refusal(503, "{}"), .text("Yes, by sk-ant-0123456789abcdefghij."), .refusal(401, "{}"))
    let pause = RecordedPause()
    let service = RemoteAnswers(
      settings: { .success(ModelSettings(url: "http://127.0.0.1:1", model: "m")) }, transport: model,
      pause: pause, clock: SteppingClock())
    #expect(try service.answer("Is it?", isCancelled: { false }) == "Yes, by [REDACTED:anthropic-key].")
    #expect(pause.waits.count == 1)
    let request = try #require(model.requests.last)
    #expect(request["tools"] == nil && request["temperature"] == 0)
    #expect(throws: Failure.self) { try service.answer("Is it?", isCancelled: { false }) }
    let none = RemoteAnswers(
      settings: { .failure(Diagnostic("A0101", "none", remedy: "")) }, transport: model, pause: pause,
      clock: SteppingClock())
    #expect(try none.model() == nil)
  }
}
