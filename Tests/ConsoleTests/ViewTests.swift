import Chronology
import Console
import Language
import Notation
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Views` {
  /// One of each kind that a session without files can make.
  static let values: [(String, Value)] = {
    let session = Session(world: .memory())
    let events = session.type(
      "pump = generate pump-station --seed 1", "mic = generate pump-station --part microphone --seed 1",
      "log = generate pump-station --part log --seed 1", "describe pump", "risk = pump | detect zscore",
      "alarms = risk | threshold quantile", "evaluate alarms --against pump.fault",
      "plot pump.Pressure risk --mark alarms", "plot pump.Flow --kind histogram",
      "plot pump.Flow pump.Pressure --kind scatter", "plot pump --kind heat",
      "all = align pump log --every 1s",
      "vectors = encode pump --use stats(10s)", "m = fit pca pump", "explain risk", "help detect", "5s")
    return events.results.map { ($0.canonical, $0.value) }
  }()

  @Test func `show sound with samples that are no numbers`() {
    let samples: [Float] = (0..<400).map { $0 == 7 ? .nan : $0 == 9 ? .infinity : Float($0 % 50) / 100 }
    let text = View().plainText(of: .audio(Audio(sampleRate: 8000, channels: [samples])))
    #expect(text.contains("peak 0.49"))
  }

  @Test func `there is a value of nearly every kind`() {
    #expect(Set(Self.values.map { $0.1.kind }).count >= 10)
  }

  @Test(arguments: [20, 33, 40, 60, 79, 80, 100, 132, 200])
  func `never exceed the width`(_ width: Int) {
    for (line, value) in Self.values {
      for text in View(width: width, name: "x").lines(of: value) {
        // Drawings have a least size below which nothing can be seen.
        let room = if case .figure = value { max(40, width) } else { width }
        #expect(text.width <= room, "\(line) at \(width): \(text.plain)")
      }
    }
  }

  @Test func `hold nothing that steers a terminal`() {
    let frame = Frame(
      index: Index.rows(1),
      columns: [
        Column("a\u{1b}[2J", .text(TextColumn(["\u{1b}]52;c;x\u{7}\u{202e}evil\ttab\nline"])))
      ])
    let text = View().plainText(of: .table(frame))
    #expect(!text.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n") || $0.value == 0x202e })
  }
}

@Suite struct `Text for a console` {
  @Test func `numbers of a column share their decimals`() {
    let format = NumberFormat(for: [1, 0.5, 0.25])
    #expect([1, 0.5, 0.25].map(format.text) == ["1.00", "0.50", "0.25"])
    #expect(NumberFormat(for: [1, 20, 300]).text(20) == "20")
    #expect(NumberFormat(for: [.nan, 1]).text(.nan) == "·")
  }

  @Test(arguments: [("abc", 3), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("👩‍🔬", 2), ("", 0)])
  func `widths are those of a terminal`(_ text: String, _ width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test func `colour stands only where there is colour`() {
    let line = StyledLine("a", .alarm) + StyledLine("b")
    #expect(line.text(coloured: false) == "ab")
    #expect(line.text(coloured: true) == "\u{1b}[1;31ma\u{1b}[0mb")
  }
}

@Suite struct `The completion behind a semicolon` {
  @Test func `starts anew`() {
    let session = Session(world: .memory(MemoryFiles([String: String]())))
    let text = "help; generate pump-st"
    let menu: LineMenu = SessionHelper(session: session).menu(for: text, cursor: text.utf8.count)
    #expect(menu.items.map(\.text) == ["pump-station"])
    #expect(menu.range == 15..<22)
  }
}

@Suite struct `The completion` {
  private static func menu(_ text: String, after lines: String...) -> [String] {
    let session = Session(
      world: .memory(MemoryFiles(["data/pump one.csv": "a\n1\n", "data/two.csv": "a\n1\n"])))
    for line in lines { session.type(line) }
    return SessionHelper(session: session).menu(for: text, cursor: text.utf8.count).items.map(\.text)
  }

  @Test(arguments: [
    ("detect isof", []),
    ("detect ifo", ["iforest"]),
    ("thres", ["threshold"]),
    ("x = thres", ["threshold"]),
    ("/und", ["/undo"]),
    ("? wh", []),
    ("load table data/tw", ["data/two.csv"]),
    ("load table data/pu", ["\"data/pump one.csv\""]),
    ("load table d", ["data/"]),
    ("pump | detect zscore | thresh", ["threshold"]),
    ("plot pump.Pres", ["pump.Pressure"]),
    ("plot pump --ki", ["--kind"]),
    ("plot pump --kind hist", ["histogram"]),
    ("plot pump --kind=hist", ["histogram"]),
    ("plot pump --kind heat --kin", []),
    ("plot pump --mark ", ["alarms"]),
    ("evaluate al", ["alarms"]),
  ]) func `offers what can stand there`(_ text: String, _ items: [String]) {
    let found = Self.menu(
      text, after: "pump = generate pump-station --seed 1",
      "alarms = pump | detect zscore | threshold quantile")
    #expect(found == items)
  }

  @Test func `leaves out commands that cannot take what the pipe brings`() {
    let found = Self.menu("pump | detect zscore | ", after: "pump = generate pump-station --seed 1")
    #expect(found.contains("threshold"))
    #expect(!found.contains("generate") && !found.contains("load"))
  }
}
