import Agent
import Chronology
import Language
import Notation
import Numerics
import TestKit
import Testing
import Workbench

/// What models that are held to a schema can write.
@Suite struct `Held forms` {
  private static let specs = builtins.map(\.spec)

  private static func session(_ lines: [String]) -> Session {
    let files = MemoryFiles([
      "station.csv": Array("time,Flow,Volume Flow\n2026-01-01,1,2\n2026-01-02,2,3\n".utf8),
      "a b.log": Array("2026-01-01 08:00:00 INFO up\n".utf8),
    ])
    let session = Session(world: .memory(files), seed: 1)
    for line in lines {
      let problems = session.type(line).diagnostics
      #expect(problems.isEmpty, "\(line): \(problems)")
    }
    return session
  }

  private static let full = [
    "pump = generate pump-station --minutes 5 --seed 7",
    "mic = generate pump-station --part mic --minutes 5 --seed 7",
    "pump = derive pump \"Volume Flow\" = Flow * 2", "risk = detect mad pump",
    "alarms = threshold quantile risk --level 99%", "joint = align pump mic --every 1s",
    "model = fit mad pump", "e = encode joint --use stats(10s)", "load table station.csv",
  ]

  private static func commands(_ prompt: String) throws -> (tools: [JSON], commands: ToolCommands) {
    let role = try RolePrompt(name: "r", parsing: "---\ntools: \(prompt)\n---\nx")
    let box = Toolbox(verbs: role.tools, methods: role.methods, specs: specs, tokens: 8000)
    return (box.tools, box.commands)
  }

  private static let analyst =
    "onsets describe(-) show where align encode(-) fuse(concat mean max rank) detect(mad zscore iforest lof knn pca matrixprofile) threshold evaluate(-) explain plot export help run"

  /// The proof that what a held model sends is a line that runs or fails by its data: whatever the schema lets through checks.
  @Test(arguments: [
    ("nothing is there", [String](), "What is odd here?", analyst),
    ("one series", Array(full.prefix(1)), "Score pump with knn and name the scores risk.", analyst),
    (
      "many kinds", full, "Which rows of pump are odd, by every option: trees, level, at, rows, data, to?",
      analyst
    ),
    ("another language", full, "Was ist hier seltsam?", analyst),
    ("lines alone", full, "", "run"),
  ]) func `whatever fits the schema checks`(
    _ name: String, _ lines: [String], _ question: String, _ prompt: String
  ) throws {
    let session = Self.session(lines)
    let workplace = SessionWorkplace(session: session)
    let (tools, commands) = try Self.commands(prompt)
    var request = ChatRequest(messages: [.user(question)], tools: tools)
    var asked = HeldForms.Question()
    asked.text = question
    request.forms = workplace.forms(of: commands, for: asked)
    request.mustLook = true
    let body = WireFormat.chat.body(
      request, model: "m", maximumOutput: 9, dialect: ChatDialect(callForm: .constrained))
    let schema = try #require(body["response_format"]?["json_schema"]?["schema"])
    let calls = schema["anyOf"]?.array ?? []
    #expect(!calls.isEmpty)
    var sampler = SchemaSampler(seed: 3)
    for call in calls {
      let tool = call["properties"]?["tool"]?["const"]?.string ?? ""
      for _ in 0..<(tool == "run" ? 1500 : 30) {
        let drawn = sampler.value(call)
        let sent = ToolCall(
          id: "1", name: tool, arguments: (drawn["arguments"] ?? .null).description, form: .printedJSON)
        workplace.beginTurn(seesPictures: false)
        guard case .refused(let line, let diagnostic) = workplace.review(sent) else { continue }
        Issue.record("\(name): \(line): \(diagnostic)")
      }
    }
  }

  private static func readsFile(_ spec: CommandSpec) -> Bool {
    switch spec.parameters.first?.kind {
    case .input, .list(.input): spec.parameters.first?.placement == .positional
    default: false
    }
  }

