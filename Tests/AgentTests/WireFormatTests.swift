import Agent
import Language
import Notation
import Testing

/// Recorded streams of the notations besides chat completions, and what is sent in them.
@Suite struct `Wire formats` {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let pieces: [String]
    let reply: ModelReply
  }

  static let signed: JSON = ["type": "thinking", "thinking": "Look first.", "signature": "c2ln"]
  static let reasoning: JSON = ["type": "reasoning", "id": "rs_1", "encrypted_content": "ZW5j"]

  static let cases = [
    Case(
      testDescription: "messages: text, then a call in fragments, use counted so far",
      pieces: [
        #"{"type":"message_start","message":{"usage":{"input_tokens":20,"cache_read_input_tokens":5,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"ping"}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Größe: "}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"detect","input":{}}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"input\": \"jo"}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"int\"}"}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":31}}"#,
        #"{"type":"message_stop"}"#,
      ],
      reply: ModelReply(
        text: "Größe: ",
        calls: [ToolCall(id: "toolu_1", name: "detect", arguments: #"{"input": "joint"}"#)],
        use: TokenUse(input: 25, cachedInput: 5, output: 31))),
    Case(
      testDescription: "messages: signed thoughts come back with the call; no arguments are an empty object",
      pieces: [
        #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Look "}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"first."}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"plot"}}"#,
        #"{"type":"message_stop"}"#,
      ],
      reply: ModelReply(calls: [ToolCall(id: "t", name: "plot", arguments: "{}", carried: [signed])])),
    Case(
      testDescription: "messages: the whole answer at once, cut",
      pieces: [
        #"{"type":"message","content":[{"type":"text","text":"Audio"}],"stop_reason":"max_tokens","usage":{"input_tokens":3,"output_tokens":4}}"#
      ], reply: ModelReply(text: "Audio", use: TokenUse(input: 3, output: 4), isCut: true)),
    Case(
      testDescription: "messages: refused",
      pieces: [
        #"{"type":"message_start","message":{}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":1}}"#,
      ], reply: ModelReply(use: TokenUse(output: 1), isWithheld: true)),
    Case(
      testDescription: "responses: reasoning, a call by item, the finished item is the truth",
      pieces: [
        #"{"type":"response.created","response":{"status":"in_progress"}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1"}}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","encrypted_content":"ZW5j"}}"#,
        #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"detect","arguments":""}}"#,
        #"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"inp"}"#,
        #"{"type":"response.function_call_arguments.done","item_id":"fc_1","arguments":"{\"input\":\"joint\"}"}"#,
        #"{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"detect","arguments":"{\"input\":\"joint\"}"}}"#,
        #"{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":6},"output":[{"type":"reasoning","id":"rs_1","encrypted_content":"ZW5j"},{"type":"function_call","id":"fc_1","call_id":"call_1","name":"detect","arguments":"{\"input\":\"joint\"}"}]}}"#,
      ],
      reply: ModelReply(
        calls: [
          ToolCall(id: "call_1", name: "detect", arguments: #"{"input":"joint"}"#, carried: [reasoning])
        ], use: TokenUse(input: 9, cachedInput: 4, output: 6))),
    Case(
      testDescription: "responses: text in pieces is not told twice",
      pieces: [
        #"{"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"Audio "}"#,
        #"{"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"leads."}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"Audio leads."}]}}"#,
        #"{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"}}}"#,
      ], reply: ModelReply(text: "Audio leads.", isCut: true)),
    Case(
      testDescription: "responses: the whole answer at once",
      pieces: [
        #"{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]},{"type":"function_call","call_id":"c","name":"plot","arguments":"{}"}]}"#
      ], reply: ModelReply(text: "Hi", calls: [ToolCall(id: "c", name: "plot", arguments: "{}")])),
  ]

  @Test(arguments: cases) func `streams are read`(_ one: Case) {
    var accumulator = ChatAccumulator(knownTools: ["detect", "plot"])
    for piece in one.pieces { _ = accumulator.consume(piece) }
    #expect(accumulator.reply() == one.reply)
    #expect(accumulator.failure == nil)
    #expect(accumulator.hasContent)
  }

  /// Whatever piece is the last to arrive, there is an answer to go on from.
  @Test(arguments: cases) func `streams may end anywhere`(_ one: Case) {
    for count in 0...one.pieces.count {
      var accumulator = ChatAccumulator(knownTools: ["detect", "plot"])
      for piece in one.pieces.prefix(count) { _ = accumulator.consume(piece) }
      let reply = accumulator.reply()
      let history: [ChatMessage] = [
        .user("q"), .assistant(text: reply.text, calls: reply.calls), .user("on"),
      ]
      for format in WireFormat.allCases {
        let body = format.body(
          ChatRequest(messages: history, tools: []), model: "m", maximumOutput: 9)
        #expect((try? JSON(parsing: body.description)) == body)
      }
    }
  }

  @Test(arguments: [
    (
      #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
      ModelFailure.Cause.overloaded
    ),
    (#"{"type":"error","code":"server_error","message":"Overloaded"}"#, .overloaded),
    (
      #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Overloaded"}}}"#,
      .overloaded
    ),
  ]) func `errors after the stream began are noticed`(_ piece: String, _ cause: ModelFailure.Cause) {
    var accumulator = ChatAccumulator()
    _ = accumulator.consume(#"{"type":"message_start","message":{}}"#)
    _ = accumulator.consume(piece)
    #expect(accumulator.failure?.message == "Overloaded")
    #expect(accumulator.failure?.cause == cause)
  }

  @Test(arguments: [
    ("https://api.anthropic.com", WireFormat.messages, "https://api.anthropic.com/v1/messages"),
    ("https://host/v1/messages", .messages, "https://host/v1/messages"),
    ("https://host/v1/responses/", .responses, "https://host/v1/responses"),
    ("http://127.0.0.1:8080", .chat, "http://127.0.0.1:8080/v1/chat/completions"),
  ]) func `the address tells the format`(_ base: String, _ format: WireFormat, _ address: String) {
    #expect(WireFormat(address: base) == format)
    #expect(format.address(base: base) == address)
  }

  static let talk = ChatRequest(
    messages: [
      .system("S"), .user("q"),
      .assistant(
        text: "", calls: [ToolCall(id: "a", name: "detect", arguments: #"{"x":1}"#, carried: [signed])]),
      .toolResult(id: "a", text: "r", summary: "r"), .user("more"),
    ],
    tools: [
      [
        "type": "function",
        "function": ["name": "detect", "description": "D", "parameters": ["type": "object"]],
      ]
    ])

  @Test func `messages put results first into the next user message`() {
    let body = WireFormat.messages.body(Self.talk, model: "m", maximumOutput: 9)
    #expect(body["max_tokens"] == 9)
    #expect(body["system"]?[0]?["text"] == "S")
    #expect(body["tools"]?[0]?["input_schema"] == ["type": "object"])
    let messages = body["messages"]?.array ?? []
    #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "user"])
    #expect(messages[1]["content"]?[0] == Self.signed)
    #expect(messages[1]["content"]?[1]?["input"] == ["x": 1])
    #expect(messages[2]["content"]?.array?.map { $0["type"]?.string } == ["tool_result", "text"])
  }

  @Test func `responses are flat and keep nothing on the server`() {
    let body = WireFormat.responses.body(Self.talk, model: "m", maximumOutput: 9)
    #expect(body["store"] == false)
    #expect(body["instructions"] == "S")
    #expect(body["tools"]?[0]?["name"] == "detect")
    let types = body["input"]?.array?.map { $0["type"]?.string ?? $0["role"]?.string }
    #expect(types == ["user", "thinking", "function_call", "function_call_output", "user"])
  }

  @Test func `arguments of other programs are described where calls are texts`() {
    var request = Self.talk
    let city: JSON = ["type": "string", "description": "City and state,\n such as Reno, NV."]
    let unit: JSON = ["type": "string", "enum": ["C", "F"], "default": "C"]
    let days: JSON = [
      "type": "array",
      "items": [
        "type": "object", "properties": ["from": ["type": "integer"], "name": ["type": "string"]],
        "required": ["from"],
      ],
    ]
    request.tools = [
      [
        "type": "function",
        "function": [
          "name": "weather", "description": "Tells the weather.",
          "parameters": [
            "type": "object", "properties": ["city": city, "unit": unit, "days": days], "required": ["city"],
          ],
        ],
      ]
    ]
    func text() -> String {
      let body = WireFormat.chat.body(
        request, model: "m", maximumOutput: 9, dialect: ChatDialect(callForm: .constrained))
      return body["messages"]?[0]?["content"]?.string ?? ""
    }
    let others =
      #"- weather(city: string, unit?: C|F = "C", days?: [{from: integer, name?: string}]): Tells the weather."#
    #expect(text().contains(others + "\n    city: City and state, such as Reno, NV."))
    request.forms = ["weather": [["type": "object"]]]
    #expect(text().contains("- weather(city, unit?: C|F, ") && !text().contains("Reno"))
  }

  @Test func `a constrained request has the forms that there are`() {
    var request = Self.talk
    request.tools = ["detect", "explain"].map { name in
      [
        "type": "function",
        "function": [
          "name": .string(name), "description": "Scores rows.",
          "parameters": [
            "type": "object", "properties": ["value": ["type": "string"], "k": ["type": "integer"]],
            "required": ["value"],
          ],
        ],
      ]
    }
    let form: JSON = ["type": "object", "properties": ["value": ["enum": ["pump"]]]]
    // Nothing can be explained yet.
    request.forms = ["detect": [form], "explain": []]
    let body = WireFormat.chat.body(
      request, model: "m", maximumOutput: 9, dialect: ChatDialect(callForm: .constrained))
    #expect(body["tools"] == nil)
    #expect(
      body["messages"]?[0]?["content"]?.string?.contains("- detect(value, k?: integer): Scores rows.") == true
    )
    let calls = body["response_format"]?["json_schema"]?["schema"]?["anyOf"]?.array ?? []
    #expect(calls.map { $0["properties"]?["tool"]?["const"] } == ["detect", "answer"])
    #expect(calls[0]["properties"]?["arguments"] == form)
  }

  private static func offered(
    _ question: String, _ tools: [(name: String, description: String)], own: [String] = [],
    form: CallForm = .constrained, mustLook: Bool = false
  ) -> [String] {
    var request = ChatRequest(
      messages: [.user(question)],
      tools: tools.map { tool in
        [
          "type": "function",
          "function": [
            "name": .string(tool.name), "description": .string(tool.description),
            "parameters": ["type": "object", "properties": ["x": ["type": "number"]]],
          ],
        ]
      })
    request.mustLook = mustLook
    for name in own { request.forms[name] = [["type": "object"]] }
    let body = WireFormat.chat.body(
      request, model: "m", maximumOutput: 9, dialect: ChatDialect(callForm: form))
    if form == .native { return body["tools"]?.array?.compactMap { $0["function"]?["name"]?.string } ?? [] }
    let calls = body["response_format"]?["json_schema"]?["schema"]?["anyOf"]?.array ?? []
    return calls.compactMap { $0["properties"]?["tool"]?["const"]?.string }
  }

  @Test func `a model that must choose is not offered tools that a question cannot mean`() {
    let area = (name: "calculateTriangleArea", description: "Area from base and height.")
    let mass = (name: "body_mass_index", description: "Computes an index of weight.")
    let question = "What is the area of two triangles with a base of 10?"
    #expect(Self.offered(question, [area, mass]) == ["calculateTriangleArea", "answer"])
    // Nothing fits: the model may write what it likes.
    #expect(Self.offered("Who is the king of the hill?", [area, mass]).isEmpty)
    #expect(Self.offered(question, [area, mass], form: .native).count == 2)
    #expect(Self.offered("Wie groß ist das Dreieck?", [area, mass]).count == 3)
    #expect(Self.offered("Who is the king of the hill?", [mass], own: [mass.name]).count == 2)
  }

  @Test func `a model that is held to a schema looks before it answers`() {
    let tools = [(name: "describe", description: "Summarises.")]
    #expect(Self.offered("What is in the pump?", tools, own: ["describe"], mustLook: true) == ["describe"])
    #expect(Self.offered("What is in the pump?", tools, own: ["describe"]) == ["describe", "answer"])
  }
}
