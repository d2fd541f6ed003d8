import Chronology
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// From spans, their log and their metrics to the service at fault.
@Suite struct `Causes among services` {
  private func scores(_ session: Session, _ line: String) throws -> Scores {
    let events = session.type(line)
    guard case .scores(let scores)? = events.results.last?.value else {
      throw Diagnostic("", "no scores: \(events.diagnostics)", remedy: "")
    }
    return scores
  }

  private func shop() -> Session {
    let session = Session(world: .memory())
    session.type(
      "calls = generate traces --count 1200 --seed 7",
      "lines = generate traces --part log --count 1200 --seed 7",
      "steps = services steps calls lines")
    return session
  }

  @Test func `join spans with their lines`() throws {
    let session = shop()
    guard
      case .events(let steps)? = session.type("show steps").isEmpty
        ? nil : session.type("steps").results.last?.value,
      case .events(let calls)? = session.type("calls").results.last?.value
    else {
      Issue.record("no events")
      return
    }
    // The operation, and a line when it comes and one when it goes.
    #expect(steps.frame.rowCount == 3 * calls.frame.rowCount)
    #expect(steps.caseCount == calls.frame.rowCount)
    let kinds = steps.activities
    let first = steps.frame.index.runs[0].rows.map { kinds.levels[Int(kinds.codes[$0])] }
    #expect(first.dropFirst() == ["request <*> taken", "request <*> answered"])
    #expect(steps.frame.column("fault")?.role == .label)
  }

  @Test func `are seen as shifted transitions`() throws {
    let session = shop()
    let risk = try scores(session, "risk = detect transitions steps --every 20s --by service")
    #expect(risk.index.extent?.seconds == 20)
    let parts = try #require(risk.contributions)
    #expect(parts.blocks.map(\.name).contains("stock"))
    // Stock fails from 75 to 82 percent of the requests.
    let place = try #require(
      parts.features.firstIndex { $0 == "stock: request <*> taken > request <*> failed" })
    let known = risk.values.indices.filter { !parts.matrix[$0, place].isNaN }
    let peak = try #require(known.max { parts.matrix[$0, place] < parts.matrix[$1, place] })
    #expect((0.74...0.83).contains(Double(peak) / Double(risk.values.count)))
    #expect(parts.matrix[peak, place] > 3 && parts.matrix[peak, place] <= risk.values[peak])
  }

  @Test func `are seen in the log alone`() throws {
    let session = shop()
    let inside = try scores(session, "detect transitions lines --every 20s --by service --case span")
    // Names of spans repeat in every trace, so that traces are cases here too.
    let named = try scores(session, "detect transitions lines --every 20s --case trace")
    #expect(inside.contributions?.blocks.count == 6 && named.contributions?.blocks.count == 1)
  }

  @Test func `are ranked among segments`() throws {
    let session = shop()
    let each = try scores(session, "each = detect transitions steps --every 20s --by service | unfold")
    #expect(each.index.segments.map(\.name).contains("stock"))
    #expect(each.values.count == each.index.segments.count * each.index.segments[0].rows.count)
    session.type("truth = services rates calls --every 20s --measures errors --only stock")
    session.type(
      "truth = truth | derive cause = if(stock.errors > 3, \"stock\", \"\")")
    let report = session.type("evaluate causes each --against truth.cause --by segment").results.last?.value
    guard case .report(let found)? = report else {
      Issue.record("no report")
      return
    }
    // What stock fails in fails at those who asked for it, too.
    #expect(found.metrics.first { $0.name == "ac@3" }?.value == 1)
    #expect(
      session.type("evaluate causes steps --against truth.cause --by segment").diagnostics.first != nil)
    let report2 = session.type(
      "risk = detect transitions steps --every 20s --by service",
      "evaluate causes risk --against truth.cause --by segment")
    #expect(report2.diagnostics.first?.code == "R0516")
  }

  @Test func `are joined with other modalities by the names of segments`() throws {
    let session = shop()
    session.type(
      "inside = detect transitions steps --every 20s --by service | unfold | calibrate tail",
      "rates = services rates calls --every 20s --measures p50",
      "slow = detect mad rates --side high | unfold --by stem | calibrate tail")
    let fused = try scores(session, "fused = align inside slow --every 20s | fuse max")
    #expect(
      Set(fused.index.segments.map(\.name)) == [
        "gateway", "orders", "stock", "payment", "search", "catalogue",
      ])
    let payment = try #require(fused.index.segments.first { $0.name == "payment" })
    // Payment is slow from 60 to 70 percent; its log says nothing of it.
    let peak =
      try #require(payment.rows.max { fused.values[$0] < fused.values[$1] }) - payment.rows.lowerBound
    #expect((0.58...0.72).contains(Double(peak) / Double(payment.rows.count)))
  }

  @Test func `need times, columns and segments`() {
    let session = shop()
    session.type("risk = detect transitions steps --every 20s --by service", "each = unfold risk")
    for (line, code) in [
      ("unfold each", "D0501"), ("detect transitions steps --every 20s --by servic", "E0203"),
      ("detect transitions steps --every 1us", "E0550"),
      ("services steps calls journal", "E0524"),
    ] {
      session.type("journal = generate pump-station --part log --minutes 5 --seed 7")
      #expect(session.type(line).diagnostics.first?.code == code, "\(line)")
    }
  }
}
