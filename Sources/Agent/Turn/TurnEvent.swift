package import Chronology

/// What can happen to a turn.
package enum TurnEvent: Sendable, Equatable {
  case started
  /// The notice was shown.
  case noted
  case replied(ModelReply)
  /// `shown` says that part of an answer is on the screen already.
  case failed(ModelFailure, shown: Bool)
  /// The wait before another attempt is over.
  case waited
  case reviewed(CallReview)
  case answered(Approval.Answer)
  case ran(CallOutcome)
  /// The line was taken into the plan.
  case planned
  /// The user wished to stop; `partial` is what had arrived of an answer.
  case cancelled(partial: ModelReply)
  /// The time was up while an answer arrived.
  case expired(partial: ModelReply)
}

/// When an event happened, and the chance that goes with it: a state machine looks at no clock.
package struct Moment: Sendable, Equatable {
  /// Seconds since the turn began.
  package var elapsed: Double
  package var now: Instant
  /// In 0..<1; spreads retries of many clients.
  package var jitter: Double

  package init(elapsed: Double = 0, now: Instant = Instant(nanoseconds: 0), jitter: Double = 0) {
    self.elapsed = elapsed
    self.now = now
    self.jitter = jitter
  }
}

/// What to do next.
package enum TurnStep: Sendable, Equatable {
  /// Send `request(card:)`.
  case request
  case wait(seconds: Double, failure: ModelFailure)
  case review(ToolCall)
  case ask(Approval)
  case run(ReviewedLine)
  /// Take the line as if it had run.
  case plan(ReviewedLine)
  case note(TurnNotice)
  case finish(TurnEnd)
}

/// What a reader should know besides the calls and the answer.
package enum TurnNotice: Sendable, Equatable {
  /// The same call again; it was answered from the value it made.
  case alreadyComputed(line: String, number: Int?)
  case refused(line: String, diagnostic: String)
  case denied(line: String)
  /// A call that came twice though it was refused ran without an option that could not be read.
  case leftOut(option: String)
  case planned(number: Int, line: String)
  /// The steps in which the model means to do a long task.
  case outlined([String])
  /// Numbers and results that the answer names and that nothing the model saw contains.
  case unsupported([String])
  /// The model must now answer from what it has.
  case answeringWithoutTools(FinalCause)
  /// Earlier turns were dropped to fit the window.
  case forgot(turns: Int)
}

package enum FinalCause: Sendable, Equatable {
  case callsSpent, tokensSpent, moneySpent, repeats, refusals, cutShort
}
