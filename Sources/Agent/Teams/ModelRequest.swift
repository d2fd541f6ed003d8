import Dispatch
import Synchronization

/// A request that can be sent beside others.
struct ModelRequest: Sendable {
  struct Answer: Sendable {
    /// With what it has learned of its server.
    let client: ModelClient
    let outcome: ModelOutcome
    let deltas: [ChatAccumulator.Delta]
    let isLate: Bool
  }

  let client: ModelClient
  let chat: ChatRequest
  let maximumOutput: Int
  /// The turn has so much time left.
  let seconds: Double

  private func send(isCancelled: @Sendable () -> Bool) -> Answer {
    let end = ContinuousClock.now + .seconds(max(0, seconds))
    var client = client
    while true {
      var deltas: [ChatAccumulator.Delta] = []
      let outcome = client.ask(
        chat, maximumOutput: maximumOutput, isCancelled: { isCancelled() || ContinuousClock.now > end },
        receive: { deltas.append($0) })
      // Some things a server refuses can be left out.
      if case .failed(let failure, shown: false) = outcome, client.learn(from: failure) { continue }
      return Answer(
        client: client, outcome: outcome, deltas: deltas, isLate: ContinuousClock.now > end)
    }
  }

  /// Sends all at once and gives the answers in the order of the requests.
  ///
  /// - Parameter tick: is called about ten times a second with how many are still out.
  static func sendAll(
    _ requests: [ModelRequest], isCancelled: @escaping @Sendable () -> Bool, tick: (Int) -> Void
  ) -> [Answer] {
    let box = AnswerBox(count: requests.count)
    let group = DispatchGroup()
    for (number, request) in requests.enumerated() {
      // A queue each: a common one would wait for as many processors.
      DispatchQueue(label: "model request \(number)").async(group: group) {
        box.set(request.send(isCancelled: isCancelled), at: number)
      }
    }
    while group.wait(timeout: .now() + 0.1) == .timedOut { tick(box.missing) }
    return box.all
  }
}

private final class AnswerBox: Sendable {
  private let answers: Mutex<[ModelRequest.Answer?]>

  init(count: Int) { answers = Mutex([ModelRequest.Answer?](repeating: nil, count: count)) }

  func set(_ answer: ModelRequest.Answer, at position: Int) { answers.withLock { $0[position] = answer } }
  var missing: Int { answers.withLock { $0.count { $0 == nil } } }
  var all: [ModelRequest.Answer] { answers.withLock { $0.compactMap(\.self) } }
}
