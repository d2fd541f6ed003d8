import Language
import Testing

@Suite struct `Diagnostic text` {
  private func diagnostic(_ source: String?, _ range: Range<Int>?) -> Diagnostic {
    var diagnostic = Diagnostic(
      "E0203", "no column `tmp` in `pump`", at: range, label: "not a column", remedy: "did you mean `Temp`?")
    diagnostic.source = source
    return diagnostic
  }

  @Test func `points at the blamed part`() {
    #expect(
      diagnostic("plot pump.tmp", 10..<13).text() == """
        error[E0203]: no column `tmp` in `pump`
          plot pump.tmp
                    ^^^ not a column
        help: did you mean `Temp`?
        """)
  }

  @Test func `counts columns of wide and combined characters`() {
    let line = "plot \"温度\" e\u{301} tmp"
    let start = line.utf8.count - 3
    let lines = diagnostic(line, start..<start + 3).text().split(separator: "\n")
    #expect(lines[2] == "                ^^^ not a column")
  }

  @Test func `names file, line and column of a statement over several lines`() {
    var diagnostic = diagnostic("x = a |\n  detect nothing", 17..<24)
    diagnostic.place = .init(file: "night.sonde", line: 4)
    #expect(diagnostic.text(.placed).hasPrefix("night.sonde:5:10: error[E0203]: no column"))
  }

  @Test func `never steers the terminal`() {
    var diagnostic = diagnostic("plot \u{1b}[2Jx", 5..<9)
    diagnostic.label = "\u{7}"
    diagnostic.summary = "a\u{202e}b"
    let text = diagnostic.text()
    let steering = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202e}" }
    #expect(steering.isEmpty)
  }

  @Test(arguments: [-5..<(-1), 0..<0, 3..<900, 900..<901]) func `survives any range`(range: Range<Int>) {
    #expect(diagnostic("plot x", range).text().contains("help:"))
  }
}
