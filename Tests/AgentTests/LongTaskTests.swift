import Agent
import Language
import Notation
import Numerics
import TestKit
import Testing
import Workbench

@Suite struct `Long tasks` {
  static let task =
    "Load the pump, then score it with mad, then set a threshold, and finally explain the alarms."

  @Test func `are planned in words first, and the plan stays`() {
    let desk = `Assistant over a session`.Desk(
      ScriptedModel(
        .text("1. score pump with detect\n2) threshold\n3: explain"),
        .call("a", "detect", #"{"value":"pump","method":"mad","as":"risk"}"#), .text("Done.")))
    #expect(desk.ask(Self.task) == .answered)
    #expect(desk.screen.text.contains("plan\n  1  score pump with detect\n  2  threshold\n  3  explain"))
  }

  @Test func `show the model its plan with each request, and no tools before it`() {
    let model = ScriptedModel(.text("1. look"), .call("a", "describe", #"{"value":"pump"}"#), .text("Done."))
    let desk = `Assistant over a session`.Desk(model)
    #expect(desk.ask(Self.task) == .answered)
    #expect(model.requests[0]["tools"] == nil)
    for request in model.requests.dropFirst() {
      #expect(request["tools"] != nil)
      #expect(request["messages"]?[1]?["content"]?.string?.hasSuffix("1. look") == true)
    }
  }

  @Test func `go on without a plan that is none`() {
    let model = ScriptedModel(.call("a", "describe", #"{"value":"pump"}"#), .text("Fine."))
    let desk = `Assistant over a session`.Desk(model)
    #expect(desk.ask(Self.task) == .answered)
    #expect(!desk.screen.text.contains("plan\n"))
  }

  @Test(arguments: [
    "which sensor was first?", "what is unusual in pump and then?", "score pump with mad and set a threshold",
  ]) func `are not what a short question is`(_ question: String) {
    let model = ScriptedModel(.text("Fine."))
    let desk = `Assistant over a session`.Desk(model)
    #expect(desk.ask(question) == .answered)
    #expect(model.requests.count == 1 && model.requests[0]["tools"] != nil)
  }
}

@Suite struct `What the user sets for the agent` {
  @Test func `pins are told with each question and stay in the record`() throws {
    let model = ScriptedModel(.text("Fine."), .text("Fine."), .text("Fine."))
    let desk = `Assistant over a session`.Desk(model)
    #expect(desk.session.type("/pin The valve was changed on 3 March.").texts.joined().contains("3 March"))
    desk.session.type("/pin look at --seed 3 only")
    _ = desk.ask("which?")
    let said = model.requests[0]["messages"]?[1]?["content"]?.string ?? ""
    #expect(
      said.hasPrefix(
        "The user says, for all questions:\n- The valve was changed on 3 March.\n- look at --seed 3"))
    let script = try desk.saved()
    #expect(script.contains("# pinned: The valve was changed on 3 March."))
    // A replay knows them, too.
    let session = Session(world: .memory(desk.files), seed: 3)
    _ = try Replay(file: "night.sonde", files: desk.files).run(in: session) { _ in }
    #expect(session.pins.count == 2)
    desk.session.type("/pin clear")
    _ = desk.ask("again?")
    #expect(model.requests[1]["messages"]?.array?.last?["content"]?.string?.contains("valve") == false)
  }

  @Test func `a budget ends the calls, and money needs a price`() {
    let use =
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"describe","arguments":"{\"value\":\"pump\"}"}}]}}],"usage":{"prompt_tokens":2000,"completion_tokens":100}}"#
    let model = ScriptedModel(.pieces([use]), .text("Fine."))
    let desk = `Assistant over a session`.Desk(model)
    #expect(desk.session.type("/budget money 1").diagnostics.map(\.code) == ["A0147"])
    #expect(desk.session.type("/budget calls none").diagnostics.map(\.code) == ["E0306"])
    let said = desk.session.type("/budget price 2.5 10 money 0.005 calls 3").texts.joined()
    #expect(said.contains("money    0.005") && said.contains("calls    3"), "\(said)")
    #expect(desk.ask("which?") == .answered)
    #expect(desk.screen.text.contains("the budget of money is spent"), "\(desk.screen.text)")
    #expect(model.requests[1]["tools"] == nil)
    #expect(desk.session.type("/cost").texts.joined().contains("at most 0.0060"))
  }

  @Test func `a key is taken unseen and goes nowhere else`() throws {
    let desk = `Assistant over a session`.Desk(ScriptedModel())
    var kept: [String] = []
    desk.assistant.keepKey = { (key, host) in kept.append("\(host) \(key)") }
    let events = desk.session.type("/key")
    #expect(events.contains { if case .secret = $0 { true } else { false } })
    let told = try desk.assistant.keep(key: " s3cr3t-k3y\n")
    #expect(kept == ["127.0.0.1:1 s3cr3t-k3y"])
    #expect(told.contains("127.0.0.1:1") && !told.contains("s3cr3t"))
    #expect(throws: Diagnostic.self) { try desk.assistant.keep(key: "a\u{1b}[2Jbcd") }
  }
}
