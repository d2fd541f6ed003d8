import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

private let investigation = [
  "pump = generate pump-station --minutes 5", "cam = generate pump-station --part camera --minutes 5",
  "all = align pump cam --every 1s", "feats = encode all --use stats(10s)",
  "joint = feats | scale robust | fuse concat", "risk = joint | detect iforest --trees 25",
  "alarms = risk | threshold quantile --level 98%",
]

private func investigated(_ world: World = .memory(), lines: [String] = investigation) -> Session {
  let session = Session(world: world)
  for line in lines {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
  }
  return session
}

@Suite struct `A session` {
  @Test func `runs an investigation and keeps every name`() throws {
    let session = investigated()
    #expect(session.bindings.map(\.name) == ["pump", "cam", "all", "feats", "joint", "risk", "alarms"])
    #expect(session.bindings.last?.provenance.line == "alarms = threshold quantile risk --level 0.98")
    #expect(session.bindings.allSatisfy { $0.version == 1 })
  }

  @Test func `draws seeds that its canonical lines show, each one once`() {
    let session = investigated()
    session.type("again = detect iforest joint --trees 25")
    let lines = session.bindings.map(\.provenance.line)
    #expect(lines.contains("risk = detect iforest joint --trees 25 --seed 0"))
    #expect(lines.contains("again = detect iforest joint --trees 25 --seed 1"))
  }

  @Test func `shows a value without making a result`() throws {
    let session = investigated()
    let events = session.type("risk", "risk | threshold mad")
    #expect(events.results.map(\.number) == [0, 8])
    #expect(events.results.map(\.isShown) == [true, true])
  }

  @Test func `marks what was computed from an older version and reruns it on demand`() throws {
    let session = investigated()
    session.type("feats = encode all --use stats(20s)")
    let stale = session.bindings.filter { session.store.isStale($0) }.map(\.name)
    #expect(stale == ["joint", "risk", "alarms"])
    let before = session.store.binding("alarms")?.value.fingerprint
    let events = session.type("/rerun stale")
    #expect(events.results.map(\.name) == ["joint", "risk", "alarms"])
    #expect(session.bindings.allSatisfy { !session.store.isStale($0) })
    #expect(session.store.binding("alarms")?.value.fingerprint != before)
    #expect(session.type("/rerun stale").texts == ["nothing is stale"])
  }

  @Test func `takes back statements in reverse`() {
    let session = investigated()
    session.type("param risk_level = 97%", "alarms = threshold quantile risk --level {risk_level}")
    #expect(session.store.binding("alarms")?.version == 2)
    let texts = session.type("/undo").texts
    #expect(texts == ["took back: alarms = threshold quantile risk --level {risk_level}"])
    #expect(session.store.binding("alarms")?.version == 1)
    session.type("/undo")
    #expect(session.literals.isEmpty)
    session.type("/undo 7")
    #expect(session.bindings.isEmpty)
    #expect(session.type("/undo").texts == ["there is nothing to take back"])
  }

  @Test func `tells how a value came to be`() {
    let session = investigated()
    let text = session.type("/why alarms").texts.joined()
    #expect(text.hasPrefix("r7  alarms = threshold quantile risk --level 0.98\n  r6  risk = detect iforest"))
    #expect(text.contains("r1  pump = generate pump-station --minutes 5"))
  }

  @Test(arguments: [
    ("x = encode nothing --use stats(10s)", "E0205"), ("x = detect iforest pump.tmp", "E0203"),
    ("x = detct iforest pump", "E0201"), ("x = detect iforest pump --trees 0", "E0307"), ("/sav x", "ok"),
    ("/nothing", "E0201"), ("/save", "E0301"), ("!ls", "E0113"), ("/why nobody", "E0205"),
  ])
  func `refuses a line before anything runs`(line: String, code: String) {
    let session = investigated(lines: [investigation[0]])
    var status: LineStatus?
    var found: [Diagnostic] = []
    status = session.run(line) { if case .diagnostic(let diagnostic) = $0 { found.append(diagnostic) } }
    if code == "ok" {
      #expect(status == .ok)
    } else {
      #expect(status == .checkFailed)
      #expect(found.map(\.code) == [code], "\(found)")
      #expect(found.allSatisfy { !$0.remedy.isEmpty && $0.source == line })
    }
    #expect(session.bindings.count == 1)
  }