  /// Pipes, patterns of columns and quotes within quotes are left to models that call natively, and so is what a file is like
  /// inside.
  private static func isLeftOut(_ line: String, of spec: CommandSpec) -> Bool {
    let words = line.split(separator: " ")
    let told = spec.parameters.filter { parameter in
      switch parameter.kind {
      case .text, .list(.text), .choice, .list(.choice), .integer, .real: true
      default: false
      }
    }.map { "--\($0.name)" }
    return line.contains("\\") || words.contains { $0.dropFirst().hasSuffix("*") || $0.contains(".*") }
      || words.contains("--drop") || readsFile(spec) && words.contains { told.contains(String($0)) }
  }

  @Test(arguments: specs.map(\.name)) func `lines take the examples of every command`(_ name: String) throws {
    let spec = try #require(Self.specs.first { $0.name == name })
    if spec.reach == .network { return }
    let session = Session(world: .memory(), seed: 0)
    var scope = session.scope
    for example in spec.examples {
      // What reads files looks into them, and the columns of scores are known once they are there.
      let mustRun =
        Self.readsFile(spec) && spec.verb != "watch"
        || ["detect expression", "evaluate trace"].contains(name)
      if mustRun { scope = session.scope }
      let checker = session.checker(in: scope)
      guard let statement = try? checker.check(example.line) else { return }
      defer {
        scope.expect(statement)
        if mustRun { session.type(example.line) }
      }
      guard case .pipeline(let pipeline) = statement, pipeline.calls.count == 1, pipeline.sweep == nil,
        pipeline.calls[0].spec.name == name
      else { continue }
      var commands = ToolCommands()
      commands.lines = [spec]
      var question = HeldForms.Question()
      question.text = pipeline.canonical
      let forms = HeldForms(
        commands, for: question, by: checker, results: Array(1...max(1, scope.names.count)),
        mostOptional: .max)
      var line = pipeline.canonical.replacing("\"", with: "'")
      // Seeds are the session's.
      if let seed = line.firstRange(of: " --seed ") { line.removeSubrange(seed.lowerBound...) }
      // What there is keeps its name.
      if let name = pipeline.name, scope.names.contains(name) { line.removeFirst(name.count + 3) }
      if Self.isLeftOut(line, of: spec) { continue }
      let pattern = forms.line ?? ""
      let isTaken = TextPattern(pattern).fits(line)
      #expect(isTaken, "\(line)\n\(pattern.prefix(1500))")
    }
  }

