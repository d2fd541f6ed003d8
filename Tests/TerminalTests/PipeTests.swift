import Foundation
import Testing

/// The built program where nobody looks at a terminal.
@Suite(.enabled(if: Terminal.hasSonde), .timeLimit(.minutes(1)))
struct `In a pipe` {
  private struct Outcome {
    var code: Int32
    var output: String
    var messages: String
  }

  private func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Terminal.sonde)
    process.arguments = arguments
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("sonde-\(UUID().uuidString)")
    process.environment = [
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": home.path, "FORCE_COLOR": "1",
    ].merging(environment) { $1 }
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    let messages = try stderr.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: home)
    return Outcome(
      code: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      messages: String(decoding: messages, as: UTF8.self))
  }

  private static let lines = [
    "-c", "pump = generate pump-station --seed 1", "-c", "pump | detect zscore", "-c",
    "plot pump.Pressure",
  ]

  @Test func `nothing steers a terminal, and nothing is cut`() throws {
    let outcome = try run(Self.lines)
    #expect(outcome.code == 0)
    #expect(!outcome.output.utf8.contains(0x1b) && !outcome.messages.utf8.contains(0x1b))
    let table = try run(["-c", "generate pump-station --seed 1"])
    #expect(table.output.split(separator: "\n").count > 1179)
    #expect(!table.output.contains("Ctrl") && !table.output.contains("sonde 1>"))
  }

  @Test func `mistakes stop everything before anything runs, with file, line and column`() throws {
    let outcome = try run(["-"], input: "a = generate pump-station\n\nb = a | detct zscore\n")
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.messages.hasPrefix("-:3:9: error[E0201]"))
  }

  @Test func `lines from standard input run like a script`() throws {
    let outcome = try run(["-"], input: "x = 5s\nx\n")
    #expect(outcome.code == 0)
    #expect(outcome.output == "5s\n")
  }

  @Test func `JSON has one object a line`() throws {
    let outcome = try run(Self.lines + ["--json"])
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3)
    for line in lines { #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil) }
  }
}

@Suite(.enabled(if: Terminal.hasSonde), .timeLimit(.minutes(1)))
struct `On a poor terminal` {
  @Test func `drawings are ASCII where the locale knows nothing else`() throws {
    let terminal = try Terminal(environment: ["LC_ALL": "C"])
    try terminal.waitForLine("sonde 1>")
    terminal.enter("pump = generate pump-station --seed 1")
    try terminal.waitForLine("sonde 2>")
    terminal.enter("plot pump.Flow")
    try terminal.wait(for: "the drawing") { $0.text.contains("Flow|") && $0.lines[$0.row].hasSuffix(">") }
    #expect(terminal.screen.text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func `a dumb terminal gets plain lines`() throws {
    let terminal = try Terminal(environment: ["TERM": "dumb"])
    try terminal.waitForLine("sonde 1>")
    terminal.enter("x = 5s")
    try terminal.waitForLine("sonde 2>")
    #expect(!terminal.screen.marksPastes)
    terminal.type("\u{4}")
    #expect(try terminal.exitCode() == 0)
  }

  @Test func `a wish for no colour is granted, and colour is there otherwise`() throws {
    let plain = try Terminal()
    try plain.waitForLine("sonde 1>")
    #expect(!plain.written.contains("\u{1b}[1;36m"))
    let painted = try Terminal(environment: ["NO_COLOR": ""])
    try painted.waitForLine("sonde 1>")
    #expect(painted.written.contains("\u{1b}[1;36m"))
  }
}
