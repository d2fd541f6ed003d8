import Agent
import Chronology
import Language
import Notation
import Numerics
import Synchronization
import Workbench

/// A model that answers each request with the next script.
final class ScriptedModel: ModelTransport {
  enum Reply: Sendable {
    case pieces([String])
    case refusal(Int, String, [HTTPHeader] = [])
    case error(HTTPError)
    /// Sends this and then nothing, until the user stops it.
    case hang([String])

    static func text(_ text: String) -> Reply {
      .pieces([#"{"choices":[{"delta":{"content":\#(JSON.string(text))}}]}"#])
    }
    static func call(_ id: String, _ name: String, _ arguments: String) -> Reply {
      let function: JSON = ["name": .string(name), "arguments": .string(arguments)]
      let call: JSON = ["index": 0, "id": .string(id), "function": function]
      return .pieces([JSON.object([("choices", [["delta": ["tool_calls": [call]]]])]).description])
    }
  }

  private let replies: Mutex<[Reply]>
  private let bodies = Mutex<[JSON]>([])

  init(_ replies: Reply...) { self.replies = Mutex(replies) }

  var requests: [JSON] { bodies.withLock { $0 } }

  func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError) {
    let body = (try? JSON(parsing: request.body)) ?? .null
    bodies.withLock { $0.append(body) }
    let reply = replies.withLock { $0.isEmpty ? Reply.error(.unreachable("no script")) : $0.removeFirst() }
    switch reply {
    case .pieces(let pieces), .hang(let pieces):
      receive(.head(status: 200, headers: [HTTPHeader("content-type", "text/event-stream")]))
      for piece in pieces { receive(.body(Array("data: \(piece)\n\n".utf8))) }
      if case .hang = reply {
        while !isCancelled() { receive(.tick) }
        throw .cancelled
      }
    case .refusal(let status, let body, let headers):
      receive(.head(status: status, headers: headers))
      receive(.body(Array(body.utf8)))
    case .error(let error): throw error
    }
  }
}

/// Lets no time pass and writes down what was wished.
final class RecordedPause: Pause {
  private let spans = Mutex<[TimeSpan]>([])
  private let goesOn: Bool
  init(goesOn: Bool = true) { self.goesOn = goesOn }
  var waits: [TimeSpan] { spans.withLock { $0 } }

  func wait(_ span: TimeSpan, isCancelled: () -> Bool, tick: (Double) -> Void) -> Bool {
    spans.withLock { $0.append(span) }
    tick(span.seconds)
    return goesOn
  }
}

/// A clock that goes on by a fixed step at each look.
final class SteppingClock: Clock {
  private let nanoseconds = Mutex<Int64>(0)
  private let step: TimeSpan
  init(step: TimeSpan = .zero) { self.step = step }
  func now() -> Instant {
    nanoseconds.withLock { now in
      now += step.nanoseconds
      return Instant(nanoseconds: now)
    }
  }
}

/// A session that knows one command and counts what it runs.
final class ToyWorkplace: Workplace {
  private(set) var lines: [String] = []

  func review(_ call: ToolCall) -> CallReview {
    if call.form == .printedLine { return line(call.arguments, verb: call.name) }
    guard let arguments = try? JSON(parsing: call.arguments) else {
      return .refused(line: call.name, diagnostic: "error[A0130]: the arguments are not JSON")
    }
    guard let input = arguments["input"]?.string else {
      return .refused(line: call.name, diagnostic: "error[E0301]: `input` is missing")
    }
    return line("\(call.name) \(input)", verb: call.name)
  }

  private func line(_ text: String, verb: String) -> CallReview {
    .line(ReviewedLine(text: text, key: text, verb: verb, reach: verb == "export" ? .write : .compute))
  }

  func run(_ line: String, turn: Int, work: Work) -> CallOutcome {
    lines.append(line)
    if work.isCancelled() { return CallOutcome(.interrupted, text: "", summary: "interrupted") }
    let number = lines.count
    return CallOutcome(
      .succeeded, text: #"{"result":"r\#(number)"}"#, summary: "scores 3", number: number, seconds: 0.4,
      preview: ["row  score"])
  }

  func card() -> String { "Values: \(lines.count) lines were run." }
}