  @Test func `a verb that a question names is a tool`() throws {
    let session = Self.session(Array(Self.full.prefix(1)))
    let (tools, commands) = try Self.commands("describe run")
    let call = #"{"tool": "load", "arguments": {"path": ["station.csv"], "as": "station"}}"#
    let model = ScriptedModel(.text(call), .text(#"{"tool": "answer", "arguments": {"text": "Done."}}"#))
    let conversation = Conversation(
      client: ModelClient(
        settings: ModelSettings(url: "http://127.0.0.1:1"), transport: model,
        dialect: ChatDialect(callForm: .constrained)), pause: RecordedPause(), clock: SteppingClock(),
      workplace: SessionWorkplace(session: session),
      role: AgentRole(systemText: "S", tools: tools, commands: commands))
    let end = conversation.ask(
      "Load the table station.csv and name it station.", work: Work(), approve: { _ in .unattended },
      emit: { _ in })
    #expect(end.reason == .answered && session.bindings.map(\.name) == ["pump", "station"])
    let schema = model.requests.first?["response_format"]?["json_schema"]?["schema"]
    let offered = schema?["anyOf"]?.array?.compactMap { $0["properties"]?["tool"]?["const"]?.string }
    // It has to look before it answers.
    #expect(offered.map(Set.init) == ["describe", "run", "load"])
  }

  @Test func `a schema stays short enough for servers`() throws {
    let session = Self.session([])
    for number in 0..<30 { session.type("x\(number) = generate pump-station --minutes 5") }
    let (_, commands) = try Self.commands(Self.analyst)
    let forms = SessionWorkplace(session: session).forms(of: commands, for: HeldForms.Question())
    let size = forms.values.joined().reduce(0) { $0 + $1.description.utf8.count }
    #expect(size <= 250_000 && size > 50_000)
  }

  @Test func `lines name what there is and nothing else`() throws {
    let session = Self.session(Array(Self.full.prefix(4)))
    let (_, commands) = try Self.commands("detect run")
    var question = HeldForms.Question()
    question.text = "Load station.csv as station and keep Flow."
    let pattern = try #require(HeldForms(commands, for: question, by: session.checker()).line)
    let expression = TextPattern(pattern)
    for line in [
      "station = load station.csv", "load table station.csv", "Flow = select pump Flow",
      "my_flow = select pump Flow Pressure 'Volume Flow'", "where pump Flow > 30 and Pressure <= 2.5",
      "describe risk", "threshold quantile risk --level 99%", "fit knn pump.Flow --neighbors 3",
    ] { #expect(expression.fits(line) == true, "\(line)") }
    for line in [
      "load other.csv", "select pump column", "select risk Flow", "detect mad pump", "describe nobody",
      "describe pump\n/quit", "/quit", "load = describe pump", "r7 = describe pump", "rules show x",
      "threshold quantile pump", "threshold quantile risk --level 101%", "fit knn pump --neighbors 0",
      "where pump Flow", "pump: series, 120 rows",
    ] { #expect(!expression.fits(line), "\(line)") }
  }

  @Test(arguments: [
    (
      "whole", ParameterKind.integer(-12...305), ["-12", "0", "7", "99", "305"], ["-13", "306", "007", "1.5"]
    ),
    ("open", .integer(1...Int.max), ["1", "999999999"], ["0", "-1"]),
    (
      "real", .real(0.25...2.5, unit: nil), ["0.25", "0.3", "1", "1.75", "2.5"],
      ["0.2", "2.51", "0", "3", "-1"]
    ),
    (
      "above zero", .real(1e-6...100, unit: nil), ["1e-4", "0.001", "100", "99.5"],
      ["0", "0.0", "1e-9", "100.5"]
    ),
    ("share", .fraction(0.001...0.999), ["1%", "99.5%", "0.01", "1e-3"], ["0", "100%", "1", "0%"]),
    (
      "span", .span(TimeSpan(nanoseconds: 1)...TimeSpan(seconds: 7200)),
      ["10s", "1.5h", "250ms", "2h", "0.5min"],
      ["0s", "3h", "1day", "10", "2.5h"]
    ),
  ]) func `numbers keep their limits`(
    _ name: String, _ kind: ParameterKind, _ good: [String], _ bad: [String]
  ) throws {
    let spec = CommandSpec(
      "hum", nil, "Hums.",
      parameters: [AnyParameter("x", kind, placement: .positional, required: true, help: "X.")],
      output: .table,
      examples: [])
    var commands = ToolCommands()
    commands.lines = [spec]
    let session = Self.session([])
    let checker = Checker(table: CommandTable([spec]), scope: session.scope) { _, _ in
      ValueShape(kind: .table)
    }
    let pattern = try #require(HeldForms(commands, for: HeldForms.Question(), by: checker).line)
    let expression = TextPattern(pattern)
    for text in good { #expect(expression.fits("hum \(text)"), "\(name): \(text) \(pattern)") }
    for text in bad { #expect(!expression.fits("hum \(text)"), "\(name): \(text) \(pattern)") }
    var sampler = SchemaSampler(seed: 5)
    for _ in 0..<3000 {
      let line = sampler.text(pattern)
      #expect((try? checker.check(line)) != nil, "\(line)")
    }
  }
}
