import Chronology
import Formats
import Notation
package import Workbench

/// Measures what a model can do with two small requests.
package struct ModelProbe: Sendable, Equatable {
  /// The first way of calling that gave a right call; nil if none did.
  package var callForm: CallForm?
  /// Tokens that it writes a second; nil if the server does not count.
  package var speed: Double?
  /// Whether it told the colour of a picture; nil if it was not asked.
  package var seesPictures: Bool?
  /// Why it could not be asked.
  package var failure: ModelFailure?

  private static let tool: JSON = [
    "type": "function",
    "function": [
      "name": "weather", "description": "Tells the weather of a city.",
      "parameters": [
        "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"],
        "additionalProperties": false,
      ],
    ],
  ]

  /// Asks also for the colour of a small picture.
  package static func measureAll(
    _ settings: ModelSettings, transport: any ModelTransport, clock: any Clock, isCancelled: () -> Bool
  ) -> ModelProbe {
    var probe = measure(settings, transport: transport, clock: clock, isCancelled: isCancelled)
    let isReachable = probe.callForm != nil || probe.failure == nil
    if isReachable, !isCancelled() {
      probe.seesPictures = sees(settings, transport: transport, isCancelled: isCancelled)
    }
    return probe
  }

  /// A model that cannot see would have to guess one colour of many.
  private static func sees(
    _ settings: ModelSettings, transport: any ModelTransport, isCancelled: () -> Bool
  ) -> Bool {
    let side = 64
    let colour: [UInt8] = [255, 140, 0]
    let pixels = (0..<3 * side * side).map { colour[$0 % 3] }
    guard let png = try? PNGEncoder.encode(width: side, height: side, pixels: pixels) else { return false }
    var client = ModelClient(
      settings: settings, transport: transport, dialect: ChatDialect(seesPictures: true))
    let request = ChatRequest(
      messages: [
        .picture(base64: Base64.text(of: png), caption: "Which colour has this picture? Answer in one word.")
      ], tools: [])
    while true {
      let outcome = client.ask(request, maximumOutput: 40, isCancelled: isCancelled, receive: { _ in })
      if case .replied(let reply) = outcome { return reply.text.lowercased().contains("orange") }
      guard case .failed(let failure, _) = outcome, client.learn(from: failure), client.dialect.seesPictures
      else { return false }
    }
  }

  package static func measure(
    _ settings: ModelSettings, transport: any ModelTransport, clock: any Clock, isCancelled: () -> Bool
  ) -> ModelProbe {
    let request = ChatRequest(
      messages: [
        .system("You work by calling tools."), .user("What is the weather in Riga? Use the tool."),
      ], tools: [tool])
    var probe = ModelProbe()
    for form in CallForm.allCases {
      var client = ModelClient(settings: settings, transport: transport, dialect: ChatDialect(callForm: form))
      let started = clock.now()
      var outcome = client.ask(request, maximumOutput: 80, isCancelled: isCancelled, receive: { _ in })
      while case .failed(let failure, _) = outcome, client.learn(from: failure),
        client.dialect.callForm == form
      {
        outcome = client.ask(request, maximumOutput: 80, isCancelled: isCancelled, receive: { _ in })
      }
      switch outcome {
      case .replied(let reply):
        let seconds = (clock.now() - started).seconds
        if reply.use.output > 0, seconds > 0 { probe.speed = Double(reply.use.output) / seconds }
        let calls =
          reply.calls.isEmpty && form != .native
          ? PrintedCalls(in: reply.text, tools: ["weather"]).calls : reply.calls
        let city = calls.first.flatMap { try? JSON(parsing: $0.arguments) }?["city"]?.string
        if city?.contains("Riga") == true {
          probe.callForm = form
          return probe
        }
      case .failed(let failure, _):
        probe.failure = failure
        if failure.cause != .rejected, failure.cause != .serverError { return probe }
      case .cancelled: return probe
      }
    }
    return probe
  }
}
