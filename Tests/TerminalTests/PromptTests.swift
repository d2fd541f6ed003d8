import Foundation
import TestKit
import Testing

/// The built program on a pseudo-terminal, key by key.
@Suite(.serialized, .enabled(if: Terminal.hasSonde), .timeLimit(.minutes(3)))
struct `At the prompt` {
  private func started(columns: Int = 80) throws -> Terminal {
    let terminal = try Terminal(columns: columns)
    try terminal.waitForLine("sonde 1>")
    return terminal
  }

  @Test func `a typed line runs and shows its result`() throws {
    let terminal = try started()
    terminal.enter("pump = generate pump-station --seed 1")
    try terminal.waitForLine("sonde 2>")
    #expect(terminal.screen.text.contains("pump  series"))
  }

  @Test func `wide characters keep the cursor where it belongs`() throws {
    let terminal = try started()
    terminal.type("# 日本ab")
    try terminal.waitForLine("sonde 1> # 日本ab")
    #expect(terminal.screen.column == 17)
    terminal.type("\u{1b}[D\u{1b}[D\u{1b}[Dé")
    try terminal.waitForLine("sonde 1> # 日é本ab")
    #expect(terminal.screen.column == 14)
  }

  @Test func `Tab completes, and shows the choices below`() throws {
    let terminal = try started()
    terminal.type("gen\t")
    try terminal.waitForLine("sonde 1> generate")
    terminal.type("pum\t")
    try terminal.waitForLine("sonde 1> generate pump-station")
    terminal.enter("--seed 1")
    try terminal.waitForLine("sonde 2>")
    terminal.type("r1 | detect kn")
    terminal.type("\t")
    try terminal.waitForLine("sonde 2> r1 | detect knn")
    terminal.type("--\t")
    try terminal.wait(for: "the options") { $0.text.contains("--neighbors") || $0.text.contains("--k ") }
    try terminal.waitForLine("sonde 2> r1 | detect knn --")
  }

  @Test func `an unfinished line goes on, and comes back as one`() throws {
    let terminal = try started()
    terminal.enter("generate pump-station --seed 1 |")
    try terminal.wait(for: "a second row") { $0.row == 2 && $0.column == 0 }
    terminal.enter("detect zscore")
    try terminal.waitForLine("sonde 2>")
    terminal.type("\u{1b}[A")
    try terminal.waitForLine("detect zscore")
    #expect(terminal.screen.lines[terminal.screen.row - 1] == "sonde 2> generate pump-station --seed 1 |")
  }

  @Test func `Up walks through lines that start alike, Down comes back`() throws {
    let terminal = try started()
    terminal.enter("# first")
    terminal.enter("a = generate pump-station")
    try terminal.waitForLine("sonde 2>")
    terminal.type("#\u{1b}[A")
    try terminal.waitForLine("sonde 2> # first")
    terminal.type("\u{1b}[B")
    try terminal.waitForLine("sonde 2> #")
  }

  @Test func `a later session remembers the lines, and lines behind a space are nobody's business`() throws {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("sonde-\(UUID().uuidString)")
    let first = try Terminal(home: home)
    try first.waitForLine("sonde 1>")
    first.enter("# remembered")
    first.enter(" # secret")
    first.enter("/quit")
    #expect(try first.exitCode() == 0)
    let file = home.appendingPathComponent("sonde/history.jsonl")
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    #expect(try !String(contentsOf: file, encoding: .utf8).contains("secret"))

    let second = try Terminal(home: home)
    try second.waitForLine("sonde 1>")
    second.type("\u{1b}[A\u{1b}[A")
    try second.waitForLine("sonde 1> # remembered")
  }

  @Test func `Ctrl-R finds words in earlier lines`() throws {
    let terminal = try started()
    terminal.enter("# alpha beta")
    terminal.enter("# gamma")
    try terminal.wait(for: "both lines") { $0.text.contains("# gamma") && $0.lines[$0.row] == "sonde 1>" }
    terminal.type("\u{12}bet al")
    try terminal.waitForLine("search `bet al`: # alpha beta")
    terminal.type("\r")
    try terminal.wait(for: "the line to be run again") {
      $0.lines.count { $0 == "sonde 1> # alpha beta" } == 2 && $0.lines[$0.row] == "sonde 1>"
    }
  }

  @Test func `pasted lines wait for Enter, then run in order`() throws {
    let terminal = try started()
    #expect(terminal.screen.marksPastes)
    terminal.paste("a = generate pump-station --seed 1\nb = a | detect zscore\n")
    try terminal.waitForLine("b = a | detect zscore")
    #expect(!terminal.screen.text.contains("sonde 2>"))
    terminal.type("\r")
    try terminal.waitForLine("sonde 3>")
  }

