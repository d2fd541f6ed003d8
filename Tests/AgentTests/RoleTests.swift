import Agent
import Chronology
import Glibc
import Language
import Live
import Notation
import Testing
import Workbench

@Suite struct `Role` {
  static let specs = [
    CommandSpec(
      "detect", "iforest", "Scores rows by how few random splits isolate them.",
      parameters: [
        AnyParameter(
          "value", .value([.table]), placement: .positional, required: true, help: "What to score."),
        AnyParameter("trees", .integer(1...10_000), help: "Number of trees."),
        AnyParameter("seed", .integer(0...9), isSeed: true, help: "Seed."),
      ], output: .scores, examples: []),
    CommandSpec(
      "detect", "knn", "Scores rows by the distance to their neighbours.",
      parameters: [
        AnyParameter(
          "value", .value([.table]), placement: .positional, required: true, help: "What to score."),
        AnyParameter("k", .integer(1...100), help: "Number of neighbours."),
      ], output: .scores, examples: []),
    CommandSpec(
      "align", nil, "Joins values on one index.",
      parameters: [
        AnyParameter(
          "values", .list(.value([.table])), placement: .positional, required: true, help: "What to join."),
        AnyParameter("every", .span(TimeSpan(seconds: 0)...TimeSpan(seconds: 9)), help: "Step."),
        AnyParameter(
          "fill",
          .call([
            CallSpec(
              "hold", "Holds.",
              parameters: [
                AnyParameter(
                  "for", .span(TimeSpan(seconds: 0)...TimeSpan(seconds: 9)), placement: .positional,
                  help: "How long.")
              ])
          ]), help: "How gaps are filled."),
        AnyParameter("exact", .flag, help: "No tolerance."),
      ], output: .bundle, examples: []),
    CommandSpec(
      "where", nil, "Keeps rows.",
      parameters: [
        AnyParameter(
          "value", .value([.table]), placement: .positional, required: true, help: "What to filter."),
        AnyParameter("condition", .condition, placement: .positional, required: true, help: "Which rows."),
      ], output: nil, examples: []),
    CommandSpec(
      "export", nil, "Writes a value to a file.",
      parameters: [
        AnyParameter(
          "value", .value([.table]), placement: .positional, required: true, help: "What to write."),
        AnyParameter("path", .output, placement: .positional, required: true, help: "Where to."),
      ], output: .report, reach: .write, examples: []),
  ]

  /// Every short word is a table of two columns here.
  struct Names: Scope {
    func shape(of reference: Reference) -> ValueShape? {
      ValueShape(
        kind: .table,
        columns: ["Temperature", "name", "Volume Flow", "a"].map { ColumnShape(name: $0, type: nil) })
    }
    var names: [String] { ["pump", "mic", "joint"] }
    func files(matching path: String) -> [String] { [] }
  }

  static func checked(_ call: ToolCall) throws(Diagnostic) -> CheckedStatement {
    let checker = Checker(table: CommandTable(specs), scope: Names()) { (_, _) throws(Diagnostic) in
      ValueShape(kind: .table)
    }
    return try CallReading.check(call, by: checker)
  }

  @Test func `tools are computed from the command table`() {
    let tools = Toolbox(verbs: ["detect", "missing", "export"], specs: Self.specs, tokens: 1000).tools
    let detect: JSON = [
      "type": "function",
      "function": [
        "name": "detect",
        "description":
          "iforest: Scores rows by how few random splits isolate them. knn: Scores rows by the distance to their neighbours.",
        "parameters": [
          "type": "object",
          "properties": [
            "method": ["type": "string", "enum": ["iforest", "knn"]],
            "value": ["type": "string", "description": "What to score."],
            "trees": ["type": "integer", "description": "iforest: Number of trees."],
            "k": ["type": "integer", "description": "knn: Number of neighbours."],
            "as": ["type": "string", "description": "Name for the result."],
          ], "required": ["method", "value"], "additionalProperties": false,
        ],
      ],
    ]
    #expect(tools.count == 2)
    #expect(tools[0] == detect)
    #expect(tools[1]["function"]?["parameters"]?["properties"]?["as"] == nil)
  }