  @Test func `stops when it should and keeps what was finished`() {
    let session = investigated()
    let work = Work(threads: 2, isCancelled: { true })
    var events: [SessionEvent] = []
    let status = session.run("again = detect iforest joint", work: work) { events.append($0) }
    #expect(status == .cancelled)
    #expect(session.bindings.count == investigation.count)
    session.type("again = detect iforest joint --trees 25")
    let line = session.bindings.last?.provenance.line ?? ""
    #expect(line.hasSuffix("--seed 1"), "no seed was lost")
  }
}

@Suite struct `A saved investigation` {
  let files = MemoryFiles([String: [UInt8]]())

  private func saved() -> Session {
    let session = investigated(.memory(files))
    #expect(session.type("/save night").diagnostics.isEmpty)
    return session
  }

  private func replayed(threads: Int = 1, _ change: (String) -> String = { $0 }) throws -> Replay.Summary {
    let text = change(try #require(files.text("night.sonde")))
    let script = ScriptFile(text)
    let replay = Replay(file: "night.sonde", script: script)
    let session = Session(world: .memory(files), seed: script.seed ?? 0)
    #expect(replay.check(in: session).isEmpty)
    return replay.run(in: session, work: Work(threads: threads)) { _ in }
  }

  @Test(arguments: [1, 2]) func `replays to the same bits at any thread count`(threads: Int) throws {
    _ = saved()
    let summary = try replayed(threads: threads)
    #expect(summary.verdict == .identical)
    #expect(summary.compared == investigation.count)
  }

  @Test func `takes parameters from outside before anything is checked`() throws {
    let text = "param file = none.csv\nparam rows = 3\nx = load table {file}\nx | show --rows 0..{rows}\n"
    let files = MemoryFiles(["some.csv": Array("a\n1\n2\n3\n".utf8)])
    let session = Session(world: .memory(files))
    let replay = Replay(file: "night.sonde", script: ScriptFile(text))
    #expect(replay.check(in: session).map(\.code) == ["E0501"])
    session.overrides = ["file": .text("some.csv"), "rows": .integer(1)]
    #expect(replay.check(in: session).isEmpty)
    #expect(replay.run(in: session) { _ in }.status == .ok)
    session.overrides = ["file": .text("some.csv"), "row": .integer(1)]
    let told = replay.check(in: session).map { $0.text() + "\n" }.joined()
    #expect(try Golden.recorded("parameters.txt", now: told) == told)
  }

  @Test func `names the first line that drifted`() throws {
    _ = saved()
    let summary = try replayed { $0.replacing("--trees 25", with: "--trees 26") }
    #expect(summary.verdict == .drifted)
    #expect(summary.drifts.first?.text == "risk = detect iforest joint --trees 26 --seed 0")
  }

  @Test func `is not replaced unless that is wanted`() {
    let session = saved()
    #expect(session.type("/save night").diagnostics.map(\.code) == ["E0506"])
    #expect(session.type("/save night --overwrite").diagnostics.isEmpty)
  }

  @Test func `opens in place of what was there`() {
    _ = saved()
    let session = investigated(.memory(files), lines: [investigation[0]])
    let texts = session.type("/open night.sonde").texts
    #expect(texts == ["identical: 7 of 7 statements, 7 compared"])
    #expect(session.bindings.count == 7)
  }

  @Test func `checks everything before anything runs`() {
    let text = """
      pump = generate pump-station --minutes 5
      risk = detect iforest pmp
      alarms = threshold quantile risk
      risk2 = detect iforest pump --trees 0
      /quit
      """
    let script = ScriptFile(text)
    let replay = Replay(file: "a.sonde", script: script)
    let diagnostics = replay.check(in: Session(world: .memory()))
    #expect(diagnostics.map { "\($0.place?.line ?? 0) \($0.code)" } == ["2 E0205", "4 E0307", "5 E0106"])
  }

  @Test func `survives a crash through its journal`() throws {
    let session = Session(world: .memory(files))
    session.keepJournal(in: "state")
    for line in investigation.prefix(3) { session.type(line) }
    session.type("? what is this", "/undo", "joint = align pump cam --every 2s")
    let path = try #require(session.journalPath)
    let journal = ScriptFile(try #require(files.text(path)))
    #expect(journal.statements.map(\.text) == investigation.prefix(2) + ["joint = align pump cam --every 2s"])
    let replay = Replay(file: path, script: journal)
    let summary = replay.run(in: Session(world: .memory(files))) { _ in }
    #expect(summary.verdict == .identical && summary.compared == 3)
  }
}
