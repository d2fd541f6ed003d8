import Agent
import Language
import Notation
import Numerics
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
}
