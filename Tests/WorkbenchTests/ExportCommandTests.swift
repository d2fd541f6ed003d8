import Chronology
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Exporting` {
  private let files: MemoryFiles
  private let session: Session

  init() {
    files = MemoryFiles(["table.csv": "name,x\n\"a,b\",0.1\n\"say \"\"hi\"\"\",-1e-300\nlines\\nhere,\n"])
    session = Session(world: .memory(files))
    session.type("pump = generate pump-station --minutes 5 --seed 7")
  }

  private func value(_ name: String) throws -> Value {
    try #require(session.bindings.last { $0.name == name }?.value)
  }

  private func frame(_ name: String) throws -> Frame {
    switch try value(name) {
    case .table(let frame), .series(let frame): return frame
    default: throw Diagnostic("", "no frame", remedy: "")
    }
  }

  @Test func `writes what loads back equal, bit by bit`() throws {
    session.type(
      "export pump --to out/pump.csv", "back = load table out/pump.csv --time time --labels fault,cause",
      "export pump --to out/pump.tsv", "tabs = load table out/pump.tsv --time time --labels fault,cause")
    let (pump, back, tabs) = (try frame("pump"), try frame("back"), try frame("tabs"))
    #expect(back.index.address == pump.index.address)
    for (column, other) in zip(pump.columns, back.columns) {
      #expect(column.name == other.name && column.role == other.role && column.nulls == other.nulls)
      if let numbers = column.numbers, let others = other.numbers {
        #expect(zip(numbers, others).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
      }
    }
    #expect(tabs.columns == back.columns)
  }

  @Test func `quotes what needs quotes`() throws {
    session.type("t = load table table.csv", "export t --to copy.csv", "u = load table copy.csv")
    #expect(try frame("t").columns[0] == frame("u").columns[0])
    let text = try #require(files.text("copy.csv"))
    #expect(text == "name,x\n\"a,b\",0.1\n\"say \"\"hi\"\"\",-1e-300\nlines\\nhere,\n")
  }

  @Test func `writes arrays of the columns of numbers and says what it leaves out`() throws {
    let events = session.type("export pump --to pump.npy")
    #expect(events.results.first?.remarks == ["no numbers, and so left out: cause"])
    session.type("a = load array pump.npy --every 1s --start 2026-03-01T08:00")
    let (pump, array) = (try frame("pump"), try frame("a"))
    #expect(array.rowCount == pump.rowCount && array.columns.count == pump.columns.count - 1)
    #expect(array.columns[2].numbers == pump.columns[2].numbers)
    #expect(array.index.time?[1] == Instant("2026-03-01T08:00:01"))
  }

  @Test func `writes scores, alarms and sound`() throws {
    session.type(
      "risk = detect mad pump", "export risk --to risk.csv", "export risk --to risk.npy",
      "risk | threshold quantile | export --to alarms.csv",
      "mic = generate pump-station --part mic --minutes 5",
      "export mic --to mic.wav", "again = load audio mic.wav")
    #expect(files.text("risk.csv")?.hasPrefix("time,score\n2026-03-01T08:00:00") == true)
    #expect(files.text("alarms.csv")?.hasPrefix("time,score,alarm\n") == true)
    #expect(files["risk.npy"] != nil)
    guard case .audio(let mic) = try value("mic"), case .audio(let again) = try value("again") else {
      Issue.record("no sound")
      return
    }
    #expect(mic.channels == again.channels && mic.sampleRate == again.sampleRate)
  }

  @Test func `writes the same JSON every time`() throws {
    session.type("export pump --to a.json", "export pump --to b.json")
    #expect(files["a.json"] == files["b.json"])
    #expect(files.text("a.json")?.last == "\n")
  }

  @Test func `replaces a file that differs only when it is told to`() throws {
    session.type("export pump --to x.csv")
    #expect(session.type("export pump --to x.csv").results.count == 1)
    try files.write([1], to: "x.csv")
    let refusal = try #require(session.type("export pump --to x.csv").diagnostics.first)
    #expect(refusal.code == "E0528" && refusal.range == 17..<22)
    #expect(files["x.csv"] == [1])
    #expect(session.type("export pump --to x.csv --overwrite").results.count == 1)
    #expect(files["x.csv"] != [1])
  }

  @Test(arguments: [
    ("an unknown ending", "export pump --to pump.xls", "E0536"),
    ("no ending", "export pump --to pump", "E0536"),
    ("no sound", "export pump --to pump.wav", "E0529"),
  ]) func `says what it cannot write`(_ name: String, _ line: String, _ code: String) throws {
    let diagnostic = try #require(session.type(line).diagnostics.first)
    #expect(diagnostic.code == code && diagnostic.range != nil, "\(name)")
  }
}
