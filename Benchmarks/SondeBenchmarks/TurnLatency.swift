import Agent
import Foundation
import Glibc
import Language
import Live
import Numerics
import Synchronization
import Workbench

/// How long a token takes from the server's hands to the screen, and a turn to end once the user wishes it.
struct TurnLatency {
  let rounds: Int

  func run(print: (String) -> Void) throws {
    let server = try TokenServer()
    var arrivals: [Double] = []
    var ends: [Double] = []
    for _ in 0..<rounds {
      let conversation = Conversation(
        client: ModelClient(
          settings: ModelSettings(url: "http://127.0.0.1:\(server.port)", model: "m"),
          transport: CurlTransport()),
        pause: LivePause(), clock: SystemClock(), workplace: EmptyPlace(),
        role: AgentRole(systemText: "You answer.", tools: []))
      let wish = Mutex<Double?>(nil)
      var shown: Double?
      _ = conversation.ask(
        "which?", work: Work { wish.withLock { $0 } != nil }, approve: { _ in .unattended }
      ) { event in
        guard case .text = event, shown == nil else { return }
        shown = Self.now
        // The user stops a little later, while the server is silent.
        Thread.detachNewThread {
          usleep(7000 + UInt32.random(in: 0..<30_000))
          wish.withLock { $0 = Self.now }
        }
      }
      let end = Self.now
      if let shown { arrivals.append(shown - server.sent) }
      if let wished = wish.withLock({ $0 }) { ends.append(end - wished) }
    }
    print("first token, from sent to shown, \(arrivals.count) turns: \(Self.summary(arrivals))")
    print("a stopped turn, from wish to end, \(ends.count) turns: \(Self.summary(ends))")
  }

  static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e6 }

  private static func summary(_ values: [Double]) -> String {
    guard !values.isEmpty else { return "nothing was measured" }
    let sorted = values.sorted()
    return String(
      format: "median %.1f ms, 95 %% %.1f ms, longest %.1f ms", sorted[sorted.count / 2],
      sorted[min(sorted.count - 1, sorted.count * 95 / 100)], sorted[sorted.count - 1])
  }
}

private final class EmptyPlace: Workplace {
  func review(_ call: ToolCall) -> CallReview { .refused(line: call.name, diagnostic: "there are no tools") }
  func run(_ line: String, turn: Int, work: Work) -> CallOutcome {
    CallOutcome(.failed, text: "", summary: "")
  }
  func card() -> String { "There are no values yet." }
}

/// Sends one token a connection after a while and then nothing, until the client goes.
private final class TokenServer: Sendable {
  let port: UInt16
  private let socket: Int32
  private let moment: Record

  private final class Record: Sendable { let value = Mutex(0.0) }

  /// When the last token was handed to the system, in milliseconds.
  var sent: Double { moment.value.withLock { $0 } }

  init() throws {
    let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the pointers are valid during the calls and as long as `length` says.
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
        unsafe bind(listener, plain, length) == 0 && listen(listener, 8) == 0
          && getsockname(listener, plain, &length) == 0
      }
    }
    guard isBound else { throw UsageError() }
    socket = listener
    port = UInt16(bigEndian: address.sin_port)
    let record = Record()
    moment = record
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { break }
        Self.serve(connection, record)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private static func serve(_ connection: Int32, _ record: Record) {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    guard unsafe recv(connection, &chunk, chunk.count, 0) > 0 else { return }
    write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n", to: connection)
    usleep(60_000)
    record.value.withLock { $0 = TurnLatency.now }
    write("data: {\"choices\":[{\"delta\":{\"content\":\"Audio \"}}]}\n\n", to: connection)
    while unsafe recv(connection, &chunk, chunk.count, 0) > 0 {}
  }

  private static func write(_ text: String, to connection: Int32) {
    let bytes = Array(text.utf8)
    _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
