import Agent
import Language
import Notation
import Numerics
import TestKit
import Testing
import Workbench

@Suite struct `Pictures for models that see` {
  static let messages: [ChatMessage] = [
    .user("q"), .assistant(text: "", calls: [ToolCall(id: "a", name: "plot", arguments: "{}")]),
    .toolResult(id: "a", text: "r", summary: "s"), .picture(base64: "QUJD", caption: "Drawn:"),
  ]

  static func body(_ wire: WireFormat, sees: Bool) -> JSON {
    wire.body(
      ChatRequest(messages: messages, tools: []), model: "m", maximumOutput: 9,
      dialect: ChatDialect(seesPictures: sees))
  }

  @Test func `are sent in the notation of each server`() {
    let chat = Self.body(.chat, sees: true)["messages"]?[3]
    #expect(chat?["role"] == "user")
    #expect(chat?["content"]?[1]?["image_url"]?["url"] == "data:image/png;base64,QUJD")
    let responses = Self.body(.responses, sees: true)["input"]?.array?.last
    #expect(responses?["content"]?[1] == ["type": "input_image", "image_url": "data:image/png;base64,QUJD"])
    // Results stand first in the one message behind their calls.
    let blocks = Self.body(.messages, sees: true)["messages"]?[2]?["content"]
    #expect(blocks?[0]?["type"] == "tool_result" && blocks?[1]?["text"] == "Drawn:")
    #expect(blocks?[2]?["source"] == ["type": "base64", "media_type": "image/png", "data": "QUJD"])
  }

  @Test(arguments: WireFormat.allCases) func `are left out for others`(_ wire: WireFormat) {
    let body = Self.body(wire, sees: false).description
    #expect(!body.contains("QUJD") && body.contains("does not see pictures"))
  }

  static func ask(_ model: ScriptedModel, sees: Bool) -> (session: Session, end: AssistantEnd) {
    let session = Session(world: .memory(), seed: 3)
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    let wire: WireFormat = sees ? .responses : .chat
    let assistant = SessionAssistant(
      session: session, settings: { ModelSettings(url: "http://127.0.0.1:1", model: "m", wire: wire) },
      transport: model, pause: RecordedPause(),
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt(name: name, parsing: "---\ntools: plot show\n---\nWork.")
      })
    return (
      session,
      assistant.ask("which?", role: nil, screen: RecordedScreen(), lines: TypedLines(), work: Work())
    )
  }

  static func plot(_ number: Int) -> ScriptedModel.Reply {
    .call("c\(number)", "plot", #"{"values":"pump.\#(["Flow", "Pressure", "Current"][number])"}"#)
  }

  @Test func `come with what a call drew, and only the newest are sent`() throws {
    let model = ScriptedModel(Self.plot(0), Self.plot(1), Self.plot(2), .text("Fine."))
    #expect(Self.ask(model, sees: true).end == .answered)
    let pictures = model.requests.map { request in
      (request["input"]?.array ?? []).count { $0.description.contains("data:image/png;base64,iVBORw0KGgo") }
    }
    #expect(pictures == [0, 1, 2, 2])
  }

  @Test func `do not reach a model that cannot see`() {
    let model = ScriptedModel(Self.plot(0), .text("Fine."))
    #expect(Self.ask(model, sees: false).end == .answered)
    #expect(!"\(model.requests)".contains("iVBORw0KGgo"))
  }

  @Test func `are given up where a server refuses them`() {
    let model = ScriptedModel(
      Self.plot(0), .refusal(400, #"{"error":{"message":"image input is not supported"}}"#), .text("Fine."))
    #expect(Self.ask(model, sees: true).end == .answered)
    #expect(model.requests.last?.description.contains("does not see pictures") == true)
  }

  @Test(arguments: [("Orange.", true), ("Blue.", false)])
  func `are tried by the probe`(_ answer: String, _ sees: Bool) {
    let model = ScriptedModel(.call("a", "weather", #"{"city":"Riga"}"#), .text(answer))
    let probe = ModelProbe.measureAll(
      ModelSettings(url: "http://127.0.0.1:1"), transport: model, clock: StoppedClock(),
      isCancelled: { false })
    #expect(probe.callForm == .native && probe.seesPictures == sees)
  }
}