  @Test func `help is shortened until the budget holds`() {
    let verbs = ["detect", "align", "where", "export"]
    let full = Toolbox(verbs: verbs, specs: Self.specs, tokens: 10_000)
    let tight = Toolbox(verbs: verbs, specs: Self.specs, tokens: 400)
    #expect(Toolbox.tokens(in: full.tools) > 400)
    #expect(Toolbox.tokens(in: tight.tools) <= 400)
    #expect(tight.tools.count == 4)
    #expect(tight.tools[0]["function"]?["parameters"]?["required"] == ["method", "value"])
  }

  @Test(arguments: [
    (
      "plain", "detect", #"{"method":"iforest","value":"joint","trees":200,"as":"risk"}"#,
      "risk = detect iforest joint --trees 200"
    ),
    (
      "in any order, with nulls and empty texts", "detect", #"{"k":null,"value":"r12","method":"knn"}"#,
      "detect knn r12"
    ),
    (
      "with the mark of what may be left out", "detect", #"{"value":"joint","method":"knn","as?":"risk"}"#,
      "risk = detect knn joint"
    ),
    (
      "a column with spaces", "detect", #"{"method":"knn","value":"pump.Volume Flow"}"#,
      #"detect knn pump."Volume Flow""#
    ),
    (
      "a list of values", "align", #"{"values":["pump","mic"],"every":"1s","fill":"hold(5s)","exact":true}"#,
      "align pump mic --every 1s --fill hold(5s) --exact"
    ),
    ("a list as one text", "align", #"{"values":"pump, mic","exact":false}"#, "align pump mic --no-exact"),
    (
      "an expression", "where", #"{"value":"pump","condition":"Temperature > 80 and name == \"a b\""}"#,
      #"where pump Temperature > 80 and name == "a b""#
    ),
    (
      "a name of two words", "detect", #"{"method":"knn","value":"x","as":"bundle joint."}"#,
      "bundle_joint = detect knn x"
    ),
    (
      "a name that is a command", "detect", #"{"method":"knn","value":"x","as":"where"}"#,
      "my_where = detect knn x"
    ),
    ("a name of a result", "detect", #"{"method":"knn","value":"x","as":"r2"}"#, "detect knn x"),
    (
      "a path that hides its end", "export", "{\"value\":\"x\",\"path\":\"a.csv\\u202e --overwrite\"}",
      #"export x "a.csv\u{202e} --overwrite""#
    ),
  ]) func `a call becomes the line that a person would type`(
    _ name: String, _ verb: String, _ arguments: String, _ line: String
  ) throws {
    let call = ToolCall(id: "a", name: verb, arguments: arguments)
    #expect(try Self.checked(call).canonical == line, "\(name)")
  }

  @Test(arguments: [
    ("broken JSON", "detect", #"{"method":"#, "A0130"), ("no object", "detect", "[]", "A0130"),
    ("an unknown tool", "remove", "{}", "A0131"), ("no method", "detect", "{}", "E0209"),
    ("an unknown method", "detect", #"{"method":"magic"}"#, "E0209"),
    ("an unknown argument", "detect", #"{"method":"knn","value":"x","kk":3}"#, "E0302"),
    ("an object", "detect", #"{"method":"knn","value":{"a":1}}"#, "E0211"),
    ("a line break in an expression", "where", #"{"value":"x","condition":"a > 1\n/quit"}"#, "E0203"),
    ("a reference that smuggles an option", "detect", #"{"method":"knn","value":"x --k 3"}"#, "E0211"),
    (
      "a call that smuggles a stage", "align", #"{"values":["a"],"fill":"hold(5s) | export a b"}"#, "E0310"
    ),
    ("two lines for run", "run", #"{"line":"show x\n/quit"}"#, "A0135"),
  ]) func `what is no call is refused with a remedy`(
    _ name: String, _ verb: String, _ arguments: String, _ code: String
  ) {
    let error = #expect(throws: Diagnostic.self) {
      try Self.checked(ToolCall(id: "a", name: verb, arguments: arguments))
    }
    #expect(error?.code == code, "\(name)")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test(arguments: [
    (
      "a method without its command", "mad pump --seed 1",
      ["detect mad pump --seed 1", "fit mad pump --seed 1", "threshold mad pump --seed 1"]
    ),
    (
      "a method behind a name", "risk = mad pump",
      ["risk = detect mad pump", "risk = fit mad pump", "risk = threshold mad pump"]
    ),
    ("a file alone", "station.csv", ["load station.csv"]),
    ("a file and what it shall be called", "station.csv station", ["station = load station.csv"]),
    ("a file behind a name", "s = data/x.csv", ["s = load data/x.csv"]),
    ("a command", "detect mad pump", []), ("nonsense", "hum pump", []),
  ]) func `a line without its command may mean others`(_ name: String, _ line: String, _ lines: [String])
    throws
  {
    let arguments = JSON.object([("line", .string(line))]).description
    let call = ToolCall(id: "a", name: "run", arguments: arguments, form: .printedJSON)
    let others = CallReading.otherReadings(of: call, in: CommandTable(builtins.map(\.spec)))
    #expect(others.map(\.arguments) == lines, "\(name)")
  }

  @Test func `a printed call of several lines is several calls`() {
    let arguments = JSON.object([("line", "a = load x.csv\n\ndetect mad a |\n threshold iqr\n")]).description
    let printed = ToolCall(id: "t", name: "run", arguments: arguments, form: .printedJSON)
    let calls = CallReading.separate(printed)
    #expect(calls.map(\.id) == ["t_1", "t_2"] && calls.allSatisfy { $0.form == .printedLine })
    #expect(calls.first?.arguments == "a = load x.csv")
    // The protocol wants one answer for each call of its own.
    let native = ToolCall(id: "t", name: "run", arguments: arguments)
    #expect(CallReading.separate(native) == [native])
  }

  @Test func `a prompt is found beside the program and overridden by the user's own`() throws {
    let folders = RolePrompt.folders(
      environment: { ["HOME": "/home/u"][$0] }, executable: "/opt/sonde/.build/release/sonde")
    #expect(folders.first == "/home/u/.config/sonde/prompts")
    #expect(folders.contains("/opt/sonde/prompts"))
    let shipped = ["/opt/sonde/prompts/analyst.md": "---\ntools: show, detect\n---\nHello.\n"]
    let prompt = try RolePrompt.find("analyst", in: folders) { shipped[$0] }
    #expect(prompt.tools == ["show", "detect"])
    #expect(prompt.text == "Hello.")
    let own = shipped.merging(["/home/u/.config/sonde/prompts/analyst.md": "Mine."]) { $1 }
    #expect(try RolePrompt.find("analyst", in: folders) { own[$0] }.text == "Mine.")
  }

  @Test(arguments: [
    ("not there", nil, "A0120"), ("empty", "", "A0121"), ("an open header", "---\ntools: a\n", "A0121"),
    ("an unknown key", "---\ncolour: x\n---\na", "A0121"),
  ]) func `a prompt that cannot be used is named`(_ name: String, _ text: String?, _ code: String) {
    let error = #expect(throws: Diagnostic.self) { try RolePrompt.find("analyst", in: ["/p"]) { _ in text } }
    #expect(error?.code == code, "\(name)")
  }

  @Test func `settings come from the environment and the key from a file`() throws {
    let none = #expect(throws: Diagnostic.self) {
      try ModelSettings(environment: { _ in nil }, secret: { _ in "" })
    }
    #expect(none?.code == "A0101")
    let environment = [
      "SONDE_LLM_URL": "https://user:pass@host:8/v1", "SONDE_LLM_MODEL": "m", "SONDE_LLM_KEY_FILE": "/k",
    ]
    let settings = try ModelSettings(
      environment: { environment[$0] }, secret: { $0 == "/k" ? "s3cret\n" : "" })
    #expect(settings.description == "m at host:8")
    #expect(settings.host == "host:8")
  }

  @Test(arguments: [(0o600, nil), (0o400, nil), (0o640, "A0123"), (0o604, "A0123")] as [(UInt32, String?)])
  func `a key file that others can read is refused`(_ mode: UInt32, _ code: String?) throws {
    let path = "/tmp/sonde-key-\(getpid())-\(mode)"
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY, mode)
    try #require(descriptor >= 0)
    defer {
      close(descriptor)
      unsafe unlink(path)
    }
    unsafe write(descriptor, "s3cret", 6)
    fchmod(descriptor, mode)
    if let code {
      let error = #expect(throws: Diagnostic.self) { try SecretFile.read(path) }
      #expect(error?.code == code)
    } else {
      #expect(try SecretFile.read(path) == "s3cret")
    }
    #expect(throws: Diagnostic.self) { try SecretFile.read(path + ".missing") }
  }
}
