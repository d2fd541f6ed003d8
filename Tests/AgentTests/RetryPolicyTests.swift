import Agent
import Chronology
import Testing
import Workbench

@Suite struct `Retry policy` {
  static let now = Instant("1994-11-06T08:49:07Z") ?? Instant(nanoseconds: 0)

  static func wait(
    _ cause: ModelFailure.Cause, _ headers: [(String, String)] = [], attempt: Int = 1, jitter: Double = 0
  ) -> Double? {
    let advice = RetryAdvice(headers: headers.map { HTTPHeader($0.0, $0.1) })
    return RetryPolicy().wait(
      after: ModelFailure(cause, advice: advice), attempt: attempt, at: now, jitter: jitter)
  }

  @Test(
    arguments: [
      ("milliseconds", [("Retry-After-Ms", "1500"), ("Retry-After", "9")], 1.5),
      ("seconds with a fraction", [("Retry-After", "2.5")], 2.5),
      ("a date", [("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")], 30),
      ("a date with a short day", [("Retry-After", "Sun, 6 Nov 1994 08:49:37 GMT")], 30),
      ("a wish that is too long", [("Retry-After", "121")], nil),
      ("a date in the past", [("Retry-After", "Sun, 06 Nov 1994 08:49:00 GMT")], 0.5),
      ("zero", [("Retry-After", "0")], 0.5), ("nonsense", [("Retry-After", "soon")], 0.5),
      ("not to be retried", [("x-should-retry", "false"), ("Retry-After", "1")], nil),
    ] as [(String, [(String, String)], Double?)]) func `obeys the server's wish`(
      _ name: String, _ headers: [(String, String)], _ seconds: Double?
    )
  {
    #expect(Self.wait(.rateLimited, headers) == seconds, "\(name)")
  }

  @Test func `doubles the wait and gives up after two retries`() {
    #expect(Self.wait(.overloaded, attempt: 1) == 0.5)
    #expect(Self.wait(.overloaded, attempt: 2) == 1)
    #expect(Self.wait(.overloaded, attempt: 3) == nil)
    #expect(Self.wait(.overloaded, jitter: 0.5) == 0.4375)
  }

  @Test(arguments: [
    ModelFailure.Cause.notAllowed, .noSuchModel, .contextExceeded(window: nil), .quotaExhausted, .rejected,
    .untrusted, .notAModelServer,
  ]) func `does not repeat what cannot succeed`(_ cause: ModelFailure.Cause) {
    #expect(Self.wait(cause) == nil)
    #expect(Self.wait(cause, [("x-should-retry", "true")]) == 0.5)
  }
}
