import Chronology
import Live
import Testing
import Workbench

@Suite struct `Programs with tools` {
  static func start(_ script: String) throws -> any ToolProgram {
    try ToolProcesses().start(["sh", "-c", script])
  }

  static func receive(_ program: any ToolProgram, isCancelled: () -> Bool = { false }) throws -> String {
    try program.receive(within: TimeSpan(seconds: 20), isCancelled: isCancelled)
  }

  @Test func `take lines and give lines`() throws {
    let program = try Self.start("while read -r line; do printf '%s!\\nmore\\n' \"$line\"; done")
    for number in 0..<3 {
      try program.send("größer \(number)")
      #expect(try Self.receive(program) == "größer \(number)!")
      #expect(try Self.receive(program) == "more")
    }
    program.end()
    #expect(throws: ToolProgramError.gone("")) { try Self.receive(program) }
    #expect(throws: ToolProgramError.gone("")) { try program.send("x") }
  }

  @Test func `that end are noticed, also while they are written to`() throws {
    let program = try Self.start("exit 3")
    #expect(throws: ToolProgramError.gone("")) { try Self.receive(program) }
    // Its standard input may outlive its output for a moment.
    program.end()
    #expect(throws: ToolProgramError.gone("")) { try program.send("x") }
  }

  @Test func `can be left waiting, and end all the same`() throws {
    let program = try Self.start("trap '' TERM; while :; do sleep 1; done")
    #expect(throws: ToolProgramError.cancelled) { try Self.receive(program, isCancelled: { true }) }
    #expect(throws: ToolProgramError.silent) {
      try program.receive(within: .zero, isCancelled: { false })
    }
    program.end()
  }

  @Test func `see no key`() throws {
    let program = try Self.start("env | grep -c -i -E 'key|token|secret' ; echo done")
    #expect(try Self.receive(program) == "0")
  }

  @Test func `that are not there cannot be started`() {
    for words in [[], [""], ["no-such-program-here"], ["/no/such/program"]] {
      #expect(throws: ToolProgramError.absent) { try ToolProcesses().start(words) }
    }
  }
}
