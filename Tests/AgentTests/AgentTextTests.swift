import Agent
import Language
import Testing

@Suite struct `Agent texts` {
  @Test(arguments: [
    ("plain", "detect iforest joint", "detect iforest joint"),
    ("escape sequence", "a\u{1b}[31mb", #"a\u{1b}[31mb"#),
    ("bidirectional override", "a\u{202e}b", #"a\u{202e}b"#),
    ("zero width", "a\u{200b}b\u{feff}", #"a\u{200b}b\u{feff}"#),
    ("tag characters", "a\u{e0041}b", #"a\u{e0041}b"#),
    ("line break and tab", "a\n\tb", #"a\u{a}\u{9}b"#),
    ("other scripts", "größe 東京", "größe 東京"),
  ]) func `an approval shows every character`(_ name: String, _ text: String, _ shown: String) {
    #expect(SafeText.visible(text) == shown, "\(name)")
  }

  @Test(arguments: [
    ("api key", "key sk-abcdefghijklmnop1234 end", "key [REDACTED:api-key] end"),
    ("anthropic", "sk-ant-" + String(repeating: "a", count: 20), "[REDACTED:anthropic-key]"),
    ("bearer", "Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer [REDACTED:bearer]"),
    ("aws", "AKIAIOSFODNN7EXAMPLE", "[REDACTED:aws-key]"),
    ("a word that begins alike", "sk-learn and hf_x", "sk-learn and hf_x"),
  ]) func `keys are removed`(_ name: String, _ text: String, _ redacted: String) {
    #expect(Redaction.redacted(text) == redacted, "\(name)")
  }

  @Test(arguments: [
    ("short", "abc", 10, "abc"),
    ("at a line", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nbb cc dd", 41, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nbb cc dd"),
    (
      "cut at a line", "aaaaaaaaaaaaaaaaaaaaaaaa\nbbbbbbbbbbbbbbbbbbbbbb", 40,
      "aaaaaaaaaaaaaaaaaaaaaaaa\n… (cut)"
    ),
    ("never inside a character", "ääääääääääääääää", 20, "äääää\n… (cut)"),
  ]) func `long texts are cut and say so`(_ name: String, _ text: String, _ limit: Int, _ cut: String) {
    let result = SafeText.bounded(text, limit: limit)
    #expect(result == cut, "\(name)")
    #expect(result.utf8.count <= limit)
  }

  @Test(arguments: [
    ("http://h:1", "http://h:1/v1/chat/completions"), ("http://h:1/", "http://h:1/v1/chat/completions"),
    ("http://h:1/v1", "http://h:1/v1/chat/completions"), ("http://h/v1/", "http://h/v1/chat/completions"),
    ("https://h/api/paas/v4", "https://h/api/paas/v4/chat/completions"),
    ("http://h/v1/chat/completions", "http://h/v1/chat/completions"),
  ]) func `the address may be given with or without its path`(_ base: String, _ address: String) {
    #expect(WireFormat.chat.address(base: base) == address)
  }

  @Test(arguments: [
    ("bare", #"{"name": "detect", "arguments": {"input": "x"}}"#, [#"{"input":"x"}"#], ""),
    (
      "pretty printed in a fence",
      "Sure.\n```json\n{\n  \"name\": \"detect\",\n  \"arguments\": {\n    \"input\": \"x\"\n  }\n}\n```\n",
      [#"{"input":"x"}"#], "Sure."
    ),
    ("in tags", "<tool_call>\n{\"name\": \"detect\", \"arguments\": {}}\n</tool_call>", ["{}"], ""),
    ("as a function", #"{"type":"function","function":{"name":"detect","parameters":{}}}"#, ["{}"], ""),
    (
      "a list", #"[{"name":"detect","arguments":{}},{"name":"detect","arguments":{"a":1}}]"#,
      ["{}", #"{"a":1}"#], ""
    ),
    ("arguments as text", #"{"name":"detect","arguments":"{\"a\":1}"}"#, [#"{"a":1}"#], ""),
    ("an unknown tool", #"{"name":"rm","arguments":{}}"#, ["{}"], ""),
    (
      "an unknown tool in a sentence", #"So {"name":"rm","arguments":{}}"#, [],
      #"So {"name":"rm","arguments":{}}"#
    ),
    ("other JSON", #"The score is {"a": [1]}."#, [], #"The score is {"a": [1]}."#),
    (
      "broken JSON", "```json\n" + #"{"name":"detect","arguments":{"a": 3 * x**2}}"# + "\n```",
      [#"{"a": 3 * x**2}}"#], ""
    ),
    ("an object", #"{"name":"detect","score":1}"#, [], #"{"name":"detect","score":1}"#),
    (
      "a line in a fence", "I run\n```sonde\nrisk = detect iforest joint\n```",
      ["risk = detect iforest joint"], "I run"
    ),
    (
      "nothing but lines", "> detect iforest joint\ndetect pca joint",
      ["detect iforest joint", "detect pca joint"], ""
    ),
    (
      "prose that begins like a line", "detect means to find.\nIt is good.", [],
      "detect means to find.\nIt is good."
    ),
    ("prose", "The audio leads.", [], "The audio leads."),
    ("a result said again", "```json\n" + #"{"result":"r2","kind":"table","rows":8"#, [], ""),
  ]) func `printed calls are found`(_ name: String, _ text: String, _ arguments: [String], _ rest: String) {
    let printed = PrintedCalls(in: text, tools: ["detect"])
    #expect(printed.calls.map(\.arguments) == arguments, "\(name)")
    #expect(printed.text == rest, "\(name)")
    #expect(Set(printed.calls.map(\.id)).count == printed.calls.count)
  }

  @Test(arguments: [
    ("prose", "The [r1] score {x} leads.\nThen `a`.", "The [r1] score {x} leads.\nThen `a`.", ""),
    ("a citation at the start", "[r12] shows it.", "[r12] shows it.", ""),
    ("code at the start", "`risk` leads", "`risk` leads", ""),
    ("a call", "{\"name\":\"detect\",\"arguments\":{}}", "", ""),
    ("a call behind prose", "Sure:\n```json\n{\"name\":\"detect\",\"arguments\":{}}\n```", "Sure:\n", ""),
    ("a fence that is no call", "So:\n```\nx\n```", "So:\n", "```\nx\n```"),
    ("an opening that never opens", "``", "", "``"),
  ]) func `printed calls are held back from the screen`(
    _ name: String, _ text: String, _ shown: String, _ rest: String
  ) {
    for size in 1...text.count {
      var gate = TextGate()
      var found = ""
      var left = text[...]
      while !left.isEmpty {
        found += gate.feed(String(left.prefix(size)))
        left = left.dropFirst(size)
      }
      #expect(found == shown, "\(name), \(size) characters a piece")
      #expect(gate.finish(tools: ["detect"]) == rest, "\(name)")
    }
  }

  @Test func `hostile text is searched quickly`() {
    let text = String(repeating: "[", count: 200_000)
    #expect(PrintedCalls(in: text, tools: ["detect"]).calls.isEmpty)
  }

  @Test(arguments: [
    ("unanswered", [ChatMessage.assistant(text: "", calls: [call("a")]), .user("x")], ["a"]),
    ("answered twice", [.assistant(text: "", calls: [call("a")]), result("a"), result("a")], ["a"]),
    ("a result without its call", [result("b"), .user("x")], []),
    (
      "in another order", [.assistant(text: "", calls: [call("a"), call("b")]), result("b"), result("a")],
      ["a", "b"]
    ),
    ("ids that repeat", [.assistant(text: "", calls: [call("a"), call("a")]), result("a")], ["a"]),
  ]) func `a history is repaired`(_ name: String, _ messages: [ChatMessage], _ ids: [String]) {
    let repaired = HistoryRepair.repaired(messages)
    #expect(
      repaired.compactMap { if case .toolResult(let id, _, _) = $0 { id } else { nil } } == ids, "\(name)")
    #expect(HistoryRepair.repaired(repaired) == repaired)
  }

  static func call(_ id: String) -> ToolCall { ToolCall(id: id, name: "detect", arguments: "{}") }
  static func result(_ id: String) -> ChatMessage { .toolResult(id: id, text: "t", summary: "s") }

  @Test func `earlier turns keep their words and lose their data`() {
    let turn: [ChatMessage] = [
      .user("one?"), .assistant(text: "", calls: [Self.call("a")]),
      .toolResult(id: "a", text: String(repeating: "x", count: 2000), summary: "scores 3"),
      .assistant(text: "One.", calls: []),
    ]
    #expect(
      History.compacted(turn, limit: 1000) == [
        turn[0], turn[1], .toolResult(id: "a", text: "scores 3", summary: "scores 3"), turn[3],
      ])
    let two = turn + [.user("two?"), .assistant(text: "Two.", calls: [])]
    #expect(History.compacted(two, limit: 20) == [.user("two?"), .assistant(text: "Two.", calls: [])])
    #expect(History.compacted(two, limit: 3) == [])
  }
}
