import Agent
import Notation
import Testing

@Suite struct `Chat accumulator` {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let pieces: [String]
    let reply: ModelReply
  }

  static func call(_ members: String) -> String { #"{"choices":[{"delta":{"tool_calls":[{\#(members)}]}}]}"# }
  static func detect(_ id: String, _ arguments: String) -> ToolCall {
    ToolCall(id: id, name: "detect", arguments: arguments)
  }

  static let cases = [
    Case(
      testDescription: "text in pieces, empty choices, usage last",
      pieces: [
        #"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
        #"{"choices":[{"delta":{"content":"Audio "}}]}"#, #"{"choices":[{"delta":{"content":"leads."}}]}"#,
        #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
        #"{"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}}"#,
        "[DONE]",
      ],
      reply: ModelReply(text: "Audio leads.", use: TokenUse(input: 11, cachedInput: 4, output: 7))),
    Case(
      testDescription: "arguments in fragments",
      pieces: [
        call(#""index":0,"id":"c1","type":"function","function":{"name":"detect","arguments":""}"#),
        call(#""index":0,"function":{"arguments":"{\"inp"}"#),
        call(#""index":0,"function":{"arguments":"ut\":\"joint\"}"}"#),
      ],
      reply: ModelReply(calls: [detect("c1", #"{"input":"joint"}"#)])),
    Case(
      testDescription: "no index, found by id, then by the name",
      pieces: [
        call(#""id":"a","function":{"name":"detect","arguments":"{"}"#),
        call(#""id":"a","function":{"arguments":"}"}"#),
        call(#""function":{"name":"plot","arguments":"{}"}"#),
      ],
      reply: ModelReply(calls: [
        detect("a", "{}"), ToolCall(id: "call_2", name: "plot", arguments: "{}"),
      ])),
    Case(
      testDescription: "no index and no id behind the first piece",
      pieces: [
        call(#""id":"a","function":{"name":"detect","arguments":"{\"a\""}"#),
        call(#""function":{"arguments":":1}"}"#),
      ],
      reply: ModelReply(calls: [detect("a", #"{"a":1}"#)])),
    Case(
      testDescription: "the index repeats with a new id",
      pieces: [
        call(#""index":0,"id":"a","function":{"name":"detect","arguments":"{}"}"#),
        call(#""index":0,"id":"b","function":{"name":"detect","arguments":"{\"k\":"}"#),
        call(#""index":0,"id":"","function":{"arguments":"5}"}"#),
      ],
      reply: ModelReply(calls: [detect("a", "{}"), detect("b", #"{"k":5}"#)])),
    Case(
      testDescription: "the name repeats in each piece",
      pieces: [
        call(#""index":0,"id":"a","function":{"name":"detect","arguments":"{"}"#),
        call(#""index":0,"function":{"name":"detect","arguments":"}"}"#),
      ],
      reply: ModelReply(calls: [detect("a", "{}")])),
    Case(
      testDescription: "the name comes in pieces",
      pieces: [
        call(#""index":0,"id":"a","function":{"name":"det"}"#),
        call(#""index":0,"function":{"name":"ect","arguments":"{}"}"#),
      ],
      reply: ModelReply(calls: [detect("a", "{}")])),
    Case(
      testDescription: "arguments as an object",
      pieces: [call(#""index":0,"id":"a","function":{"name":"detect","arguments":{"input":"joint"}}"#)],
      reply: ModelReply(calls: [detect("a", #"{"input":"joint"}"#)])),
    Case(
      testDescription: "the opening brace comes with the name",
      pieces: [
        call(#""index":0,"id":"a","function":{"name":"detect","arguments":"{"}"#),
        call(#""index":0,"function":{"arguments":"\"input\":\"joint\"}"}"#),
      ],
      reply: ModelReply(calls: [detect("a", #"{"input":"joint"}"#)])),
    Case(
      testDescription: "calls although the finish reason is stop, and no id",
      pieces: [
        call(#""index":0,"function":{"name":"detect","arguments":null}"#),
        #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
      ],
      reply: ModelReply(calls: [detect("call_1", "{}")])),
    Case(
      testDescription: "an answer that was not streamed",
      pieces: [
        #"{"choices":[{"message":{"content":"Hi","tool_calls":[{"id":"a","function":{"name":"detect","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":-1,"completion_tokens":2}}"#
      ],
      reply: ModelReply(text: "Hi", calls: [detect("a", "{}")], use: TokenUse(output: 2))),
    Case(
      testDescription: "content as a list of parts, cut at the limit",
      pieces: [
        #"{"choices":[{"delta":{"content":[{"type":"text","text":"Au"},{"type":"text","text":"dio"}]}}]}"#,
        #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#,
      ],
      reply: ModelReply(text: "Audio", isCut: true)),
    Case(
      testDescription: "pieces that are no JSON, and what follows the end",
      pieces: [
        "{", "null", #"{"choices":[{"delta":{"content":"a"}}]}"#, "[DONE]",
        #"{"choices":[{"delta":{"content":"b"}}]}"#,
      ],
      reply: ModelReply(text: "a")),
    Case(
      testDescription: "the notation before tool calls",
      pieces: [
        #"{"choices":[{"delta":{"function_call":{"name":"detect","arguments":"{"}}}]}"#,
        #"{"choices":[{"delta":{"function_call":{"arguments":"}"}}}]}"#,
      ],
      reply: ModelReply(calls: [detect("call_1", "{}")])),
  ]

  @Test(arguments: cases) func `forgives what servers do differently`(_ one: Case) {
    var accumulator = ChatAccumulator(knownTools: ["detect", "plot"])
    for piece in one.pieces { _ = accumulator.consume(piece) }
    #expect(accumulator.reply() == one.reply)
    #expect(accumulator.failure == nil)
  }

  @Test func `hands text and thinking over as they come`() {
    var accumulator = ChatAccumulator()
    #expect(
      accumulator.consume(#"{"choices":[{"delta":{"reasoning_content":"hm","content":"a"}}]}"#)
        == [.thinking("hm"), .text("a")])
    #expect(accumulator.reply().text == "a")
  }

  @Test(arguments: [
    #"{"error":{"message":"Overloaded","type":"overloaded_error"}}"#, #"{"error":"Overloaded"}"#,
    #"{"object":"error","message":"Overloaded"}"#,
  ]) func `notices an error after the stream began`(_ piece: String) {
    var accumulator = ChatAccumulator()
    _ = accumulator.consume(#"{"choices":[{"delta":{"content":"a"}}]}"#)
    _ = accumulator.consume(piece)
    #expect(accumulator.failure?.message == "Overloaded")
    #expect(accumulator.failure?.cause == .overloaded)
  }
}