  @Test func `Ctrl-C gives up the line and nothing else`() throws {
    let terminal = try started()
    terminal.type("abc")
    try terminal.waitForLine("sonde 1> abc")
    terminal.type("\u{3}")
    try terminal.waitForLine("sonde 1>")
    #expect(terminal.screen.text.contains("sonde 1> abc^C"))
    terminal.type("\u{1b}[A")
    try terminal.waitForLine("sonde 1> abc")
  }

  @Test func `Ctrl-C stops what runs and keeps the session`() throws {
    let terminal = try started()
    terminal.enter("a = generate pump-station --minutes 600 --seed 1")
    try terminal.waitForLine("sonde 2>")
    terminal.enter("a | detect autoencoder --epochs 10000 --seed 1")
    try terminal.wait(for: "the progress line") { $0.text.contains("Ctrl-C stops") }
    let asked = Date()
    terminal.type("\u{3}")
    try terminal.waitForLine("sonde 2>")
    #expect(Date().timeIntervalSince(asked) < 2)
    #expect(terminal.screen.text.contains("stopped"))
    #expect(!terminal.screen.text.contains("Ctrl-C stops"))
  }

  @Test func `Esc stops the agent, other keys wait for the next line`() throws {
    let server = try ScriptedServer(Array(repeating: [.hang], count: 4))
    let terminal = try Terminal(environment: ["SONDE_LLM_URL": server.url, "SONDE_LLM_MODEL": "tiny"])
    try terminal.waitForLine("sonde 1>")
    for key in ["\u{1b}", "\u{3}"] {
      terminal.enter("? how are you")
      try terminal.wait(for: "the agent") { $0.text.contains("Esc or Ctrl-C stops") }
      // An arrow begins with Esc, too.
      terminal.type("ab\u{1b}[Dc")
      Thread.sleep(forTimeInterval: 0.3)
      #expect(terminal.screen.text.contains("Esc or Ctrl-C stops"))
      let asked = Date()
      terminal.type(key)
      try terminal.waitForLine("sonde 1> acb")
      #expect(Date().timeIntervalSince(asked) < 2)
      terminal.type("\u{3}")
      try terminal.waitForLine("sonde 1>")
    }
    terminal.enter("generate pump-station --minutes 5 --seed 1")
    try terminal.waitForLine("sonde 2>")
  }

  @Test func `Ctrl-D on an empty line leaves, elsewhere it deletes`() throws {
    let terminal = try started()
    terminal.type("xy\u{1b}[D\u{1b}[D\u{4}")
    try terminal.waitForLine("sonde 1> y")
    terminal.type("\u{4}\u{4}")
    #expect(try terminal.exitCode() == 0)
    #expect(!terminal.screen.marksPastes)
  }

  @Test func `a narrower window keeps the line`() throws {
    let terminal = try started(columns: 60)
    terminal.type("# 0123456789 0123456789 0123456789")
    try terminal.waitForLine("sonde 1> # 0123456789 0123456789 0123456789")
    terminal.resize(columns: 30)
    try terminal.waitForLine("89 0123456789")
    terminal.type("X")
    try terminal.waitForLine("89 0123456789X")
    terminal.resize(columns: 70)
    try terminal.wait(for: "the whole line") { $0.text.contains("# 0123456789 0123456789 0123456789X") }
  }

  @Test func `SIGTERM at the prompt ends in order`() throws {
    let terminal = try started()
    terminal.signal(SIGTERM)
    #expect(try terminal.exitCode() == 143)
    #expect(!terminal.screen.marksPastes)
  }
}

@Suite(.serialized, .enabled(if: Terminal.hasSonde), .timeLimit(.minutes(1)))
struct `Under a shell` {
  @Test func `Ctrl-Z gives the terminal back, and fg the line`() throws {
    let terminal = try Terminal("/bin/sh", ["-i"])
    try terminal.wait(for: "shell>")
    terminal.enter(Terminal.sonde)
    try terminal.waitForLine("sonde 1>")
    terminal.type("# kept")
    try terminal.waitForLine("sonde 1> # kept")
    terminal.type("\u{1a}")
    try terminal.waitForLine("shell>")
    #expect(!terminal.screen.marksPastes)
    terminal.enter("echo $((40+2))")
    try terminal.wait(for: "42")
    terminal.enter("fg")
    try terminal.waitForLine("sonde 1> # kept")
    #expect(terminal.screen.marksPastes)
    terminal.type("!")
    try terminal.waitForLine("sonde 1> # kept!")
  }
}
